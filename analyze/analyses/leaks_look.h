/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What there is to know of a group of goroutines at the end, before it is graded: since
 * when they stand there, who made them, what they wait for and who else does, and
 * whether they go with connections.
 */
#ifndef ANALYZE_ANALYSES_LEAKS_LOOK_H
#define ANALYZE_ANALYSES_LEAKS_LOOK_H

#include "analyze/analyses/leaks_grade.h"

/* All zero is empty. */
struct leaks_look {
	const struct gogroups *groups; /* borrowed */
	uint64_t age_ns;
	struct gomember *members; /* at the end, by group, then goid */
	size_t n_members;
	struct map waiters; /* process and object, to how many wait there, */
	struct map firsts;  /* and to the first and the last member that does */
	struct map lasts;
	struct map
		network; /* process and goid, to whether it waits for the network (1), made one (2) */
};

void leaks_look_begin(struct leaks_look *l, const struct gogroups *groups, uint64_t age_ns);
void leaks_look_done(struct leaks_look *l);

/* Of n members from first on, which are one group. */
struct leak leaks_look_at(const struct leaks_look *l, size_t first, size_t n);

#endif
