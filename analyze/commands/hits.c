// SPDX-License-Identifier: BSD-2-Clause
/*
 * An analysis that is no view: it takes the stacks of all events as if they were
 * one kind. So whatever unwinding and stack marks views see, these commands see.
 */
#include <stddef.h>
#include <stdlib.h>

#include <tape/cleanup.h>

#include "analyze/analyses/frames.h"
#include "analyze/base/memory.h"
#include "analyze/base/sum.h"
#include "analyze/commands/hits.h"

DEFINE_CLEANUP(tape_reader_close, struct tape_reader);

struct state {
	struct profile *profile;
	struct frames frames;
	uint32_t labels; /* the empty set */
};

/* Where an event says its stacks. */
static const struct place {
	uint16_t type;
	uint16_t kstack;
	uint16_t ustack;
} places[] = {
	{ EV_CPU_SAMPLE, offsetof(struct ev_cpu_sample, kstack),
	  offsetof(struct ev_cpu_sample, ustack) },
	{ EV_SCHED_WAIT, offsetof(struct ev_sched_wait, kstack),
	  offsetof(struct ev_sched_wait, ustack) },
	{ EV_SCHED_WAKER, offsetof(struct ev_sched_waker, kstack),
	  offsetof(struct ev_sched_waker, ustack) },
	{ EV_LOCK_CONTENDED, offsetof(struct ev_lock_contended, kstack),
	  offsetof(struct ev_lock_contended, ustack) },
};

static const uint16_t wants[] = { EV_CPU_SAMPLE, EV_SCHED_WAIT, EV_SCHED_WAKER, EV_LOCK_CONTENDED,
				  0 };

static void begin(void *state, const struct analysis_input *in)
{
	const struct profile_head head = {
		.name = "hits",
		.title = "Code that was hit",
		.n_types = 1,
		.types = { { "events", "count" } },
	};
	struct state *s = state;

	s->profile = profile_new(&head);
	s->labels = profile_labels(s->profile, NULL, 0);
	frames_init(&s->frames, s->profile, in->unwinder);
}

static uint64_t stack_at(const struct ev_header *event, uint16_t offset)
{
	return *(const uint64_t *)((const char *)event + offset);
}

static void on_event(void *state, const struct analysis_input *in, const struct thread *thread,
		     const struct ev_header *event)
{
	const int64_t once[] = { 1 };
	struct state *s = state;
	const struct place *at = places;
	uint32_t stack;

	while (at->type != event->type)
		at++;
	if (!stack_at(event, at->kstack) && !stack_at(event, at->ustack))
		return;
	stack = frames_stack(&s->frames, in->world, thread->process, stack_at(event, at->ustack),
			     stack_at(event, at->kstack));
	profile_add(s->profile, stack, s->labels, once);
}

static void finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct state *s = state;

	(void)in;
	result_take_profile(ret, TAKE(s->profile));
}

static void done(void *state)
{
	struct state *s = state;

	frames_done(&s->frames);
	profile_free(s->profile);
}

static const struct analysis analysis = {
	.name = "hits",
	.title = "Code that was hit",
	.wants = wants,
	.shapes = RESULT_PROFILE,
	.state_size = sizeof(struct state),
	.begin = begin,
	.on_event = on_event,
	.finish = finish,
	.done = done,
};

static void count_times(struct hits *h)
{
	size_t n = profile_n_stacks(h->profile);
	int64_t *totals = memory_alloc(n * sizeof(*totals));

	h->times = memory_alloc(profile_n_frames(h->profile) * sizeof(*h->times));
	for (size_t i = 0; i < profile_n_samples(h->profile); i++) {
		const struct profile_sample *s = profile_get_sample(h->profile, i);

		totals[s->stack] = sum_add(totals[s->stack], s->values[0]);
	}
	/* A stack stands behind its parent. */
	for (size_t i = n; i-- > 1;) {
		const struct profile_stack *s = profile_get_stack(h->profile, (uint32_t)i);

		totals[s->parent] = sum_add(totals[s->parent], totals[i]);
		h->times[s->frame] += (uint64_t)totals[i];
	}
	free(totals);
}

bool hits_is_code(const struct hits *h, uint32_t frame)
{
	uint32_t module = profile_get_frame(h->profile, frame)->module;

	return profile_get_module(h->profile, module)->kind != MODULE_MARK;
}

static int compare_frames(const void *left, const void *right, void *arg)
{
	const struct hits *h = arg;
	uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
	const struct profile_frame *a = profile_get_frame(h->profile, x);
	const struct profile_frame *b = profile_get_frame(h->profile, y);

	if (hits_is_code(h, x) != hits_is_code(h, y))
		return hits_is_code(h, x) ? -1 : 1;
	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

int hits_find(const struct command_job *job, struct hits *ret, struct tape_error *err)
{
	CLEANUP(tape_reader_closep) struct tape_reader *reader = NULL;
	const struct filter filter = { 0 };
	const struct pipeline_options options = {
		.analysis = &analysis,
		.filter = &filter,
		.files = { .symfs = job->symfs, .no_files = job->no_files },
	};
	struct hits h = { 0 };
	int rc = tape_reader_open(job->tape, 0, &reader, err);
	size_t n;

	if (rc == 0)
		rc = pipeline_run(reader, &options, &h.report, err);
	if (rc < 0)
		return rc;
	h.profile = result_first(h.report.result, RESULT_PROFILE)->profile;
	count_times(&h);
	n = profile_n_frames(h.profile);
	h.order = memory_alloc(n * sizeof(*h.order));
	for (uint32_t i = 0; i < n; i++)
		h.order[i] = i;
	qsort_r(h.order, n, sizeof(*h.order), compare_frames, &h);
	*ret = h;
	return 0;
}

void hits_done(struct hits *h)
{
	free(h->times);
	free(h->order);
	pipeline_report_done(&h->report);
	*h = (struct hits){ 0 };
}
