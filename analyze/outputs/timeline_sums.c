// SPDX-License-Identifier: BSD-2-Clause
/* See timeline_sums.h. */
#include "analyze/outputs/timeline_sums.h"

void timeline_sums(const struct timeline *t, uint32_t track, struct timeline_sums *ret)
{
	size_t n;
	const struct timeline_span *spans = timeline_spans(t, track, &n);

	*ret = (struct timeline_sums){ 0 };
	for (size_t i = 0; i < n; i++) {
		uint64_t ns = spans[i].end_ns - spans[i].start_ns;

		ret->ns[spans[i].category] = timeline_sums_add(ret->ns[spans[i].category], ns);
		ret->total_ns = timeline_sums_add(ret->total_ns, ns);
	}
}
