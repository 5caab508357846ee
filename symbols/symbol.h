/* SPDX-License-Identifier: BSD-2-Clause */
/* A named range of a module, as the sources in this folder give it. */
#ifndef SYMBOLS_SYMBOL_H
#define SYMBOLS_SYMBOL_H

#include <stdint.h>

#include <tape/events/stack.h>

struct symbol {
	uint64_t start; /* an offset in its module, or an address: the source says which */
	uint64_t size;
	const char *name;	      /* as the module has it (mangled) */
	enum ev_symbol_origin origin; /* who knew it */
};

#endif
