/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of the view goroutines. None is ever NULL. */
#ifndef ANALYZE_ANALYSES_GOTABLES_H
#define ANALYZE_ANALYSES_GOTABLES_H

#include "analyze/analyses/gogroups.h"

struct gotables {
	const struct gogroups *groups;
	struct profile *profile; /* where frames and stacks of the tables go */
	const struct gomember *members;
	size_t n_members;
};

/* How many are in which state, the most first. */
struct table *gotables_states(const struct gotables *t);

/* Who made them: how many there are, and how their number changed. */
struct table *gotables_sites(const struct gotables *t);

/* How many there were over the run. */
struct table *gotables_time(const struct gotables *t);

/* Each of them as the runtime prints it. */
struct table *gotables_dump(const struct gotables *t);

/* What the one that was asked for did. */
struct table *gotables_life(const struct gotables *t);

#endif
