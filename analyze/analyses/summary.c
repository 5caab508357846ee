// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "summary", the default one: what was recorded where and when, the answers
 * to what a tape's probe groups ask in a few lines, and which view to look at
 * next. Of a group that was not recorded there is not a word. One screen.
 */
#include "analyze/analyses/cpu.h"
#include "analyze/analyses/doubts.h"
#include "analyze/analyses/recording.h"
#include "analyze/analyses/shares.h"
#include "analyze/analyses/summary_counts.h"
#include "analyze/analyses/summary_threads.h"
#include "analyze/analyses/window.h"

#define ROWS	 5
/* Of the tables of CPU time when those of waits have to stand on the same screen. */
#define FEW_ROWS 3

struct summary {
	struct cpu cpu;
	struct spans *spans; /* NULL: the tape is not one of group sched */
	struct summary_threads threads;
	struct summary_counts counts;
	const struct analysis_input *in; /* during a call of on_event and finish */
};

/* Not known is yes: then the tape is read twice, which is slow and never wrong. */
static bool may_have_spans(const struct world *w)
{
	if (!facts_count(&w->config))
		return true;
	return recording_has_probe(w, "sched") || facts_find(&w->config, "sched.min_block_ns");
}

static void on_span(void *arg, const struct span *span)
{
	struct summary *s = arg;

	if (s->in->passes(s->in, span->thread))
		summary_threads_span(&s->threads, span);
}

static void on_life(void *arg, const struct span_life *life)
{
	struct summary *s = arg;

	summary_threads_life(&s->threads, life);
}

static void summary_begin(void *state, const struct analysis_input *in)
{
	struct summary *s = state;

	cpu_begin(&s->cpu, in);
	if (may_have_spans(in->world))
		s->spans = window_spans(in, on_span, on_life, s);
}

static void summary_soon(const void *state, const struct analysis_input *in,
			 const struct ev_header *event)
{
	const struct summary *s = state;

	if (event->type == EV_CPU_SAMPLE)
		cpu_soon(&s->cpu, in, event);
}

static void summary_on_event(void *state, const struct analysis_input *in,
			     const struct thread *thread, const struct ev_header *event)
{
	struct summary *s = state;

	s->in = in;
	switch (event->type) {
	case EV_CPU_SAMPLE:
		cpu_on_event(&s->cpu, in, thread, event);
		break;
	case EV_SYSCALL:
	case EV_SYSCALL_COUNT:
	case EV_EXEC_ARGS:
	case EV_LOCK_CONTENDED:
		summary_counts_event(&s->counts, in, thread, event);
		break;
	default:
		if (s->spans)
			spans_event(s->spans, event);
	}
}

/* --- the end --- */

static size_t rows_of(const struct analysis_input *in, size_t usual)
{
	return in->options.top ? in->options.top : usual;
}

/* Whether there were samples, or there should have been: a tape of nothing is one of cpu. */
static bool has_cpu(const struct world *w)
{
	if (w->counts[EV_CPU_SAMPLE] || recording_has_probe(w, "cpu"))
		return true;
	return !recording_probes(w) && !summary_counts_other(w);
}

static void take_cpu(struct summary *s, const struct analysis_input *in, struct result *ret,
		     bool crowded)
{
	struct profile *p = cpu_take_profile(&s->cpu, in, ret);
	size_t rows = rows_of(in, crowded ? FEW_ROWS : ROWS);

	if (profile_n_samples(p) || !crowded) {
		result_take_table(ret, shares_table(p, SHARES_BY_PROCESS, rows));
		result_take_table(ret, shares_table(p, SHARES_BY_THREAD, rows));
	}
	result_take_profile(ret, p);
}

static void add_notes(const struct summary *s, struct result *ret)
{
	const struct doubts doubts = {
		.spans = s->spans,
		.unknown_ns = (uint64_t)summary_threads_ns(&s->threads, SUMMARY_UNKNOWN),
		.total_ns = (uint64_t)summary_threads_total_ns(&s->threads),
	};

	if (doubts.total_ns)
		doubts_add(&doubts, ret);
	else if (result_coverage(ret)->filtered)
		result_add_note(ret, "the filters leave nothing of the threads' time");
}

static void summary_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct summary *s = state;
	const bool switched = s->spans && in->world->counts[EV_SCHED_SWITCH];
	struct table *answers, *losses;

	s->in = in;
	if (s->spans)
		spans_finish(s->spans, in->health.complete);
	result_take_table(ret, recording_table(in));
	answers = summary_counts_table(&s->counts, switched ? &s->threads : NULL);
	if (table_n_rows(answers))
		result_take_table(ret, answers);
	else
		table_free(answers);
	if (switched && s->threads.processes.n)
		result_take_table(ret, summary_threads_table(&s->threads, &in->world->tasks,
							     rows_of(in, ROWS)));
	if (has_cpu(in->world))
		take_cpu(s, in, ret, switched);
	losses = recording_losses(in);
	if (losses)
		result_take_table(ret, losses);
	if (switched)
		add_notes(s, ret);
	summary_counts_note(in->world, switched ? &s->threads : NULL, ret);
}

static void summary_done(void *state)
{
	struct summary *s = state;

	cpu_done(&s->cpu);
	spans_free(s->spans);
	summary_threads_done(&s->threads);
}

extern const struct analysis analysis_summary;

const struct analysis analysis_summary = {
	.name = "summary",
	.help = "what was recorded, and the answers in short, on one screen",
	.title = "Summary",
	.top = 12,
	.brief = true,
	.wants = (const uint16_t[]){ SPANS_WANTS, EV_CPU_SAMPLE, EV_SYSCALL, EV_SYSCALL_COUNT,
				     EV_EXEC_ARGS, EV_LOCK_CONTENDED, 0 },
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.filtered = (const uint16_t[]){ EV_CPU_SAMPLE, EV_EXEC_ARGS, 0 },
	.asks_gaps = may_have_spans,
	.state_size = sizeof(struct summary),
	.begin = summary_begin,
	.soon = summary_soon,
	.on_event = summary_on_event,
	.finish = summary_finish,
	.done = summary_done,
};
