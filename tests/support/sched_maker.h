/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine with a few CPUs and threads that a random number generator
 * schedules: the records that the recorder would write, and the truth of them.
 */
#ifndef TESTS_SUPPORT_SCHED_MAKER_H
#define TESTS_SUPPORT_SCHED_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#define SCHED_MAKER_CPUS    3
#define SCHED_MAKER_THREADS 8
#define SCHED_MAKER_EVENTS  4000

enum made_state { MADE_RUNNING, MADE_RUNNABLE, MADE_BLOCKED };

/* A thread was in a state from one time to another. */
struct made_stretch {
	uint32_t tid;
	enum made_state state;
	uint64_t from_ns;
	uint64_t to_ns;
};

union made_event {
	struct ev_header h;
	struct ev_sched_switch sw;
	struct ev_sched_wakeup wakeup;
};

struct sched_maker {
	uint64_t seed;
	uint64_t now_ns;
	uint64_t begin_ns;
	struct {
		enum made_state state;
		uint64_t since_ns;
		uint16_t cpu;		    /* of a running one */
	} threads[SCHED_MAKER_THREADS + 1]; /* by tid, from 1 on */
	uint32_t running[SCHED_MAKER_CPUS]; /* 0: idle */
	union made_event events[SCHED_MAKER_EVENTS];
	size_t n_events;
	struct made_stretch truth[2 * SCHED_MAKER_EVENTS + SCHED_MAKER_THREADS];
	size_t n_truth;
};

/* Fills *ret with a run that is the same for the same seed. */
void sched_maker_run(struct sched_maker *ret, uint64_t seed);

uint64_t sched_maker_random(uint64_t *seed);

#endif
