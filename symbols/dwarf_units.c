// SPDX-License-Identifier: BSD-2-Clause
/* Headers of units: DWARF 5, 7.5.1; before version 5 there are no types of units. */
#include "symbols/dwarf_units.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

#include "symbols/dwarf_ranges.h"

enum {
	LONGEST_HEADER = 48,
	MOST_UNITS = 1 << 20,
};

uint64_t dwarf_units_first(const struct dwarf_unit *unit, unsigned int rest)
{
	if (unit->layout.version < 5)
		return 0;
	return (unit->layout.offset_size == 8 ? 12u : 4u) + rest;
}

/* Returns 1 for a unit that is of use, 0 for another kind, -EBADMSG. */
static int parse_header(struct dwarf_bytes *b, struct dwarf_unit *unit)
{
	uint64_t n = dwarf_bytes_length(b, &unit->layout.offset_size);
	uint64_t left = dwarf_bytes_place(b);
	unsigned int type = DW_UT_compile;

	if (b->bad || n > UINT64_MAX - left)
		return -EBADMSG;
	unit->end = left + n;
	unit->layout.version = (uint16_t)dwarf_bytes_number(b, 2);
	if (unit->layout.version >= 5) {
		type = dwarf_bytes_u8(b);
		unit->layout.address_size = dwarf_bytes_u8(b);
	}
	unit->abbrevs = dwarf_bytes_number(b, unit->layout.offset_size);
	if (unit->layout.version < 5)
		unit->layout.address_size = dwarf_bytes_u8(b);
	if (type == DW_UT_skeleton || type == DW_UT_split_compile)
		unit->rest.id = dwarf_bytes_number(b, 8);
	unit->first = dwarf_bytes_place(b);
	return !b->bad && unit->layout.version >= 2 && unit->layout.version <= 5 &&
	       (unit->layout.address_size == 4 || unit->layout.address_size == 8) &&
	       type != DW_UT_type && type != DW_UT_split_type && unit->first < unit->end;
}

int dwarf_units_head(struct dwarf_reader *r, uint64_t at, struct dwarf_unit *unit)
{
	uint64_t size = dwarf_sections_size(r->sections, DWARF_INFO);
	uint8_t room[LONGEST_HEADER];
	size_t n = dwarf_sections_read(r->sections, DWARF_INFO, at, room, sizeof(room));
	struct dwarf_bytes b = dwarf_bytes_of(room, n, at, dwarf_sections_big_endian(r->sections));
	int rc;

	*unit = (struct dwarf_unit){ .at = at, .rows = DWARF_NOWHERE };
	rc = parse_header(&b, unit);
	if (rc >= 0 && unit->end > size)
		unit->end = size;
	return rc;
}

static uint64_t base_of(const struct dwarf_die *die, enum dwarf_slot slot, uint64_t otherwise)
{
	const struct dwarf_value *value = &die->values[slot];

	return value->kind == DWARF_VALUE_OFFSET || value->kind == DWARF_VALUE_NUMBER ? value->n
										      : otherwise;
}

static void read_skeleton(const struct dwarf_die *die, struct dwarf_unit *unit)
{
	unit->rest.name = die->values[DWARF_DWO_NAME];
	unit->rest.ranges_base = base_of(die, DWARF_RANGES_BASE, 0);
	if (die->values[DWARF_DWO_ID].kind == DWARF_VALUE_NUMBER)
		unit->rest.id = die->values[DWARF_DWO_ID].n;
}

/* Bases first: the other attributes may need them wherever they stand. */
static int read_first_entry(struct dwarf_reader *r, struct dwarf_unit *unit,
			    const struct dwarf_span *as, struct dwarf_spans *spans)
{
	struct dwarf_die die;
	int rc = dwarf_dies_read(r, unit, unit->first, &die);

	if (rc < 0)
		return rc;
	unit->str_offsets_base = base_of(&die, DWARF_STR_OFFSETS_BASE, dwarf_units_first(unit, 4));
	unit->addr_base = base_of(&die, DWARF_ADDR_BASE, dwarf_units_first(unit, 4));
	unit->rnglists_base = base_of(&die, DWARF_RNGLISTS_BASE, dwarf_units_first(unit, 8));
	read_skeleton(&die, unit);
	unit->rows = base_of(&die, DWARF_STMT_LIST, DWARF_NOWHERE);
	unit->directory = die.values[DWARF_COMP_DIR];
	if (dwarf_dies_address(r, unit, &die.values[DWARF_LOW_PC], &unit->low_pc) < 0)
		unit->low_pc = 0;
	rc = dwarf_ranges_add(r, unit, &die, as, spans);
	unit->placed = rc > 0;
	return rc;
}

