// SPDX-License-Identifier: BSD-2-Clause
/* See plain.h. */
#include <stdbool.h>

#include "analyze/base/utf8.h"
#include "analyze/symbolize/plain.h"

/* U+0080 to U+009F are control characters too. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

char *plain_text(char *text)
{
	unsigned char *p = (unsigned char *)text;
	uint32_t c;

	while (*p) {
		size_t n = utf8_decode(p, &c);

		if (n && !is_control(c))
			p += n;
		else
			*p++ = '?';
	}
	return text;
}
