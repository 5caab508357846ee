// SPDX-License-Identifier: BSD-2-Clause
/* A hash table with open addressing, then two tables of a row a unit and a column a section. */
#include "symbols/dwarf_package.h"

#include <dwarf.h>
#include <errno.h>

enum {
	HEADER = 16,
	MOST_COLUMNS = 16,
};

struct index {
	struct dwarf_reader *r;
	uint16_t version;
	uint32_t columns;
	uint32_t units;
	uint32_t slots;
};

/* A number of the index; 0 behind its end. */
static uint64_t number(const struct index *x, uint64_t at, unsigned int size)
{
	uint64_t value;

	return dwarf_dies_number(x->r, DWARF_CU_INDEX, at, size, &value) < 0 ? 0 : value;
}

/* Version 2 is a number of 4 bytes, 5 one of 2. */
static int read_header(struct index *x)
{
	uint64_t size = dwarf_sections_size(x->r->sections, DWARF_CU_INDEX);

	x->version = (uint16_t)number(x, 0, 2) == 5 ? 5 : (uint16_t)number(x, 0, 4);
	x->columns = (uint32_t)number(x, 4, 4);
	x->units = (uint32_t)number(x, 8, 4);
	x->slots = (uint32_t)number(x, 12, 4);
	if ((x->version != 2 && x->version != 5) || x->columns > MOST_COLUMNS || x->slots == 0 ||
	    (x->slots & (x->slots - 1)) || x->slots > size / 12)
		return -ENOENT;
	return 0;
}

/* The row of an id, from 1 on, or 0. */
static uint32_t find_row(const struct index *x, uint64_t id)
{
	uint32_t mask = x->slots - 1, at = (uint32_t)id & mask;
	uint32_t step = ((uint32_t)(id >> 32) & mask) | 1;

	for (uint32_t i = 0; i < x->slots && dwarf_dies_spend(x->r, 12) == 0; i++) {
		uint64_t row = number(x, HEADER + 8ull * x->slots + 4ull * at, 4);

		if (row == 0 || row > x->units)
			return 0;
		if (number(x, HEADER + 8ull * at, 8) == id)
			return (uint32_t)row;
		at = (at + step) & mask;
	}
	return 0;
}

static void take(const struct index *x, uint64_t section, uint64_t at, uint64_t size,
		 struct dwarf_package *ret)
{
	switch (section) {
	case DW_SECT_INFO:
		ret->info = at;
		ret->info_size = size;
		break;
	case DW_SECT_ABBREV:
		ret->abbrev = at;
		break;
	case DW_SECT_STR_OFFSETS:
		ret->str_offsets = at;
		break;
	case DW_SECT_RNGLISTS: /* in version 2 something else */
		if (x->version == 5)
			ret->rnglists = at;
		break;
	default:
		break;
	}
}

int dwarf_package_find(struct dwarf_reader *r, uint64_t id, struct dwarf_package *ret)
{
	struct index x = { .r = r };
	uint32_t row = read_header(&x) < 0 ? 0 : find_row(&x, id);
	uint64_t sections = HEADER + 12ull * x.slots, line = 4ull * x.columns;

	if (row == 0)
		return -ENOENT;
	*ret = (struct dwarf_package){ 0 };
	for (uint64_t i = 0; i < 4ull * x.columns; i += 4)
		take(&x, number(&x, sections + i, 4), number(&x, sections + line * row + i, 4),
		     number(&x, sections + line * (x.units + row) + i, 4), ret);
	return ret->info_size ? 0 : -ENOENT;
}
