/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each goroutine did, for the view timeline: by snapshots, between which a change
 * is put in the middle, and by what threads were told to run, as far as switches say
 * from when to when. A goroutine's life is one track, below its process'.
 */
#ifndef ANALYZE_ANALYSES_TIMELINE_GOROUTINES_H
#define ANALYZE_ANALYSES_TIMELINE_GOROUTINES_H

#include "analyze/analyses/gogroups.h"
#include "analyze/analyses/timeline_store.h"

#define TIMELINE_GOROUTINES_MOST   ((size_t)1 << 18)
#define TIMELINE_GOROUTINES_TRACKS 1000 /* of a process */

/* What it surely did, as its thread did. */
enum timeline_did { TIMELINE_DID_RUN, TIMELINE_DID_QUEUE, TIMELINE_DID_BLOCK };

struct timeline_run {
	uint64_t from_ns;
	uint64_t to_ns;
	enum timeline_did did;
};

struct timeline_goroutine {
	uint32_t process;  /* index of goroutines.processes */
	bool touched;	   /* since the last snapshot */
	bool open;	   /* the last snapshot had it; */
	uint32_t status;   /* as it was then */
	uint32_t what;	   /* the number of a group's text, */
	uint64_t since_ns; /* for so long */
	uint64_t goid;
	uint64_t first_ns;
	uint64_t last_ns;
	uint32_t start; /* the function that it began with: a stack; PROFILE_ROOT: not known */
	VEC(struct timeline_run) runs; /* since the last snapshot */
	struct timeline_slices slices;
};

/* What a slice says: one for each state, reason and place. */
struct timeline_what {
	uint32_t name;
	uint32_t detail;
	enum timeline_category category;
	bool runs;
};

struct timeline_snapshots {
	uint64_t number; /* of the last one; 0: none yet */
	uint64_t ns;
	VEC(uint32_t) touched; /* goroutines */
};

/* What a thread has run since when, as far as is known. */
struct timeline_runner {
	uint32_t tgid;
	bool on;       /* it has a CPU; else */
	bool wanted;   /* it wants one */
	uint64_t goid; /* 0: nothing, or not known */
	uint64_t from_ns;
	uint64_t last_ns; /* when it was told last */
};

struct timeline_goroutines {
	struct timeline_store *store;
	struct gogroups groups; /* its goroutines, names and frames; no groups of its own */
	struct map by_goid;	/* process and goid, to index */
	struct map by_what;
	struct map by_tid;
	VEC(struct timeline_goroutine) list;
	VEC(struct timeline_what) whats;
	VEC(struct timeline_runner) runners;
	VEC(struct timeline_snapshots) snapshots; /* by process index */
	size_t waiting_runs;
	uint64_t beyond;   /* goroutines that are too many to be followed */
	uint64_t left_out; /* those that have no track */
};

/* The store is borrowed. */
void timeline_goroutines_init(struct timeline_goroutines *g, const struct analysis_input *in,
			      struct timeline_store *store);
void timeline_goroutines_done(struct timeline_goroutines *g);

/* A record of GOROUTINES_WANTS, a CPU sample, or a switch. */
void timeline_goroutines_event(struct timeline_goroutines *g, const struct analysis_input *in,
			       const struct thread *thread, const struct ev_header *event);

/* Adds the tracks, below those of processes: by tgid, to their number + 1; others are added. */
void timeline_goroutines_finish(struct timeline_goroutines *g, const struct analysis_input *in,
				struct map *tracks);
void timeline_goroutines_notes(const struct timeline_goroutines *g, struct result *ret);

#endif
