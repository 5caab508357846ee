/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time that a view of scheduling looks at: what the user asked for, as far as
 * the recording reaches.
 */
#ifndef ANALYZE_ANALYSES_WINDOW_H
#define ANALYZE_ANALYSES_WINDOW_H

#include <stdint.h>

#include "analyze/analyses/analysis.h"
#include "analyze/replay/spans.h"

/* Spans of that time. The functions as in struct spans_options; on_life may be NULL. */
struct spans *window_spans(const struct analysis_input *in,
			   void (*on_span)(void *arg, const struct span *span),
			   void (*on_life)(void *arg, const struct span_life *life), void *arg);

/* Where it begins and ends; last_ns: of the last record of a switch or a wake-up. */
uint64_t window_from(const struct analysis_input *in, const struct spans *spans);
uint64_t window_to(const struct analysis_input *in, const struct spans *spans, uint64_t last_ns);

#endif
