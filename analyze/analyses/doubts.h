/* SPDX-License-Identifier: BSD-2-Clause */
/* What is not known of threads' time: notes that every view made of spans ends with. */
#ifndef ANALYZE_ANALYSES_DOUBTS_H
#define ANALYZE_ANALYSES_DOUBTS_H

#include "analyze/replay/spans.h"
#include "analyze/result/result.h"

/* Of the spans that passed the filters: ns unknown of total_ns. */
struct doubts {
	const struct spans *spans;
	uint64_t unknown_ns;
	uint64_t total_ns;
};

void doubts_add(const struct doubts *d, struct result *ret);

#endif
