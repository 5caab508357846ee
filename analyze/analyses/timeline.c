// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "timeline": what each thread and each CPU did when, who woke whom, and
 * when the tape does not tell everything. Of a tape without switches: which
 * processes lived when.
 */
#include <inttypes.h>
#include <stdio.h>

#include "analyze/analyses/doubts.h"
#include "analyze/analyses/lives.h"
#include "analyze/analyses/timeline_cpus.h"
#include "analyze/analyses/timeline_goroutines.h"
#include "analyze/analyses/timeline_threads.h"
#include "analyze/analyses/window.h"
#include "analyze/analyses/words.h"

struct timeline_state {
	struct lives lives;
	struct spans *spans;
	struct timeline *timeline;
	struct timeline_store store;
	struct timeline_threads threads;
	struct timeline_cpus cpus;
	struct timeline_goroutines goroutines;
	struct map tracks; /* of processes: tgid to number + 1 */
	uint64_t last_ns;  /* of switches and wake-ups */
	const struct analysis_input *in;
};

static void on_span(void *arg, const struct span *span)
{
	struct timeline_state *s = arg;

	if (s->in->passes(s->in, span->thread))
		timeline_threads_span(&s->threads, span);
}

static void on_life(void *arg, const struct span_life *life)
{
	timeline_threads_life(&((struct timeline_state *)arg)->threads, life);
}

static void timeline_begin(void *state, const struct analysis_input *in)
{
	struct timeline_state *s = state;

	s->in = in;
	s->spans = window_spans(in, on_span, on_life, s);
	s->timeline = timeline_new("threads", "Threads");
	timeline_store_init(&s->store, in->world, s->timeline);
	s->store.from_ns = in->from_ns;
	s->store.to_ns = in->until_ns;
	timeline_threads_init(&s->threads, &s->store);
	timeline_cpus_init(&s->cpus, &s->store);
	timeline_goroutines_init(&s->goroutines, in, &s->store);
}

static void timeline_on_event(void *state, const struct analysis_input *in,
			      const struct thread *thread, const struct ev_header *event)
{
	struct timeline_state *s = state;

	timeline_goroutines_event(&s->goroutines, in, thread, event);
	if (event->type == EV_CPU_SAMPLE) {
		if (event->tid && event->time_ns >= in->from_ns && in->passes(in, thread))
			timeline_threads_sample(&s->threads, thread, event);
		return;
	}
	spans_event(s->spans, event);
	if (event->type == EV_SCHED_SWITCH)
		timeline_cpus_switch(&s->cpus, in, thread, (const struct ev_sched_switch *)event);
	if ((event->type == EV_SCHED_SWITCH || event->type == EV_SCHED_WAKEUP) &&
	    event->time_ns > s->last_ns)
		s->last_ns = event->time_ns;
}

static void timeline_on_process(void *state, const struct analysis_input *in,
				const struct process *p)
{
	struct timeline_state *s = state;

	lives_add(&s->lives, p, in->world->last_ns);
}

/* The part of a slice that is in the time that is looked at. */
static void add_slice(struct timeline *t, const struct analysis_input *in,
		      struct timeline_slice slice)
{
	if (slice.end_ns < in->from_ns || slice.start_ns > in->to_ns)
		return;
	if (slice.start_ns < in->from_ns)
		slice.start_ns = in->from_ns;
	if (slice.end_ns > in->to_ns)
		slice.end_ns = in->to_ns;
	if (slice.end_ns < slice.start_ns)
		slice.end_ns = slice.start_ns;
	timeline_add_slice(t, &slice);
}

static void add_gaps(struct timeline *t, const struct analysis_input *in, uint64_t until_ns)
{
	struct timeline_track track = { .name = "lost", .parent = TIMELINE_NO_PARENT };
	uint32_t number;

	if (!in->world->gaps.list.n)
		return;
	number = timeline_add_track(t, &track);
	vec_for_each (gap, &in->world->gaps.list) {
		if (gap->from_ns > until_ns)
			continue;
		add_slice(t, in,
			  (struct timeline_slice){ .track = number,
						   .start_ns = gap->from_ns,
						   .end_ns = gap->to_ns < until_ns ? gap->to_ns
										   : until_ns,
						   .name = gaps_kind_name(gap->kind),
						   .category = TIMELINE_LOST });
	}
}

/* --- threads --- */

static void add_unknown_notes(const struct timeline_state *s, struct result *ret)
{
	struct doubts doubts = { .spans = s->spans, .unknown_ns = s->threads.ns[SPAN_UNKNOWN] };

	for (int state = 0; state < SPAN_N_STATES; state++)
		doubts.total_ns += s->threads.ns[state];
	doubts_add(&doubts, ret);
}

