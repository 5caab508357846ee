/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The critical path of a thread: what a stretch of time went to, told backwards
 * from its end. While the thread ran, or waited for a CPU, that is its own time;
 * where it was blocked, the time is that of whoever woke it, as far back as the
 * wait began, and so on, some wakers deep. So the parts follow each other
 * without a hole, and their sum is the stretch's length to the nanosecond.
 *
 * Who wakes a thread is known only after its wait, so the spans of all threads
 * in that time are kept: 32 bytes each, and at most CHAIN_MOST_SPANS of them.
 */
#ifndef ANALYZE_ANALYSES_CHAIN_H
#define ANALYZE_ANALYSES_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/analyses/analysis.h"
#include "analyze/base/map.h"
#include "analyze/base/vec.h"
#include "analyze/replay/spans.h"

#define CHAIN_MOST_SPANS ((size_t)8 << 20)

struct chain_span {
	uint64_t from_ns;
	uint64_t to_ns;
	uint32_t thread;    /* index in threads */
	uint32_t other;	    /* blocked: who woke it; runnable: who ran instead; 0: nobody */
	uint32_t waking_ns; /* of blocked: the waker asked for it so much before the end */
	int16_t syscall;    /* -1: none, or not known */
	uint8_t state;	    /* enum span_state */
	uint8_t flags;
};

/* One life of a thread. */
struct chain_thread {
	uint32_t tid;
	uint32_t tgid;
	uint32_t name;	  /* by tasks_name() */
	uint32_t before;  /* the life before of the same tid, index + 1; 0: none */
	uint64_t from_ns; /* of its life in the time that is looked at */
	uint64_t to_ns;
	uint64_t passing_ns; /* how long it was one of those that the filters let pass */
	bool born;	     /* before from_ns it was not there */
	bool ended;	     /* from to_ns on it was not there any more */
	size_t first;	     /* of its spans, in order of time, once they are sorted */
	size_t n;
};

VEC_TYPE(chain_threads, struct chain_thread);

/* All zero is an empty one. */
struct chain {
	VEC(struct chain_span) spans;
	struct chain_threads threads;
	struct map by_life; /* to index, of lives that are not over */
	struct map by_tid;  /* to index of the latest */
	uint64_t left_out;  /* spans beyond the bound */
};

void chain_done(struct chain *c);

/* The next span; passes: the filters let its thread pass. */
void chain_span(struct chain *c, const struct span *span, bool passes);
void chain_life(struct chain *c, const struct span_life *life);

/*
 * Adds the tables of the path through the time from from_ns to to_ns, depth
 * wakers deep, and remarks. Nothing may be added afterwards.
 */
void chain_tables(struct chain *c, const struct analysis_input *in, uint64_t from_ns,
		  uint64_t to_ns, struct result *ret);

#endif
