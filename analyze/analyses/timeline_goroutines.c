// SPDX-License-Identifier: BSD-2-Clause
/*
 * See timeline_goroutines.h. What is told of a snapshot counts when its end has come:
 * only then is it known whether anything is missing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/timeline_goroutines.h"

#define NONE	  UINT32_MAX
#define MOST_RUNS ((size_t)1 << 22) /* that wait for a snapshot */

static uint64_t key_of(uint64_t process, uint64_t goid)
{
	return map_mix(goid + map_mix(process + 1));
}

/* NONE: they are too many. */
static uint32_t get(struct timeline_goroutines *g, uint32_t process, uint64_t goid, uint64_t now_ns)
{
	uint64_t key = key_of(process, goid), *slot = map_find(&g->by_goid, key);

	if (slot)
		return (uint32_t)*slot;
	if (g->list.n >= TIMELINE_GOROUTINES_MOST) {
		g->beyond++;
		return NONE;
	}
	*map_add(&g->by_goid, key, NULL) = g->list.n;
	*vec_push(&g->list) = (struct timeline_goroutine){
		.process = process, .goid = goid, .first_ns = now_ns, .last_ns = now_ns
	};
	return (uint32_t)g->list.n - 1;
}

static struct timeline_snapshots *snapshots_of(struct timeline_goroutines *g, uint32_t process)
{
	while (g->snapshots.n <= process)
		*vec_push(&g->snapshots) = (struct timeline_snapshots){ 0 };
	return &g->snapshots.items[process];
}

static void touch(struct timeline_goroutines *g, uint32_t index)
{
	struct timeline_goroutine *at = &g->list.items[index];

	if (!at->touched)
		*vec_push(&snapshots_of(g, at->process)->touched) = index;
	at->touched = true;
}

/* --- what slices say --- */

static enum timeline_category category_of(const char *status)
{
	if (strcmp(status, "running") == 0)
		return TIMELINE_RUNNING;
	if (strcmp(status, "runnable") == 0 || strcmp(status, "preempted") == 0)
		return TIMELINE_RUNNABLE;
	return TIMELINE_BLOCKED;
}

static uint32_t what_of(struct timeline_goroutines *g, const struct goroutines_process *p,
			const struct goroutine *at)
{
	bool waits = goroutines_waits(&g->groups.goroutines, p, at);
	uint32_t reason = waits ? at->wait_reason + 1 : 0;
	uint64_t key = map_mix((uint64_t)p->index << 32 | at->stack);
	struct gotext status = gogroups_status(&g->groups, p->index, at->status);
	struct gotext name =
		waits ? gogroups_reason(&g->groups, p->index, at->wait_reason) : status;
	struct timeline_what what = { .category = category_of(status.text) };
	uint64_t *slot;
	bool added;

	slot = map_add(&g->by_what, map_mix(key + ((uint64_t)reason << 32 | at->status)), &added);
	if (!added)
		return (uint32_t)*slot;
	what.runs = what.category == TIMELINE_RUNNING;
	what.name = timeline_add_text(g->store->timeline, name.text);
	if (at->stack != PROFILE_ROOT)
		what.detail = timeline_add_text_at(g->store->timeline, "in ", at->stack);
	*slot = g->whats.n;
	*vec_push(&g->whats) = what;
	return (uint32_t)*slot;
}

static void add_slice(struct timeline_goroutines *g, struct timeline_goroutine *at,
		      struct timeline_span slice)
{
	if (slice.end_ns <= slice.start_ns)
		return;
	if (slice.end_ns > at->last_ns)
		at->last_ns = slice.end_ns;
	timeline_store_add(g->store, &at->slices, slice);
}

static struct timeline_run between(uint64_t from_ns, uint64_t to_ns)
{
	return (struct timeline_run){ .from_ns = from_ns, .to_ns = to_ns };
}

static void add_state(struct timeline_goroutines *g, struct timeline_goroutine *at, uint32_t what,
		      struct timeline_run when)
{
	const struct timeline_what *w = &g->whats.items[what];

	add_slice(g, at,
		  (struct timeline_span){ .start_ns = when.from_ns,
					  .end_ns = when.to_ns,
					  .name = w->name,
					  .detail = w->detail,
					  .category = w->category });
}

