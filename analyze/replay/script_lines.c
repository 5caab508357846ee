// SPDX-License-Identifier: BSD-2-Clause
/* One reader for each form of table; see script_lines.h. Sums wrap, and are looked at in the end. */
#include <stdbool.h>

#include "analyze/replay/script_lines.h"

#define UNIT		2   /* bytes of an instruction */
#define NO_LINE		128 /* of 3.10: -128 */
#define FORM_NO_COLUMNS 13
#define FORM_LONG	14
#define FORM_NONE	15

/* Lines of real files fit by far. */
static uint32_t plausible(int64_t line)
{
	return line > 0 && line < (1 << 30) ? (uint32_t)line : 0;
}

/* To 3.9: how far to go and how many lines that is; a line holds from its address on. */
static uint32_t find_lnotab(const struct script_lines *l, uint64_t place)
{
	int64_t line = l->first_line;
	uint64_t at = 0;

	for (size_t i = 0; i + 1 < l->n; i += 2) {
		at += l->bytes[i];
		if (at > place)
			break;
		line += (int8_t)l->bytes[i + 1];
	}
	return plausible(line);
}

/* 3.10: how long a range is and its distance from the line before. */
static uint32_t find_ranges(const struct script_lines *l, uint64_t place)
{
	int64_t line = l->first_line;
	uint64_t end = 0;

	for (size_t i = 0; i + 1 < l->n; i += 2) {
		bool has_line = l->bytes[i + 1] != NO_LINE;

		end += l->bytes[i];
		if (has_line)
			line += (int8_t)l->bytes[i + 1];
		if (place < end)
			return has_line ? plausible(line) : 0;
	}
	return 0;
}

/* A number in groups of 6 bits, the lowest first; its lowest bit is the sign. */
static int64_t read_signed(const struct script_lines *l, size_t at)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; at < l->n && shift < 36; at++, shift += 6) {
		value |= (uint64_t)(l->bytes[at] & 0x3f) << shift;
		if (!(l->bytes[at] & 0x40))
			break;
	}
	return value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
}

/* How many lines an entry of 3.11's table goes on. */
static int64_t line_delta(const struct script_lines *l, size_t at)
{
	unsigned int form = l->bytes[at] >> 3 & 15;

	if (form == FORM_LONG || form == FORM_NO_COLUMNS)
		return read_signed(l, at + 1);
	return form >= 10 && form < FORM_NO_COLUMNS ? (int64_t)form - 10 : 0;
}

/* From 3.11 on: only an entry's first byte has its highest bit set. */
static uint32_t find_locations(const struct script_lines *l, uint64_t place)
{
	int64_t line = l->first_line;
	uint64_t end = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!(l->bytes[i] & 0x80))
			continue;
		line += line_delta(l, i);
		end += ((l->bytes[i] & 7u) + 1) * UNIT;
		if (place < end)
			return (l->bytes[i] >> 3 & 15) == FORM_NONE ? 0 : plausible(line);
	}
	return 0;
}

uint32_t script_lines_find(const struct script_lines *lines, uint64_t place)
{
	if (!lines->n || !lines->first_line)
		return 0;
	if (lines->version >= 311)
		return find_locations(lines, place);
	return lines->version == 310 ? find_ranges(lines, place) : find_lnotab(lines, place);
}
