/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which events a report is about: those of a time, of processes, of threads, of
 * a name, of a control group. What is not asked for is not looked at.
 */
#ifndef ANALYZE_FILTER_H
#define ANALYZE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/error.h>

#include "analyze/replay/world.h"

#define FILTER_MOST_IDS 64

/* A moment as it was asked for. */
struct filter_time {
	bool given;
	bool wall; /* ns is CLOCK_REALTIME; else it counts from the tape's start */
	uint64_t ns;
};

struct filter_ids {
	size_t n;
	uint32_t items[FILTER_MOST_IDS];
};

/* All zero lets everything pass. */
struct filter {
	struct filter_time from, to;
	struct filter_ids pids, tids;
	const char *comm;   /* a glob, for the process' or the thread's name */
	const char *cgroup; /* a path: this group and those below */
	uint64_t from_ns;   /* by CLOCK_MONOTONIC, once bound */
	uint64_t to_ns;
};

/*
 * "1.5s", "200ms", "2m" (from the tape's start; seconds without a unit), or
 * RFC 3339: "2026-01-31T12:00:00Z". option names the option in *err.
 */
int filter_parse_time(const char *text, const char *option, struct filter_time *ret,
		      struct tape_error *err);

/* Adds to *ret: "12,34". */
int filter_parse_ids(const char *text, const char *option, struct filter_ids *ret,
		     struct tape_error *err);

/* Turns the times into those of the tape, as far as the world knows its clocks. */
void filter_bind(struct filter *f, const struct world *w);

bool filter_is_active(const struct filter *f);

/* Whether a thread passes: all but the times. */
bool filter_passes_thread(const struct filter *f, const struct world *w,
			  const struct thread *thread);

bool filter_passes(const struct filter *f, const struct world *w, const struct thread *thread,
		   const struct ev_header *event);

/* "--pid 12 --from 1s": what was asked for, for messages. */
void filter_describe(const struct filter *f, char *text, size_t size);

#endif
