// SPDX-License-Identifier: BSD-2-Clause
/* See plain.h. The bounds are those of RFC 3629, section 4. */
#include <stddef.h>
#include <stdint.h>

#include "analyze/symbolize/plain.h"

/* What may follow a lead byte: how many bytes, and the bounds of the first of them. */
struct lead {
	uint8_t first, last; /* of lead bytes */
	uint8_t more;
	uint8_t low, high;
};

static const struct lead leads[] = {
	{ 0x20, 0x7e, 0, 0, 0 },       { 0xc2, 0xdf, 1, 0x80, 0xbf }, { 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf }, { 0xed, 0xed, 2, 0x80, 0x9f }, { 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf }, { 0xf1, 0xf3, 3, 0x80, 0xbf }, { 0xf4, 0xf4, 3, 0x80, 0x8f },
};

/* How many bytes the character at p has; 0 if it is none that may be shown. */
static size_t character(const uint8_t *p)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		const struct lead *l = &leads[i];

		if (p[0] < l->first || p[0] > l->last)
			continue;
		if (l->more == 0)
			return 1;
		if (p[1] < l->low || p[1] > l->high)
			return 0;
		/* U+0080 to U+009F are control characters too. */
		if (p[0] == 0xc2 && p[1] < 0xa0)
			return 0;
		for (size_t k = 2; k <= l->more; k++) {
			if (p[k] < 0x80 || p[k] > 0xbf)
				return 0;
		}
		return l->more + 1u;
	}
	return 0;
}

char *plain_text(char *text)
{
	uint8_t *p = (uint8_t *)text;

	while (*p) {
		size_t n = character(p);

		if (n == 0)
			*p++ = '?';
		p += n;
	}
	return text;
}
