// SPDX-License-Identifier: BSD-2-Clause
/* The list of all analyses: a new one is declared and listed here. */
#include <string.h>

#include "analyze/analyses/analysis.h"

extern const struct analysis analysis_summary, analysis_cpu, analysis_timeline, analysis_info;
extern const struct analysis analysis_offcpu, analysis_wall;
extern const struct analysis analysis_sched, analysis_wakeups;
extern const struct analysis analysis_locks, analysis_syscalls, analysis_execs;
extern const struct analysis analysis_goroutines, analysis_leaks;
extern const struct analysis analysis_heap, analysis_gc;

static const struct analysis *const analyses[] = {
	&analysis_summary, &analysis_cpu,	 &analysis_offcpu, &analysis_wall,
	&analysis_sched,   &analysis_wakeups,	 &analysis_locks,  &analysis_syscalls,
	&analysis_execs,   &analysis_goroutines, &analysis_leaks,  &analysis_heap,
	&analysis_gc,	   &analysis_timeline,	 &analysis_info,
};

const struct analysis *const *analysis_list(size_t *n)
{
	*n = sizeof(analyses) / sizeof(*analyses);
	return analyses;
}

const struct analysis *analysis_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(analyses) / sizeof(*analyses); i++) {
		if (strcmp(analyses[i]->name, name) == 0)
			return analyses[i];
	}
	return NULL;
}
