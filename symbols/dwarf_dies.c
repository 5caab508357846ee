// SPDX-License-Identifier: BSD-2-Clause
/* Tables of abbreviations are kept: names are read of any unit at any time. */
#include "symbols/dwarf_dies.h"

#include <errno.h>
#include <stdlib.h>

enum {
	SHORT_DIE = 512,
	LONG_DIE = 64 * 1024,
};

int dwarf_dies_spend(struct dwarf_reader *r, uint64_t work)
{
	if (r->program)
		r = r->program;
	if (work > r->work) {
		r->work = 0;
		return -E2BIG;
	}
	r->work -= work;
	return 0;
}

static bool same_layout(struct dwarf_layout a, struct dwarf_layout b)
{
	return a.version == b.version && a.address_size == b.address_size &&
	       a.offset_size == b.offset_size;
}

static void forget_tables(struct dwarf_reader *r)
{
	for (int i = 0; i < DWARF_TABLES; i++)
		dwarf_abbrevs_done(&r->tables[i]);
	r->table_bytes = 0;
}

void dwarf_dies_done(struct dwarf_reader *r)
{
	forget_tables(r);
	dwarf_code_done(&r->code);
}

/* Tables that overlap could together be far larger than their section. */
const struct dwarf_abbrevs *dwarf_dies_table(struct dwarf_reader *r, const struct dwarf_unit *unit)
{
	uint64_t most = dwarf_sections_size(r->sections, DWARF_ABBREV) + 1024 * 1024;
	struct dwarf_abbrevs fresh, *t;

	t = &r->tables[(unit->abbrevs * UINT64_C(0x9e3779b97f4a7c15) >> 32) % DWARF_TABLES];
	if (t->bytes && t->at == unit->abbrevs && same_layout(t->layout, unit->layout))
		return t;
	if (dwarf_dies_spend(r, 1) < 0 ||
	    dwarf_abbrevs_read(r->sections, unit->abbrevs, unit->layout, &fresh) < 0)
		return NULL;
	if (r->table_bytes + fresh.bytes > most)
		forget_tables(r);
	r->table_bytes += fresh.bytes - t->bytes;
	dwarf_abbrevs_done(t);
	*t = fresh;
	return dwarf_dies_spend(r, fresh.bytes) < 0 ? NULL : t;
}

void dwarf_dies_pass(struct dwarf_bytes *b, const struct dwarf_abbrevs *table,
		     const struct dwarf_abbrev *abbrev)
{
	for (uint32_t i = 0; i < abbrev->n_steps; i++) {
		const struct dwarf_step *step = &table->steps[abbrev->step + i];

		dwarf_bytes_skip(b, step->bytes);
		if (step->form)
			dwarf_values_skip(b, step->form, table->layout);
	}
}

void dwarf_dies_parse(struct dwarf_bytes *b, const struct dwarf_abbrevs *table,
		      struct dwarf_die *die)
{
	for (int i = 0; i < DWARF_N_SLOTS; i++)
		die->values[i].kind = DWARF_VALUE_NONE;
	for (uint32_t i = 0; i < die->abbrev->n_specs; i++) {
		const struct dwarf_spec *spec = &table->specs[die->abbrev->spec + i];

		if (spec->slot && die->values[spec->slot].kind == DWARF_VALUE_NONE)
			die->values[spec->slot] = dwarf_values_read(b, spec, table->layout);
		else
			dwarf_values_skip(b, spec->form, table->layout);
	}
}

static int read_with(struct dwarf_reader *r, const struct dwarf_abbrevs *table, uint8_t *room,
		     size_t n, struct dwarf_die *die)
{
	struct dwarf_bytes b =
		dwarf_bytes_of(room, n, die->at, dwarf_sections_big_endian(r->sections));

	die->abbrev = dwarf_abbrevs_find(table, dwarf_bytes_uleb(&b));
	if (!die->abbrev || b.bad)
		return -EBADMSG;
	if (dwarf_dies_spend(r, die->abbrev->n_specs + 16) < 0)
		return -E2BIG;
	dwarf_dies_parse(&b, table, die);
	return b.bad ? -EBADMSG : 0;
}

