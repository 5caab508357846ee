/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The labels of a profile that say whose an event was: pid, tid, comm (the
 * process), thread, and cgroup if it is known.
 */
#ifndef ANALYZE_ANALYSES_WHO_H
#define ANALYZE_ANALYSES_WHO_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/base/map.h"
#include "analyze/replay/world.h"
#include "analyze/result/profile.h"

struct who {
	struct profile *profile; /* borrowed */
	struct map sets;	 /* what was asked before, to its number in the profile */
	uint64_t unknown_names;	 /* events of processes whose name the tape does not tell */
};

void who_init(struct who *who, struct profile *profile);
void who_done(struct who *who);

/*
 * What the answer of who_labels() hangs on, as one number: whoever has asked for
 * it before need not ask again, but has to call who_count() then.
 */
uint64_t who_key(const struct world *w, const struct thread *thread, uint64_t cgroup);

/* Counts what is not known of an event. */
void who_count(struct who *who, const struct thread *thread);

/*
 * A new set of the thread's labels and n more, 8 at most, behind them. Not
 * remembered, and not counted: whoever needs it often keeps it by who_key().
 */
uint32_t who_labels_more(struct who *who, const struct world *w, const struct thread *thread,
			 const struct profile_label *more, size_t n);

/* The profile's label set for a thread in a control group (0: its process' own). */
uint32_t who_labels(struct who *who, const struct world *w, const struct thread *thread,
		    uint64_t cgroup);

#endif
