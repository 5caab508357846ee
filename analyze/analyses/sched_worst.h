/* SPDX-License-Identifier: BSD-2-Clause */
/* The longest waits for a CPU: a list of bounded length, the longest first. */
#ifndef ANALYZE_ANALYSES_SCHED_WORST_H
#define ANALYZE_ANALYSES_SCHED_WORST_H

#include <stdint.h>

#include "analyze/base/vec.h"
#include "analyze/replay/spans.h"
#include "analyze/result/table.h"

struct sched_instant {
	uint64_t at_ns; /* when the thread became runnable */
	uint64_t wait_ns;
	uint32_t tid;
	uint32_t tgid;
	uint32_t name; /* by tasks_name() */
	uint32_t instead_tid;
	uint32_t instead_tgid;
	uint32_t instead_name;
	uint16_t cpu;
	uint16_t cause;
};

struct sched_worst {
	VEC(struct sched_instant) list;
	size_t most;
};

void sched_worst_init(struct sched_worst *w, unsigned int top);
void sched_worst_done(struct sched_worst *w);

/* A wait for a CPU that has ended. */
void sched_worst_add(struct sched_worst *w, const struct world *world, const struct span *span);

/* Times are since start_ns. Never NULL. */
struct table *sched_worst_table(const struct sched_worst *w, const struct tasks *tasks,
				uint64_t start_ns);

/* "woken". Static. */
const char *sched_worst_cause(uint16_t cause);

#endif
