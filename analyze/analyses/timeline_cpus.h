/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who had each CPU when, for the view timeline: from the switches themselves, so
 * that a place without a slice is idle, or was not to be shown, and never one
 * where a record is missing.
 */
#ifndef ANALYZE_ANALYSES_TIMELINE_CPUS_H
#define ANALYZE_ANALYSES_TIMELINE_CPUS_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/timeline_store.h"
#include "analyze/replay/cover.h"

struct timeline_cpu {
	bool seen;
	bool next_watched;
	uint32_t next; /* the thread that was switched in last */
	uint32_t next_tgid;
	uint64_t since_ns; /* then */
	struct timeline_slices slices;
};

struct timeline_cpus {
	struct timeline_store *store;
	VEC(struct timeline_cpu) list; /* by number */
	struct cover cover;
	uint64_t watch_from; /* 0: not known */
	bool partly;	     /* there were threads that are not to be shown, or not recorded */
};

/* The store is borrowed. The world's gaps must be complete. */
void timeline_cpus_init(struct timeline_cpus *c, struct timeline_store *store);
void timeline_cpus_done(struct timeline_cpus *c);

/* thread: the one that leaves the CPU. */
void timeline_cpus_switch(struct timeline_cpus *c, const struct analysis_input *in,
			  const struct thread *thread, const struct ev_sched_switch *ev);

/* Adds the tracks. Nothing may come any more; what ran last did so until then. */
void timeline_cpus_finish(struct timeline_cpus *c, const struct analysis_input *in,
			  uint64_t until_ns);

#endif
