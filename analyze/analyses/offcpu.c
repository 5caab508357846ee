// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "offcpu": where threads wait, and for how long: the time in which they
 * did not run, by the stack that they waited in. Exact in time and number for
 * every wait, and in its stack for those that were long enough to have one.
 */
#include "analyze/analyses/goshares.h"
#include "analyze/analyses/shares.h"
#include "analyze/analyses/waits_tables.h"
#include "analyze/analyses/window.h"
#include "analyze/replay/running.h"

struct offcpu {
	struct waits waits;
	struct spans *spans;
	struct goshares shares; /* by goroutine alone */
	bool by_goroutine;
	const struct analysis_input *in; /* during a call of on_event and finish */
};

/* Whether the span is wanted. */
static bool heed_goroutine(struct offcpu *o, const struct span *span)
{
	const struct analysis_options *asked = &o->in->options;
	const int64_t values[WAITS_N_VALUES] = { 1, (int64_t)(span->to_ns - span->from_ns) };

	if (asked->goid && span->goid != asked->goid)
		return false;
	o->waits.goid =
		asked->by == ANALYSIS_BY_GOID && span->goid < RUNNING_NO_GO ? span->goid : 0;
	if (waits_shows(&o->waits, span))
		goshares_add(&o->shares, o->in, span->thread, span->goid, values);
	return true;
}

static void on_span(void *arg, const struct span *span)
{
	struct offcpu *o = arg;

	if (o->in->passes(o->in, span->thread) && (!o->by_goroutine || heed_goroutine(o, span)))
		waits_span(&o->waits, o->in, span);
}

static void offcpu_begin(void *state, const struct analysis_input *in)
{
	static const struct profile_head head = {
		.name = "offcpu",
		.title = "Off-CPU time",
		.types[WAITS_VALUE_NS] = { "offcpu", "nanoseconds" },
		.period_type = { "offcpu", "nanoseconds" },
	};
	struct offcpu *o = state;

	waits_begin(&o->waits, in, &head);
	o->spans = window_spans(in, on_span, NULL, o);
}

static void offcpu_on_event(void *state, const struct analysis_input *in,
			    const struct thread *thread, const struct ev_header *event)
{
	struct offcpu *o = state;

	(void)thread;
	o->in = in;
	spans_event(o->spans, event);
}

static void offcpu_goroutines_begin(void *state, const struct analysis_input *in)
{
	struct offcpu *o = state;

	offcpu_begin(state, in);
	o->by_goroutine = true;
	goshares_begin(&o->shares, &o->waits.frames);
}

static void offcpu_goroutines_on_event(void *state, const struct analysis_input *in,
				       const struct thread *thread, const struct ev_header *event)
{
	struct offcpu *o = state;

	offcpu_on_event(state, in, thread, event);
	goshares_event(&o->shares, in, thread, event);
}

static void offcpu_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct offcpu *o = state;
	struct profile *p;

	o->in = in;
	spans_finish(o->spans, in->health.complete);
	waits_finish(&o->waits, in, ret);
	waits_tables_note(&o->waits, o->spans, ret);
	p = waits_take_profile(&o->waits);
	result_take_profile(ret, p);
	if (o->by_goroutine)
		goshares_finish(&o->shares, in, ret);
	result_take_table(ret, waits_tables_states(&o->waits));
	result_take_table(ret, waits_tables_calls(&o->waits, in->world));
	result_take_table(ret, shares_table(p, SHARES_BY_PROCESS, 0));
	result_take_table(ret, shares_table(p, SHARES_BY_THREAD, 0));
	result_take_table(ret, waits_tables_lifetimes(&o->waits));
}

static void offcpu_done(void *state)
{
	struct offcpu *o = state;

	spans_free(o->spans);
	goshares_done(&o->shares);
	waits_done(&o->waits);
}

extern const struct analysis analysis_offcpu, analysis_offcpu_goroutines;

static const uint16_t wants[] = { SPANS_WANTS, 0 };
static const uint16_t wants_goroutines[] = { SPANS_WANTS, GOROUTINES_WANTS, 0 };

const struct analysis analysis_offcpu_goroutines = {
	.name = "offcpu",
	.help = "where threads wait that run goroutines, and for how long",
	.title = "Where threads waited, as which goroutines",
	.wants = wants_goroutines,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.needs_gaps = true,
	.state_size = sizeof(struct offcpu),
	.begin = offcpu_goroutines_begin,
	.on_event = offcpu_goroutines_on_event,
	.finish = offcpu_finish,
	.done = offcpu_done,
};

const struct analysis analysis_offcpu = {
	.name = "offcpu",
	.help = "where threads wait, and for how long",
	.title = "Where threads waited",
	.wants = wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.needs_gaps = true,
	.state_size = sizeof(struct offcpu),
	.begin = offcpu_begin,
	.on_event = offcpu_on_event,
	.finish = offcpu_finish,
	.done = offcpu_done,
	.by_goroutine = &analysis_offcpu_goroutines,
};
