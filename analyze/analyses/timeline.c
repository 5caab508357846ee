// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "timeline": which processes lived when, and when the tape does not tell
 * everything.
 */
#include <stdio.h>

#include "analyze/analyses/lives.h"

struct timeline_state {
	struct lives lives;
};

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

static void add_gaps(struct timeline *t, const struct analysis_input *in)
{
	struct timeline_track track = { .name = "lost", .parent = TIMELINE_NO_PARENT };
	uint32_t number;

	if (!in->world->gaps.list.n)
		return;
	number = timeline_add_track(t, &track);
	vec_for_each (gap, &in->world->gaps.list) {
		add_slice(t, in,
			  (struct timeline_slice){ .track = number,
						   .start_ns = gap->from_ns,
						   .end_ns = gap->to_ns,
						   .name = gaps_kind_name(gap->kind),
						   .category = TIMELINE_LOST });
	}
}

static void timeline_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct timeline_state *s = state;
	struct timeline *t = timeline_new("processes", "Processes");

	timeline_set_clock(t, in->from_ns, world_wall_ns(in->world, in->from_ns));
	lives_sort(&s->lives);
	add_gaps(t, in);
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

		snprintf(name, sizeof(name), "%s (%u)", comm, life->tgid);
		add_slice(t, in,
			  (struct timeline_slice){ .track = timeline_add_track(t, &track),
						   .start_ns = life->from_ns,
						   .end_ns = life->to_ns,
						   .name = comm });
	}
	result_take_timeline(ret, t);
}

static void timeline_done(void *state)
{
	lives_done(&((struct timeline_state *)state)->lives);
}

extern const struct analysis analysis_timeline;

const struct analysis analysis_timeline = {
	.name = "timeline",
	.help = "which processes lived when, and when something was lost",
	.title = "Processes over time",
	.wants = (const uint16_t[]){ 0 },
	.shapes = RESULT_TIMELINE,
	.state_size = sizeof(struct timeline_state),
	.on_process = timeline_on_process,
	.finish = timeline_finish,
	.done = timeline_done,
};
