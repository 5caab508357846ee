/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sums of values from a tape. They may be anything, so a sum stops at the end
 * of its range instead of overflowing.
 */
#ifndef ANALYZE_BASE_SUM_H
#define ANALYZE_BASE_SUM_H

#include <stdint.h>

static inline int64_t sum_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return b < 0 ? INT64_MIN : INT64_MAX;
}

/* a, added so many times. */
static inline int64_t sum_times(int64_t a, uint64_t times)
{
	int64_t sum;

	if (!__builtin_mul_overflow(a, times, &sum))
		return sum;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

#endif
