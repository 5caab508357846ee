// SPDX-License-Identifier: BSD-2-Clause
/* See timeline_cpus.h. */
#include <stdio.h>

#include "analyze/analyses/timeline_cpus.h"

static const uint16_t relevant[] = { EV_SCHED_SWITCH, 0 };

void timeline_cpus_init(struct timeline_cpus *c, struct timeline_store *store)
{
	*c = (struct timeline_cpus){
		.store = store,
		.watch_from = world_watch(store->world, "sched").from_ns,
	};
	cover_init(&c->cover, &store->world->gaps, relevant);
}

void timeline_cpus_done(struct timeline_cpus *c)
{
	vec_for_each (cpu, &c->list) {
		vec_done(&cpu->slices);
	}
	vec_done(&c->list);
	cover_done(&c->cover);
}

static struct timeline_cpu *get_cpu(struct timeline_cpus *c, uint16_t number)
{
	while (c->list.n <= number)
		*vec_push(&c->list) = (struct timeline_cpu){ 0 };
	return &c->list.items[number];
}

static void add_unknown(struct timeline_cpus *c, struct timeline_cpu *cpu, uint64_t until_ns)
{
	struct timeline_span slice = {
		.start_ns = cpu->since_ns,
		.end_ns = until_ns,
		.name = timeline_store_text(c->store, TIMELINE_TEXT_STATE, SPAN_UNKNOWN, 0),
		.category = TIMELINE_UNKNOWN,
	};

	if (slice.end_ns > slice.start_ns)
		timeline_store_add(c->store, &cpu->slices, slice);
}

static void add_thread(struct timeline_cpus *c, struct timeline_cpu *cpu,
		       const struct thread *thread, uint64_t until_ns)
{
	struct timeline_span slice = {
		.start_ns = cpu->since_ns,
		.end_ns = until_ns,
		.name = timeline_store_text(c->store, TIMELINE_TEXT_NAME, thread->name, 0),
		.detail = timeline_store_text(c->store, TIMELINE_TEXT_TID, thread->tid, 0),
		.category = TIMELINE_RUNNING,
	};

	if (slice.end_ns > slice.start_ns)
		timeline_store_add(c->store, &cpu->slices, slice);
}

void timeline_cpus_switch(struct timeline_cpus *c, const struct analysis_input *in,
			  const struct thread *thread, const struct ev_sched_switch *ev)
{
	struct timeline_cpu *cpu = get_cpu(c, ev->h.cpu);
	bool watched = ev->flags & EV_SCHED_PREV_WATCHED;
	uint64_t now = ev->h.time_ns;

	if (!cpu->seen) {
		cpu->since_ns = c->watch_from && c->watch_from < now ? c->watch_from : now;
		cpu->next = ev->h.tid;
		cpu->next_watched = watched;
	}
	if (!cover_is_whole(&c->cover, cpu->since_ns, now))
		add_unknown(c, cpu, now);
	else if (cpu->next != ev->h.tid &&
		 ((watched && ev->h.tid) || (cpu->next_watched && cpu->next)))
		add_unknown(c, cpu, now); /* one of them came or went without a record */
	else if (!watched || !cpu->next_watched)
		c->partly = true;
	else if (ev->h.tid && in->passes(in, thread))
		add_thread(c, cpu, thread, now);
	else
		c->partly |= ev->h.tid != 0;
	cpu->seen = true;
	cpu->next = ev->next_tid;
	cpu->next_tgid = ev->next_tgid;
	cpu->next_watched = ev->flags & EV_SCHED_NEXT_WATCHED;
	cpu->since_ns = now;
}

static void finish_cpu(struct timeline_cpus *c, struct timeline_cpu *cpu,
		       const struct analysis_input *in, uint64_t until_ns)
{
	const struct ev_header at = { .time_ns = until_ns,
				      .tid = cpu->next,
				      .tgid = cpu->next_tgid };
	const struct thread *thread;

	if (until_ns < cpu->since_ns)
		return;
	if (!cover_is_whole(&c->cover, cpu->since_ns, until_ns)) {
		add_unknown(c, cpu, until_ns);
		return;
	}
	thread = tasks_peek(&in->world->tasks, &at);
	if (cpu->next && cpu->next_watched && thread && in->passes(in, thread))
		add_thread(c, cpu, thread, until_ns);
}

void timeline_cpus_finish(struct timeline_cpus *c, const struct analysis_input *in,
			  uint64_t until_ns)
{
	for (size_t i = 0; i < c->list.n; i++) {
		struct timeline_cpu *cpu = &c->list.items[i];
		struct timeline_track track = { .parent = TIMELINE_NO_PARENT,
						.kind = TIMELINE_TRACK_CPU };
		char name[32];

		if (!cpu->seen)
			continue;
		finish_cpu(c, cpu, in, until_ns);
		snprintf(name, sizeof(name), "CPU %zu", i);
		track.name = name;
		timeline_store_give(c->store, timeline_add_track(c->store->timeline, &track),
				    &cpu->slices);
	}
}
