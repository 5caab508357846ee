// SPDX-License-Identifier: BSD-2-Clause
/* A table says of each form how long it is and what it means; few need words of their own. */
#include "symbols/dwarf_values.h"

#include <dwarf.h>

enum size {
	UNKNOWN, /* not a form */
	FIXED,
	OFFSET_SIZE,
	ADDRESS_SIZE,
	FAR_SIZE, /* of an address in DWARF 2, of an offset later */
	ULEB,
	SLEB,
	TEXT,
	BLOCK, /* a length of so many bytes, 0: ULEB */
	INDIRECT,
};

struct form {
	uint8_t size; /* enum size */
	uint8_t n;
	uint8_t kind; /* enum dwarf_value_kind */
	uint8_t section;
};

static const struct form forms[] = {
	[DW_FORM_addr] = { ADDRESS_SIZE, 0, DWARF_VALUE_ADDRESS, 0 },
	[DW_FORM_block2] = { BLOCK, 2, 0, 0 },
	[DW_FORM_block4] = { BLOCK, 4, 0, 0 },
	[DW_FORM_data2] = { FIXED, 2, DWARF_VALUE_NUMBER, 0 },
	[DW_FORM_data4] = { FIXED, 4, DWARF_VALUE_NUMBER, 0 },
	[DW_FORM_data8] = { FIXED, 8, DWARF_VALUE_NUMBER, 0 },
	[DW_FORM_string] = { TEXT, 0, DWARF_VALUE_TEXT, DWARF_INFO },
	[DW_FORM_block] = { BLOCK, 0, 0, 0 },
	[DW_FORM_block1] = { BLOCK, 1, 0, 0 },
	[DW_FORM_data1] = { FIXED, 1, DWARF_VALUE_NUMBER, 0 },
	[DW_FORM_flag] = { FIXED, 1, 0, 0 },
	[DW_FORM_sdata] = { SLEB, 0, DWARF_VALUE_NUMBER, 0 },
	[DW_FORM_strp] = { OFFSET_SIZE, 0, DWARF_VALUE_TEXT, DWARF_STR },
	[DW_FORM_udata] = { ULEB, 0, DWARF_VALUE_NUMBER, 0 },
	[DW_FORM_ref_addr] = { FAR_SIZE, 0, DWARF_VALUE_FAR, 0 },
	[DW_FORM_ref1] = { FIXED, 1, DWARF_VALUE_NEAR, 0 },
	[DW_FORM_ref2] = { FIXED, 2, DWARF_VALUE_NEAR, 0 },
	[DW_FORM_ref4] = { FIXED, 4, DWARF_VALUE_NEAR, 0 },
	[DW_FORM_ref8] = { FIXED, 8, DWARF_VALUE_NEAR, 0 },
	[DW_FORM_ref_udata] = { ULEB, 0, DWARF_VALUE_NEAR, 0 },
	[DW_FORM_indirect] = { INDIRECT, 0, 0, 0 },
	[DW_FORM_sec_offset] = { OFFSET_SIZE, 0, DWARF_VALUE_OFFSET, 0 },
	[DW_FORM_exprloc] = { BLOCK, 0, 0, 0 },
	[DW_FORM_flag_present] = { FIXED, 0, 0, 0 },
	[DW_FORM_strx] = { ULEB, 0, DWARF_VALUE_TEXT_INDEX, 0 },
	[DW_FORM_addrx] = { ULEB, 0, DWARF_VALUE_ADDRESS_INDEX, 0 },
	[DW_FORM_ref_sup4] = { FIXED, 4, DWARF_VALUE_FAR_ALT, 0 },
	[DW_FORM_strp_sup] = { OFFSET_SIZE, 0, DWARF_VALUE_TEXT_ALT, DWARF_STR },
	[DW_FORM_data16] = { FIXED, 16, 0, 0 },
	[DW_FORM_line_strp] = { OFFSET_SIZE, 0, DWARF_VALUE_TEXT, DWARF_LINE_STR },
	[DW_FORM_ref_sig8] = { FIXED, 8, 0, 0 },
	[DW_FORM_implicit_const] = { FIXED, 0, DWARF_VALUE_NUMBER, 0 },
	[DW_FORM_loclistx] = { ULEB, 0, 0, 0 },
	[DW_FORM_rnglistx] = { ULEB, 0, DWARF_VALUE_INDEX, 0 },
	[DW_FORM_ref_sup8] = { FIXED, 8, DWARF_VALUE_FAR_ALT, 0 },
	[DW_FORM_strx1] = { FIXED, 1, DWARF_VALUE_TEXT_INDEX, 0 },
	[DW_FORM_strx2] = { FIXED, 2, DWARF_VALUE_TEXT_INDEX, 0 },
	[DW_FORM_strx3] = { FIXED, 3, DWARF_VALUE_TEXT_INDEX, 0 },
	[DW_FORM_strx4] = { FIXED, 4, DWARF_VALUE_TEXT_INDEX, 0 },
	[DW_FORM_addrx1] = { FIXED, 1, DWARF_VALUE_ADDRESS_INDEX, 0 },
	[DW_FORM_addrx2] = { FIXED, 2, DWARF_VALUE_ADDRESS_INDEX, 0 },
	[DW_FORM_addrx3] = { FIXED, 3, DWARF_VALUE_ADDRESS_INDEX, 0 },
	[DW_FORM_addrx4] = { FIXED, 4, DWARF_VALUE_ADDRESS_INDEX, 0 },
};

