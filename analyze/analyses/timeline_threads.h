/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each thread did, sample by sample and span by span, and who woke whom,
 * for the view timeline. A thread's life is one track, below its process'.
 */
#ifndef ANALYZE_ANALYSES_TIMELINE_THREADS_H
#define ANALYZE_ANALYSES_TIMELINE_THREADS_H

#include "analyze/analyses/lives.h"
#include "analyze/analyses/timeline_store.h"

#define TIMELINE_THREADS_MOST ((size_t)1 << 18)
#define TIMELINE_LINKS_MOST   ((size_t)4 << 20)

struct timeline_thread {
	uint32_t tid;
	uint32_t tgid;
	uint32_t name;	  /* by tasks_name() */
	bool over;	  /* another one of its tid is another thread */
	uint32_t process; /* index in struct lives; UINT32_MAX: not known */
	uint32_t track;
	uint64_t first_ns;
	uint64_t last_ns;
	struct timeline_slices slices;
};

/* A wake-up. */
struct timeline_wake {
	uint64_t from_ns;
	uint64_t to_ns;
	uint32_t waker_tid;
	uint32_t waker_tgid;
	uint32_t woken; /* index of the thread, */
	bool is_new;	/* which began then */
};

struct timeline_threads {
	struct timeline_store *store;
	VEC(struct timeline_thread) list;
	struct map by_tid; /* to index of the latest */
	VEC(struct timeline_wake) wakes;
	uint64_t ns[SPAN_N_STATES];
	uint64_t wakes_left_out;
};

/* The store is borrowed. */
void timeline_threads_init(struct timeline_threads *t, struct timeline_store *store);
void timeline_threads_done(struct timeline_threads *t);

void timeline_threads_span(struct timeline_threads *t, const struct span *span);
void timeline_threads_life(struct timeline_threads *t, const struct span_life *life);
void timeline_threads_sample(struct timeline_threads *t, const struct thread *thread,
			     const struct ev_header *event);

/*
 * Adds the tracks of how many waited for a CPU, of processes and threads, and the links.
 * tracks gets those of processes: their number + 1, by tgid.
 */
void timeline_threads_finish(struct timeline_threads *t, const struct lives *lives,
			     struct map *tracks);

#endif
