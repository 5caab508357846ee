// SPDX-License-Identifier: BSD-2-Clause
/* DWARF 5, 7.5.3. Compilers number abbreviations from 1 on; others are searched for. */
#include "symbols/dwarf_abbrevs.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

#include "symbols/dwarf_bytes.h"
#include "symbols/dwarf_values.h"
#include "symbols/grow.h"

enum {
	FIRST_BYTES = 16 * 1024,
	MOST_BYTES = 64 * 1024 * 1024,
};

static enum dwarf_slot slot_of(uint64_t name)
{
	switch (name) {
	case DW_AT_name:
		return DWARF_NAME;
	case DW_AT_linkage_name:
	case DW_AT_MIPS_linkage_name:
		return DWARF_LINKAGE_NAME;
	case DW_AT_low_pc:
		return DWARF_LOW_PC;
	case DW_AT_high_pc:
		return DWARF_HIGH_PC;
	case DW_AT_ranges:
		return DWARF_AT_RANGES;
	case DW_AT_abstract_origin:
	case DW_AT_specification:
		return DWARF_ORIGIN;
	case DW_AT_call_file:
		return DWARF_CALL_FILE;
	case DW_AT_call_line:
		return DWARF_CALL_LINE;
	case DW_AT_decl_line:
		return DWARF_DECL_LINE;
	case DW_AT_sibling:
		return DWARF_SIBLING;
	case DW_AT_stmt_list:
		return DWARF_STMT_LIST;
	case DW_AT_comp_dir:
		return DWARF_COMP_DIR;
	case DW_AT_str_offsets_base:
		return DWARF_STR_OFFSETS_BASE;
	case DW_AT_addr_base:
	case DW_AT_GNU_addr_base:
		return DWARF_ADDR_BASE;
	case DW_AT_rnglists_base:
		return DWARF_RNGLISTS_BASE;
	case DW_AT_dwo_name:
	case DW_AT_GNU_dwo_name:
		return DWARF_DWO_NAME;
	case DW_AT_GNU_dwo_id:
		return DWARF_DWO_ID;
	case DW_AT_GNU_ranges_base:
		return DWARF_RANGES_BASE;
	case DW_AT_type:
		return DWARF_TYPE;
	case DW_AT_byte_size:
		return DWARF_BYTE_SIZE;
	case DW_AT_data_member_location:
		return DWARF_MEMBER_AT;
	default:
		return DWARF_NO_SLOT;
	}
}

static int add_step(struct dwarf_abbrevs *a, struct dwarf_abbrev *abbrev, uint64_t form)
{
	int size = dwarf_values_size(form, a->layout);
	struct dwarf_step *last = abbrev->n_steps ? &a->steps[a->n_steps - 1] : NULL;

	if (last && !last->form) {
		if (size < 0)
			last->form = (uint16_t)form;
		else
			last->bytes += (uint32_t)size;
		return 0;
	}
	if (size == 0)
		return 0;
	if (grow_by_one((void **)&a->steps, a->n_steps, sizeof(*a->steps)) < 0)
		return -ENOMEM;
	a->steps[a->n_steps++] = (struct dwarf_step){
		.bytes = size < 0 ? 0 : (uint32_t)size,
		.form = size < 0 ? (uint16_t)form : 0,
	};
	abbrev->n_steps++;
	return 0;
}

static int read_specs(struct dwarf_abbrevs *a, struct dwarf_abbrev *abbrev, struct dwarf_bytes *b)
{
	for (;;) {
		uint64_t name = dwarf_bytes_uleb(b), form = dwarf_bytes_uleb(b);
		struct dwarf_spec spec = { .form = (uint16_t)form, .slot = slot_of(name) };

		if (form == DW_FORM_implicit_const)
			spec.value = dwarf_bytes_sleb(b);
		if (b->bad || form > UINT16_MAX)
			return -EBADMSG;
		if (name == 0 && form == 0)
			return 0;
		if (grow_by_one((void **)&a->specs, a->n_specs, sizeof(*a->specs)) < 0)
			return -ENOMEM;
		a->specs[a->n_specs++] = spec;
		abbrev->n_specs++;
		if (add_step(a, abbrev, form) < 0)
			return -ENOMEM;
	}
}

static int read_abbrevs(struct dwarf_abbrevs *a, struct dwarf_bytes *b)
{
	for (;;) {
		struct dwarf_abbrev abbrev = { .code = dwarf_bytes_uleb(b) };
		int rc;

		if (abbrev.code == 0)
			return b->bad ? -EBADMSG : 0;
		abbrev.tag = (uint16_t)dwarf_bytes_uleb(b);
		abbrev.children = dwarf_bytes_u8(b) != 0;
		abbrev.spec = (uint32_t)a->n_specs;
		abbrev.step = (uint32_t)a->n_steps;
		rc = read_specs(a, &abbrev, b);
		if (rc < 0)
			return rc;
		if (grow_by_one((void **)&a->abbrevs, a->n, sizeof(*a->abbrevs)) < 0)
			return -ENOMEM;
		a->abbrevs[a->n++] = abbrev;
	}
}

static int compare(const void *a, const void *b)
{
	const struct dwarf_abbrev *x = a, *y = b;

	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	return (x->spec > y->spec) - (x->spec < y->spec);
}

static int read_table(struct dwarf_abbrevs *a, const uint8_t *bytes, size_t n, bool big)
{
	struct dwarf_bytes b = dwarf_bytes_of(bytes, n, a->at, big);
	int rc = read_abbrevs(a, &b);

	a->bytes = n - dwarf_bytes_left(&b);
	for (size_t i = 0; rc == 0 && i < a->n; i++) {
		if (a->abbrevs[i].code != i + 1) {
			qsort(a->abbrevs, a->n, sizeof(*a->abbrevs), compare);
			break;
		}
	}
	return rc;
}

/* How long a table is, only its end tells: more is read until it is there. */
int dwarf_abbrevs_read(struct dwarf_sections *s, uint64_t at, struct dwarf_layout layout,
		       struct dwarf_abbrevs *ret)
{
	size_t room = FIRST_BYTES, n;
	struct dwarf_abbrevs a = { .at = at, .layout = layout };
	uint8_t *bytes;
	int rc;

	do {
		bytes = malloc(room);
		if (!bytes)
			return -ENOMEM;
		n = dwarf_sections_read(s, DWARF_ABBREV, at, bytes, room);
		rc = read_table(&a, bytes, n, dwarf_sections_big_endian(s));
		free(bytes);
		if (rc == 0) {
			*ret = a;
			return 0;
		}
		dwarf_abbrevs_done(&a);
		a = (struct dwarf_abbrevs){ .at = at, .layout = layout };
		room *= 4;
	} while (rc == -EBADMSG && n == room / 4 && room <= MOST_BYTES);
	return rc;
}

void dwarf_abbrevs_done(struct dwarf_abbrevs *a)
{
	free(a->abbrevs);
	free(a->specs);
	free(a->steps);
	*a = (struct dwarf_abbrevs){ 0 };
}

const struct dwarf_abbrev *dwarf_abbrevs_find(const struct dwarf_abbrevs *a, uint64_t code)
{
	size_t low = 0, high = a->n;

	if (code && code <= a->n && a->abbrevs[code - 1].code == code)
		return &a->abbrevs[code - 1];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->abbrevs[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < a->n && a->abbrevs[low].code == code ? &a->abbrevs[low] : NULL;
}
