// SPDX-License-Identifier: BSD-2-Clause
/*
 * One small machine for each thread: it is in a state since a time, and a record
 * either fits that state, and ends the span, or contradicts it, and then the
 * span is unknown. A wait's spans are held until its stacks are there, or the
 * thread leaves the CPU again: the recorder writes the stacks before that.
 */
#include <string.h>

#include "analyze/base/map.h"
#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/replay/cover.h"
#include "analyze/replay/spans.h"

#define MOST_TRACKS ((size_t)1 << 18)

/* What a thread does at the moment. */
struct track {
	uint32_t tid;
	uint32_t tgid;
	uint64_t life;
	uint64_t life_from;
	uint64_t since_ns;
	uint64_t in_ns; /* its last switch-in: by this its stacks find their wait */
	uint64_t totals[SPAN_N_STATES];
	bool born;
	bool doubtful; /* a record that would have ended the state is missing */
	uint8_t n_held;
	enum span_state state;
	struct span now;     /* what is known of the state already */
	struct span held[2]; /* the wait that ended at in_ns: blocked, runnable */
};

/* System calls that tell what a wait is. */
struct calls {
	int32_t futex;
	int32_t yield;
};

/* One CPU. */
struct place {
	uint32_t running; /* the watched thread that was switched in; 0: none */
	bool seen;	  /* a switch on it */
};

struct spans {
	const struct world *world;
	struct spans_options options;
	struct spans_counts counts;
	struct cover cover;
	struct calls calls;
	uint64_t watch_from, watch_to, last_ns;
	struct map by_tid;	  /* to struct track */
	VEC(struct place) places; /* by CPU */
	uint64_t lives;
	struct process nobody; /* whom spans belong to that the tape does not name */
	struct thread nameless;
};

static const uint16_t relevant[] = { EV_SCHED_SWITCH, EV_SCHED_WAKEUP, 0 };

/* Numbers of system calls by architecture: arch/.../syscall.tbl, and asm-generic for the others. */
static struct calls calls_of(const struct world *w)
{
	const char *machine = facts_find(&w->host, "uname.machine");

	if (machine && strcmp(machine, "x86_64") == 0)
		return (struct calls){ .futex = 202, .yield = 24 };
	if (machine && strcmp(machine, "s390x") == 0)
		return (struct calls){ .futex = 238, .yield = 158 };
	return (struct calls){ .futex = 98, .yield = 124 };
}

struct spans *spans_new(const struct world *world, const struct spans_options *options)
{
	struct spans *s = memory_alloc(sizeof(*s));
	struct world_watch watch = world_watch(world, "sched");

	s->world = world;
	s->options = *options;
	s->watch_from = watch.from_ns;
	s->watch_to = watch.to_ns ? watch.to_ns : UINT64_MAX;
	s->nameless.process = &s->nobody;
	s->calls = calls_of(world);
	cover_init(&s->cover, &world->gaps, relevant);
	return s;
}

static struct track *track_of(uint64_t slot)
{
	return (struct track *)(uintptr_t)slot;
}

void spans_free(struct spans *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->by_tid.room; i++)
		free(s->by_tid.slots[i].key ? track_of(s->by_tid.slots[i].value) : NULL);
	map_done(&s->by_tid);
	cover_done(&s->cover);
	vec_done(&s->places);
	free(s);
}

/* --- telling --- */

static const struct thread *thread_of(struct spans *s, uint32_t tid, uint32_t tgid)
{
	const struct ev_header at = { .tid = tid, .tgid = tgid, .time_ns = s->last_ns };
	const struct thread *thread = tasks_peek(&s->world->tasks, &at);

	if (thread)
		return thread;
	s->nobody.tgid = tgid;
	s->nameless.tid = tid;
	return &s->nameless;
}

static uint64_t cut(const struct spans *s, uint64_t ns)
{
	if (ns < s->options.from_ns)
		return s->options.from_ns;
	return ns < s->options.to_ns ? ns : s->options.to_ns;
}

/* Spans that end where the window begins are not in it; those without a length may be. */
static bool is_inside(const struct spans *s, const struct span *span)
{
	if (span->begin_ns == span->end_ns)
		return span->end_ns >= s->options.from_ns && span->begin_ns < s->options.to_ns;
	return span->from_ns < span->to_ns;
}

