// SPDX-License-Identifier: BSD-2-Clause
/*
 * Each track has arrays of its own, so that a slice need not name its track and
 * only what came in the wrong order is ever sorted. The sort is a merge sort:
 * qsort() may change the order of equals.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/intern.h"
#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/result/timeline.h"

#define MOST_DETAILS (1u << 29) /* what a slice has bits for */

_Static_assert(sizeof(struct timeline_span) == 24, "a slice is small");

struct kept_track {
	struct timeline_track about;
	VEC(struct timeline_span) spans;
	VEC(struct timeline_point) points;
	bool sorted;
};

struct kept_link {
	uint64_t from_ns;
	uint64_t to_ns;
	uint32_t from_track;
	uint32_t to_track;
	uint32_t name;
};

/* A text, or a track, that ends in the names of functions. */
struct place {
	uint32_t stack;
	uint32_t number;
	bool of_track;
	const char *before;
};

/* Apart from the timeline, so that a reader's const timeline can be sorted. */
struct links {
	VEC(struct kept_link) list;
	bool sorted;
};

struct timeline {
	const char *name;
	const char *title;
	struct intern texts;
	uint64_t mono_ns;
	uint64_t wall_ns;
	size_t n_slices;
	size_t n_points;
	VEC(struct kept_track) tracks;
	struct links *links;
	struct profile *profile;
	VEC(struct place) places;
	VEC(const char *) shown; /* by number of a text; NULL, and beyond: as it stands */
};

typedef int (*order_of)(const void *, const void *);

static uint32_t keep(struct timeline *t, const char *text)
{
	return intern_text(&t->texts, text ? text : "");
}

static const char *keep_text(struct timeline *t, const char *text)
{
	return intern_get_text(&t->texts, keep(t, text));
}

struct timeline *timeline_new(const char *name, const char *title)
{
	struct timeline *t = memory_alloc(sizeof(*t));

	keep(t, ""); /* TIMELINE_NO_TEXT */
	t->name = keep_text(t, name);
	t->title = keep_text(t, title);
	t->links = memory_alloc(sizeof(*t->links));
	return t;
}

void timeline_free(struct timeline *t)
{
	if (!t)
		return;
	vec_for_each (track, &t->tracks) {
		vec_done(&track->spans);
		vec_done(&track->points);
	}
	vec_done(&t->tracks);
	vec_done(&t->links->list);
	free(t->links);
	profile_free(t->profile);
	vec_done(&t->places);
	vec_done(&t->shown);
	intern_done(&t->texts);
	free(t);
}

void timeline_rename(struct timeline *t, const char *name, const char *title)
{
	t->name = keep_text(t, name);
	t->title = keep_text(t, title);
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
	struct kept_track kept = { .about = *track, .sorted = true };

	assert(track->parent == TIMELINE_NO_PARENT || track->parent < t->tracks.n);
	kept.about.name = keep_text(t, track->name);
	kept.about.unit = keep_text(t, track->unit);
	*vec_push(&t->tracks) = kept;
	return (uint32_t)t->tracks.n - 1;
}

void timeline_add_slice(struct timeline *t, const struct timeline_slice *slice)
{
	uint32_t detail = keep(t, slice->detail);
	struct kept_track *track;
	struct timeline_span *s;

	assert(slice->track < t->tracks.n);
	track = &t->tracks.items[slice->track];
	s = vec_push(&track->spans);
	*s = (struct timeline_span){
		.start_ns = slice->start_ns,
		/* Clocks of a broken tape may run backwards. */
		.end_ns = slice->end_ns < slice->start_ns ? slice->start_ns : slice->end_ns,
		.name = keep(t, slice->name),
		.detail = detail < MOST_DETAILS ? detail : TIMELINE_NO_TEXT,
		.category = slice->category,
	};
	if (track->spans.n > 1 && s->start_ns < s[-1].start_ns)
		track->sorted = false;
	t->n_slices++;
}

uint32_t timeline_add_text(struct timeline *t, const char *text)
{
	return keep(t, text);
}

