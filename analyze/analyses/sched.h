/* SPDX-License-Identifier: BSD-2-Clause */
/* What the view sched gathers while the tape runs, and shows at the end. */
#ifndef ANALYZE_ANALYSES_SCHED_H
#define ANALYZE_ANALYSES_SCHED_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/histogram.h"
#include "analyze/analyses/sched_cpus.h"
#include "analyze/analyses/sched_queue.h"
#include "analyze/analyses/sched_worst.h"
#include "analyze/base/map.h"
#include "analyze/replay/spans.h"

/* A thread, or a process. */
struct sched_row {
	uint32_t tid; /* 0: stands for those that are too many */
	uint32_t tgid;
	uint32_t name; /* by tasks_name() */
	uint32_t process_name;
	uint64_t ns[SPAN_N_STATES];
	uint64_t switches;  /* it left the CPU */
	uint64_t preempted; /* while it wanted to go on */
	uint64_t migrations;
	struct histogram latency;
};

VEC_TYPE(sched_rows, struct sched_row);

struct sched {
	const struct analysis_input *in;
	struct spans *spans;
	struct sched_rows threads;
	struct map by_life;		       /* to its index in threads */
	struct map migrations;		       /* by tid, until its life is over */
	uint64_t n_migrations;		       /* of all that pass */
	uint64_t crowded;		       /* spans of threads that stand in the first row */
	struct histogram causes[SPAN_NEW + 1]; /* by enum span_cause */
	struct sched_cpus cpus;
	struct sched_queue queue;
	struct sched_worst worst;
	uint64_t last_ns; /* of the events */
};

/* All tables, in the order in which a reader should see them. */
void sched_tables(struct sched *s, const struct analysis_input *in, struct result *ret);

#endif