static void tell(struct spans *s, struct track *t, struct span *span)
{
	span->tid = t->tid;
	span->tgid = t->tgid;
	span->life = t->life;
	span->from_ns = cut(s, span->begin_ns);
	span->to_ns = cut(s, span->end_ns);
	if (!is_inside(s, span))
		return;
	t->totals[span->state] += span->to_ns - span->from_ns;
	s->counts.total_ns += span->to_ns - span->from_ns;
	if (span->state == SPAN_UNKNOWN)
		s->counts.unknown_ns += span->to_ns - span->from_ns;
	span->thread = thread_of(s, t->tid, t->tgid);
	s->options.on_span(s->options.arg, span);
}

static void tell_held(struct spans *s, struct track *t)
{
	for (uint8_t i = 0; i < t->n_held; i++)
		tell(s, t, &t->held[i]);
	t->n_held = 0;
}

/* --- states --- */

static void begin_state(struct track *t, enum span_state state, uint64_t ns)
{
	t->state = state;
	t->since_ns = ns;
	t->doubtful = false;
	t->now = (struct span){ .cpu = UINT16_MAX, .syscall = -1, .goid = RUNNING_UNKNOWN };
}

/*
 * The span that ends now: in the state that the thread was in if that is
 * expected and nothing is missing, else unknown.
 */
static void end_state(struct spans *s, struct track *t, enum span_state expected, uint64_t ns,
		      struct span *ret)
{
	bool fits = t->state == expected && !t->doubtful;
	bool whole = cover_is_whole(&s->cover, t->since_ns, ns);

	if (fits && whole) {
		*ret = t->now;
		ret->state = t->state;
	} else {
		*ret = (struct span){ .cpu = UINT16_MAX, .syscall = -1, .goid = RUNNING_UNKNOWN };
		s->counts.broken += whole;
	}
	ret->begin_ns = t->since_ns;
	ret->end_ns = ns;
	ret->first = t->since_ns == t->life_from && !t->born;
}

/* The same for one that is told later, with its stacks. */
static struct span *hold(struct spans *s, struct track *t, enum span_state expected, uint64_t ns)
{
	struct span *span = &t->held[t->n_held++];

	end_state(s, t, expected, ns, span);
	return span;
}

/* --- lives --- */

static struct track *find_track(const struct spans *s, uint32_t tid)
{
	const uint64_t *slot = map_find(&s->by_tid, tid);

	return slot ? track_of(*slot) : NULL;
}

static struct track *begin_life(struct spans *s, const struct span_waker *who, uint64_t ns)
{
	struct track *t;

	if (s->by_tid.n >= MOST_TRACKS) {
		s->counts.refused++;
		return NULL;
	}
	t = memory_alloc(sizeof(*t));
	t->tid = who->tid;
	t->tgid = who->tgid;
	t->life = ++s->lives;
	t->life_from = ns;
	*map_add(&s->by_tid, t->tid, NULL) = (uintptr_t)t;
	return t;
}

static void end_life(struct spans *s, struct track *t, uint64_t ns, bool ended)
{
	struct span_life life = {
		.tid = t->tid,
		.tgid = t->tgid,
		.life = t->life,
		.from_ns = cut(s, t->life_from),
		.to_ns = cut(s, ns),
		.born = t->born,
		.ended = ended,
	};

	tell_held(s, t);
	memcpy(life.ns, t->totals, sizeof(life.ns));
	life.thread = thread_of(s, t->tid, t->tgid);
	if (s->options.on_life)
		s->options.on_life(s->options.arg, &life);
	map_remove(&s->by_tid, t->tid);
	free(t);
}

/*
 * The life of a thread at a record about it. At its first sight it has been in
 * the state that the record ends since the recording began: there was no switch.
 */
static struct track *look_up(struct spans *s, uint32_t tid, uint32_t tgid, uint64_t ns,
			     enum span_state until_now)
{
	const struct span_waker who = { .tid = tid, .tgid = tgid };
	struct track *t = find_track(s, tid);
	uint64_t born;

