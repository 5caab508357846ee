/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of .debug_abbrev: what attributes the entries of a unit have. Each
 * abbreviation also has the steps by which its attributes are passed over, since
 * most of them are.
 */
#ifndef SYMBOLS_DWARF_ABBREVS_H
#define SYMBOLS_DWARF_ABBREVS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/dwarf_sections.h"

/* The attributes that are read at all, by their place in an entry (dwarf_dies.h). */
enum dwarf_slot {
	DWARF_NO_SLOT,
	DWARF_NAME,
	DWARF_LINKAGE_NAME,
	DWARF_LOW_PC,
	DWARF_HIGH_PC,
	DWARF_AT_RANGES,
	DWARF_ORIGIN, /* DW_AT_abstract_origin or DW_AT_specification */
	DWARF_CALL_FILE,
	DWARF_CALL_LINE,
	DWARF_DECL_LINE,
	DWARF_SIBLING,
	DWARF_STMT_LIST,
	DWARF_COMP_DIR,
	DWARF_STR_OFFSETS_BASE,
	DWARF_ADDR_BASE,
	DWARF_RNGLISTS_BASE,
	DWARF_DWO_NAME,
	DWARF_DWO_ID,
	DWARF_RANGES_BASE,
	DWARF_TYPE,
	DWARF_BYTE_SIZE,
	DWARF_MEMBER_AT, /* DW_AT_data_member_location */
	DWARF_N_SLOTS,
};

/* How the attributes of a unit are laid out. */
struct dwarf_layout {
	uint16_t version;
	uint8_t address_size;
	uint8_t offset_size;
};

struct dwarf_spec {
	uint16_t form;
	uint16_t slot; /* enum dwarf_slot */
	int64_t value; /* of DW_FORM_implicit_const */
};

/* Over some bytes, then, unless it is 0, over a value of variable size. */
struct dwarf_step {
	uint32_t bytes;
	uint16_t form;
};

struct dwarf_abbrev {
	uint64_t code;
	uint16_t tag;
	bool children;
	uint32_t spec;
	uint32_t n_specs;
	uint32_t step;
	uint32_t n_steps;
};

struct dwarf_abbrevs {
	uint64_t at;
	struct dwarf_layout layout;
	struct dwarf_abbrev *abbrevs;
	size_t n;
	struct dwarf_spec *specs;
	size_t n_specs;
	struct dwarf_step *steps;
	size_t n_steps;
	uint64_t bytes; /* how long it was */
};

/* The table at a place in .debug_abbrev. Returns 0; -EBADMSG; -ENOMEM. */
int dwarf_abbrevs_read(struct dwarf_sections *s, uint64_t at, struct dwarf_layout layout,
		       struct dwarf_abbrevs *ret);
void dwarf_abbrevs_done(struct dwarf_abbrevs *a);

/* NULL if there is none of that code. */
const struct dwarf_abbrev *dwarf_abbrevs_find(const struct dwarf_abbrevs *a, uint64_t code);

#endif