static int add_unit(struct dwarf_units *u, const struct dwarf_unit *unit)
{
	if (u->n == u->room) {
		size_t room = u->room ? u->room * 2 : 16;
		struct dwarf_unit *more = realloc(u->at, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		u->at = more;
		u->room = room;
	}
	u->at[u->n++] = *unit;
	return 0;
}

static int read_units(struct dwarf_reader *r, struct dwarf_units *u, struct dwarf_spans *spans)
{
	uint64_t size = dwarf_sections_size(r->sections, DWARF_INFO);
	struct dwarf_unit unit;
	int rc;

	for (uint64_t at = 0; at < size && u->n < MOST_UNITS; at = unit.end) {
		struct dwarf_span as = { .owner = (uint32_t)u->n };

		rc = dwarf_dies_spend(r, LONGEST_HEADER) < 0 ? -EBADMSG
							     : dwarf_units_head(r, at, &unit);
		if (rc < 0)
			return 0;
		if (rc == 0)
			continue;
		rc = read_first_entry(r, &unit, &as, spans);
		if (rc >= 0)
			rc = add_unit(u, &unit);
		if (rc == -ENOMEM)
			return rc;
	}
	return 0;
}

static struct dwarf_unit *unit_of_place(const struct dwarf_units *u, uint64_t place)
{
	size_t low = 0, high = u->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (u->at[middle].at <= place)
			low = middle + 1;
		else
			high = middle;
	}
	return low && place < u->at[low - 1].end ? &u->at[low - 1] : NULL;
}

/* The pairs of one set of .debug_aranges (DWARF 5, 6.1.2), behind its header. */
static int add_pairs(struct dwarf_reader *r, struct dwarf_bytes *b, unsigned int size,
		     uint32_t owner, struct dwarf_spans *spans)
{
	while (dwarf_bytes_left(b) >= 2 * (size_t)size) {
		uint64_t start = dwarf_bytes_number(b, size), n = dwarf_bytes_number(b, size);
		const struct dwarf_load *load = dwarf_code_at_address(&r->code, start);
		struct dwarf_span span = { start, start + n, owner, 0 };

		if (!load)
			continue;
		if (n > load->address + load->size - start)
			span.end = load->address + load->size;
		if (dwarf_spans_add(spans, &span) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int read_arange_set(struct dwarf_reader *r, struct dwarf_bytes *b,
			   const struct dwarf_units *u, struct dwarf_spans *spans)
{
	const uint8_t *start = b->at;
	uint8_t offset_size, address_size;
	uint64_t n = dwarf_bytes_length(b, &offset_size), place;
	const struct dwarf_unit *unit;
	struct dwarf_bytes set = *b;
	size_t head;

	dwarf_bytes_skip(b, n);
	if (b->bad)
		return 0;
	set.end = b->at;
	dwarf_bytes_skip(&set, 2);
	place = dwarf_bytes_number(&set, offset_size);
	address_size = dwarf_bytes_u8(&set);
	dwarf_bytes_skip(&set, 1);
	unit = unit_of_place(u, place);
	if (!unit || unit->placed || (address_size != 4 && address_size != 8))
		return 0;
	head = (size_t)(set.at - start) % (2 * (size_t)address_size);
	dwarf_bytes_skip(&set, head ? 2 * (size_t)address_size - head : 0);
	return add_pairs(r, &set, address_size, (uint32_t)(unit - u->at), spans);
}

static int read_aranges(struct dwarf_reader *r, const struct dwarf_units *u,
			struct dwarf_spans *spans)
{
	size_t size = dwarf_sections_size(r->sections, DWARF_ARANGES);
	uint8_t *bytes = size ? malloc(size) : NULL;
	struct dwarf_bytes b;
	int rc = 0;

	if (!bytes)
		return size ? -ENOMEM : 0;
	size = dwarf_sections_read(r->sections, DWARF_ARANGES, 0, bytes, size);
	b = dwarf_bytes_of(bytes, size, 0, dwarf_sections_big_endian(r->sections));
	while (rc == 0 && dwarf_bytes_left(&b) > 0)
		rc = read_arange_set(r, &b, u, spans);
	free(bytes);
	return rc;
}

static bool all_placed(const struct dwarf_units *u)
{
	for (size_t i = 0; i < u->n; i++) {
		if (!u->at[i].placed)
			return false;
	}
	return true;
}

int dwarf_units_read(struct dwarf_reader *r, struct dwarf_units *ret)
{
	struct dwarf_spans spans = { 0 };
	int rc = read_units(r, ret, &spans);

	if (rc == 0 && !all_placed(ret))
		rc = read_aranges(r, ret, &spans);
	if (rc == 0)
		rc = dwarf_segments_make(&spans, &ret->segments);
	dwarf_spans_done(&spans);
	return rc;
}

void dwarf_units_done(struct dwarf_units *u)
{
	free(u->at);
	dwarf_segments_done(&u->segments);
	*u = (struct dwarf_units){ 0 };
}

uint32_t dwarf_units_of_address(const struct dwarf_units *u, uint64_t address, uint64_t *start,
				uint64_t *end)
{
	return dwarf_segments_find(&u->segments, address, start, end);
}

const struct dwarf_unit *dwarf_units_of_place(const struct dwarf_units *u, uint64_t place)
{
	return unit_of_place(u, place);
}
