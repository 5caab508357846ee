/* SPDX-License-Identifier: BSD-2-Clause */
/* The forms that values of attributes come in: DWARF 5, 7.5.6, and those of GNU. */
#ifndef SYMBOLS_DWARF_VALUES_H
#define SYMBOLS_DWARF_VALUES_H

#include <stdint.h>

#include "symbols/dwarf_abbrevs.h"
#include "symbols/dwarf_bytes.h"

enum dwarf_value_kind {
	DWARF_VALUE_NONE, /* not there, or of no use here */
	DWARF_VALUE_NUMBER,
	DWARF_VALUE_ADDRESS,
	DWARF_VALUE_ADDRESS_INDEX, /* into .debug_addr */
	DWARF_VALUE_OFFSET,	   /* in a section that the attribute implies */
	DWARF_VALUE_INDEX,	   /* into a table of lists there */
	DWARF_VALUE_TEXT,	   /* n: a place in section */
	DWARF_VALUE_TEXT_INDEX,	   /* into .debug_str_offsets */
	DWARF_VALUE_TEXT_ALT,	   /* in the .debug_str of the file that is shared */
	DWARF_VALUE_NEAR,	   /* a place in this unit */
	DWARF_VALUE_FAR,	   /* a place in .debug_info */
	DWARF_VALUE_FAR_ALT,	   /* the same of the file that is shared */
};

struct dwarf_value {
	uint8_t kind;
	uint8_t section; /* enum dwarf_section, of a text */
	uint64_t n;
};

/* How many bytes a form takes; -1 if the value tells. */
int dwarf_values_size(uint64_t form, struct dwarf_layout layout);

/* Passes over a value. What is unknown spoils the cursor. */
void dwarf_values_skip(struct dwarf_bytes *b, uint64_t form, struct dwarf_layout layout);

struct dwarf_value dwarf_values_read(struct dwarf_bytes *b, const struct dwarf_spec *spec,
				     struct dwarf_layout layout);

#endif
