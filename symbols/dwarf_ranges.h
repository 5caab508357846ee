/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What addresses an entry covers: DW_AT_low_pc and high_pc, or lists of .debug_ranges
 * (DWARF 3, 2.17.3) or .debug_rnglists (DWARF 5, 2.17.3). What is no code is left out.
 */
#ifndef SYMBOLS_DWARF_RANGES_H
#define SYMBOLS_DWARF_RANGES_H

#include "symbols/dwarf_dies.h"
#include "symbols/dwarf_segments.h"

/*
 * Adds a span for each range, with owner and group as in *as. Returns 1 if the entry
 * has any such attribute, 0 if not, -E2BIG, -ENOMEM. A list that is broken ends there.
 */
int dwarf_ranges_add(struct dwarf_reader *r, const struct dwarf_unit *unit,
		     const struct dwarf_die *die, const struct dwarf_span *as,
		     struct dwarf_spans *spans);

#endif