static void add_unknown(struct timeline_goroutines *g, struct timeline_goroutine *at,
			struct timeline_run when)
{
	add_slice(g, at,
		  (struct timeline_span){ .start_ns = when.from_ns,
					  .end_ns = when.to_ns,
					  .name = timeline_store_text(g->store, TIMELINE_TEXT_STATE,
								      SPAN_UNKNOWN, 0),
					  .category = TIMELINE_UNKNOWN });
}

static void add_run(struct timeline_goroutines *g, struct timeline_goroutine *at,
		    const struct timeline_run *run)
{
	static const struct {
		const char *name, *detail;
		enum timeline_category category;
	} did[] = {
		[TIMELINE_DID_RUN] = { "running", "by switches", TIMELINE_RUNNING },
		[TIMELINE_DID_QUEUE] = { "running", "its thread has no CPU", TIMELINE_RUNNABLE },
		[TIMELINE_DID_BLOCK] = { "syscall", "its thread is blocked", TIMELINE_BLOCKED },
	};
	struct timeline *t = g->store->timeline;

	add_slice(g, at,
		  (struct timeline_span){ .start_ns = run->from_ns,
					  .end_ns = run->to_ns,
					  .name = timeline_add_text(t, did[run->did].name),
					  .detail = timeline_add_text(t, did[run->did].detail),
					  .category = did[run->did].category });
}

/* --- between two snapshots --- */

static int compare_runs(const void *left, const void *right)
{
	const struct timeline_run *a = left, *b = right;

	return (a->from_ns > b->from_ns) - (a->from_ns < b->from_ns);
}

/*
 * A goroutine that surely ran changed at the ends of that. What was between two runs is
 * not known: threads change goroutines without a record. Gives the last end.
 */
static uint64_t add_runs(struct timeline_goroutines *g, struct timeline_goroutine *at,
			 uint64_t until)
{
	if (at->runs.n)
		qsort(at->runs.items, at->runs.n, sizeof(*at->runs.items), compare_runs);
	vec_for_each (run, &at->runs) {
		bool first = run == at->runs.items;
		struct timeline_run before = { .from_ns = until, .to_ns = run->from_ns };

		if (until && run->from_ns < until)
			run->from_ns = until;
		if (run->to_ns <= run->from_ns)
			continue;
		if (first && at->open && !g->whats.items[at->what].runs)
			add_state(g, at, at->what, before);
		else if (until)
			add_unknown(g, at, before);
		add_run(g, at, run);
		until = run->to_ns;
	}
	g->waiting_runs -= at->runs.n;
	at->runs.n = 0;
	return until;
}

/* Nobody knows what it did since the last snapshot but where it surely ran. */
static uint64_t settle_gap(struct timeline_goroutines *g, struct timeline_goroutine *at,
			   const struct timeline_snapshots *last, uint64_t ns)
{
	uint64_t until = at->open ? last->ns : 0;

	if (at->open)
		add_state(g, at, at->what, between(at->since_ns, last->ns));
	at->open = false;
	until = add_runs(g, at, until);
	if (until)
		add_unknown(g, at, between(until, ns));
	return ns;
}

/* When what it does now began, as far as is known; what it did until then is told. */
static uint64_t settle_step(struct timeline_goroutines *g, struct timeline_goroutine *at,
			    const struct timeline_snapshots *last, uint64_t ns, bool born)
{
	uint64_t middle = last->ns + (ns - last->ns) / 2;

	if (at->runs.n)
		return add_runs(g, at, at->open ? at->since_ns : 0);
	if (at->open)
		add_state(g, at, at->what, between(at->since_ns, middle));
	return at->open || born ? middle : ns;
}

static void settle(struct timeline_goroutines *g, struct timeline_goroutine *at,
		   const struct goroutines_process *p, const struct timeline_snapshots *last,
		   bool follows)
{
	const struct goroutine *now = goroutines_find(p, at->goid);
	uint32_t what = now ? what_of(g, p, now) : NONE;

	if (now && at->start == PROFILE_ROOT)
		at->start = now->group;
	if (follows && at->open && at->what == what && !at->runs.n)
		return;
	at->since_ns = follows ? settle_step(g, at, last, p->last_ns, now && now->born)
			       : settle_gap(g, at, last, p->last_ns);
	at->open = now != NULL;
	at->what = what;
}