static struct form find_form(uint64_t form)
{
	switch (form) {
	case DW_FORM_GNU_addr_index:
		return forms[DW_FORM_addrx];
	case DW_FORM_GNU_str_index:
		return forms[DW_FORM_strx];
	case DW_FORM_GNU_ref_alt:
		return (struct form){ OFFSET_SIZE, 0, DWARF_VALUE_FAR_ALT, 0 };
	case DW_FORM_GNU_strp_alt:
		return forms[DW_FORM_strp_sup];
	default:
		return form < sizeof(forms) / sizeof(forms[0]) ? forms[form] : (struct form){ 0 };
	}
}

static int size_of(struct form f, struct dwarf_layout layout)
{
	switch (f.size) {
	case FIXED:
		return f.n;
	case OFFSET_SIZE:
		return layout.offset_size;
	case ADDRESS_SIZE:
		return layout.address_size;
	case FAR_SIZE:
		return layout.version == 2 ? layout.address_size : layout.offset_size;
	default:
		return -1;
	}
}

int dwarf_values_size(uint64_t form, struct dwarf_layout layout)
{
	return size_of(find_form(form), layout);
}

void dwarf_values_skip(struct dwarf_bytes *b, uint64_t form, struct dwarf_layout layout)
{
	struct form f = find_form(form);
	int size;

	if (f.size == INDIRECT) {
		f = find_form(dwarf_bytes_uleb(b));
		if (f.size == INDIRECT)
			f.size = UNKNOWN;
	}
	size = size_of(f, layout);
	if (size >= 0)
		dwarf_bytes_skip(b, (uint64_t)size);
	else if (f.size == ULEB || f.size == SLEB)
		dwarf_bytes_uleb(b);
	else if (f.size == TEXT)
		dwarf_bytes_skip_text(b);
	else if (f.size == BLOCK)
		dwarf_bytes_skip(b, f.n ? dwarf_bytes_number(b, f.n) : dwarf_bytes_uleb(b));
	else
		dwarf_bytes_spoil(b);
}

struct dwarf_value dwarf_values_read(struct dwarf_bytes *b, const struct dwarf_spec *spec,
				     struct dwarf_layout layout)
{
	struct form f = find_form(spec->form);
	struct dwarf_value value = { .kind = f.kind, .section = f.section };
	int size = size_of(f, layout);

	if (f.size == INDIRECT) {
		struct dwarf_spec real = { .form = (uint16_t)dwarf_bytes_uleb(b) };

		if (find_form(real.form).size != INDIRECT)
			return dwarf_values_read(b, &real, layout);
		dwarf_bytes_spoil(b);
	} else if (spec->form == DW_FORM_implicit_const) {
		value.n = (uint64_t)spec->value;
	} else if (f.kind == DWARF_VALUE_NONE) {
		dwarf_values_skip(b, spec->form, layout);
	} else if (f.size == TEXT) {
		value.n = dwarf_bytes_place(b);
		dwarf_bytes_skip_text(b);
	} else if (size >= 0) {
		value.n = dwarf_bytes_number(b, (unsigned int)size);
	} else if (f.size == SLEB) {
		value.n = (uint64_t)dwarf_bytes_sleb(b);
	} else {
		value.n = dwarf_bytes_uleb(b);
	}
	return value;
}
