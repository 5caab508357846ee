/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of .debug_info, one at a time, and what their attributes point to. A reader
 * knows a file's sections and how much work they may be: broken files can make a few
 * bytes stand for any amount of it.
 */
#ifndef SYMBOLS_DWARF_DIES_H
#define SYMBOLS_DWARF_DIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/dwarf_abbrevs.h"
#include "symbols/dwarf_bytes.h"
#include "symbols/dwarf_code.h"
#include "symbols/dwarf_sections.h"
#include "symbols/dwarf_values.h"

#define DWARF_NOWHERE UINT64_MAX
#define DWARF_TABLES  8

/* What a unit says of the file that has its entries, where DWARF is split. */
struct dwarf_skeleton {
	struct dwarf_value name; /* of the file; none: it is not split */
	uint64_t id;		 /* what its other half has, too */
	uint64_t ranges_base;	 /* of its other half */
};

struct dwarf_unit {
	uint64_t at;	  /* its header */
	uint64_t first;	  /* its first entry */
	uint64_t end;	  /* the next unit */
	uint64_t abbrevs; /* its table */
	struct dwarf_layout layout;
	uint64_t low_pc;
	uint64_t rows; /* its line table, or DWARF_NOWHERE */
	uint64_t str_offsets_base;
	uint64_t addr_base;
	uint64_t rnglists_base;
	uint64_t ranges_base;	      /* to which the places of lists of ranges are added */
	struct dwarf_value directory; /* where it was compiled */
	struct dwarf_skeleton rest;
	bool placed; /* its ranges are known */
};

struct dwarf_reader {
	struct dwarf_sections *sections; /* borrowed */
	struct dwarf_sections *alt;	 /* of the file that is shared; NULL: none */
	struct dwarf_reader *program; /* of split DWARF: whose code and work count; NULL: its own */
	struct dwarf_code code;
	uint64_t work; /* how much more may be done, in about bytes */
	uint64_t most_spans;
	struct dwarf_abbrevs tables[DWARF_TABLES];
	uint64_t table_bytes; /* of .debug_abbrev, in tables */
};

struct dwarf_die {
	uint64_t at;
	const struct dwarf_abbrev *abbrev;
	struct dwarf_value values[DWARF_N_SLOTS]; /* enum dwarf_slot */
};

/* All of it but sections and alt. */
void dwarf_dies_done(struct dwarf_reader *r);

/* Returns 0, or -E2BIG if that was too much. */
int dwarf_dies_spend(struct dwarf_reader *r, uint64_t work);

/* A unit's abbreviations, lent until the next call. Returns NULL if they cannot be read. */
const struct dwarf_abbrevs *dwarf_dies_table(struct dwarf_reader *r, const struct dwarf_unit *unit);

/* Reads the attributes of an entry behind its code, or passes over them. */
void dwarf_dies_parse(struct dwarf_bytes *b, const struct dwarf_abbrevs *table,
		      struct dwarf_die *die);
void dwarf_dies_pass(struct dwarf_bytes *b, const struct dwarf_abbrevs *table,
		     const struct dwarf_abbrev *abbrev);

/* The entry at a place in a unit. die->abbrev is lent as the table is. Returns 0; -EBADMSG; -E2BIG. */
int dwarf_dies_read(struct dwarf_reader *r, const struct dwarf_unit *unit, uint64_t place,
		    struct dwarf_die *die);

/* A number of size bytes in a section. Returns 0 or -EBADMSG. */
int dwarf_dies_number(const struct dwarf_reader *r, enum dwarf_section which, uint64_t at,
		      unsigned int size, uint64_t *ret);

/* Returns 0 with *ret, or -EBADMSG. */
int dwarf_dies_address(const struct dwarf_reader *r, const struct dwarf_unit *unit,
		       const struct dwarf_value *value, uint64_t *ret);

/* Copies a text, cut to room bytes with its NUL. Returns its length, 0 if there is none. */
size_t dwarf_dies_text(const struct dwarf_reader *r, const struct dwarf_unit *unit,
		       const struct dwarf_value *value, char *to, size_t room);

/* Where in .debug_info (*alt: of the shared file) a reference leads to, or DWARF_NOWHERE. */
uint64_t dwarf_dies_target(const struct dwarf_unit *unit, const struct dwarf_value *value,
			   bool *alt);

#endif
