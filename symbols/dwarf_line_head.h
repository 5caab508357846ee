/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of a line table: how its program is to be read, and its files (DWARF 5, 6.2.4). */
#ifndef SYMBOLS_DWARF_LINE_HEAD_H
#define SYMBOLS_DWARF_LINE_HEAD_H

#include "symbols/dwarf_bytes.h"
#include "symbols/dwarf_rows.h"

struct dwarf_line_head {
	struct dwarf_layout layout;
	uint8_t min_length; /* of an instruction */
	uint8_t max_ops;    /* of an instruction */
	int8_t line_base;
	uint8_t line_range;
	uint8_t opcode_base;
	uint8_t lengths[256]; /* how many operands a standard opcode has */
};

/*
 * Reads it at the beginning of *b, which becomes the program. Directories and files go
 * to *rows, whose owner frees them whatever is returned: 0, -EBADMSG, -ENOMEM.
 */
int dwarf_line_head_read(struct dwarf_bytes *b, const struct dwarf_unit *unit,
			 struct dwarf_line_head *head, struct dwarf_rows *rows);

#endif
