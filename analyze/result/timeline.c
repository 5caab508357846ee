// SPDX-License-Identifier: BSD-2-Clause
/*
 * Slices are added in any order and sorted when the first one is asked for, so
 * that analyses need not care and outputs need not sort.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "analyze/base/intern.h"
#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/result/timeline.h"

struct added_slice {
	struct timeline_slice slice;
	size_t added;
};

/* Apart from the timeline, so that a reader's const timeline can be sorted. */
struct slices {
	VEC(struct added_slice) list;
	bool sorted;
};

struct timeline {
	const char *name;
	const char *title;
	struct intern texts;
	uint64_t mono_ns;
	uint64_t wall_ns;
	VEC(struct timeline_track) tracks;
	struct slices *slices;
};

static const char *keep(struct timeline *t, const char *text)
{
	return intern_get_text(&t->texts, intern_text(&t->texts, text ? text : ""));
}

struct timeline *timeline_new(const char *name, const char *title)
{
	struct timeline *t = memory_alloc(sizeof(*t));

	t->name = keep(t, name);
	t->title = keep(t, title);
	t->slices = memory_alloc(sizeof(*t->slices));
	return t;
}

void timeline_free(struct timeline *t)
{
	if (!t)
		return;
	vec_done(&t->slices->list);
	free(t->slices);
	vec_done(&t->tracks);
	intern_done(&t->texts);
	free(t);
}

void timeline_set_clock(struct timeline *t, uint64_t mono_ns, uint64_t wall_ns)
{
	t->mono_ns = mono_ns;
	t->wall_ns = wall_ns;
}

uint64_t timeline_wall_ns(const struct timeline *t, uint64_t mono_ns)
{
	return t->wall_ns ? t->wall_ns + (mono_ns - t->mono_ns) : 0;
}

uint32_t timeline_add_track(struct timeline *t, const struct timeline_track *track)
{
	struct timeline_track kept = *track;

	assert(track->parent == TIMELINE_NO_PARENT || track->parent < t->tracks.n);
	kept.name = keep(t, track->name);
	*vec_push(&t->tracks) = kept;
	return (uint32_t)t->tracks.n - 1;
}

void timeline_add_slice(struct timeline *t, const struct timeline_slice *slice)
{
	struct added_slice *s;

	assert(slice->track < t->tracks.n);
	s = vec_push(&t->slices->list);
	s->slice = *slice;
	s->slice.name = keep(t, slice->name);
	/* Clocks of a broken tape may run backwards. */
	if (s->slice.end_ns < s->slice.start_ns)
		s->slice.end_ns = s->slice.start_ns;
	s->added = t->slices->list.n;
	t->slices->sorted = false;
}

static int compare_slices(const void *left, const void *right)
{
	const struct added_slice *a = left, *b = right;

	if (a->slice.track != b->slice.track)
		return a->slice.track < b->slice.track ? -1 : 1;
	if (a->slice.start_ns != b->slice.start_ns)
		return a->slice.start_ns < b->slice.start_ns ? -1 : 1;
	return a->added < b->added ? -1 : 1;
}

const char *timeline_name(const struct timeline *t)
{
	return t->name;
}

const char *timeline_title(const struct timeline *t)
{
	return t->title;
}

size_t timeline_n_tracks(const struct timeline *t)
{
	return t->tracks.n;
}

const struct timeline_track *timeline_track(const struct timeline *t, uint32_t number)
{
	return &t->tracks.items[number];
}

size_t timeline_n_slices(const struct timeline *t)
{
	return t->slices->list.n;
}

const struct timeline_slice *timeline_slice(const struct timeline *t, size_t index)
{
	struct slices *s = t->slices;

	if (!s->sorted)
		qsort(s->list.items, s->list.n, sizeof(*s->list.items), compare_slices);
	s->sorted = true;
	return &s->list.items[index].slice;
}
