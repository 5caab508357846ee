// SPDX-License-Identifier: BSD-2-Clause
/* See cfi_entries.h. */
#include <string.h>

#include "symbols/cfi_entries.h"
#include "symbols/dwarf_bytes.h"

/* LSB 10.5.1: how a pointer is written, and what it is relative to. */
enum {
	FORM_ABS = 0x00,
	FORM_ULEB = 0x01,
	FORM_U2 = 0x02,
	FORM_U4 = 0x03,
	FORM_U8 = 0x04,
	FORM_SLEB = 0x09,
	FORM_S2 = 0x0a,
	FORM_S4 = 0x0b,
	FORM_S8 = 0x0c,
	BASE_PC = 0x10,
	BASE_TEXT = 0x20,
	BASE_DATA = 0x30,
	BASE_ALIGNED = 0x50,
	INDIRECT = 0x80,
	OMIT = 0xff,
};

#define CIE_HEAD_MAX 256 /* all FDEs may name one CIE, so what each of them reads is bounded */

static uint64_t get_form(struct dwarf_bytes *c, unsigned int form, unsigned int address_size)
{
	switch (form) {
	case FORM_ABS:
		return dwarf_bytes_number(c, address_size);
	case FORM_ULEB:
		return dwarf_bytes_uleb(c);
	case FORM_SLEB:
		return dwarf_bytes_sleb(c);
	case FORM_U2:
		return dwarf_bytes_number(c, 2);
	case FORM_S2:
		return (uint64_t)(int64_t)(int16_t)dwarf_bytes_number(c, 2);
	case FORM_U4:
		return dwarf_bytes_number(c, 4);
	case FORM_S4:
		return (uint64_t)(int64_t)(int32_t)dwarf_bytes_number(c, 4);
	case FORM_U8:
	case FORM_S8:
		return dwarf_bytes_number(c, 8);
	default:
		c->bad = true;
		return 0;
	}
}

/* A pointer of this encoding. One whose base is not known, or that must be read from memory, is bad. */
static uint64_t get_pointer(const struct cfi_section *s, struct dwarf_bytes *c, uint8_t encoding,
			    unsigned int address_size)
{
	uint64_t place = s->address + dwarf_bytes_place(c), v;

	if ((encoding & 0x70) == BASE_ALIGNED)
		dwarf_bytes_skip(c, -place % address_size);
	v = get_form(c, encoding & 0x0f, address_size);
	switch (encoding & 0xf0) {
	case 0:
	case BASE_ALIGNED:
		break;
	case BASE_PC:
		v += place;
		break;
	case BASE_TEXT:
		c->bad |= !s->text;
		v += s->text;
		break;
	case BASE_DATA:
		c->bad |= !s->data;
		v += s->data;
		break;
	default:
		c->bad = true;
	}
	return address_size == 4 ? (uint32_t)v : v;
}

/* --- entries --- */

struct entry {
	struct dwarf_bytes body; /* behind the id */
	size_t id_at;
	uint64_t id;
	size_t next;
	bool end; /* the mark at a section's end, or where one was before it was joined to another */
};

static bool open_entry(const struct cfi_section *s, size_t at, struct entry *ret)
{
	struct dwarf_bytes c = dwarf_bytes_of(s->bytes, s->size, 0, s->big);
	unsigned int wide = 4;
	uint64_t length;

	dwarf_bytes_skip(&c, at);
	length = dwarf_bytes_number(&c, 4);

	*ret = (struct entry){ .end = false };
	if (length == UINT32_MAX) {
		length = dwarf_bytes_number(&c, 8);
		wide = 8;
	}
	if (c.bad || length > (uint64_t)(c.end - c.at))
		return false;
	c.end = c.at + length;
	ret->next = (size_t)(c.end - s->bytes);
	ret->end = length == 0;
	ret->id_at = (size_t)(c.at - s->bytes);
	ret->id = ret->end ? 0 : dwarf_bytes_number(&c, wide);
	if (!s->eh && wide == 4 && ret->id == UINT32_MAX)
		ret->id = UINT64_MAX;
	ret->body = c;
	return true;
}