	if (t && t->tgid == tgid)
		return t;
	if (t) { /* its end was not seen */
		struct span span;

		end_state(s, t, SPAN_N_STATES, ns, &span);
		tell_held(s, t);
		tell(s, t, &span);
		end_life(s, t, ns, false);
	}
	born = thread_of(s, tid, tgid)->born_ns;
	if (t || !s->watch_from)
		born = ns;
	else if (born <= s->watch_from || born > ns)
		born = 0;
	t = begin_life(s, &who, born ? born : s->watch_from);
	if (!t)
		return NULL;
	begin_state(t, until_now, t->life_from);
	/* One that was made meanwhile begins with a record of its own: that is missing. */
	t->doubtful = t->born = born && born != ns;
	return t;
}

/* --- records --- */

static struct place *place_of(struct spans *s, uint16_t cpu)
{
	while (s->places.n <= cpu)
		*vec_push(&s->places) = (struct place){ 0 };
	return &s->places.items[cpu];
}

/* Whoever ran on this CPU by our account and is not the one that leaves it: its own leaving is missing. */
static void check_cpu(struct spans *s, const struct ev_sched_switch *ev)
{
	struct place *place = place_of(s, ev->h.cpu);
	bool watched = ev->flags & EV_SCHED_PREV_WATCHED;
	uint32_t tid = place->running;
	struct track *t = tid && (tid != ev->h.tid || !watched) ? find_track(s, tid) : NULL;

	/* Or it leaves, and is no longer recorded: nothing is known of it from here on. */
	if (t && t->state == SPAN_RUNNING && t->now.cpu == ev->h.cpu)
		t->doubtful = true;
	/* Who ran before the first switch of a CPU ran since the beginning; nobody else did. */
	if (place->seen && tid != ev->h.tid && ev->h.tid && watched && !find_track(s, ev->h.tid)) {
		t = look_up(s, ev->h.tid, ev->h.tgid, ev->h.time_ns, SPAN_RUNNING);
		if (t)
			t->doubtful = true;
	}
	place->seen = true;
	place->running = ev->flags & EV_SCHED_NEXT_WATCHED ? ev->next_tid : 0;
}

/* The system call that a thread left its CPU in; -1: none, or its number means another one here. */
static int32_t call_of(const struct ev_sched_switch *ev)
{
	bool ours = ev->flags & EV_SCHED_IN_CALL && !(ev->flags & EV_SCHED_CALL_32BIT);

	return ours ? ev->syscall : -1;
}

static enum span_wait wait_of(const struct ev_sched_switch *ev, int32_t futex)
{
	if (ev->state & (EV_SCHED_STOPPED | EV_SCHED_TRACED | EV_SCHED_PARKED))
		return SPAN_WAIT_STOPPED;
	if (call_of(ev) == futex)
		return SPAN_WAIT_LOCK;
	if (ev->state & EV_SCHED_IDLE)
		return SPAN_WAIT_SLEEP;
	return ev->state & EV_SCHED_UNINTERRUPTIBLE || ev->flags & EV_SCHED_IOWAIT
		       ? SPAN_WAIT_DISK
		       : SPAN_WAIT_SLEEP;
}

static void leave(struct spans *s, const struct ev_sched_switch *ev)
{
	struct track *t = look_up(s, ev->h.tid, ev->h.tgid, ev->h.time_ns, SPAN_RUNNING);
	bool runs_on = ev->state == EV_SCHED_RUNNING || ev->flags & EV_SCHED_PREEMPTED;
	uint64_t goid = running_goid(&s->world->running, &ev->h);
	struct span span;

	if (!t)
		return;
	if (t->now.cpu == UINT16_MAX)
		t->now.cpu = ev->h.cpu;
	t->doubtful |= t->now.cpu != ev->h.cpu;
	t->now.goid = goid;
	tell_held(s, t);
	end_state(s, t, SPAN_RUNNING, ev->h.time_ns, &span);
	tell(s, t, &span);
	if (ev->state & (EV_SCHED_DEAD | EV_SCHED_EXIT_DEAD)) {
		end_life(s, t, ev->h.time_ns, true);
		return;
	}
	begin_state(t, runs_on ? SPAN_RUNNABLE : SPAN_BLOCKED, ev->h.time_ns);
	t->now.switch_state = ev->state;
	t->now.switch_flags = ev->flags;
	t->now.syscall = call_of(ev);
	t->now.goid = goid;
	if (!runs_on)
		t->now.wait = wait_of(ev, s->calls.futex);
	else
		t->now.cause = t->now.syscall == s->calls.yield ? SPAN_YIELDED : SPAN_PREEMPTED;
}

