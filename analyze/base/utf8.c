// SPDX-License-Identifier: BSD-2-Clause
/* See utf8.h. */
#include "analyze/base/utf8.h"

size_t utf8_decode(const unsigned char *s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : 4;
	uint32_t c = n == 1 ? s[0] : s[0] & (0xff >> (n + 1));

	if (n == 4 && s[0] >> 3 != 30)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (s[i] >> 6 != 2) /* the NUL at the end too */
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret = c;
	return n;
}
