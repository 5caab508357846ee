/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of a unit and the calls that were inlined into them, by address, in
 * tables that are small beside the entries that they were read from. Names are not
 * read here.
 */
#ifndef SYMBOLS_DWARF_FUNCTIONS_H
#define SYMBOLS_DWARF_FUNCTIONS_H

#include "symbols/dwarf_dies.h"
#include "symbols/dwarf_segments.h"

/* A function, or an inlined call of one. */
struct dwarf_function {
	uint32_t die_low; /* the entry that names it, in .debug_info */
	uint16_t die_high;
	uint16_t call_file; /* number in the unit's line table; 0xffff: not known */
	uint32_t call_line;
	uint32_t caller; /* what it was inlined into; DWARF_NONE: nothing */
};

#define DWARF_NO_FILE UINT16_MAX
#define DWARF_IN_ALT  0x8000 /* of die_high: the entry is in the shared file */

struct dwarf_functions {
	struct dwarf_function *at;
	size_t n;
	struct dwarf_segments functions; /* their owners have no caller */
	struct dwarf_segments calls;	 /* the innermost call, or the function */
};

/*
 * Reads a unit. One that is broken gives what was read before. Returns 0, -E2BIG or
 * -ENOMEM; *ret is to be freed by dwarf_functions_done() if 0.
 */
int dwarf_functions_read(struct dwarf_reader *r, const struct dwarf_unit *unit,
			 struct dwarf_functions *ret);
void dwarf_functions_done(struct dwarf_functions *f);

/* In bytes of memory. */
size_t dwarf_functions_size(const struct dwarf_functions *f);

#endif