void timeline_add_spans(struct timeline *t, uint32_t track, const struct timeline_span *spans,
			size_t n)
{
	struct kept_track *kept;

	assert(track < t->tracks.n);
	kept = &t->tracks.items[track];
	for (size_t i = 0; i < n; i++) {
		struct timeline_span *s = vec_push(&kept->spans);

		*s = spans[i];
		if (s->end_ns < s->start_ns)
			s->end_ns = s->start_ns;
		if (kept->spans.n > 1 && s->start_ns < s[-1].start_ns)
			kept->sorted = false;
	}
	t->n_slices += n;
}

/* --- texts that wait for a name --- */

static void show(struct timeline *t, uint32_t number, const char *text)
{
	while (t->shown.n <= number)
		*vec_push(&t->shown) = NULL;
	t->shown.items[number] = text;
}

uint32_t timeline_add_text_at(struct timeline *t, const char *before, uint32_t stack)
{
	struct place place = { .stack = stack, .before = keep_text(t, before) };
	/* No other text has a zero in it. */
	const uint64_t key[2] = { 0, t->places.n };

	place.number = intern_bytes(&t->texts, key, sizeof(key));
	show(t, place.number, place.before);
	*vec_push(&t->places) = place;
	return place.number;
}

void timeline_set_track_at(struct timeline *t, uint32_t track, uint32_t stack)
{
	assert(track < t->tracks.n);
	*vec_push(&t->places) =
		(struct place){ stack, track, true, t->tracks.items[track].about.name };
}

void timeline_take_profile(struct timeline *t, struct profile *p)
{
	t->profile = p;
}

const struct profile *timeline_profile(const struct timeline *t)
{
	return t->profile;
}

size_t timeline_n_names(const struct timeline *t)
{
	return t->places.n;
}

uint32_t timeline_name_stack(const struct timeline *t, size_t index)
{
	return t->places.items[index].stack;
}

void timeline_set_name(struct timeline *t, size_t index, const char *name)
{
	const struct place *place = &t->places.items[index];
	const char *text;
	char *both = NULL;

	if (asprintf(&both, "%s%s%s", place->before, place->of_track ? " " : "", name) < 0)
		return;
	text = keep_text(t, both);
	free(both);
	if (place->of_track)
		t->tracks.items[place->number].about.name = text;
	else
		show(t, place->number, text);
}

void timeline_add_point(struct timeline *t, uint32_t track, uint64_t ns, int64_t value)
{
	struct kept_track *kept;
	struct timeline_point *p;

	assert(track < t->tracks.n);
	kept = &t->tracks.items[track];
	p = vec_push(&kept->points);
	*p = (struct timeline_point){ ns, value };
	if (kept->points.n > 1 && ns < p[-1].ns)
		kept->sorted = false;
	t->n_points++;
}

void timeline_add_link(struct timeline *t, const struct timeline_link *link)
{
	assert(link->from_track < t->tracks.n && link->to_track < t->tracks.n);
	*vec_push(&t->links->list) = (struct kept_link){
		.from_ns = link->from_ns,
		.to_ns = link->to_ns,
		.from_track = link->from_track,
		.to_track = link->to_track,
		.name = keep(t, link->name),
	};
	t->links->sorted = false;
}

/* --- order --- */

/* Merges [begin, middle) and [middle, end) of from into to. */
static void merge(char *to, const char *from, const size_t at[3], size_t size, order_of compare)
{
	size_t left = at[0], right = at[1];

	for (size_t i = at[0]; i < at[2]; i++) {
		bool take_left =
			left < at[1] &&
			(right >= at[2] || compare(from + left * size, from + right * size) <= 0);

		memcpy(to + i * size, from + (take_left ? left++ : right++) * size, size);
	}
}

/* Sorts items, and keeps equals in their order. */
static void sort(void *items, size_t n, size_t size, order_of compare)
{
	char *from = items, *to, *spare;

	if (n < 2)
		return;
	spare = to = memory_resize(NULL, n, size);
	for (size_t width = 1; width < n; width *= 2) {
		char *last = from;

		for (size_t begin = 0; begin < n; begin += 2 * width) {
			size_t middle = begin + width < n ? begin + width : n;
			size_t end = begin + 2 * width < n ? begin + 2 * width : n;

			merge(to, from, (size_t[]){ begin, middle, end }, size, compare);
		}
		from = to;
		to = last;
	}
	if (from != (char *)items)
		memcpy(items, from, n * size);
	free(spare);
}

