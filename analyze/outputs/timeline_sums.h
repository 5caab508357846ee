/* SPDX-License-Identifier: BSD-2-Clause */
/* How long the slices of one track last, by category. Nested slices count each. */
#ifndef ANALYZE_OUTPUTS_TIMELINE_SUMS_H
#define ANALYZE_OUTPUTS_TIMELINE_SUMS_H

#include <stdint.h>

#include "analyze/result/timeline.h"

/* No sum is larger than INT64_MAX, whatever the times are. */
struct timeline_sums {
	uint64_t ns[TIMELINE_CATEGORIES];
	uint64_t total_ns;
};

/* Stops at INT64_MAX. */
static inline uint64_t timeline_sums_add(uint64_t sum, uint64_t ns)
{
	return ns > (uint64_t)INT64_MAX - sum ? INT64_MAX : sum + ns;
}

void timeline_sums(const struct timeline *t, uint32_t track, struct timeline_sums *ret);

#endif