static void add_notes(const struct timeline_state *s, const struct analysis_input *in,
		      struct result *ret)
{
	const struct timeline_store *store = &s->store;
	char text[300];

	add_unknown_notes(s, ret);
	if (!store->n)
		result_add_note(ret, "no thread that was asked for lived in that time");
	if (s->cpus.partly)
		result_add_note(ret, "a CPU shows only the threads that were recorded and asked "
				     "for: where it shows none, another one may have run");
	if (store->left_out) {
		snprintf(text, sizeof(text),
			 "too much for one timeline: it ends %s after its beginning, %" PRIu64
			 " slices are left out; --from and --to choose a shorter time",
			 words_duration(store->to_ns - in->from_ns).text, store->left_out);
		result_add_note(ret, text);
	}
	if (s->threads.wakes_left_out) {
		snprintf(text, sizeof(text),
			 "%" PRIu64 " wake-ups of the later ones have no link: there are too many; "
			 "--from and --to choose a shorter time",
			 s->threads.wakes_left_out);
		result_add_note(ret, text);
	}
}

static void finish_threads(struct timeline_state *s, const struct analysis_input *in,
			   struct result *ret)
{
	uint64_t watched = in->health.complete ? spans_watch_to(s->spans) : 0;

	timeline_set_clock(s->timeline, in->from_ns, world_wall_ns(in->world, in->from_ns));
	add_gaps(s->timeline, in, s->store.to_ns);
	timeline_cpus_finish(&s->cpus, in, watched ? watched : s->last_ns);
	timeline_threads_finish(&s->threads, &s->lives, &s->tracks);
	timeline_goroutines_finish(&s->goroutines, in, &s->tracks);
	add_notes(s, in, ret);
	result_take_timeline(ret, s->timeline);
	s->timeline = NULL;
}

/* --- processes --- */

static void finish_processes(struct timeline_state *s, const struct analysis_input *in,
			     struct result *ret)
{
	struct timeline *t = s->timeline;
	struct coverage *c = result_coverage(ret);

	/* It tells nothing of samples. */
	c->first_ns = c->last_ns = 0;
	timeline_rename(t, "processes", "Processes");
	timeline_set_clock(t, in->from_ns, world_wall_ns(in->world, in->from_ns));
	add_gaps(t, in, UINT64_MAX);
	vec_for_each (life, &s->lives.list) {
		const char *comm = tasks_name(&in->world->tasks, life->name);
		char name[64];
		struct timeline_track track = {
			.name = name,
			.parent = TIMELINE_NO_PARENT,
			.pid = life->tgid,
			.tid = life->tgid,
			.kind = TIMELINE_TRACK_PROCESS,
		};
		uint32_t number;

		snprintf(name, sizeof(name), "%s (%u)", comm, life->tgid);
		number = timeline_add_track(t, &track);
		*map_add(&s->tracks, life->tgid, NULL) = (uint64_t)number + 1;
		add_slice(t, in,
			  (struct timeline_slice){ .track = number,
						   .start_ns = life->from_ns,
						   .end_ns = life->to_ns,
						   .name = comm });
	}
	timeline_goroutines_finish(&s->goroutines, in, &s->tracks);
	result_take_timeline(ret, t);
	s->timeline = NULL;
}

static void timeline_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct timeline_state *s = state;
	struct spans_counts counts;

	spans_finish(s->spans, in->health.complete);
	spans_get_counts(s->spans, &counts);
	lives_sort(&s->lives);
	if (counts.switches || counts.wakeups)
		finish_threads(s, in, ret);
	else
		finish_processes(s, in, ret);
	timeline_goroutines_notes(&s->goroutines, ret);
}

static void timeline_done(void *state)
{
	struct timeline_state *s = state;

	lives_done(&s->lives);
	spans_free(s->spans);
	timeline_threads_done(&s->threads);
	timeline_cpus_done(&s->cpus);
	timeline_goroutines_done(&s->goroutines);
	map_done(&s->tracks);
	timeline_store_done(&s->store);
	timeline_free(s->timeline);
}

extern const struct analysis analysis_timeline;

static const uint16_t wants[] = { SPANS_WANTS, GOROUTINES_WANTS, EV_CPU_SAMPLE, 0 };

const struct analysis analysis_timeline = {
	.name = "timeline",
	.help = "what each thread and CPU did when, who woke whom, and what was lost",
	.title = "Processes and threads over time",
	.wants = wants,
	.shapes = RESULT_TIMELINE,
	.unfiltered = true,
	.needs_gaps = true,
	.state_size = sizeof(struct timeline_state),
	.begin = timeline_begin,
	.on_event = timeline_on_event,
	.on_process = timeline_on_process,
	.finish = timeline_finish,
	.done = timeline_done,
};