static void on_snapshot(void *arg, struct goroutines_process *p, uint64_t ns)
{
	struct timeline_goroutines *g = arg;
	struct timeline_snapshots *s = snapshots_of(g, p->index);
	bool follows = s->number && p->last_number == s->number + 1;

	vec_for_each (index, &s->touched) {
		struct timeline_goroutine *at = &g->list.items[*index];

		at->touched = false;
		settle(g, at, p, s, follows);
	}
	s->touched.n = 0;
	s->number = p->last_number;
	s->ns = ns;
}

/* group, which is the watcher's own, has the function that it began with: a stack. */
static void on_change(void *arg, struct goroutines_process *p, const struct goroutine *before,
		      struct goroutine *now)
{
	struct timeline_goroutines *g = arg;
	uint32_t index = get(g, p->index, now ? now->goid : before->goid, g->groups.now_ns);

	if (index != NONE)
		touch(g, index);
	if (!now)
		return;
	now->stack = gogroups_stack(&g->groups, now);
	if (!now->grouped && now->start && g->groups.process)
		now->group = profile_stack(g->groups.profile, PROFILE_ROOT,
					   frames_address(&g->groups.frames, g->groups.in->world,
							  g->groups.process, now->start));
	now->grouped = now->start != 0;
}

/* --- what threads run --- */

static void keep_run(struct timeline_goroutines *g, const struct thread *thread,
		     const struct timeline_runner *r, uint64_t to_ns)
{
	enum timeline_did off = r->wanted ? TIMELINE_DID_QUEUE : TIMELINE_DID_BLOCK;
	const struct goroutines *all = &g->groups.goroutines;
	const uint64_t *slot = map_find(&all->by_number, thread->process->number);
	uint32_t index;

	if (!slot || !*slot || !r->goid || to_ns <= r->from_ns ||
	    !g->groups.in->passes(g->groups.in, thread))
		return;
	index = get(g, (uint32_t)*slot - 1, r->goid, r->from_ns);
	if (index == NONE)
		return;
	if (g->waiting_runs >= MOST_RUNS) {
		g->store->left_out++;
		return;
	}
	g->waiting_runs++;
	*vec_push(&g->list.items[index].runs) =
		(struct timeline_run){ r->from_ns, to_ns, r->on ? TIMELINE_DID_RUN : off };
	touch(g, index);
}

/* Most threads are of no Go program. */
static bool is_followed(const struct timeline_goroutines *g, uint32_t tgid)
{
	return map_find(&g->groups.in->world->running.programs, tgid) != NULL;
}

static struct timeline_runner *runner_of(struct timeline_goroutines *g, uint32_t tid)
{
	bool added;
	uint64_t *slot = map_add(&g->by_tid, tid, &added);

	if (added) {
		*slot = g->runners.n;
		*vec_push(&g->runners) = (struct timeline_runner){ 0 };
	}
	return &g->runners.items[*slot];
}

/* 0: none, or not known. */
static uint64_t goid_of(const struct timeline_goroutines *g, const struct ev_header *event)
{
	uint64_t goid = running_goid(&g->groups.in->world->running, event);

	return goid == RUNNING_UNKNOWN || goid == RUNNING_NO_GO ? 0 : goid;
}

/* A thread that is told the same goroutine twice has run it all the time in between. */
static void tell(struct timeline_goroutines *g, const struct thread *thread,
		 const struct ev_header *event)
{
	struct timeline_runner *r = runner_of(g, event->tid);
	uint64_t goid = goid_of(g, event), now = event->time_ns;

	if (!r->on || r->tgid != event->tgid)
		return;
	if (r->goid == goid) {
		r->last_ns = now;
		return;
	}
	keep_run(g, thread, r, r->last_ns);
	*r = (struct timeline_runner){ event->tgid, true, false, goid, now, now };
}

/* While a thread has no CPU nobody takes its goroutine away. */
static void leave(struct timeline_goroutines *g, const struct thread *thread,
		  const struct ev_sched_switch *ev)
{
	struct timeline_runner *r = runner_of(g, ev->h.tid);
	uint64_t now = ev->h.time_ns;

	tell(g, thread, &ev->h);
	if (r->on && r->tgid == ev->h.tgid)
		keep_run(g, thread, r, r->last_ns);
	*r = (struct timeline_runner){ .tgid = ev->h.tgid,
				       .wanted = ev->state == EV_SCHED_RUNNING,
				       .goid = goid_of(g, &ev->h),
				       .from_ns = now,
				       .last_ns = now };
}

