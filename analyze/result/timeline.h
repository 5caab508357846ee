/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timeline: tracks with slices and instants. One of the three shapes that an
 * analysis may produce. Times are CLOCK_MONOTONIC ns; one pair of clocks turns
 * them into wall-clock time.
 */
#ifndef ANALYZE_RESULT_TIMELINE_H
#define ANALYZE_RESULT_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#define TIMELINE_NO_PARENT UINT32_MAX

struct timeline_track {
	const char *name;
	uint32_t parent; /* a track, or TIMELINE_NO_PARENT */
	uint32_t pid;	 /* 0: belongs to none */
	uint32_t tid;
};

/* An instant is a slice whose end is its start. */
struct timeline_slice {
	uint32_t track;
	uint64_t start_ns;
	uint64_t end_ns;
	const char *name;
};

struct timeline;

/* Strings are copied. Never NULL. */
struct timeline *timeline_new(const char *name, const char *title);
void timeline_free(struct timeline *t); /* accepts NULL */

/* mono_ns was wall_ns. */
void timeline_set_clock(struct timeline *t, uint64_t mono_ns, uint64_t wall_ns);
uint64_t timeline_wall_ns(const struct timeline *t, uint64_t mono_ns); /* 0: not known */

uint32_t timeline_add_track(struct timeline *t, const struct timeline_track *track);
void timeline_add_slice(struct timeline *t, const struct timeline_slice *slice);

const char *timeline_name(const struct timeline *t);
const char *timeline_title(const struct timeline *t);
size_t timeline_n_tracks(const struct timeline *t);
const struct timeline_track *timeline_track(const struct timeline *t, uint32_t number);
/* Slices in order of track, then start, then the order in which they were added. */
size_t timeline_n_slices(const struct timeline *t);
const struct timeline_slice *timeline_slice(const struct timeline *t, size_t index);

#endif
