/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the view timeline gathers before it knows its tracks: slices and their
 * texts, as many as fit. When there is no more room the timeline ends at that
 * moment, for all tracks alike: what it does show is complete.
 */
#ifndef ANALYZE_ANALYSES_TIMELINE_STORE_H
#define ANALYZE_ANALYSES_TIMELINE_STORE_H

#include <stdint.h>

#include "analyze/base/map.h"
#include "analyze/base/vec.h"
#include "analyze/replay/spans.h"
#include "analyze/result/timeline.h"

#define TIMELINE_STORE_MOST ((size_t)16 << 20)

VEC_TYPE(timeline_slices, struct timeline_span);

/* What texts are made of: a and b of timeline_store_text(). */
enum timeline_text {
	TIMELINE_TEXT_STATE,   /* enum span_state */
	TIMELINE_TEXT_WAIT,    /* enum span_wait, system call: "sleep read" */
	TIMELINE_TEXT_CPU,     /* number: "CPU 3" */
	TIMELINE_TEXT_TID,     /* tid: "thread 71" */
	TIMELINE_TEXT_NAME,    /* by tasks_name() */
	TIMELINE_TEXT_WOKEN,   /* name, tid: "woken by worker (71)" */
	TIMELINE_TEXT_CAUSE,   /* enum span_cause */
	TIMELINE_TEXT_INSTEAD, /* name, tid; + an enum span_cause: one kind for each */
	TIMELINE_TEXT_KINDS = TIMELINE_TEXT_INSTEAD + SPAN_NEW + 1
};

struct timeline_store {
	const struct world *world;
	struct timeline *timeline; /* where the texts are */
	uint64_t from_ns;
	uint64_t to_ns; /* earlier than asked for once there is no room; UINT64_MAX: no end */
	size_t most;
	size_t n;
	uint64_t left_out; /* slices */
	size_t texts;
	struct map known[TIMELINE_TEXT_KINDS]; /* a and b, to the number of the text */
};

/* The timeline is borrowed. */
void timeline_store_init(struct timeline_store *s, const struct world *world,
			 struct timeline *timeline);
void timeline_store_done(struct timeline_store *s);

/* The part of a slice that is looked at; nothing of it may end later than the world's time. */
void timeline_store_add(struct timeline_store *s, struct timeline_slices *list,
			struct timeline_span slice);

/* A text's number; TIMELINE_NO_TEXT when there are too many. */
uint32_t timeline_store_text(struct timeline_store *s, unsigned int kind, uint32_t a, uint32_t b);

/* A thread's name by tasks_name(), as far as it is known. */
uint32_t timeline_store_name(const struct timeline_store *s, uint32_t tid, uint32_t tgid,
			     uint64_t at_ns);

/* Gives a track its slices; the list is empty then. */
void timeline_store_give(struct timeline_store *s, uint32_t track, struct timeline_slices *list);

#endif
