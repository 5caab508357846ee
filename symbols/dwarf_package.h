/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The index of a .dwp file, in which the .dwo files of a program are put together: where
 * of its sections the part of one unit begins. Version 5 (DWARF 5, 7.3.5.3), and 2,
 * GNU's, which DWARF 4 comes with.
 */
#ifndef SYMBOLS_DWARF_PACKAGE_H
#define SYMBOLS_DWARF_PACKAGE_H

#include <stdint.h>

#include "symbols/dwarf_dies.h"

/* Where in a section the unit's part begins; 0 of what it has none of. */
struct dwarf_package {
	uint64_t info;
	uint64_t info_size;
	uint64_t abbrev;
	uint64_t str_offsets;
	uint64_t rnglists;
};

/* The parts of the unit of an id, by the file that r reads. Returns 0, or -ENOENT. */
int dwarf_package_find(struct dwarf_reader *r, uint64_t id, struct dwarf_package *ret);

#endif
