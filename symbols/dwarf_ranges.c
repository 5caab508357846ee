// SPDX-License-Identifier: BSD-2-Clause
/* How long a list is, only its end tells: it is read in pieces, each entry whole. */
#include "symbols/dwarf_ranges.h"

#include <dwarf.h>
#include <errno.h>

enum {
	PIECE = 256,
	LONGEST = 24, /* bytes of an entry */
};

struct list {
	struct dwarf_reader *r;
	const struct dwarf_unit *unit;
	const struct dwarf_span *as;
	struct dwarf_spans *spans;
	uint64_t base;
};

static int add(const struct list *l, uint64_t start, uint64_t end)
{
	const struct dwarf_reader *r = l->r->program ? l->r->program : l->r;
	const struct dwarf_load *load = dwarf_code_at_address(&r->code, start);
	struct dwarf_span span = *l->as;

	if (!load || end <= start)
		return 0;
	if (l->spans->n >= l->r->most_spans)
		return -E2BIG;
	span.start = start;
	span.end = end - load->address < load->size ? end : load->address + load->size;
	return dwarf_spans_add(l->spans, &span);
}

/* An entry of .debug_ranges. Returns 1, 0 at the end, -errno. */
static int step_old(struct list *l, struct dwarf_bytes *b)
{
	unsigned int size = l->unit->layout.address_size;
	uint64_t start = dwarf_bytes_number(b, size), end = dwarf_bytes_number(b, size);
	uint64_t none = size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;
	int rc;

	if (b->bad || (start == 0 && end == 0))
		return 0;
	if (start == none) {
		l->base = end;
		return 1;
	}
	rc = add(l, l->base + start, l->base + end);
	return rc < 0 ? rc : 1;
}

static uint64_t read_index(struct list *l, struct dwarf_bytes *b)
{
	struct dwarf_value value = { .kind = DWARF_VALUE_ADDRESS_INDEX, .n = dwarf_bytes_uleb(b) };
	uint64_t address;

	return dwarf_dies_address(l->r, l->unit, &value, &address) < 0 ? 0 : address;
}

/* An entry of .debug_rnglists (DW_RLE_*, DWARF 5, 7.25). Returns 1, 0 at the end, -errno. */
static int step_new(struct list *l, struct dwarf_bytes *b)
{
	unsigned int size = l->unit->layout.address_size;
	uint64_t start = 0, end = 0;
	int rc;

	switch (dwarf_bytes_u8(b)) {
	case DW_RLE_base_addressx:
		l->base = read_index(l, b);
		return !b->bad;
	case DW_RLE_base_address:
		l->base = dwarf_bytes_number(b, size);
		return !b->bad;
	case DW_RLE_startx_endx:
		start = read_index(l, b);
		end = read_index(l, b);
		break;
	case DW_RLE_startx_length:
		start = read_index(l, b);
		end = start + dwarf_bytes_uleb(b);
		break;
	case DW_RLE_offset_pair:
		start = l->base + dwarf_bytes_uleb(b);
		end = l->base + dwarf_bytes_uleb(b);
		break;
	case DW_RLE_start_end:
		start = dwarf_bytes_number(b, size);
		end = dwarf_bytes_number(b, size);
		break;
	case DW_RLE_start_length:
		start = dwarf_bytes_number(b, size);
		end = start + dwarf_bytes_uleb(b);
		break;
	default:
		return 0;
	}
	rc = b->bad ? 0 : add(l, start, end);
	return rc < 0 || b->bad ? rc : 1;
}

static int read_list(struct list *l, enum dwarf_section which, uint64_t at)
{
	bool big = dwarf_sections_big_endian(l->r->sections);
	uint8_t room[PIECE];
	struct dwarf_bytes b;
	size_t n;
	int rc = 1;

	do {
		n = dwarf_sections_read(l->r->sections, which, at, room, sizeof(room));
		b = dwarf_bytes_of(room, n, at, big);
		if (dwarf_dies_spend(l->r, n) < 0)
			return -E2BIG;
		while (rc > 0 && (n < sizeof(room) || dwarf_bytes_left(&b) >= LONGEST))
			rc = which == DWARF_RANGES ? step_old(l, &b) : step_new(l, &b);
		at = dwarf_bytes_place(&b);
	} while (rc > 0);
	return rc;
}

static int add_list(struct list *l, const struct dwarf_value *value)
{
	unsigned int size = l->unit->layout.offset_size;
	uint64_t at = value->n + l->unit->ranges_base;

	if (value->kind == DWARF_VALUE_INDEX) {
		at = l->unit->rnglists_base + value->n * size;
		if (value->n > UINT32_MAX ||
		    dwarf_dies_number(l->r, DWARF_RNGLISTS, at, size, &at) < 0)
			return 0;
		at += l->unit->rnglists_base;
	} else if (value->kind != DWARF_VALUE_OFFSET && value->kind != DWARF_VALUE_NUMBER) {
		return 0;
	}
	return read_list(l, l->unit->layout.version < 5 ? DWARF_RANGES : DWARF_RNGLISTS, at);
}

int dwarf_ranges_add(struct dwarf_reader *r, const struct dwarf_unit *unit,
		     const struct dwarf_die *die, const struct dwarf_span *as,
		     struct dwarf_spans *spans)
{
	const struct dwarf_value *list = &die->values[DWARF_AT_RANGES];
	const struct dwarf_value *high = &die->values[DWARF_HIGH_PC];
	struct list l = { .r = r, .unit = unit, .as = as, .spans = spans, .base = unit->low_pc };
	uint64_t start, end;
	int rc;

	if (list->kind != DWARF_VALUE_NONE) {
		rc = add_list(&l, list);
		return rc < 0 ? rc : 1;
	}
	if (high->kind == DWARF_VALUE_NONE ||
	    dwarf_dies_address(r, unit, &die->values[DWARF_LOW_PC], &start) < 0)
		return 0;
	if (high->kind == DWARF_VALUE_NUMBER)
		end = start + high->n;
	else if (dwarf_dies_address(r, unit, high, &end) < 0)
		return 0;
	rc = add(&l, start, end);
	return rc < 0 ? rc : 1;
}