static int compare_spans(const void *left, const void *right)
{
	const struct timeline_span *a = left, *b = right;

	return (a->start_ns > b->start_ns) - (a->start_ns < b->start_ns);
}

static int compare_points(const void *left, const void *right)
{
	const struct timeline_point *a = left, *b = right;

	return (a->ns > b->ns) - (a->ns < b->ns);
}

static int compare_links(const void *left, const void *right)
{
	const struct kept_link *a = left, *b = right;

	if (a->from_track != b->from_track)
		return a->from_track < b->from_track ? -1 : 1;
	return (a->from_ns > b->from_ns) - (a->from_ns < b->from_ns);
}

static const struct kept_track *sorted_track(const struct timeline *t, uint32_t number)
{
	struct kept_track *track = &t->tracks.items[number];

	if (!track->sorted) {
		sort(track->spans.items, track->spans.n, sizeof(*track->spans.items),
		     compare_spans);
		sort(track->points.items, track->points.n, sizeof(*track->points.items),
		     compare_points);
	}
	track->sorted = true;
	return track;
}

/* --- reading --- */

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
	return &t->tracks.items[number].about;
}

size_t timeline_n_texts(const struct timeline *t)
{
	return intern_count(&t->texts);
}

const char *timeline_text(const struct timeline *t, uint32_t number)
{
	const char *shown = number < t->shown.n ? t->shown.items[number] : NULL;

	return shown ? shown : intern_get_text(&t->texts, number);
}

const struct timeline_span *timeline_spans(const struct timeline *t, uint32_t track, size_t *n)
{
	const struct kept_track *kept = sorted_track(t, track);

	*n = kept->spans.n;
	return kept->spans.items;
}

const struct timeline_point *timeline_points(const struct timeline *t, uint32_t track, size_t *n)
{
	const struct kept_track *kept = sorted_track(t, track);

	*n = kept->points.n;
	return kept->points.items;
}

size_t timeline_n_links(const struct timeline *t)
{
	return t->links->list.n;
}

struct timeline_link timeline_link(const struct timeline *t, size_t index)
{
	struct links *links = t->links;
	const struct kept_link *link;

	if (!links->sorted)
		sort(links->list.items, links->list.n, sizeof(*links->list.items), compare_links);
	links->sorted = true;
	link = &links->list.items[index];
	return (struct timeline_link){ link->from_track, link->to_track, link->from_ns, link->to_ns,
				       timeline_text(t, link->name) };
}

size_t timeline_n_slices(const struct timeline *t)
{
	return t->n_slices;
}

size_t timeline_n_points(const struct timeline *t)
{
	return t->n_points;
}

void timeline_bounds(const struct timeline *t, uint64_t *first_ns, uint64_t *last_ns)
{
	uint64_t first = UINT64_MAX, last = 0;

	vec_for_each (track, &t->tracks) {
		vec_for_each (s, &track->spans) {
			first = s->start_ns < first ? s->start_ns : first;
			last = s->end_ns > last ? s->end_ns : last;
		}
		vec_for_each (p, &track->points) {
			first = p->ns < first ? p->ns : first;
			last = p->ns > last ? p->ns : last;
		}
	}
	*first_ns = first <= last ? first : 0;
	*last_ns = last;
}

const char *timeline_category_name(enum timeline_category category)
{
	static const char *const names[TIMELINE_CATEGORIES] = {
		[TIMELINE_NONE] = "",
		[TIMELINE_RUNNING] = "running",
		[TIMELINE_RUNNABLE] = "runnable",
		[TIMELINE_BLOCKED] = "blocked",
		[TIMELINE_UNKNOWN] = "unknown",
		[TIMELINE_LOST] = "lost",
	};

	return names[category];
}
