// SPDX-License-Identifier: BSD-2-Clause
/* See origin.h. */
#include "analyze/symbolize/origin.h"

const char *origin_source(enum symbol_source source)
{
	static const char *const names[] = {
		[SYMBOL_NONE] = "",
		[SYMBOL_BUNDLE] = "tape",
		[SYMBOL_ELF] = "file",
		[SYMBOL_KALLSYMS] = "kernel",
	};

	return (unsigned int)source < sizeof(names) / sizeof(names[0]) && names[source]
		       ? names[source]
		       : "other";
}

const char *origin_name(enum ev_symbol_origin origin)
{
	static const char *const names[] = {
		[EV_SYMBOL_UNTOLD] = "",
		[EV_SYMBOL_SYMTAB] = "symtab",
		[EV_SYMBOL_DYNSYM] = "dynsym",
		[EV_SYMBOL_MINI] = "mini-debuginfo",
		[EV_SYMBOL_DEBUG_FILE] = "debug file",
		[EV_SYMBOL_DWARF] = "DWARF",
		[EV_SYMBOL_PCLNTAB] = "Go's table",
		[EV_SYMBOL_KALLSYMS] = "kallsyms",
		[EV_SYMBOL_BPF] = "BPF",
		[EV_SYMBOL_PERF_MAP] = "perf map",
		[EV_SYMBOL_JITDUMP] = "jitdump",
		[EV_SYMBOL_DEBUGINFOD] = "debuginfod",
		[EV_SYMBOL_PLT] = "PLT",
	};

	return (unsigned int)origin < sizeof(names) / sizeof(names[0]) ? names[origin] : "";
}
