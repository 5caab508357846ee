/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and paths that were given out, each once, for as long as the DWARF is open;
 * and which name an entry of .debug_info was found to have.
 */
#ifndef SYMBOLS_DWARF_NAMES_H
#define SYMBOLS_DWARF_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct dwarf_names;

/* most: how many bytes of text it may hold; further texts become "". NULL without memory. */
struct dwarf_names *dwarf_names_new(size_t most);

/* From now on. */
void dwarf_names_allow(struct dwarf_names *n, size_t most);

/* The one copy of a text; "" without memory. Lent until free. */
const char *dwarf_names_keep(struct dwarf_names *n, const char *text, size_t size);

struct dwarf_name {
	uint64_t key;
	const char *text; /* NULL: not asked before */
	uint32_t first_line;
};

/* The place for the name of an entry, lent until the next call. NULL without memory. */
struct dwarf_name *dwarf_names_of(struct dwarf_names *n, uint64_t key);

/* Accepts NULL. */
void dwarf_names_free(struct dwarf_names *n);

#endif
