/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The profile of the time in which threads did not run, for the views that are
 * made of it: offcpu and wall.
 *
 * Waits that are long enough have stacks of their own. The time of shorter ones
 * is known, but only one in many has stacks: it is shared out (pool.h). What has
 * no stack gets a mark that says why.
 */
#ifndef ANALYZE_ANALYSES_WAITS_H
#define ANALYZE_ANALYSES_WAITS_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/frames.h"
#include "analyze/analyses/pool.h"
#include "analyze/analyses/who.h"
#include "analyze/replay/spans.h"

enum { WAITS_VALUE_COUNT, WAITS_VALUE_NS, WAITS_N_VALUES };

/* Why a thread does not run. */
enum waits_state {
	WAITS_BLOCKED, /* since before the tape began: what for is not known */
	WAITS_SLEEP,
	WAITS_DISK,
	WAITS_LOCK,
	WAITS_STOPPED,
	WAITS_PREEMPTED, /* it could run and had no CPU, whatever made it runnable */
	WAITS_N_STATES
};

struct waits_sum {
	uint64_t count;
	uint64_t ns;
};

struct waits_call {
	int32_t number; /* -1: outside of system calls */
	struct waits_sum waited;
	struct waits_sum preempted; /* in the call, or before its wait's end was noticed */
};

struct waits {
	struct profile *profile; /* NULL once it was taken */
	struct frames frames;
	struct who who;
	struct map sets;       /* what was asked before, to its label set */
	struct pool pool;      /* of waits too short to have stacks */
	uint64_t min_block_ns; /* from this length on they have */
	uint64_t sample_every; /* of the shorter ones, one in so many has */
	uint64_t min_ns;       /* --min */
	unsigned int states;   /* --state */
	struct waits_sum sums[WAITS_N_STATES][SPAN_NEW + 1]; /* by state and enum span_cause */
	struct map call_numbers;			     /* system call to index + 1 */
	VEC(struct waits_call) calls;
	uint64_t ns[SPAN_N_STATES]; /* of all spans that were shown, whatever --min and --state */
	uint64_t goid;		    /* the next span's label: set by the view; 0: it has none */
	uint64_t headless_life;	    /* whose last wait began before the tape, */
	uint64_t headless_until;    /* and when it ended */
};

/* The profile: the head's value types are ignored but for the second one. */
void waits_begin(struct waits *w, const struct analysis_input *in, const struct profile_head *head);
void waits_done(struct waits *w);

/*
 * The label set of a thread in a state ("running"), in a system call (-1: none).
 * Equal states must be the same text, which stays where it is.
 */
uint32_t waits_labels(struct waits *w, const struct world *world, const struct thread *thread,
		      const char *state, int32_t call);

/* Whether a span is one of those that go into the profile. */
bool waits_shows(const struct waits *w, const struct span *span);

/* Counts a span of any state; blocked and runnable ones go into the profile. */
void waits_span(struct waits *w, const struct analysis_input *in, const struct span *span);

/* Shares out what has no stacks, with a note on it, and sets time and coverage. */
void waits_finish(struct waits *w, const struct analysis_input *in, struct result *ret);

/* Gives the profile away. */
struct profile *waits_take_profile(struct waits *w);

/* "preempted". Static. */
const char *waits_state_name(enum waits_state state);

#endif
