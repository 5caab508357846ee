/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk through the spans that chain.h has gathered, and what it finds: the
 * parts of a critical path in order of time, and their sums.
 */
#ifndef ANALYZE_ANALYSES_CHAIN_PATH_H
#define ANALYZE_ANALYSES_CHAIN_PATH_H

#include "analyze/analyses/chain.h"
#include "analyze/base/map.h"

/* Of struct chain_span. */
enum chain_flags { CHAIN_OPEN = 1, CHAIN_INTERRUPT = 2 };

/* What a part of the path is. */
enum chain_kind {
	CHAIN_RUNNING,
	CHAIN_RUNNABLE,
	CHAIN_BLOCKED, /* its waker is not followed, or not known */
	CHAIN_WAKING,  /* the waker has asked for it, and it cannot run yet */
	CHAIN_UNKNOWN,
	CHAIN_NOT_THERE, /* before its beginning or behind its end */
};

struct chain_part {
	uint64_t from_ns;
	uint64_t to_ns;
	uint32_t thread;
	uint32_t other; /* as in struct chain_span */
	int16_t syscall;
	uint8_t kind;
	uint8_t flags;
	uint8_t depth; /* 0: the thread itself, 1: its waker, … */
};

struct chain_sum {
	struct chain_part like; /* without its time */
	uint64_t ns;
	uint64_t count;
};

struct chain_path {
	const struct chain *chain;
	const struct world *world;
	const struct chain_thread *of; /* whose it is, once it was walked */
	unsigned int depth;	       /* wakers that are followed */
	uint64_t from_ns;
	uint64_t to_ns;
	VEC(struct chain_part) parts; /* the last one first */
	VEC(struct chain_sum) sums;
	struct map sum_numbers;
	uint64_t left_out; /* parts that are only in sums */
};

void chain_path_done(struct chain_path *p);

/* From to_ns back to from_ns. */
void chain_path_walk(struct chain_path *p, const struct chain_thread *thread);

/* By thread and kind, the longest first; and each part in order of time. Never NULL. */
struct table *chain_path_sums(struct chain_path *p);
struct table *chain_path_parts(const struct chain_path *p);

#endif