static void enter(struct timeline_goroutines *g, const struct ev_header *next)
{
	struct timeline_runner *r = runner_of(g, next->tid);
	const struct thread *thread = tasks_peek(&g->groups.in->world->tasks, next);
	uint64_t goid = goid_of(g, next), now = next->time_ns;

	if (!r->on && r->tgid == next->tgid && r->goid == goid && thread)
		keep_run(g, thread, r, now);
	*r = (struct timeline_runner){ next->tgid, true, false, goid, now, now };
}

static void on_switch(struct timeline_goroutines *g, const struct thread *thread,
		      const struct ev_sched_switch *ev)
{
	struct ev_header next = ev->h;

	next.tid = ev->next_tid;
	next.tgid = ev->next_tgid;
	if (ev->h.tid && is_followed(g, ev->h.tgid))
		leave(g, thread, ev);
	if (next.tid && is_followed(g, next.tgid))
		enter(g, &next);
}

static void add_sample(struct timeline_goroutines *g, const struct thread *thread,
		       const struct ev_header *event)
{
	const struct goroutines *all = &g->groups.goroutines;
	const uint64_t *slot = map_find(&all->by_number, thread->process->number);
	uint64_t goid = goid_of(g, event);
	struct timeline_span slice = { .start_ns = event->time_ns, .end_ns = event->time_ns };
	uint32_t index;

	if (!slot || !*slot || !goid || !g->groups.in->passes(g->groups.in, thread))
		return;
	index = get(g, (uint32_t)*slot - 1, goid, event->time_ns);
	if (index == NONE)
		return;
	slice.name = timeline_add_text(g->store->timeline, "sample");
	slice.detail = timeline_store_text(g->store, TIMELINE_TEXT_CPU, event->cpu, 0);
	timeline_store_add(g->store, &g->list.items[index].slices, slice);
}

/* --- all together --- */

void timeline_goroutines_init(struct timeline_goroutines *g, const struct analysis_input *in,
			      struct timeline_store *store)
{
	*g = (struct timeline_goroutines){ .store = store };
	gogroups_begin(&g->groups, in);
	g->groups.goroutines.watcher = (struct goroutines_watcher){ g, on_change, on_snapshot };
}

void timeline_goroutines_done(struct timeline_goroutines *g)
{
	vec_for_each (at, &g->list) {
		vec_done(&at->runs);
		vec_done(&at->slices);
	}
	vec_for_each (s, &g->snapshots) {
		vec_done(&s->touched);
	}
	vec_done(&g->list);
	vec_done(&g->whats);
	vec_done(&g->runners);
	vec_done(&g->snapshots);
	map_done(&g->by_goid);
	map_done(&g->by_what);
	map_done(&g->by_tid);
	gogroups_done(&g->groups);
}

void timeline_goroutines_event(struct timeline_goroutines *g, const struct analysis_input *in,
			       const struct thread *thread, const struct ev_header *event)
{
	bool of_thread = event->type == EV_SCHED_SWITCH || event->type == EV_CPU_SAMPLE;

	g->groups.in = in;
	/* Most tapes have no Go program. */
	if (of_thread && !g->groups.goroutines.processes.n)
		return;
	if (event->type == EV_SCHED_SWITCH) {
		on_switch(g, thread, (const struct ev_sched_switch *)event);
	} else if (event->type == EV_CPU_SAMPLE) {
		tell(g, thread, event);
		add_sample(g, thread, event);
	} else {
		gogroups_event(&g->groups, in, thread, event);
	}
}

/* --- tracks --- */

static void end(struct timeline_goroutines *g, struct timeline_goroutine *at)
{
	const struct timeline_snapshots *last = snapshots_of(g, at->process);

	if (at->open)
		add_state(g, at, at->what, between(at->since_ns, last->ns));
	at->open = false;
	add_runs(g, at, 0);
}

