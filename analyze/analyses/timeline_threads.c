// SPDX-License-Identifier: BSD-2-Clause
/*
 * See timeline_threads.h. Tracks are numbered at the end: only then are all
 * processes known, and a waker may be seen for the first time after its wake-up.
 */
#include <stdio.h>
#include <stdlib.h>

#include "analyze/analyses/timeline_threads.h"
#include "analyze/base/memory.h"

#define NO_PROCESS UINT32_MAX
#define NO_TRACK   UINT32_MAX

void timeline_threads_init(struct timeline_threads *t, struct timeline_store *store)
{
	*t = (struct timeline_threads){ .store = store };
}

void timeline_threads_done(struct timeline_threads *t)
{
	vec_for_each (thread, &t->list) {
		vec_done(&thread->slices);
	}
	vec_done(&t->list);
	vec_done(&t->wakes);
	map_done(&t->by_tid);
}

/* --- slices --- */

/* The life that goes on, or a new one; NULL: they are too many. */
static struct timeline_thread *get_thread(struct timeline_threads *t, uint32_t tid, uint32_t tgid,
					  uint64_t now_ns)
{
	uint64_t *index = map_find(&t->by_tid, tid);
	struct timeline_thread *thread = index ? &t->list.items[*index] : NULL;

	if (thread && !thread->over && thread->tgid == tgid)
		return thread;
	if (t->list.n >= TIMELINE_THREADS_MOST)
		return NULL;
	index = map_add(&t->by_tid, tid, NULL);
	*index = t->list.n;
	thread = vec_push(&t->list);
	*thread = (struct timeline_thread){
		.tid = tid, .tgid = tgid, .process = NO_PROCESS, .first_ns = now_ns
	};
	return thread;
}

static void add_slice(struct timeline_threads *t, struct timeline_thread *thread, uint32_t name,
		      struct timeline_span slice)
{
	if (name != TASKS_NO_NAME)
		thread->name = name;
	if (slice.end_ns > thread->last_ns)
		thread->last_ns = slice.end_ns;
	timeline_store_add(t->store, &thread->slices, slice);
}

static uint32_t running_detail(struct timeline_store *s, const struct span *span)
{
	return span->cpu == UINT16_MAX ? TIMELINE_NO_TEXT
				       : timeline_store_text(s, TIMELINE_TEXT_CPU, span->cpu, 0);
}

static uint32_t runnable_detail(struct timeline_store *s, const struct span *span)
{
	uint32_t name;

	if (!span->instead_tid)
		return timeline_store_text(s, TIMELINE_TEXT_CAUSE, span->cause, 0);
	name = timeline_store_name(s, span->instead_tid, span->instead_tgid, span->end_ns);
	return timeline_store_text(s, TIMELINE_TEXT_INSTEAD + span->cause, name, span->instead_tid);
}

static uint32_t blocked_detail(struct timeline_store *s, const struct span *span)
{
	const struct span_waker *waker = &span->waker;
	uint32_t name;

	if (span->open)
		return timeline_add_text(s->timeline, "waits on");
	if (waker->known && waker->flags & EV_SCHED_IRQ)
		return timeline_add_text(s->timeline, "woken by an interrupt");
	if (!waker->known || !waker->tid)
		return TIMELINE_NO_TEXT;
	name = timeline_store_name(s, waker->tid, waker->tgid, span->end_ns);
	return timeline_store_text(s, TIMELINE_TEXT_WOKEN, name, waker->tid);
}

static struct timeline_span slice_of(struct timeline_store *s, const struct span *span)
{
	struct timeline_span slice = { .start_ns = span->from_ns, .end_ns = span->to_ns };

	if (span->state == SPAN_BLOCKED)
		slice.name = timeline_store_text(s, TIMELINE_TEXT_WAIT, span->wait,
						 (uint32_t)span->syscall);
	else
		slice.name = timeline_store_text(s, TIMELINE_TEXT_STATE, span->state, 0);
	switch (span->state) {
	case SPAN_RUNNING:
		slice.category = TIMELINE_RUNNING;
		slice.detail = running_detail(s, span);
		break;
	case SPAN_RUNNABLE:
		slice.category = TIMELINE_RUNNABLE;
		slice.detail = runnable_detail(s, span);
		break;
	case SPAN_BLOCKED:
		slice.category = TIMELINE_BLOCKED;
		slice.detail = blocked_detail(s, span);
		break;
	default:
		slice.category = TIMELINE_UNKNOWN;
	}
	return slice;
}

/*
 * An interrupt's wake-up has no link: the thread that it came in on had nothing
 * to do with it.
 */
