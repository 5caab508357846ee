/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The profile of CPU samples, for the views that are made of it: cpu and summary.
 */
#ifndef ANALYZE_ANALYSES_CPU_H
#define ANALYZE_ANALYSES_CPU_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/frames.h"
#include "analyze/analyses/who.h"

enum { CPU_VALUE_SAMPLES, CPU_VALUE_NS, CPU_N_VALUES };

struct cpu {
	struct profile *profile; /* NULL once it was taken */
	struct frames frames;
	struct who who;
	int64_t period_ns; /* CPU time that one sample stands for; 0: not known */
};

extern const uint16_t cpu_wants[];

void cpu_begin(void *state, const struct analysis_input *in);
void cpu_on_event(void *state, const struct analysis_input *in, const struct thread *thread,
		  const struct ev_header *event);
void cpu_done(void *state);

/* Sets time and coverage, and gives the profile away. */
struct profile *cpu_take_profile(struct cpu *cpu, const struct analysis_input *in,
				 struct result *ret);

#endif
