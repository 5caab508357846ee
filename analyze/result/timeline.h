/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timeline: tracks with slices, instants, values and links between them. One
 * of the three shapes that an analysis may produce. Times are CLOCK_MONOTONIC
 * ns; one pair of clocks turns them into wall-clock time.
 *
 * A tape of an hour has tens of millions of slices, so a kept slice takes 24
 * bytes, and texts are kept once and known by number. All may be added in any
 * order; readers get each track's in order of time, and those of equal time in
 * the order in which they were added. Sorting happens when a track is first
 * read, and costs nothing where the order was right.
 */
#ifndef ANALYZE_RESULT_TIMELINE_H
#define ANALYZE_RESULT_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/result/profile.h"

#define TIMELINE_NO_PARENT UINT32_MAX
#define TIMELINE_NO_TEXT   0 /* the number of "" */

enum timeline_track_kind {
	TIMELINE_TRACK_GROUP, /* whatever the name says; may hold slices too */
	TIMELINE_TRACK_PROCESS,
	TIMELINE_TRACK_THREAD,
	TIMELINE_TRACK_CPU,
	TIMELINE_TRACK_COUNTER, /* has points, no slices */
};

/* What a slice is, for colours and sums. */
enum timeline_category {
	TIMELINE_NONE,
	TIMELINE_RUNNING,
	TIMELINE_RUNNABLE, /* waits for a CPU */
	TIMELINE_BLOCKED,  /* waits for anything else: the name says for what */
	TIMELINE_UNKNOWN,  /* the tape does not tell */
	TIMELINE_LOST,	   /* events were lost: nothing here is sure */
};
#define TIMELINE_CATEGORIES 6

struct timeline_track {
	const char *name;
	uint32_t parent; /* a track that was added before, or TIMELINE_NO_PARENT */
	uint32_t pid;	 /* 0: belongs to none */
	uint32_t tid;
	enum timeline_track_kind kind;
	const char *unit; /* of a counter, as tables have it: "count", "ns", "bytes"; or NULL */
};

/* What is added. An instant is a slice whose end is its start. */
struct timeline_slice {
	uint32_t track;
	uint64_t start_ns;
	uint64_t end_ns; /* before start_ns: taken as start_ns */
	const char *name;
	enum timeline_category category;
	const char *detail; /* the stack's leaf, the system call; may be NULL */
};

/* What is kept of it. */
struct timeline_span {
	uint64_t start_ns;
	uint64_t end_ns;
	uint32_t name;	       /* a text */
	uint32_t detail : 29;  /* a text, or TIMELINE_NO_TEXT */
	uint32_t category : 3; /* enum timeline_category */
};

struct timeline_point {
	uint64_t ns;
	int64_t value; /* from then on */
};

/* One thing led to another: a wake-up, from the waker to the wakee. */
struct timeline_link {
	uint32_t from_track;
	uint32_t to_track;
	uint64_t from_ns;
	uint64_t to_ns;
	const char *name;
};

struct timeline;

/* Strings are copied. Never NULL. */
struct timeline *timeline_new(const char *name, const char *title);
void timeline_free(struct timeline *t); /* accepts NULL */

/* Of one whose contents are not what was thought when it was made. Copied. */
void timeline_rename(struct timeline *t, const char *name, const char *title);

/* mono_ns was wall_ns. */
void timeline_set_clock(struct timeline *t, uint64_t mono_ns, uint64_t wall_ns);
uint64_t timeline_wall_ns(const struct timeline *t, uint64_t mono_ns); /* 0: not known */

uint32_t timeline_add_track(struct timeline *t, const struct timeline_track *track);
void timeline_add_slice(struct timeline *t, const struct timeline_slice *slice);

/* For who adds millions: texts by number, and slices of one track together. */
uint32_t timeline_add_text(struct timeline *t, const char *text);
void timeline_add_spans(struct timeline *t, uint32_t track, const struct timeline_span *spans,
			size_t n);

/*
 * Texts that end in the names of functions: those of a stack in a profile. Until names
 * are known (timeline_set_name()) they end before them. Those of a track stand behind
 * its name, after a space. A text of slices is another one than all before, whatever it
 * begins with: who adds it keeps its number.
 */
uint32_t timeline_add_text_at(struct timeline *t, const char *before, uint32_t stack);
void timeline_set_track_at(struct timeline *t, uint32_t track, uint32_t stack);
void timeline_take_profile(struct timeline *t, struct profile *p); /* whose stacks these are */

const struct profile *timeline_profile(const struct timeline *t); /* NULL: there are none */
size_t timeline_n_names(const struct timeline *t);
uint32_t timeline_name_stack(const struct timeline *t, size_t index);
void timeline_set_name(struct timeline *t, size_t index, const char *name);

void timeline_add_point(struct timeline *t, uint32_t track, uint64_t ns, int64_t value);
void timeline_add_link(struct timeline *t, const struct timeline_link *link);

const char *timeline_name(const struct timeline *t);
const char *timeline_title(const struct timeline *t);
size_t timeline_n_tracks(const struct timeline *t);
const struct timeline_track *timeline_track(const struct timeline *t, uint32_t number);

/* Texts of slices by number, from 0 to timeline_n_texts(). As added: not clean. */
size_t timeline_n_texts(const struct timeline *t);
const char *timeline_text(const struct timeline *t, uint32_t number);

/* What a track has: *n in order of time. Lent until something is added. */
const struct timeline_span *timeline_spans(const struct timeline *t, uint32_t track, size_t *n);
const struct timeline_point *timeline_points(const struct timeline *t, uint32_t track, size_t *n);

/* Links in order of the track that they come from, then of time there. */
size_t timeline_n_links(const struct timeline *t);
struct timeline_link timeline_link(const struct timeline *t, size_t index);

/* Of all tracks together. */
size_t timeline_n_slices(const struct timeline *t);
size_t timeline_n_points(const struct timeline *t);

/* The first and the last time of all that is in it; both 0 if that is nothing. */
void timeline_bounds(const struct timeline *t, uint64_t *first_ns, uint64_t *last_ns);

/* "running" and so on; "" for TIMELINE_NONE. Static. */
const char *timeline_category_name(enum timeline_category category);

#endif
