// SPDX-License-Identifier: BSD-2-Clause
/* See window.h. */
#include "analyze/analyses/window.h"

struct spans *window_spans(const struct analysis_input *in,
			   void (*on_span)(void *arg, const struct span *span),
			   void (*on_life)(void *arg, const struct span_life *life), void *arg)
{
	const struct spans_options options = {
		.from_ns = in->from_ns,
		.to_ns = in->until_ns,
		.on_span = on_span,
		.on_life = on_life,
		.arg = arg,
	};

	return spans_new(in->world, &options);
}

uint64_t window_from(const struct analysis_input *in, const struct spans *spans)
{
	uint64_t watched = spans_watch_from(spans);

	return in->from_ns > watched ? in->from_ns : watched;
}

uint64_t window_to(const struct analysis_input *in, const struct spans *spans, uint64_t last_ns)
{
	uint64_t watched = in->health.complete ? spans_watch_to(spans) : 0;
	uint64_t end = watched ? watched : last_ns;

	return end < in->until_ns ? end : in->until_ns;
}
