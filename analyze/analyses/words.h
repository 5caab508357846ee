/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts for cells of tables that mix units: "12.346 s", "1.2 MiB". Integer
 * arithmetic, no locale: the same everywhere.
 */
#ifndef ANALYZE_ANALYSES_WORDS_H
#define ANALYZE_ANALYSES_WORDS_H

#include <stdint.h>

#define WORDS_SIZE 64

struct words {
	char text[WORDS_SIZE];
};

struct words words_duration(uint64_t ns);
struct words words_bytes(uint64_t bytes);
struct words words_wall(uint64_t wall_ns); /* "2026-01-31 12:00:00 UTC"; "" of 0 */
struct words words_count(uint64_t n, const char *what);
struct words words_hex(const uint8_t *bytes, uint32_t n);

/* part of whole as "1.23 %"; "" of nothing. */
struct words words_share(uint64_t part, uint64_t whole);

#endif
