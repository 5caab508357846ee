/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The profile of CPU samples, for the views that are made of it: cpu and summary.
 */
#ifndef ANALYZE_ANALYSES_CPU_H
#define ANALYZE_ANALYSES_CPU_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/frames.h"
#include "analyze/analyses/who.h"
#include "analyze/base/map.h"
#include "analyze/base/vec.h"

enum { CPU_VALUE_SAMPLES, CPU_VALUE_NS, CPU_N_VALUES };

struct cpu {
	struct profile *profile; /* NULL once it was taken */
	struct frames frames;
	struct who who;
	struct map known;      /* what makes two events equal, to their sample's index */
	VEC(uint32_t) counted; /* events that are not in the profile yet, by that index */
	int64_t period_ns;     /* CPU time that one sample stands for; 0: not known */
	uint64_t goid;	       /* the next event's label: set by the view; 0: it has none */
};

extern const uint16_t cpu_wants[];

/* CPU time that a sample of a tape stands for, an hour at most; 0: not known. */
int64_t cpu_period_ns(const struct world *w);

void cpu_begin(void *state, const struct analysis_input *in);
void cpu_soon(const void *state, const struct analysis_input *in, const struct ev_header *event);
void cpu_on_event(void *state, const struct analysis_input *in, const struct thread *thread,
		  const struct ev_header *event);
void cpu_done(void *state);

/* Sets time and coverage, and gives the profile away. */
struct profile *cpu_take_profile(struct cpu *cpu, const struct analysis_input *in,
				 struct result *ret);

#endif