static bool is_cie(const struct cfi_section *s, const struct entry *e)
{
	return s->eh ? e->id == 0 : e->id == UINT64_MAX;
}

/* What the letters of an augmentation announce. Behind an unknown one its data cannot be told. */
static void read_augmentation(const struct cfi_section *s, struct dwarf_bytes *c,
			      const char *letters, struct cfi_cie *cie)
{
	for (; *letters; letters++) {
		uint8_t encoding;

		switch (*letters) {
		case 'R':
			cie->pointers = (uint8_t)dwarf_bytes_number(c, 1);
			break;
		case 'L':
			dwarf_bytes_number(c, 1);
			break;
		case 'P':
			encoding = (uint8_t)dwarf_bytes_number(c, 1);
			if (encoding != OMIT)
				get_pointer(s, c, encoding & (uint8_t)~INDIRECT, cie->address_size);
			break;
		case 'S':
			cie->signal = true;
			break;
		case 'B': /* aarch64: which key signs return addresses */
		case 'G': /* aarch64: the stack's memory is tagged */
			break;
		default:
			return;
		}
	}
}

/* What stands between the augmentation's letters and its data. */
static bool read_factors(struct dwarf_bytes *c, unsigned int version, struct cfi_cie *cie)
{
	if (version >= 4) {
		cie->address_size = (uint8_t)dwarf_bytes_number(c, 1);
		cie->segment_size = (uint8_t)dwarf_bytes_number(c, 1);
		if (cie->address_size != 4 && cie->address_size != 8)
			return false;
	}
	cie->code_align = dwarf_bytes_uleb(c);
	cie->data_align = (int64_t)dwarf_bytes_sleb(c);
	cie->return_register = version == 1 ? dwarf_bytes_number(c, 1) : dwarf_bytes_uleb(c);
	return !c->bad;
}

/* The letters' data, whose size stands before it. */
static bool read_sized(const struct cfi_section *s, struct dwarf_bytes *c, const char *letters,
		       struct cfi_cie *cie)
{
	uint64_t size = dwarf_bytes_uleb(c);
	struct dwarf_bytes data = *c;

	dwarf_bytes_skip(c, size);
	if (c->bad)
		return false;
	data.end = c->at;
	cie->sized = true;
	read_augmentation(s, &data, letters, cie);
	return !data.bad;
}

static bool read_cie(const struct cfi_section *s, size_t at, struct cfi_cie *ret)
{
	struct cfi_cie cie = { .address_size = s->address_size };
	struct entry e;
	const char *letters;
	const uint8_t *end;
	uint64_t version;

	if (at >= s->size || !open_entry(s, at, &e) || e.end || !is_cie(s, &e))
		return false;
	end = e.body.end;
	if (dwarf_bytes_left(&e.body) > CIE_HEAD_MAX)
		e.body.end = e.body.at + CIE_HEAD_MAX;
	version = dwarf_bytes_number(&e.body, 1);
	letters = (const char *)e.body.at;
	dwarf_bytes_skip_text(&e.body);
	if (e.body.bad || (version != 1 && version != 3 && version != 4) ||
	    !read_factors(&e.body, (unsigned int)version, &cie))
		return false;
	if (letters[0] && (letters[0] != 'z' || !read_sized(s, &e.body, letters + 1, &cie)))
		return false;
	cie.instructions = e.body.at;
	cie.n = (size_t)(end - e.body.at);
	*ret = cie;
	return true;
}

static bool read_fde(const struct cfi_section *s, const struct entry *e, struct cfi_fde *ret)
{
	struct dwarf_bytes c = e->body;
	uint64_t cie_at = s->eh ? e->id_at - e->id : e->id;

	if ((s->eh && e->id > e->id_at) || !read_cie(s, (size_t)cie_at, &ret->cie))
		return false;
	dwarf_bytes_skip(&c, ret->cie.segment_size);
	ret->start = get_pointer(s, &c, ret->cie.pointers, ret->cie.address_size);
	ret->size = get_form(&c, ret->cie.pointers & 0x0f, ret->cie.address_size);
	if (ret->cie.sized)
		dwarf_bytes_skip(&c, dwarf_bytes_uleb(&c));
	ret->big = s->big;
	ret->instructions = c.at;
	ret->n = (size_t)(c.end - c.at);
	return !c.bad && ret->size && ret->start <= UINT64_MAX - ret->size;
}

