/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers and bytes in hexadecimal digits, in small letters. */
#ifndef ANALYZE_BASE_HEX_H
#define ANALYZE_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* The last digits of number, without a NUL; returns the address behind them. */
char *hex_put(char *at, uint32_t number, int digits);

/* n bytes, or as many as fit in size with a NUL behind; size is not 0. */
void hex_bytes(char *text, size_t size, const uint8_t *bytes, size_t n);

#endif
