// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "offcpu": where threads wait, and for how long: the time in which they
 * did not run, by the stack that they waited in. Exact in time and number for
 * every wait, and in its stack for those that were long enough to have one.
 */
#include "analyze/analyses/shares.h"
#include "analyze/analyses/waits_tables.h"
#include "analyze/analyses/window.h"

struct offcpu {
	struct waits waits;
	struct spans *spans;
	const struct analysis_input *in; /* during a call of on_event and finish */
};

static void on_span(void *arg, const struct span *span)
{
	struct offcpu *o = arg;

	if (o->in->passes(o->in, span->thread))
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
	waits_done(&o->waits);
}

extern const struct analysis analysis_offcpu;

static const uint16_t wants[] = { SPANS_WANTS, 0 };

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
};