/* By process; in it those that changed most, then those that lived longest. */
static int compare_goroutines(const void *left, const void *right)
{
	const struct timeline_goroutine *const *one = left, *const *other = right;
	const struct timeline_goroutine *a = *one, *b = *other;

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	if (a->slices.n != b->slices.n)
		return a->slices.n < b->slices.n ? 1 : -1;
	if (a->last_ns - a->first_ns != b->last_ns - b->first_ns)
		return a->last_ns - a->first_ns < b->last_ns - b->first_ns ? 1 : -1;
	return (a->goid > b->goid) - (a->goid < b->goid);
}

static int compare_goids(const void *left, const void *right)
{
	const struct timeline_goroutine *const *a = left, *const *b = right;

	return ((*a)->goid > (*b)->goid) - ((*a)->goid < (*b)->goid);
}

static uint32_t process_track(struct timeline_goroutines *g, const struct goroutines_process *p,
			      struct map *tracks)
{
	const struct world *world = g->groups.in->world;
	struct timeline_track track = { .parent = TIMELINE_NO_PARENT,
					.pid = p->tgid,
					.tid = p->tgid,
					.kind = TIMELINE_TRACK_PROCESS };
	char name[64];
	bool added;
	uint64_t *slot = map_add(tracks, p->tgid, &added);

	if (!added)
		return (uint32_t)*slot - 1;
	snprintf(name, sizeof(name), "%s (%u)", tasks_name(&world->tasks, p->name), p->tgid);
	track.name = name;
	*slot = timeline_add_track(g->store->timeline, &track) + 1;
	return (uint32_t)*slot - 1;
}

static void add_track(struct timeline_goroutines *g, struct timeline_goroutine *at, uint32_t parent,
		      uint32_t tgid)
{
	char name[32];
	const struct timeline_track track = { .name = name, .parent = parent, .pid = tgid };
	uint32_t number;

	snprintf(name, sizeof(name), "g %" PRIu64, at->goid);
	number = timeline_add_track(g->store->timeline, &track);
	if (at->start != PROFILE_ROOT)
		timeline_set_track_at(g->store->timeline, number, at->start);
	timeline_store_give(g->store, number, &at->slices);
}

/* Those of one process. */
static void add_tracks(struct timeline_goroutines *g, struct timeline_goroutine **list, size_t n,
		       struct map *tracks)
{
	const struct goroutines_process *p = g->groups.goroutines.processes.items[list[0]->process];
	struct timeline_track track = { .name = "goroutines", .pid = p->tgid };
	size_t shown = 0;
	uint32_t parent;

	while (shown < n && shown < TIMELINE_GOROUTINES_TRACKS && list[shown]->slices.n)
		shown++;
	for (size_t i = shown; i < n; i++)
		g->left_out += list[i]->slices.n > 0;
	if (!shown)
		return;
	track.parent = process_track(g, p, tracks);
	parent = timeline_add_track(g->store->timeline, &track);
	qsort(list, shown, sizeof(*list), compare_goids);
	for (size_t i = 0; i < shown; i++)
		add_track(g, list[i], parent, p->tgid);
}

void timeline_goroutines_finish(struct timeline_goroutines *g, const struct analysis_input *in,
				struct map *tracks)
{
	struct timeline_goroutine **list = memory_alloc((g->list.n + 1) * sizeof(*list));
	size_t n = 0, begin = 0;

	g->groups.in = in;
	vec_for_each (at, &g->list) {
		end(g, at);
		list[n++] = at;
	}
	qsort(list, n, sizeof(*list), compare_goroutines);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && list[i]->process == list[begin]->process)
			continue;
		add_tracks(g, list + begin, i - begin, tracks);
		begin = i;
	}
	free(list);
	timeline_take_profile(g->store->timeline, g->groups.profile);
	g->groups.profile = NULL;
}

void timeline_goroutines_notes(const struct timeline_goroutines *g, struct result *ret)
{
	char text[300];

	if (g->left_out) {
		snprintf(text, sizeof(text),
			 "%" PRIu64 " goroutines have no track: of each process those that changed "
			 "most are shown, at most %d",
			 g->left_out, TIMELINE_GOROUTINES_TRACKS);
		result_add_note(ret, text);
	}
	if (g->beyond) {
		snprintf(text, sizeof(text),
			 "more goroutines than can be followed: %" PRIu64 " changes are left out",
			 g->beyond);
		result_add_note(ret, text);
	}
}
