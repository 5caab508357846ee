/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that code ran from, as results and symbolizers know it. A frame is an
 * offset in one of these; only outputs ask for its name.
 */
#ifndef ANALYZE_RESULT_MODULE_H
#define ANALYZE_RESULT_MODULE_H

#include <stdint.h>

#define MODULE_BUILD_ID_SIZE 20

/* What an offset means for each kind: <tape/events/process.h>. */
enum module_kind {
	MODULE_FILE,
	MODULE_KERNEL,
	MODULE_KMOD,
	MODULE_VDSO,
	MODULE_BPF,
	MODULE_ANON,
	MODULE_UNKNOWN, /* no mapping was known there: the offset is the address */
	MODULE_MARK,	/* not code: the path is what is to be shown, "[stack lost]" */
	/*
	 * A function of a script: the path is "name TAB first line TAB file", and an
	 * offset is a line of the file; 0: not known.
	 */
	MODULE_SCRIPT,
};

struct module {
	enum module_kind kind;
	const char *path;
	uint8_t build_id[MODULE_BUILD_ID_SIZE];
	uint8_t build_id_size; /* 0: not known */
	/* Where it was first seen in memory: start stands for file_offset. */
	uint64_t start;
	uint64_t end;
	uint64_t file_offset;
};

/* The file of a MODULE_SCRIPT: lent, a part of path. */
const char *module_script_file(const struct module *m);

/* "libc.so.6" of "/usr/lib/libc.so.6": lent, a part of path. */
const char *module_short_name(const struct module *m);

#endif
