/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line table of a unit: which source line an address comes from. Versions 2 to 5
 * (DWARF 5, 6.2). Only what changes file or line is kept, 12 bytes each.
 */
#ifndef SYMBOLS_DWARF_ROWS_H
#define SYMBOLS_DWARF_ROWS_H

#include "symbols/dwarf_dies.h"

struct dwarf_row {
	uint32_t start; /* from base */
	uint32_t file;
	uint32_t line; /* 0: not known */
};

struct dwarf_file {
	struct dwarf_value name;
	uint32_t directory;
	const char *path; /* for the caller's use */
};

struct dwarf_rows {
	uint64_t base;
	uint16_t version;
	struct dwarf_row *at;
	size_t n;
	struct dwarf_value *directories; /* from 0 on; before version 5 that is the unit's own */
	size_t n_directories;
	struct dwarf_file *files; /* from 0 on; before version 5 that is none */
	size_t n_files;
};

/*
 * Reads the line table of a unit that has one. A broken one gives what was read
 * before. Returns 0, -E2BIG or -ENOMEM; *ret is to be freed by dwarf_rows_done() if 0.
 */
int dwarf_rows_read(struct dwarf_reader *r, const struct dwarf_unit *unit, struct dwarf_rows *ret);
void dwarf_rows_done(struct dwarf_rows *rows);

/* In bytes of memory. */
size_t dwarf_rows_size(const struct dwarf_rows *rows);

/* The row of an address or NULL, and where that answer holds. */
const struct dwarf_row *dwarf_rows_find(const struct dwarf_rows *rows, uint64_t address,
					uint64_t *start, uint64_t *end);

#endif
