/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many threads ran or waited for a CPU, over time: at most 60 slots of equal
 * length, which double in length when a tape proves longer.
 *
 * Spans of different threads come out of order. Sums do not mind; for the
 * largest number at a time, what happened is held back and sorted. What comes
 * even later counts from then on, so that number may be too small by as many
 * threads as have run on without a pause since they last waited.
 */
#ifndef ANALYZE_ANALYSES_SCHED_QUEUE_H
#define ANALYZE_ANALYSES_SCHED_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/result/table.h"

#define SCHED_QUEUE_SLOTS 60

struct sched_queue_slot {
	uint64_t running_ns; /* of all threads */
	uint64_t runnable_ns;
	uint32_t most; /* of both, at one time */
};

/* All zero needs sched_queue_init(). */
struct sched_queue {
	uint64_t from_ns;
	uint64_t slot_ns;
	struct sched_queue_slot slots[SCHED_QUEUE_SLOTS];
	uint64_t *held; /* when the number changed, since from_ns: twice that, + 1 if it rose */
	size_t n_held;
	uint64_t seen; /* up to then most is right */
	uint64_t now;  /* the number behind it */
};

void sched_queue_init(struct sched_queue *q, uint64_t from_ns);
void sched_queue_done(struct sched_queue *q);

/* A thread was running or runnable. */
void sched_queue_add(struct sched_queue *q, bool running, uint64_t from_ns, uint64_t to_ns);

/* Nothing may be added afterwards. The time ends at to_ns, and there are so many CPUs. Never NULL. */
struct table *sched_queue_table(struct sched_queue *q, uint64_t to_ns, size_t cpus);

#endif
