/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each CPU did: from its switches, of which the tape has all if the whole
 * machine was recorded. Between two that do not fit, or of which one does not
 * belong to what was recorded, it is not known what ran.
 */
#ifndef ANALYZE_ANALYSES_SCHED_CPUS_H
#define ANALYZE_ANALYSES_SCHED_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#include "analyze/analyses/histogram.h"
#include "analyze/replay/cover.h"
#include "analyze/result/table.h"

struct sched_cpu {
	bool seen;
	bool next_watched;
	uint32_t next;	   /* the thread that was switched in last */
	uint64_t since_ns; /* then */
	uint64_t busy_ns;  /* a thread ran, whichever */
	uint64_t idle_ns;
	uint64_t running_ns; /* threads ran that are looked at */
	uint64_t switches;
	struct histogram latency; /* of those that got it */
};

struct sched_cpus {
	VEC(struct sched_cpu) list;
	struct cover cover;
	uint64_t watch_from; /* 0: not known */
	uint64_t from_ns, to_ns;
};

/* What is looked at is from from_ns to to_ns. */
void sched_cpus_init(struct sched_cpus *c, const struct gaps *gaps, uint64_t from_ns,
		     uint64_t to_ns);
void sched_cpus_done(struct sched_cpus *c);

/* Lent until the next one is asked for. */
struct sched_cpu *sched_cpus_get(struct sched_cpus *c, uint16_t cpu);

void sched_cpus_switch(struct sched_cpus *c, const struct ev_sched_switch *ev);

/* Nothing comes any more; what ran last did so until then. */
void sched_cpus_finish(struct sched_cpus *c, uint64_t until_ns);

/* How many CPUs were seen. */
size_t sched_cpus_count(const struct sched_cpus *c);

/* watched_ns: how long each was watched. Never NULL. */
struct table *sched_cpus_table(const struct sched_cpus *c, uint64_t watched_ns);

#endif