static void add_wake(struct timeline_threads *t, const struct timeline_thread *thread,
		     const struct span *span)
{
	const struct span_waker *waker = &span->waker;
	bool is_new = span->state == SPAN_RUNNABLE && span->cause == SPAN_NEW;
	uint64_t to = is_new ? span->begin_ns : span->end_ns;
	bool inside = is_new ? span->from_ns == to : span->to_ns == to && !span->open;

	if (!(is_new || span->state == SPAN_BLOCKED) || !inside || !waker->known || !waker->tid ||
	    waker->flags & EV_SCHED_IRQ || waker->waking_ns > to)
		return;
	if (to - waker->waking_ns < t->store->from_ns || to > t->store->to_ns)
		return;
	if (t->wakes.n >= TIMELINE_LINKS_MOST) {
		t->wakes_left_out++;
		return;
	}
	*vec_push(&t->wakes) = (struct timeline_wake){
		.from_ns = to - waker->waking_ns,
		.to_ns = to,
		.waker_tid = waker->tid,
		.waker_tgid = waker->tgid,
		.woken = (uint32_t)(thread - t->list.items),
		.is_new = is_new,
	};
}

void timeline_threads_span(struct timeline_threads *t, const struct span *span)
{
	struct timeline_thread *thread = get_thread(t, span->tid, span->tgid, span->from_ns);

	t->ns[span->state] += span->to_ns - span->from_ns;
	if (!thread) {
		t->store->left_out++;
		return;
	}
	/* One without a length would look like an instant. */
	if (span->to_ns > span->from_ns)
		add_slice(t, thread, span->thread->name, slice_of(t->store, span));
	add_wake(t, thread, span);
}

void timeline_threads_life(struct timeline_threads *t, const struct span_life *life)
{
	const uint64_t *index = map_find(&t->by_tid, life->tid);

	if (index && t->list.items[*index].tgid == life->tgid)
		t->list.items[*index].over = true;
}

void timeline_threads_sample(struct timeline_threads *t, const struct thread *thread,
			     const struct ev_header *event)
{
	struct timeline_thread *of = get_thread(t, event->tid, event->tgid, event->time_ns);
	struct timeline_span slice = { .start_ns = event->time_ns, .end_ns = event->time_ns };

	if (!of) {
		t->store->left_out++;
		return;
	}
	slice.name = timeline_add_text(t->store->timeline, "sample");
	slice.detail = timeline_store_text(t->store, TIMELINE_TEXT_CPU, event->cpu, 0);
	add_slice(t, of, thread->name, slice);
}

/* --- how many waited for a CPU --- */

static int by_value(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

VEC_TYPE(times, uint64_t);

static void find_runnable(const struct timeline_threads *t, struct times *begins,
			  struct times *ends)
{
	vec_for_each (thread, &t->list) {
		vec_for_each (slice, &thread->slices) {
			if (slice->category != TIMELINE_RUNNABLE)
				continue;
			*vec_push(begins) = slice->start_ns;
			*vec_push(ends) = slice->end_ns;
		}
	}
	if (!begins->n)
		return;
	qsort(begins->items, begins->n, sizeof(*begins->items), by_value);
	qsort(ends->items, ends->n, sizeof(*ends->items), by_value);
}

static void add_counter(const struct timeline_threads *t)
{
	const struct timeline_track track = { .name = "waiting for a CPU",
					      .parent = TIMELINE_NO_PARENT,
					      .kind = TIMELINE_TRACK_COUNTER,
					      .unit = "count" };
	struct times begins = { 0 }, ends = { 0 };
	int64_t now = 0, told = 0;
	uint32_t number;

	find_runnable(t, &begins, &ends);
	if (!begins.n)
		return;
	number = timeline_add_track(t->store->timeline, &track);
	for (size_t b = 0, e = 0; e < ends.n;) {
		bool begins_first = b < begins.n && begins.items[b] < ends.items[e];
		uint64_t ns = begins_first ? begins.items[b] : ends.items[e];

		for (; b < begins.n && begins.items[b] == ns; b++)
			now++;
		for (; e < ends.n && ends.items[e] == ns; e++)
			now--;
		if (now != told)
			timeline_add_point(t->store->timeline, number, ns, now);
		told = now;
	}
	vec_done(&begins);
	vec_done(&ends);
}

/* --- tracks --- */

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_start(const void *left, const void *right)
{
	const struct life *const *a = left, *const *b = right;

	if ((*a)->tgid != (*b)->tgid)
		return compare((*a)->tgid, (*b)->tgid);
	if ((*a)->from_ns != (*b)->from_ns)
		return compare((*a)->from_ns, (*b)->from_ns);
	return compare((*a)->number, (*b)->number);
}

/* The latest life of its tgid that began before the thread was last seen; else the first. */
static uint32_t find_process(const struct life *const *sorted, size_t n, const struct life *first,
			     const struct timeline_thread *thread)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct life *life = sorted[middle];

		if (life->tgid < thread->tgid ||
		    (life->tgid == thread->tgid && life->from_ns <= thread->last_ns))
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0 && sorted[low - 1]->tgid == thread->tgid)
		return (uint32_t)(sorted[low - 1] - first);
	return low < n && sorted[low]->tgid == thread->tgid ? (uint32_t)(sorted[low] - first)
							    : NO_PROCESS;
}

static void find_processes(struct timeline_threads *t, const struct lives *lives)
{
	const struct life **sorted = memory_resize(NULL, lives->list.n + 1, sizeof(*sorted));
	size_t n = 0;

	vec_for_each (life, &lives->list) {
		sorted[n++] = life;
	}
	qsort(sorted, n, sizeof(*sorted), by_start);
	vec_for_each (thread, &t->list) {
		thread->process = find_process(sorted, n, lives->list.items, thread);
	}
	free(sorted);
}