static void enter(struct spans *s, const struct ev_sched_switch *ev)
{
	struct track *t = look_up(s, ev->next_tid, ev->next_tgid, ev->h.time_ns, SPAN_RUNNABLE);
	struct span *span;

	if (!t)
		return;
	if (t->n_held == 2) /* it was switched in twice */
		tell_held(s, t);
	span = hold(s, t, SPAN_RUNNABLE, ev->h.time_ns);
	if (span->state == SPAN_RUNNABLE) {
		span->cpu = ev->h.cpu;
		span->instead_tid = ev->h.tid;
		span->instead_tgid = ev->h.tgid;
	}
	begin_state(t, SPAN_RUNNING, ev->h.time_ns);
	t->now.cpu = ev->h.cpu;
	t->in_ns = ev->h.time_ns;
}

static void on_switch(struct spans *s, const struct ev_sched_switch *ev)
{
	s->counts.switches++;
	check_cpu(s, ev);
	if (ev->h.tid && ev->flags & EV_SCHED_PREV_WATCHED)
		leave(s, ev);
	if (ev->next_tid && ev->flags & EV_SCHED_NEXT_WATCHED)
		enter(s, ev);
}

static void on_new(struct spans *s, const struct ev_sched_wakeup *ev)
{
	const struct span_waker who = { .tid = ev->h.tid, .tgid = ev->h.tgid };
	struct track *t = find_track(s, ev->h.tid);
	struct span span;

	if (t) { /* the end of the one before was not seen */
		end_state(s, t, SPAN_N_STATES, ev->h.time_ns, &span);
		tell_held(s, t);
		tell(s, t, &span);
		end_life(s, t, ev->h.time_ns, false);
	}
	t = begin_life(s, &who, ev->h.time_ns);
	if (!t)
		return;
	t->born = true;
	begin_state(t, SPAN_RUNNABLE, ev->h.time_ns);
	t->now.cause = SPAN_NEW;
}

static bool is_half_asleep(const struct track *t)
{
	return t->now.cause == SPAN_PREEMPTED && t->now.switch_state != EV_SCHED_RUNNING;
}

static void on_wakeup(struct spans *s, const struct ev_sched_wakeup *ev)
{
	struct span_waker waker = {
		.tid = ev->waker_tid,
		.tgid = ev->waker_tgid,
		.waking_ns = ev->waking_ns,
		.flags = ev->flags,
		.known = true,
	};
	struct track *t;
	const struct span *span;

	s->counts.wakeups++;
	if (ev->flags & EV_SCHED_NEW) {
		on_new(s, ev);
		t = find_track(s, ev->h.tid);
		if (t)
			t->now.waker = waker;
		return;
	}
	t = look_up(s, ev->h.tid, ev->h.tgid, ev->h.time_ns, SPAN_BLOCKED);
	if (!t)
		return;
	/* One that runs may be woken, if it was on its way to sleep, or was preempted on it. */
	if (t->state != SPAN_BLOCKED) {
		t->doubtful |= t->state == SPAN_RUNNABLE && !is_half_asleep(t);
		return;
	}
	waker.kstack = t->now.waker.kstack;
	waker.ustack = t->now.waker.ustack;
	t->now.waker = waker;
	tell_held(s, t);
	span = hold(s, t, SPAN_BLOCKED, ev->h.time_ns);
	begin_state(t, SPAN_RUNNABLE, ev->h.time_ns);
	t->now.cause = SPAN_WOKEN;
	t->now.switch_state = span->switch_state;
	t->now.switch_flags = span->switch_flags;
	t->now.syscall = span->syscall;
	t->now.goid = span->goid;
	t->now.waker = waker;
}

