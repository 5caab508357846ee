/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap profiles of Go programs: what each stack allocated and freed, in objects of one
 * size, at the last reading and at the first one of the time that is looked at.
 */
#ifndef ANALYZE_ANALYSES_HEAP_BOOK_H
#define ANALYZE_ANALYSES_HEAP_BOOK_H

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/frames.h"
#include "analyze/analyses/goprograms.h"

#define HEAP_BOOK_WANTS	  GOPROGRAMS_WANTS, EV_GO_HEAP
#define HEAP_BOOK_MOST	  ((size_t)1 << 20) /* buckets; beyond these they are counted only */
#define HEAP_BOOK_MOMENTS 256

/* In the order of pprof's types, scaled from what was sampled to what there was. */
enum heap_value { HEAP_ALLOC_OBJECTS, HEAP_ALLOC_BYTES, HEAP_OBJECTS, HEAP_BYTES, HEAP_VALUES };

struct heap_values {
	int64_t of[HEAP_VALUES];
};

/* As sampled, since the program began. */
struct heap_counts {
	uint64_t allocs, alloc_bytes, frees, free_bytes;
};

struct heap_bucket {
	uint32_t program;
	uint32_t next;	/* of the program: index + 1; 0: none */
	uint32_t stack; /* of the book's profile */
	uint64_t object_bytes;
	struct heap_counts now, base;
};

struct heap_moment {
	uint64_t ns;
	struct heap_values total;
};

/* Of each program: its readings, every stride'th is kept. */
struct heap_program {
	uint32_t buckets; /* the first: index + 1 */
	uint64_t rate;
	uint32_t rates;	   /* how often it changed */
	uint32_t received; /* buckets since the last snapshot */
	bool based;	   /* the base was taken, */
	uint64_t base_ns;  /* then */
	uint64_t last_ns;  /* of the last reading */
	struct heap_values total;
	uint64_t seen;
	uint64_t stride;
	size_t n;
	struct heap_moment moments[HEAP_BOOK_MOMENTS];
};

struct heap_book {
	struct goprograms programs;
	struct profile *profile; /* borrowed */
	struct frames frames;
	struct map by_key; /* to index */
	VEC(struct heap_bucket) list;
	VEC(struct heap_program *) readings; /* by index of the program */
	uint64_t beyond;
};

void heap_book_begin(struct heap_book *b, const struct analysis_input *in, struct profile *p);
void heap_book_event(struct heap_book *b, const struct analysis_input *in,
		     const struct thread *thread, const struct ev_header *event);
void heap_book_done(struct heap_book *b);

/* As runtime/pprof scales it (scaleHeapSample): an object of size S is seen with 1 - exp(-S / rate). */
struct heap_values heap_book_scale(const struct heap_counts *c, uint64_t rate);

/* a + b, and a - b. Sums stop at the end of their range. */
struct heap_values heap_values_add(struct heap_values a, struct heap_values b);
struct heap_values heap_values_less(struct heap_values a, struct heap_values b);

#endif
