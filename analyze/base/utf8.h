/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of texts that are not trusted: UTF-8 as RFC 3629, section 4 has it. */
#ifndef ANALYZE_BASE_UTF8_H
#define ANALYZE_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * How many bytes the character at s has, and its number in *ret; 0 if none begins
 * there: no surrogates, no long forms, nothing above U+10FFFF. The text ends with
 * a NUL, behind which nothing is read.
 */
size_t utf8_decode(const unsigned char *s, uint32_t *ret);

#endif
