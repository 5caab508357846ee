/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads numbers of DWARF from bytes that may end anywhere: little-endian, LEB128. */
#ifndef ANALYZE_UNWIND_BYTES_H
#define ANALYZE_UNWIND_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once something was not there, all that follows is 0, and failed says so. */
struct bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

static inline size_t bytes_left(const struct bytes *b)
{
	return (size_t)(b->end - b->at);
}

static inline bool bytes_fail(struct bytes *b)
{
	b->failed = true;
	b->at = b->end;
	return false;
}

/* size is at most 8. */
static inline uint64_t bytes_number(struct bytes *b, unsigned int size)
{
	uint64_t value = 0;

	if (bytes_left(b) < size) {
		bytes_fail(b);
		return 0;
	}
	for (unsigned int i = 0; i < size; i++)
		value |= (uint64_t)b->at[i] << (8 * i);
	b->at += size;
	return value;
}

/* The same, as a signed number. */
static inline int64_t bytes_signed(struct bytes *b, unsigned int size)
{
	uint64_t value = bytes_number(b, size), sign = 1ull << (8 * size - 1);

	return (int64_t)((value ^ sign) - sign);
}

/* Bits above the 64th are dropped; sets *shift to how many there were. */
static inline uint64_t bytes_leb(struct bytes *b, unsigned int *shift, uint8_t *last)
{
	uint64_t value = 0;

	*shift = 0;
	do {
		*last = (uint8_t)bytes_number(b, 1);
		if (*shift < 64)
			value |= (uint64_t)(*last & 0x7f) << *shift;
		*shift += 7;
	} while (*last & 0x80);
	return value;
}

static inline uint64_t bytes_uleb(struct bytes *b)
{
	unsigned int shift;
	uint8_t last;

	return bytes_leb(b, &shift, &last);
}

static inline int64_t bytes_sleb(struct bytes *b)
{
	unsigned int shift;
	uint8_t last;
	uint64_t value = bytes_leb(b, &shift, &last);

	if (shift < 64 && (last & 0x40))
		value |= UINT64_MAX << shift;
	return (int64_t)value;
}

/* size bytes as they stand; NULL if there are fewer. */
static inline const uint8_t *bytes_take(struct bytes *b, uint64_t size)
{
	const uint8_t *at = b->at;

	if (size > bytes_left(b)) {
		bytes_fail(b);
		return NULL;
	}
	b->at += size;
	return at;
}

#endif
