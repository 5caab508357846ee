/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the runtimes of Go programs told of their collector, snapshot by snapshot: figures
 * that count from the program's beginning, and each collection that was seen.
 */
#ifndef ANALYZE_ANALYSES_GC_BOOK_H
#define ANALYZE_ANALYSES_GC_BOOK_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/goprograms.h"
#include "analyze/analyses/histogram.h"

#define GC_BOOK_WANTS	GOPROGRAMS_WANTS, EV_GO_FIGURE, EV_GO_CYCLE
#define GC_BOOK_MOMENTS 256

/* Figures by their keys: gc_book.c. */
enum gc_figure {
	GC_CYCLES,
	GC_PAUSE_NS,
	GC_LAST_NS,	 /* when the last collection ended, by CLOCK_MONOTONIC */
	GC_SHARE_PPB,	 /* of the CPUs' time until then */
	GC_CPU_NS,	 /* as of the last collection, and since Go 1.20: what it used, */
	GC_CPU_IDLE_NS,	 /* of that in the place of nothing, */
	GC_CPU_TOTAL_NS, /* and what there was */
	GC_LIVE_BYTES,
	GC_MARKED_BYTES,
	GC_GOAL_BYTES,
	GC_THREADS,
	GC_IDLE_THREADS,
	GC_IDLE_PROCESSORS,
	GC_QUEUE,
	GC_RESIZED_NS,	     /* when GOMAXPROCS was looked at last: by each stop of the program, */
	GC_RESIZED_TOTAL_NS, /* and what time the CPUs had been given until then */
	GC_FIGURES
};

struct gc_moment {
	uint64_t ns;
	uint64_t of[GC_FIGURES];
	uint32_t known; /* bits of enum gc_figure */
	/* Of the last collection that was told with its sizes; 0: not known. */
	uint64_t before_bytes, after_bytes, goal_bytes;
};

/* Of a program. */
struct gc_program {
	struct gc_moment now; /* what was told last */
	struct gc_moment first;
	bool begun;			  /* first is of the time that is looked at */
	uint64_t first_cycle, last_cycle; /* of those told in that time; 0: none */
	struct histogram pauses;	  /* of these */
	uint64_t seen, stride;
	size_t n;
	struct gc_moment moments[GC_BOOK_MOMENTS]; /* every stride'th snapshot */
};

struct gc_book {
	struct goprograms programs;
	VEC(struct gc_program *) list; /* by index of the program */
};

void gc_book_event(struct gc_book *b, const struct analysis_input *in, const struct thread *thread,
		   const struct ev_header *event);
void gc_book_done(struct gc_book *b);

static inline bool gc_moment_knows(const struct gc_moment *m, enum gc_figure f)
{
	return m->known >> f & 1;
}

/* How much a figure grew from one moment to another; -1: not known. */
int64_t gc_book_growth(const struct gc_moment *from, const struct gc_moment *to, enum gc_figure f);

/*
 * The collector's share of the CPUs' time between the last collections of two moments, in
 * percent, as GCCPUFraction counts it; negative: not known, as where there was none.
 */
double gc_book_share(const struct gc_moment *from, const struct gc_moment *to);

#endif