static int by_place(const void *left, const void *right)
{
	const struct timeline_thread *const *a = left, *const *b = right;

	if ((*a)->process != (*b)->process)
		return compare((*a)->process, (*b)->process);
	if ((*a)->tgid != (*b)->tgid)
		return compare((*a)->tgid, (*b)->tgid);
	if ((*a)->tid != (*b)->tid)
		return compare((*a)->tid, (*b)->tid);
	return compare((uintptr_t)*a, (uintptr_t)*b); /* of one array: in order of their lives */
}

static int by_tid(const void *left, const void *right)
{
	const struct timeline_thread *const *a = left, *const *b = right;

	if ((*a)->tid != (*b)->tid)
		return compare((*a)->tid, (*b)->tid);
	return compare((uintptr_t)*a, (uintptr_t)*b);
}

/* Below a process, or a process itself. */
static uint32_t add_track(const struct timeline_threads *t, struct timeline_track track,
			  uint32_t name)
{
	char text[64];

	snprintf(text, sizeof(text), "%s (%u)", tasks_name(&t->store->world->tasks, name),
		 track.tid);
	track.name = text;
	return timeline_add_track(t->store->timeline, &track);
}

static uint32_t add_process(const struct timeline_threads *t, const struct lives *lives,
			    const struct timeline_thread *thread)
{
	const struct timeline_track track = {
		.parent = TIMELINE_NO_PARENT,
		.pid = thread->tgid,
		.tid = thread->tgid,
		.kind = TIMELINE_TRACK_PROCESS,
	};
	bool known = thread->process != NO_PROCESS;

	return add_track(t, track, known ? lives->list.items[thread->process].name : TASKS_NO_NAME);
}

static void add_thread(const struct timeline_threads *t, struct timeline_thread *thread,
		       uint32_t parent)
{
	const struct timeline_track track = {
		.parent = parent,
		.pid = thread->tgid,
		.tid = thread->tid,
		.kind = TIMELINE_TRACK_THREAD,
	};

	thread->track = add_track(t, track, thread->name);
	timeline_store_give(t->store, thread->track, &thread->slices);
}

/* Those that have anything to show, below their processes in order of first sight. */
static void add_tracks(struct timeline_threads *t, const struct lives *lives,
		       struct timeline_thread **sorted, struct map *tracks)
{
	const struct timeline_thread *last = NULL;
	uint32_t parent = NO_TRACK;

	qsort(sorted, t->list.n, sizeof(*sorted), by_place);
	for (size_t i = 0; i < t->list.n; i++) {
		struct timeline_thread *thread = sorted[i];

		thread->track = NO_TRACK;
		if (!thread->slices.n)
			continue;
		if (!last || last->process != thread->process || last->tgid != thread->tgid)
			parent = add_process(t, lives, thread);
		*map_add(tracks, thread->tgid, NULL) = (uint64_t)parent + 1;
		last = thread;
		add_thread(t, thread, parent);
	}
}

/* --- links --- */

/* The thread that a wake-up came from: of its tid, the latest that had begun. */
static const struct timeline_thread *find_waker(const struct timeline_threads *t,
						struct timeline_thread *const *sorted,
						const struct timeline_wake *wake)
{
	size_t low = 0, high = t->list.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct timeline_thread *thread = sorted[middle];

		if (thread->tid < wake->waker_tid ||
		    (thread->tid == wake->waker_tid && thread->first_ns <= wake->from_ns))
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || sorted[low - 1]->tid != wake->waker_tid ||
	    sorted[low - 1]->tgid != wake->waker_tgid || sorted[low - 1]->track == NO_TRACK)
		return NULL;
	return sorted[low - 1];
}

static void add_links(struct timeline_threads *t, struct timeline_thread **sorted)
{
	qsort(sorted, t->list.n, sizeof(*sorted), by_tid);
	vec_for_each (wake, &t->wakes) {
		const struct timeline_thread *woken = &t->list.items[wake->woken];
		const struct timeline_thread *waker = find_waker(t, sorted, wake);
		struct timeline_link link = {
			.from_ns = wake->from_ns,
			.to_ns = wake->to_ns,
			.to_track = woken->track,
			.name = wake->is_new ? "starts" : "wakes",
		};

		if (!waker || woken->track == NO_TRACK || wake->to_ns > t->store->to_ns)
			continue;
		link.from_track = waker->track;
		timeline_add_link(t->store->timeline, &link);
	}
}

void timeline_threads_finish(struct timeline_threads *t, const struct lives *lives,
			     struct map *tracks)
{
	struct timeline_thread **sorted = memory_resize(NULL, t->list.n + 1, sizeof(*sorted));

	for (size_t i = 0; i < t->list.n; i++)
		sorted[i] = &t->list.items[i];
	add_counter(t);
	find_processes(t, lives);
	add_tracks(t, lives, sorted, tracks);
	add_links(t, sorted);
	free(sorted);
}
