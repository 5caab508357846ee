/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All processes that a tape tells of, gathered as the world forgets them, for
 * the views that list them: timeline and info.
 */
#ifndef ANALYZE_ANALYSES_LIVES_H
#define ANALYZE_ANALYSES_LIVES_H

#include "analyze/analyses/analysis.h"

struct life {
	uint64_t number; /* of its first sight */
	uint32_t tgid;
	uint32_t ppid;
	uint32_t name;	   /* by tasks_name() */
	bool ended;	   /* to_ns is its end; else it was last known then */
	uint64_t start_ns; /* CLOCK_BOOTTIME; 0: not known */
	uint64_t cgroup;
	uint64_t from_ns;
	uint64_t to_ns;
	const char *cmdline; /* lent until done; NULL: not known */
};

/* All zero is an empty one. */
struct lives {
	VEC(struct life) list;
	struct arena texts;
};

void lives_done(struct lives *l);
void lives_add(struct lives *l, const struct process *p, uint64_t now_ns);

/* Joins what the world had to forget in between; in order of first sight from then on. */
void lives_sort(struct lives *l);

#endif
