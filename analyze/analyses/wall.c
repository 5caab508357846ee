// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "wall": what the time passed with that a thread lived. Its running time
 * is known from switches and shared out by the stacks of its CPU samples; its
 * waits are those of view "offcpu". A thread's total is its lifetime, to the
 * nanosecond. A tape without switches gives CPU samples alone.
 */
#include <stdio.h>

#include "analyze/analyses/cpu.h"
#include "analyze/analyses/shares.h"
#include "analyze/analyses/waits_tables.h"
#include "analyze/analyses/window.h"
#include "analyze/analyses/words.h"
#include "analyze/base/sum.h"

static const char running[] = "running", unknown[] = "unknown";

struct wall {
	struct waits waits;
	struct pool running; /* exact time, and CPU samples as its stacks */
	struct spans *spans;
	uint64_t samples;
	const struct analysis_input *in; /* during a call of on_event and finish */
};

static void add_unknown(struct wall *w, const struct span *span)
{
	const int64_t values[WAITS_N_VALUES] = { 0, (int64_t)(span->to_ns - span->from_ns) };
	uint32_t labels = waits_labels(&w->waits, w->in->world, span->thread, unknown, -1);

	profile_add(w->waits.profile, frames_mark(&w->waits.frames, "[unknown]"), labels, values);
}

static void on_span(void *arg, const struct span *span)
{
	struct wall *w = arg;

	if (!w->in->passes(w->in, span->thread))
		return;
	waits_span(&w->waits, w->in, span);
	if (span->state == SPAN_UNKNOWN)
		add_unknown(w, span);
	if (span->state == SPAN_RUNNING)
		pool_add(&w->running,
			 waits_labels(&w->waits, w->in->world, span->thread, running, -1), 0,
			 span->to_ns - span->from_ns);
}

static void wall_begin(void *state, const struct analysis_input *in)
{
	static const struct profile_head head = {
		.name = "wall",
		.title = "Wall time of threads",
		.types[WAITS_VALUE_NS] = { "wall", "nanoseconds" },
		.period_type = { "wall", "nanoseconds" },
	};
	struct wall *w = state;

	waits_begin(&w->waits, in, &head);
	/* A part of the waits would not add up to lifetimes. */
	w->waits.min_ns = 0;
	w->waits.states = 0;
	w->spans = window_spans(in, on_span, NULL, w);
}

static void on_sample(struct wall *w, const struct thread *thread,
		      const struct ev_cpu_sample *sample)
{
	const struct world *world = w->in->world;
	uint32_t labels, stack;

	if (sample->h.time_ns < w->in->from_ns || sample->h.time_ns >= w->in->until_ns ||
	    !w->in->passes(w->in, thread))
		return;
	labels = waits_labels(&w->waits, world, thread, running, -1);
	stack = frames_stack(&w->waits.frames, world, thread->process, sample->ustack,
			     sample->kstack);
	pool_sample(&w->running, labels, stack, 1);
	w->samples++;
}

static void wall_on_event(void *state, const struct analysis_input *in, const struct thread *thread,
			  const struct ev_header *event)
{
	struct wall *w = state;

	w->in = in;
	if (event->type == EV_CPU_SAMPLE)
		on_sample(w, thread, (const struct ev_cpu_sample *)event);
	else
		spans_event(w->spans, event);
}

/* Without switches each sample stands for its period. */
static void add_periods(struct wall *w)
{
	int64_t period = cpu_period_ns(w->in->world);

	vec_for_each (sample, &w->running.samples) {
		pool_add(&w->running, sample->set, 0, (uint64_t)sum_times(period, sample->count));
	}
}

static void add_note(const struct wall *w, const struct pool_shares *shares, struct result *ret)
{
	uint64_t ran = w->waits.ns[SPAN_RUNNING];
	char text[256];

	if (ran && !w->samples) {
		result_add_note(ret, "the tape has no CPU samples: what threads ran is not known; "
				     "record with --probes cpu,sched");
	} else if (ran && shares->none) {
		snprintf(text, sizeof(text),
			 "%s of the running time is of threads that no CPU sample met",
			 words_share(shares->none, ran).text);
		result_add_note(ret, text);
	}
}

static void finish_running(struct wall *w, struct result *ret)
{
	static const char *const kin[] = { "pid tid state", NULL };
	struct spans_counts counts;
	struct pool_shares shares;

	spans_get_counts(w->spans, &counts);
	if (!counts.switches)
		add_periods(w);
	pool_spread(&w->running, w->waits.profile, kin,
		    frames_mark(&w->waits.frames, "[running, no sample]"), &shares);
	add_note(w, &shares, ret);
}

static void wall_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct wall *w = state;
	struct profile *p;

	w->in = in;
	spans_finish(w->spans, in->health.complete);
	finish_running(w, ret);
	waits_finish(&w->waits, in, ret);
	waits_tables_note(&w->waits, w->spans, ret);
	p = waits_take_profile(&w->waits);
	result_take_profile(ret, p);
	result_take_table(ret, waits_tables_lifetimes(&w->waits));
	result_take_table(ret, waits_tables_states(&w->waits));
	result_take_table(ret, shares_table(p, SHARES_BY_PROCESS, 0));
	result_take_table(ret, shares_table(p, SHARES_BY_THREAD, 0));
}

static void wall_done(void *state)
{
	struct wall *w = state;

	spans_free(w->spans);
	pool_done(&w->running);
	waits_done(&w->waits);
}

extern const struct analysis analysis_wall, analysis_wall_goroutines;

static const uint16_t wants[] = { SPANS_WANTS, EV_CPU_SAMPLE, 0 };

const struct analysis analysis_wall = {
	.name = "wall",
	.help = "what threads' time passed with: running and waiting, by stack",
	.title = "What threads' time passed with",
	.wants = wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.needs_gaps = true,
	.state_size = sizeof(struct wall),
	.begin = wall_begin,
	.on_event = wall_on_event,
	.finish = wall_finish,
	.done = wall_done,
	.by_goroutine = &analysis_wall_goroutines,
};
