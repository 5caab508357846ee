/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goroutines in groups: those that one go statement made and that stand at the
 * same place for the same reason. How many each group had is kept for a few
 * hundred moments of the run, so its memory does not grow with the tape's length.
 */
#ifndef ANALYZE_ANALYSES_GOGROUPS_H
#define ANALYZE_ANALYSES_GOGROUPS_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/frames.h"
#include "analyze/replay/goroutines.h"

#define GOGROUPS_MOMENTS 256
#define GOGROUPS_MOST	 32768 /* what is beyond stands in one group of its process */

struct gogroup {
	uint32_t process; /* index of goroutines.processes */
	uint32_t next;	  /* of the process: index + 1; 0: none */
	int64_t site;	  /* frame of the go statement, in frames.profile; -1: not known */
	uint32_t stack;	  /* where they wait, there; PROFILE_ROOT if they do not wait */
	uint32_t status;
	uint32_t reason; /* of those that wait */
	bool waits;
	bool system; /* the runtime's own */
	bool rest;   /* stands for those that are too many */
	uint64_t now;
	uint64_t joined; /* in the time that is looked at, */
	uint64_t left;
	uint32_t joins;	       /* and in how many snapshots somebody did */
	uint64_t last_join_ns; /* the last of these */
	uint32_t counts[GOGROUPS_MOMENTS];
};

/* Of a process: when counts were taken, which is at every stride'th known snapshot. */
struct gomoments {
	uint32_t groups; /* the first of the process: index + 1 */
	size_t n;
	uint64_t stride;
	uint64_t seen; /* snapshots */
	uint64_t ns[GOGROUPS_MOMENTS];
	uint64_t alive[GOGROUPS_MOMENTS];
};

/* A stretch of the life of the goroutine that was asked for. */
struct golife {
	uint32_t process;
	bool gone;
	uint64_t ns;
	struct goroutine was;
};

struct gogroups {
	const struct analysis_input *in; /* during a call */
	const struct process *process;	 /* the same, */
	uint64_t now_ns;		 /* and the record's time */
	struct goroutines goroutines;
	struct profile *profile; /* of all frames and stacks; has no samples */
	struct frames frames;
	struct map by_key; /* to index */
	VEC(struct gogroup *) list;
	VEC(struct gomoments *) moments; /* by process index */
	VEC(struct golife) life;
	uint64_t life_beyond;
	bool met;	   /* the goroutine that was asked for is in the tape */
	uint64_t later_ns; /* of the first snapshot behind the time that is looked at; 0: none */
};

void gogroups_begin(struct gogroups *g, const struct analysis_input *in);
void gogroups_event(struct gogroups *g, const struct analysis_input *in,
		    const struct thread *thread, const struct ev_header *event);
void gogroups_done(struct gogroups *g);

/* A goroutine and whose it is. */
struct gomember {
	const struct goroutines_process *process;
	const struct goroutine *goroutine;
};

/* All that the last snapshots found, by process, then goid. To be freed. */
struct gomember *gogroups_members(const struct gogroups *g, size_t *n);

/*
 * Where a goroutine stands and was made, in groups->profile, by what is mapped at its
 * record: PROFILE_ROOT, and -1, where that is not known. During a call alone.
 */
uint32_t gogroups_stack(struct gogroups *g, const struct goroutine *at);
int64_t gogroups_site(struct gogroups *g, const struct goroutine *at);

/* "waiting", or the number of a status that the tape does not name. */
struct gotext {
	char text[64];
};

struct gotext gogroups_status(const struct gogroups *g, uint32_t process, uint32_t status);
struct gotext gogroups_reason(const struct gogroups *g, uint32_t process, uint32_t reason);

/* Since when it stands as it does at the latest, by snapshots and what collections saw. */
uint64_t gogroups_since(const struct goroutine *goroutine);

/*
 * A copy of a stack, or of a frame, in another profile. Negative frames stay so.
 * Of what is never shown there, outputs need not ask the name.
 */
uint32_t gogroups_copy_stack(const struct gogroups *g, struct profile *to, uint32_t stack);
int64_t gogroups_copy_frame(const struct gogroups *g, struct profile *to, int64_t frame);

/* Notes on what is not known, and coverage. */
void gogroups_notes(const struct gogroups *g, struct result *ret);

/* How the snapshots of each process were. Never NULL. */
struct table *gogroups_health(const struct gogroups *g);

#endif
