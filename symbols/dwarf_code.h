/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between offsets in a mapped file and the addresses of its DWARF, by program
 * headers; and which addresses are code at all: linkers leave 0, 1 or -1 in the
 * DWARF of functions that they threw away.
 */
#ifndef SYMBOLS_DWARF_CODE_H
#define SYMBOLS_DWARF_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libelf.h>

struct dwarf_load {
	uint64_t offset;
	uint64_t address;
	uint64_t size;
};

struct dwarf_code {
	struct dwarf_load *loads;
	size_t n;
};

/* Returns 0 or -ENOMEM. A file that maps no code has none. */
int dwarf_code_init(struct dwarf_code *c, Elf *elf);
void dwarf_code_done(struct dwarf_code *c);

/* What of the file is mapped around an offset, or an address; NULL if nothing is. */
const struct dwarf_load *dwarf_code_at_offset(const struct dwarf_code *c, uint64_t offset);
const struct dwarf_load *dwarf_code_at_address(const struct dwarf_code *c, uint64_t address);

#endif