int cfi_entries_next(const struct cfi_section *s, size_t *at, struct cfi_fde *ret)
{
	struct entry e;

	if (*at >= s->size || !open_entry(s, *at, &e))
		return -1;
	*at = e.next;
	return !e.end && !is_cie(s, &e) && read_fde(s, &e, ret);
}

/* --- what an entry's instructions use --- */

/* Operands by opcode, below 0x40: a is one byte, b two, d four, h eight, u and s are LEB128, x a block. */
static const char *const operands[0x30] = {
	[0x01] = "h",  [0x02] = "a",  [0x03] = "b",  [0x04] = "d",  [0x05] = "uu", [0x06] = "u",
	[0x07] = "u",  [0x08] = "u",  [0x09] = "uu", [0x0c] = "uu", [0x0d] = "u",  [0x0e] = "u",
	[0x0f] = "x",  [0x10] = "ux", [0x11] = "us", [0x12] = "us", [0x13] = "s",  [0x14] = "uu",
	[0x15] = "us", [0x16] = "ux", [0x1d] = "h",  [0x2e] = "u",  [0x2f] = "uu",
};

enum {
	DEF_CFA = 0x0c,
	DEF_CFA_REGISTER = 0x0d,
	DEF_CFA_OFFSET = 0x0e,
	DEF_CFA_SF = 0x12,
	DEF_CFA_OFFSET_SF = 0x13,
};

static void take_operands(struct dwarf_bytes *c, const char *kinds, unsigned int address_size,
			  uint64_t values[2])
{
	for (unsigned int i = 0; kinds && kinds[i] && i < 2; i++) {
		switch (kinds[i]) {
		case 'a':
			values[i] = dwarf_bytes_number(c, 1);
			break;
		case 'b':
			values[i] = dwarf_bytes_number(c, 2);
			break;
		case 'd':
			values[i] = dwarf_bytes_number(c, 4);
			break;
		case 'h':
			values[i] = dwarf_bytes_number(c, address_size);
			break;
		case 'x':
			dwarf_bytes_skip(c, dwarf_bytes_uleb(c));
			break;
		default:
			values[i] = kinds[i] == 's' ? (uint64_t)dwarf_bytes_sleb(c)
						    : dwarf_bytes_uleb(c);
		}
	}
}

static void look_at(const struct cfi_fde *f, unsigned int op, const uint64_t values[2],
		    const unsigned int limits[2], struct cfi_entries_use *use)
{
	uint64_t factor = (uint64_t)f->cie.data_align;
	unsigned int frame_pointer = limits[0], word = limits[1];

	switch (op) {
	case DEF_CFA_SF:
	case DEF_CFA:
		use->by_pointer |= values[0] == frame_pointer;
		use->pushes |= (op == DEF_CFA ? values[1] : values[1] * factor) > word;
		break;
	case DEF_CFA_REGISTER:
		use->by_pointer |= values[0] == frame_pointer;
		break;
	case DEF_CFA_OFFSET:
		use->pushes |= values[0] > word;
		break;
	case DEF_CFA_OFFSET_SF:
		use->pushes |= values[0] * factor > word;
		break;
	}
}

struct cfi_entries_use cfi_entries_use(const struct cfi_fde *f, unsigned int frame_pointer,
				       unsigned int word)
{
	struct dwarf_bytes c = dwarf_bytes_of(f->instructions, f->n, 0, f->big);
	const unsigned int limits[2] = { frame_pointer, word };
	struct cfi_entries_use use = { 0 };

	while (!c.bad && c.at < c.end) {
		unsigned int op = (unsigned int)dwarf_bytes_number(&c, 1);
		uint64_t values[2] = { 0 };

		if (op >> 6 == 2) /* DW_CFA_offset */
			dwarf_bytes_uleb(&c);
		if (op >> 6)
			continue;
		if (op >= sizeof(operands) / sizeof(*operands))
			break;
		take_operands(&c, operands[op], f->cie.address_size, values);
		if (!c.bad)
			look_at(f, op, values, limits, &use);
	}
	return use;
}
