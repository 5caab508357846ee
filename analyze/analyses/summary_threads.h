/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the threads of each process did, for the view summary: their time by
 * state, and how long they waited for a CPU. Memory grows with the threads that
 * live at one time and with the processes, of which MOST stand in a row of their own.
 */
#ifndef ANALYZE_ANALYSES_SUMMARY_THREADS_H
#define ANALYZE_ANALYSES_SUMMARY_THREADS_H

#include "analyze/analyses/histogram.h"
#include "analyze/base/map.h"
#include "analyze/replay/spans.h"
#include "analyze/result/table.h"

/* What a thread's time passed with. */
enum summary_state {
	SUMMARY_RUNNING,
	SUMMARY_QUEUED, /* it could run, and had no CPU */
	SUMMARY_SLEEP,
	SUMMARY_DISK,
	SUMMARY_LOCK,
	SUMMARY_STOPPED,
	SUMMARY_BLOCKED, /* since before the tape began: what for is not known */
	SUMMARY_UNKNOWN,
	SUMMARY_N_STATES
};

/* A thread, or the sum of a process' threads. */
struct summary_row {
	uint32_t tgid;
	uint32_t name;	/* of the process, by tasks_name() */
	int64_t number; /* of the process: in order of first sight */
	int64_t threads;
	int64_t ns[SUMMARY_N_STATES];
	int64_t waits;	 /* for a CPU, that ended in the time that is looked at: */
	int64_t wait_ns; /* their full length */
	int64_t longest_ns;
};

/* All zero is an empty one. */
struct summary_threads {
	struct map by_life; /* to its index in lives */
	VEC(struct summary_row) lives;
	VEC(uint64_t) unused;  /* of lives */
	struct map by_process; /* to its index in processes */
	VEC(struct summary_row) processes;
	struct histogram latency; /* of all waits for a CPU */
};

void summary_threads_done(struct summary_threads *t);

/* A span that passed the filters, and the end of a life: for struct spans_options. */
void summary_threads_span(struct summary_threads *t, const struct span *span);
void summary_threads_life(struct summary_threads *t, const struct span_life *life);

/* The time of all threads whose lives have ended, in a state; and in any. */
int64_t summary_threads_ns(const struct summary_threads *t, enum summary_state state);
int64_t summary_threads_total_ns(const struct summary_threads *t);

/*
 * Those that did not run for longest come first, most rows at most; the title
 * says of how many. Sorts what is summed: no span may follow. Never NULL.
 */
struct table *summary_threads_table(struct summary_threads *t, const struct tasks *tasks,
				    size_t most);

#endif
