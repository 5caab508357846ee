/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A cursor over bytes of a DWARF section. Nothing is read past the end: from then on
 * it is bad, stands at its end, and gives zeros.
 */
#ifndef SYMBOLS_DWARF_BYTES_H
#define SYMBOLS_DWARF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct dwarf_bytes {
	const uint8_t *at;
	const uint8_t *end;
	const uint8_t *start;
	uint64_t base; /* where in its section start is */
	bool big;      /* big-endian */
	bool bad;
};

static inline struct dwarf_bytes dwarf_bytes_of(const uint8_t *start, size_t n, uint64_t base,
						bool big)
{
	return (struct dwarf_bytes){
		.at = start, .end = start + n, .start = start, .base = base, .big = big
	};
}

static inline size_t dwarf_bytes_left(const struct dwarf_bytes *b)
{
	return (size_t)(b->end - b->at);
}

/* Where in the section the cursor stands. */
static inline uint64_t dwarf_bytes_place(const struct dwarf_bytes *b)
{
	return b->base + (uint64_t)(b->at - b->start);
}

static inline void dwarf_bytes_spoil(struct dwarf_bytes *b)
{
	b->bad = true;
	b->at = b->end;
}

static inline void dwarf_bytes_skip(struct dwarf_bytes *b, uint64_t n)
{
	if (n > dwarf_bytes_left(b))
		dwarf_bytes_spoil(b);
	else
		b->at += n;
}

static inline uint8_t dwarf_bytes_u8(struct dwarf_bytes *b)
{
	if (b->at == b->end) {
		b->bad = true;
		return 0;
	}
	return *b->at++;
}

/* A number of n bytes, 8 at most. */
static inline uint64_t dwarf_bytes_number(struct dwarf_bytes *b, unsigned int n)
{
	uint64_t value = 0;

	if (n > dwarf_bytes_left(b) || n > 8) {
		dwarf_bytes_spoil(b);
		return 0;
	}
	for (unsigned int i = 0; i < n; i++)
		value |= (uint64_t)b->at[i] << 8 * (b->big ? n - 1 - i : i);
	b->at += n;
	return value;
}

/* Seven bits a byte, the lowest first. *shift: how many there were; *last: the byte that ended it. */
static inline uint64_t dwarf_bytes_leb(struct dwarf_bytes *b, unsigned int *shift, uint8_t *last)
{
	uint64_t value = 0;

	*shift = 0;
	do {
		*last = dwarf_bytes_u8(b);
		if (*shift < 64)
			value |= (uint64_t)(*last & 0x7f) << *shift;
		*shift += 7;
	} while (*last & 0x80);
	return value;
}

static inline uint64_t dwarf_bytes_uleb(struct dwarf_bytes *b)
{
	unsigned int shift;
	uint8_t last;

	if (b->at < b->end && *b->at < 0x80)
		return *b->at++;
	return dwarf_bytes_leb(b, &shift, &last);
}

static inline int64_t dwarf_bytes_sleb(struct dwarf_bytes *b)
{
	unsigned int shift;
	uint8_t last;
	uint64_t value = dwarf_bytes_leb(b, &shift, &last);

	if (shift < 64 && (last & 0x40))
		value |= UINT64_MAX << shift;
	return (int64_t)value;
}

/* Over a text and its NUL. */
static inline void dwarf_bytes_skip_text(struct dwarf_bytes *b)
{
	const uint8_t *nul = b->at == b->end ? NULL : memchr(b->at, 0, dwarf_bytes_left(b));

	if (nul)
		b->at = nul + 1;
	else
		dwarf_bytes_spoil(b);
}

/* A length at the head of a unit or table; *offset_size becomes 4 or 8. */
static inline uint64_t dwarf_bytes_length(struct dwarf_bytes *b, uint8_t *offset_size)
{
	uint64_t n = dwarf_bytes_number(b, 4);

	*offset_size = 4;
	if (n < 0xfffffff0)
		return n;
	*offset_size = 8;
	if (n != 0xffffffff)
		dwarf_bytes_spoil(b);
	return dwarf_bytes_number(b, 8);
}

#endif
