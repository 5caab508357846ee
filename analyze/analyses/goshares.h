/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How values of events fall on goroutines, or on those that one go statement made: for
 * views by goroutine of what threads do. Memory grows with different goroutines, up
 * to a bound.
 */
#ifndef ANALYZE_ANALYSES_GOSHARES_H
#define ANALYZE_ANALYSES_GOSHARES_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/frames.h"
#include "analyze/replay/goroutines.h"

#define GOSHARES_MOST	((size_t)1 << 20) /* goroutines; what is beyond stands in one row */
#define GOSHARES_OTHERS (EV_GO_UNKNOWN - 2)

struct goshare {
	uint64_t process; /* its number; 0: of several */
	uint32_t pid;
	uint32_t name; /* by tasks_name() */
	uint64_t goid; /* or what running_goid() says in its place, or GOSHARES_OTHERS */
	int64_t site;  /* frame of the go statement; -1: not known */
	int64_t goroutines;
	int64_t values[2];
};

/* All zero but for frames is an empty one. */
struct goshares {
	struct frames *frames; /* borrowed: of the profile that the table's frames are of */
	const struct analysis_input *in; /* during a call */
	const struct process *process;	 /* the same */
	struct goroutines goroutines;
	struct map by_key; /* to index */
	VEC(struct goshare) list;
	int64_t other[2]; /* of threads of no Go program */
};

void goshares_begin(struct goshares *g, struct frames *frames);
void goshares_done(struct goshares *g);

/* A record; those of GOROUTINES_WANTS matter. */
void goshares_event(struct goshares *g, const struct analysis_input *in,
		    const struct thread *thread, const struct ev_header *event);

/* Values of something that a thread did as this goroutine, or RUNNING_…. */
void goshares_add(struct goshares *g, const struct analysis_input *in, const struct thread *thread,
		  uint64_t goid, const int64_t values[2]);

/* Puts the table into ret, of the frames' profile, and notes on what is not known. */
void goshares_finish(struct goshares *g, const struct analysis_input *in, struct result *ret);

#endif
