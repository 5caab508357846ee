/* SPDX-License-Identifier: BSD-2-Clause */
/* What the view locks gathers while the tape runs, and shows at the end. */
#ifndef ANALYZE_ANALYSES_LOCKS_H
#define ANALYZE_ANALYSES_LOCKS_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/frames.h"
#include "analyze/analyses/who.h"
#include "analyze/base/pairs.h"
#include "analyze/replay/spans.h"

enum { LOCKS_VALUE_WAITS, LOCKS_VALUE_NS, LOCKS_N_VALUES };

/* A lock of the kernel's, or a word of a process that its threads wait on. */
struct locks_lock {
	uint64_t address; /* 0: not told */
	uint32_t tgid;	  /* 0: the kernel's */
	uint32_t name;	  /* of the process, by tasks_name() */
	uint32_t flags;	  /* of the kernel's: enum ev_lock_flags of all waits */
	bool kernel;
	bool rest;	 /* stands for those that are too many */
	uint64_t number; /* in order of first sight */
	int64_t waits;
	int64_t total_ns;
	int64_t max_ns;
	int64_t interrupts; /* waits that one ended, as a time-out does; 0 of the kernel's */
	uint32_t threads;   /* different ones that waited */
	int64_t released;   /* waits that were ended by the thread that ended most */
	uint32_t releaser;  /* that thread, */
	uint32_t releaser_name;
};

VEC_TYPE(locks_list, struct locks_lock);

/* How often a thread ended waits for a lock. */
struct locks_release {
	uint32_t lock;
	uint32_t tid;
	uint32_t name;
	int64_t count;
};

/* Stacks and whose they are. */
struct locks_profile {
	struct profile *profile; /* NULL once it was taken */
	struct frames frames;
	struct who who;
	struct map sets; /* what was asked before, to its label set */
};

struct locks {
	const struct analysis_input *in; /* during a call */
	struct spans *spans;
	uint64_t min_ns;
	uint64_t user_stacks_from_ns; /* shorter waits have none */
	uint64_t kernel_stacks_from_ns;
	struct map by_key; /* to index */
	struct locks_list list;
	struct pairs waiters; /* lock and tid */
	struct pairs releaser_numbers;
	VEC(struct locks_release) releases;
	struct locks_profile waiting;
	struct locks_profile releasing;
};

/* The locks of the kernel, or of programs: those with the longest waits in all first. Never NULL. */
struct table *locks_table(struct locks *l, bool kernel);

/* "mutex". Static. */
const char *locks_kind(uint32_t flags);

#endif
