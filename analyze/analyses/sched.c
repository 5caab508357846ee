// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "sched": whether threads that could run had to wait for a CPU, how long,
 * which, and who ran instead. A wait counts where it ended, with its full
 * length; times are those within the time that is looked at.
 */
#include "analyze/analyses/sched.h"
#include "analyze/analyses/window.h"

/* Threads beyond share a row. */
#define MOST_THREADS ((size_t)1 << 15)

/* --- spans --- */

static struct sched_row *row_of(struct sched *s, const struct span *span)
{
	uint64_t *index = map_find(&s->by_life, span->life);

	if (index)
		return &s->threads.items[*index];
	if (s->threads.n >= MOST_THREADS) {
		s->crowded++;
		return &s->threads.items[0];
	}
	index = map_add(&s->by_life, span->life, NULL);
	*index = s->threads.n;
	*vec_push(&s->threads) = (struct sched_row){ .tid = span->tid, .tgid = span->tgid };
	return &s->threads.items[*index];
}

static void add_latency(struct sched *s, struct sched_row *row, const struct span *span)
{
	uint64_t ns = span->end_ns - span->begin_ns;

	if (span->open || span->cause == SPAN_NO_CAUSE || span->to_ns != span->end_ns)
		return;
	histogram_add(&s->causes[span->cause], ns);
	histogram_add(&row->latency, ns);
	if (span->cpu != UINT16_MAX)
		histogram_add(&sched_cpus_get(&s->cpus, span->cpu)->latency, ns);
	sched_worst_add(&s->worst, s->in->world, span);
}

static void on_span(void *arg, const struct span *span)
{
	struct sched *s = arg;
	struct sched_row *row;

	if (!s->in->passes(s->in, span->thread))
		return;
	row = row_of(s, span);
	if (row->tid) {
		row->name = span->thread->name;
		row->process_name = span->thread->process->name;
	}
	row->ns[span->state] += span->to_ns - span->from_ns;
	if (span->state == SPAN_RUNNING || span->state == SPAN_RUNNABLE)
		sched_queue_add(&s->queue, span->state == SPAN_RUNNING, span->from_ns, span->to_ns);
	if (span->state == SPAN_RUNNING) {
		row->switches += !span->open && span->to_ns == span->end_ns;
		if (span->cpu != UINT16_MAX)
			sched_cpus_get(&s->cpus, span->cpu)->running_ns +=
				span->to_ns - span->from_ns;
	}
	if (span->state == SPAN_RUNNABLE) {
		row->preempted += span->cause == SPAN_PREEMPTED && span->from_ns == span->begin_ns;
		add_latency(s, row, span);
	}
}

static void on_life(void *arg, const struct span_life *life)
{
	struct sched *s = arg;
	uint64_t *moved = map_find(&s->migrations, life->tid);
	const uint64_t *index = map_find(&s->by_life, life->life);

	if (moved && index)
		s->threads.items[*index].migrations += *moved;
	if (moved)
		map_remove(&s->migrations, life->tid);
	map_remove(&s->by_life, life->life);
}

/* --- events --- */

static void sched_begin(void *state, const struct analysis_input *in)
{
	struct sched *s = state;

	s->in = in;
	s->spans = window_spans(in, on_span, on_life, s);
	/* Where the row of those that are too many will be. */
	*vec_push(&s->threads) = (struct sched_row){ 0 };
	sched_cpus_init(&s->cpus, &in->world->gaps, in->from_ns, in->until_ns);
	s->cpus.watch_from = spans_watch_from(s->spans);
	sched_queue_init(&s->queue, window_from(in, s->spans));
	sched_worst_init(&s->worst, in->options.top);
}

static void on_migrate(struct sched *s, const struct thread *thread, const struct ev_header *event)
{
	if (event->time_ns < s->in->from_ns || event->time_ns >= s->in->until_ns ||
	    !s->in->passes(s->in, thread))
		return;
	s->n_migrations++;
	if (s->migrations.n < 8 * MOST_THREADS)
		++*map_add(&s->migrations, event->tid, NULL);
}

static void sched_on_event(void *state, const struct analysis_input *in,
			   const struct thread *thread, const struct ev_header *event)
{
	struct sched *s = state;

	(void)in;
	if (event->type == EV_SCHED_MIGRATE) {
		on_migrate(s, thread, event);
		return;
	}
	spans_event(s->spans, event);
	if (event->type == EV_SCHED_SWITCH)
		sched_cpus_switch(&s->cpus, (const struct ev_sched_switch *)event);
	if (event->type == EV_SCHED_SWITCH || event->type == EV_SCHED_WAKEUP)
		s->last_ns = event->time_ns > s->last_ns ? event->time_ns : s->last_ns;
}

static void sched_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct sched *s = state;

	spans_finish(s->spans, in->health.complete);
	sched_cpus_finish(&s->cpus, window_to(in, s->spans, s->last_ns));
	sched_tables(s, in, ret);
}

static void sched_done(void *state)
{
	struct sched *s = state;

	spans_free(s->spans);
	vec_for_each (row, &s->threads) {
		histogram_done(&row->latency);
	}
	vec_done(&s->threads);
	for (size_t i = 0; i < sizeof(s->causes) / sizeof(*s->causes); i++)
		histogram_done(&s->causes[i]);
	map_done(&s->by_life);
	map_done(&s->migrations);
	sched_cpus_done(&s->cpus);
	sched_queue_done(&s->queue);
	sched_worst_done(&s->worst);
}

extern const struct analysis analysis_sched;

const struct analysis analysis_sched = {
	.name = "sched",
	.help = "how long threads that could run waited for a CPU, and who ran instead",
	.title = "Waits for a CPU",
	.wants = (const uint16_t[]){ SPANS_WANTS, EV_SCHED_MIGRATE, 0 },
	.shapes = RESULT_TABLE,
	.unfiltered = true,
	.needs_gaps = true,
	.state_size = sizeof(struct sched),
	.begin = sched_begin,
	.on_event = sched_on_event,
	.finish = sched_finish,
	.done = sched_done,
};
