// SPDX-License-Identifier: BSD-2-Clause
/* See clean.h. What is hidden is a list of its own: a terminal's dangers are not a file's. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "analyze/base/hex.h"
#include "analyze/base/utf8.h"
#include "analyze/outputs/clean.h"

#define ELLIPSIS "…"

/* Characters that move the cursor, change direction, are not seen, or are not allowed in XML. */
static bool is_hidden(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{ 0x00, 0x1f },	      { 0x7f, 0x9f },	  { 0xad, 0xad },     { 0x61c, 0x61c },
		{ 0x180e, 0x180e },   { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff },   { 0xfff0, 0xfffb }, { 0xfffe, 0xffff }, { 0x1bca0, 0x1bca3 },
		{ 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	}
	return false;
}

static bool is_plain(const char *text)
{
	for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
		if (*s < 0x20 || *s > 0x7e)
			return false;
	}
	return true;
}

/* Writes what stands for the byte or character at s; it never takes more than 4 times its bytes. */
static char *put_escape(char *at, unsigned char byte, uint32_t c)
{
	*at++ = '\\';
	*at++ = c < 0x80 ? 'x' : c < 0x10000 ? 'u' : 'U';
	if (c < 0x80)
		return hex_put(at, byte, 2);
	return hex_put(at, c, c < 0x10000 ? 4 : 8);
}

const char *clean_text(struct arena *a, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char *copy, *at;

	if (!text)
		return "";
	if (is_plain(text))
		return text;
	copy = at = arena_alloc(a, strlen(text) * 4 + 1);
	while (*s) {
		uint32_t c = 0;
		size_t n = utf8_decode(s, &c);

		if (n && !is_hidden(c)) {
			memcpy(at, s, n);
			at += n;
		} else {
			at = put_escape(at, *s, c);
		}
		s += n ? n : 1;
	}
	*at = '\0';
	return copy;
}

size_t clean_columns(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text >> 6) != 2;
	return n;
}

/* The address of the column'th character. */
static const char *at_column(const char *text, size_t column)
{
	while (*text && (((unsigned char)*text >> 6) == 2 || column-- > 0))
		text++;
	return text;
}

const char *clean_clip(struct arena *a, const char *text, size_t columns)
{
	size_t have = clean_columns(text), tail;
	const char *head_end, *tail_begin;
	char *copy;

	if (have <= columns || columns < 2)
		return text;
	tail = (columns - 1) / 2;
	head_end = at_column(text, columns - 1 - tail);
	tail_begin = at_column(text, have - tail);
	copy = arena_alloc(a, (size_t)(head_end - text) + sizeof(ELLIPSIS) + strlen(tail_begin));
	memcpy(copy, text, (size_t)(head_end - text));
	strcpy(copy + (head_end - text), ELLIPSIS);
	strcat(copy, tail_begin);
	return copy;
}
