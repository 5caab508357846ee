/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives equal pairs of numbers the same number, from 0 on in order of first
 * sight: what a map to an array's index would be, in a third of the memory.
 * All zero is an empty one.
 */
#ifndef ANALYZE_BASE_PAIRS_H
#define ANALYZE_BASE_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/base/vec.h"

struct pairs {
	VEC(uint64_t) keys;
	uint32_t *slots; /* 0: free */
	size_t room;	 /* a power of two, or 0 */
};

/* *added (may be NULL) says whether the pair is new. */
uint32_t pairs_number(struct pairs *p, uint32_t first, uint32_t second, bool *added);

/* Whether the pair has a number. */
bool pairs_has(const struct pairs *p, uint32_t first, uint32_t second);

void pairs_done(struct pairs *p);

#endif