int dwarf_dies_read(struct dwarf_reader *r, const struct dwarf_unit *unit, uint64_t place,
		    struct dwarf_die *die)
{
	uint8_t few[SHORT_DIE], *many;
	const struct dwarf_abbrevs *table;
	size_t n = sizeof(few);
	int rc;

	if (place < unit->first || place >= unit->end)
		return -EBADMSG;
	table = dwarf_dies_table(r, unit);
	if (!table)
		return -EBADMSG;
	die->at = place;
	if (n > unit->end - place)
		n = unit->end - place;
	n = dwarf_sections_read(r->sections, DWARF_INFO, place, few, n);
	rc = read_with(r, table, few, n, die);
	if (rc != -EBADMSG || n < sizeof(few))
		return rc;
	many = malloc(LONG_DIE);
	if (!many)
		return -EBADMSG;
	n = LONG_DIE < unit->end - place ? LONG_DIE : unit->end - place;
	n = dwarf_sections_read(r->sections, DWARF_INFO, place, many, n);
	rc = read_with(r, table, many, n, die);
	free(many);
	return rc;
}

int dwarf_dies_number(const struct dwarf_reader *r, enum dwarf_section which, uint64_t at,
		      unsigned int size, uint64_t *ret)
{
	uint8_t room[8];
	size_t n = dwarf_sections_read(r->sections, which, at, room, size);
	struct dwarf_bytes b = dwarf_bytes_of(room, n, at, dwarf_sections_big_endian(r->sections));

	*ret = dwarf_bytes_number(&b, size);
	return b.bad ? -EBADMSG : 0;
}

/* An entry of a table; one that lies about its number is nowhere. */
static uint64_t indexed(uint64_t base, uint64_t index, unsigned int size)
{
	return index < UINT32_MAX && base < UINT64_MAX / 2 ? base + index * size : DWARF_NOWHERE;
}

int dwarf_dies_address(const struct dwarf_reader *r, const struct dwarf_unit *unit,
		       const struct dwarf_value *value, uint64_t *ret)
{
	unsigned int size = unit->layout.address_size;

	if (value->kind == DWARF_VALUE_ADDRESS_INDEX)
		return dwarf_dies_number(r, DWARF_ADDR, indexed(unit->addr_base, value->n, size),
					 size, ret);
	if (value->kind != DWARF_VALUE_ADDRESS)
		return -EBADMSG;
	*ret = value->n;
	return 0;
}

size_t dwarf_dies_text(const struct dwarf_reader *r, const struct dwarf_unit *unit,
		       const struct dwarf_value *value, char *to, size_t room)
{
	unsigned int size = unit->layout.offset_size;
	uint64_t at = value->n;

	to[0] = '\0';
	if (value->kind == DWARF_VALUE_TEXT)
		return dwarf_sections_text(r->sections, value->section, at, to, room);
	if (value->kind == DWARF_VALUE_TEXT_ALT && r->alt)
		return dwarf_sections_text(r->alt, DWARF_STR, at, to, room);
	if (value->kind != DWARF_VALUE_TEXT_INDEX ||
	    dwarf_dies_number(r, DWARF_STR_OFFSETS, indexed(unit->str_offsets_base, value->n, size),
			      size, &at) < 0)
		return 0;
	return dwarf_sections_text(r->sections, DWARF_STR, at, to, room);
}

uint64_t dwarf_dies_target(const struct dwarf_unit *unit, const struct dwarf_value *value,
			   bool *alt)
{
	*alt = value->kind == DWARF_VALUE_FAR_ALT;
	if (value->kind == DWARF_VALUE_FAR || *alt)
		return value->n;
	if (value->kind == DWARF_VALUE_NEAR && value->n < unit->end - unit->at)
		return unit->at + value->n;
	return DWARF_NOWHERE;
}
