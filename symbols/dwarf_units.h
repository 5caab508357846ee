/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The units of .debug_info, and which of them an address or an entry is in. Their
 * ranges are those that their first entry has; of a unit that has none there, those
 * of .debug_aranges, which not every compiler writes. Type units have no code and
 * are left out.
 */
#ifndef SYMBOLS_DWARF_UNITS_H
#define SYMBOLS_DWARF_UNITS_H

#include "symbols/dwarf_dies.h"
#include "symbols/dwarf_segments.h"

struct dwarf_units {
	struct dwarf_unit *at; /* in order of their place */
	size_t n;
	size_t room;
	struct dwarf_segments segments;
};

/*
 * Broken units are left out, and what is behind one whose length is wrong. Returns 0
 * or -ENOMEM; *ret is to be freed by dwarf_units_done() in any case.
 */
int dwarf_units_read(struct dwarf_reader *r, struct dwarf_units *ret);
void dwarf_units_done(struct dwarf_units *u);

/*
 * The header of the unit at a place in .debug_info; the rest of *unit is empty. Returns
 * 1, 0 if it is of another kind than units of code are (*unit has its end then),
 * -EBADMSG if it cannot be read.
 */
int dwarf_units_head(struct dwarf_reader *r, uint64_t at, struct dwarf_unit *unit);

/*
 * Where in a section of tables the first one begins, if a unit does not say where:
 * behind its header of a length and rest bytes. Before version 5 there is none.
 */
uint64_t dwarf_units_first(const struct dwarf_unit *unit, unsigned int rest);

/* The number of the unit of an address, or DWARF_NONE, and where that answer holds. */
uint32_t dwarf_units_of_address(const struct dwarf_units *u, uint64_t address, uint64_t *start,
				uint64_t *end);

/* The unit that an entry is in, or NULL. */
const struct dwarf_unit *dwarf_units_of_place(const struct dwarf_units *u, uint64_t place);

#endif