static void on_waker(struct spans *s, const struct ev_sched_waker *ev)
{
	struct track *t = find_track(s, ev->woken_tid);

	if (!t || t->tgid != ev->woken_tgid || t->state != SPAN_BLOCKED)
		return;
	t->now.waker.kstack = ev->kstack;
	t->now.waker.ustack = ev->ustack;
}

static void on_wait(struct spans *s, const struct ev_sched_wait *ev)
{
	struct track *t = find_track(s, ev->h.tid);

	if (!t || t->tgid != ev->h.tgid || t->in_ns != ev->until_ns)
		return;
	for (uint8_t i = 0; i < t->n_held; i++) {
		if (t->held[i].state == SPAN_UNKNOWN)
			continue;
		t->held[i].kstack = ev->kstack;
		t->held[i].ustack = ev->ustack;
		t->held[i].object = ev->object;
		t->held[i].weight = ev->weight;
	}
	tell_held(s, t);
}

void spans_event(struct spans *s, const struct ev_header *event)
{
	/* Stacks may come after the end of what they are about. */
	if (event->type == EV_SCHED_WAIT) {
		on_wait(s, (const struct ev_sched_wait *)event);
		return;
	}
	if (event->time_ns < s->watch_from || event->time_ns > s->watch_to)
		return;
	if (event->type == EV_SCHED_SWITCH)
		on_switch(s, (const struct ev_sched_switch *)event);
	else if (event->type == EV_SCHED_WAKEUP && event->tid)
		on_wakeup(s, (const struct ev_sched_wakeup *)event);
	else if (event->type == EV_SCHED_WAKER)
		on_waker(s, (const struct ev_sched_waker *)event);
	else
		return;
	if (event->time_ns > s->last_ns)
		s->last_ns = event->time_ns;
}

/* --- the end --- */

static int by_life(const void *a, const void *b)
{
	const struct track *const *x = a, *const *y = b;

	return ((*x)->life > (*y)->life) - ((*x)->life < (*y)->life);
}

static void close_life(struct spans *s, struct track *t, uint64_t ns)
{
	struct span span;

	if (ns < t->since_ns)
		ns = t->since_ns;
	end_state(s, t, t->state, ns, &span);
	span.open = true;
	tell_held(s, t);
	tell(s, t, &span);
	end_life(s, t, ns, false);
}

void spans_finish(struct spans *s, bool complete)
{
	uint64_t end = complete && s->watch_to != UINT64_MAX ? s->watch_to : s->last_ns;
	VEC(struct track *) open = { 0 };

	for (size_t i = 0; i < s->by_tid.room; i++) {
		if (s->by_tid.slots[i].key)
			*vec_push(&open) = track_of(s->by_tid.slots[i].value);
	}
	if (open.n)
		qsort(open.items, open.n, sizeof(*open.items), by_life);
	vec_for_each (t, &open) {
		close_life(s, *t, end);
	}
	vec_done(&open);
}

void spans_get_counts(const struct spans *s, struct spans_counts *ret)
{
	*ret = s->counts;
}

uint64_t spans_watch_from(const struct spans *s)
{
	return s->watch_from;
}

uint64_t spans_watch_to(const struct spans *s)
{
	return s->watch_to == UINT64_MAX ? 0 : s->watch_to;
}

const char *spans_state_name(enum span_state state)
{
	static const char *const names[SPAN_N_STATES] = {
		[SPAN_UNKNOWN] = "unknown",
		[SPAN_RUNNING] = "running",
		[SPAN_RUNNABLE] = "runnable",
		[SPAN_BLOCKED] = "blocked",
	};

	return names[state];
}

const char *spans_wait_name(enum span_wait wait)
{
	static const char *const names[SPAN_N_WAITS] = {
		[SPAN_WAIT_UNKNOWN] = "unknown", [SPAN_WAIT_SLEEP] = "sleep",
		[SPAN_WAIT_DISK] = "disk",	 [SPAN_WAIT_LOCK] = "lock",
		[SPAN_WAIT_STOPPED] = "stopped",
	};

	return names[wait];
}
