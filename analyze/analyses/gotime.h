/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where goroutines spend their time, for the view wall: from snapshots (tally.h), and
 * what they ran from CPU samples of which the tape tells whose they are.
 *
 * A goroutine's time is the time that it lived, by snapshots. Samples tell how much of
 * it it ran. Where they tell more than the snapshots that met it running, what it did
 * at the samples' times by the snapshot before is the less for it; where they tell
 * less, the rest is running time without a sample. Both are settled for goroutines of
 * one go statement together, or of each alone when they are asked for by number: only
 * sums of many snapshots can be held against sums of many samples.
 */
#ifndef ANALYZE_ANALYSES_GOTIME_H
#define ANALYZE_ANALYSES_GOTIME_H

#include "analyze/analyses/gogroups.h"
#include "analyze/analyses/tally.h"

#define GOTIME_MOST ((size_t)1 << 17) /* groups; what is beyond stands in one of its process */
#define GOTIME_NONE UINT32_MAX

/* What a sum is of. */
enum gotime_kind {
	GOTIME_ALL,   /* a process */
	GOTIME_STATE, /* status and reason */
	GOTIME_PLACE, /* the same at one stack; of those that run: of one maker */
	GOTIME_MAKER, /* a go statement, or a goroutine where each is asked for */
};

struct gotime_sum {
	enum gotime_kind kind;
	uint32_t process; /* index of goroutines.processes */
	uint32_t status;
	uint32_t reason; /* of those that wait */
	bool waits;
	bool runs;
	bool rest;	  /* stands for those that are too many */
	bool changed;	  /* since the last snapshot */
	uint32_t stack;	  /* in groups.profile */
	int64_t site;	  /* frame of the go statement, there; -1: not known */
	uint64_t goid;	  /* 0: of several */
	uint32_t maker;	  /* of a place of those that run */
	uint32_t torn;	  /* of those at no stack: read while they changed, */
	uint32_t running; /* of a maker: the place of those that run, or GOTIME_NONE */
	struct tally tally;
	uint64_t samples;   /* of a maker: that met its goroutines, */
	uint64_t elsewhere; /* and of them, while the last snapshot had not met them running */
	int64_t minus_ns;   /* what the tally has and samples say that they ran instead */
	int64_t plus_ns;    /* what samples say beyond it */
};

/* Goroutines that are counted in the same sums. */
struct gotime_group {
	uint32_t sums[4]; /* by enum gotime_kind */
	int64_t more;	  /* since the last snapshot */
	uint64_t samples; /* that met them, where they do not run by the last snapshot */
	bool runs;
	bool changed;
};

/* A sample whose meaning the next snapshot tells. */
struct gotime_sample {
	uint64_t goid;
	uint32_t group; /* by the snapshot before; GOTIME_NONE: it was not in it */
	uint32_t stack;
};

/* Samples of one stack. */
struct gotime_run {
	uint32_t process;
	uint32_t stack;
	uint64_t goid; /* where each is asked for */
	uint64_t samples;
};

struct gotime_process {
	struct tally_clock clock;
	uint64_t number;       /* of the last snapshot that was known */
	uint64_t all_before;   /* goroutines that it had */
	uint32_t all;	       /* sum of them + 1; 0: none yet */
	VEC(uint32_t) changed; /* groups */
	VEC(struct gotime_sample) pending;
	uint64_t samples; /* of goroutines; */
	uint64_t unseen;  /* of them, of those that no snapshot met */
	uint64_t nobody;  /* of no goroutine: the scheduler, C */
	uint64_t system;  /* of the runtime's own, which are left out */
	uint64_t untold;  /* of whom is not known */
	uint32_t running; /* sum of those that run, + 1; 0: no samples tell of it */
	int64_t left_ns;  /* what snapshots met running, and samples did not */
	int64_t extra_ns; /* what unseen ones ran beyond that */
};

struct gotime {
	struct gogroups groups; /* its goroutines, names and frames; no groups of its own */
	bool each;		/* by goid */
	int64_t period_ns;	/* of a CPU sample */
	struct map by_key;	/* to index of sums */
	struct map groups_by_key;
	struct map runs_by_key;
	VEC(struct gotime_sum) sums;
	VEC(struct gotime_group) list;
	VEC(struct gotime_run) runs;
	VEC(struct gotime_process *) processes; /* by index; may be NULL */
};

void gotime_begin(struct gotime *g, const struct analysis_input *in);
void gotime_done(struct gotime *g);

/* A record of GOROUTINES_WANTS. */
void gotime_event(struct gotime *g, const struct analysis_input *in, const struct thread *thread,
		  const struct ev_header *event);

/* A CPU sample, and which goroutine its thread ran; known: whether the tape tells. */
struct gotime_met {
	uint64_t goid; /* 0: none */
	bool known;
};

void gotime_sample(struct gotime *g, const struct analysis_input *in, const struct thread *thread,
		   const struct ev_cpu_sample *sample, struct gotime_met met);

/* Sums up to the last snapshots, and settles what samples say. */
void gotime_finish(struct gotime *g);

/* What goroutines of a sum did and lived, behind gotime_finish(). */
int64_t gotime_ns(const struct gotime *g, const struct gotime_sum *sum);
int64_t gotime_error_ns(const struct gotime *g, const struct gotime_sum *sum);
int64_t gotime_share_error(const struct gotime *g, const struct gotime_sum *sum);

/* All time of a process: what shares are of. */
int64_t gotime_all_ns(const struct gotime *g, uint32_t process);

#endif
