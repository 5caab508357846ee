// SPDX-License-Identifier: BSD-2-Clause
/* See hex.h. */
#include "analyze/base/hex.h"

char *hex_put(char *at, uint32_t number, int digits)
{
	static const char hex[] = "0123456789abcdef";

	for (int i = digits - 1; i >= 0; i--)
		*at++ = hex[number >> (4 * i) & 15];
	return at;
}

void hex_bytes(char *text, size_t size, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n && 2 * i + 2 < size; i++)
		text = hex_put(text, bytes[i], 2);
	*text = '\0';
}
