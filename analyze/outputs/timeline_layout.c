// SPDX-License-Identifier: BSD-2-Clause
/*
 * See timeline_layout.h. Where there are more tracks than rows, those have one
 * that did most, with all that they stand below.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/timeline_layout.h"
#include "analyze/outputs/timeline_sums.h"

#define NONE UINT32_MAX

struct score {
	uint64_t value;
	uint32_t track;
};

/* --- which tracks, and in which order --- */

static int compare_scores(const void *left, const void *right)
{
	const struct score *a = left, *b = right;

	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	return (a->track > b->track) - (a->track < b->track);
}

/* CPUs, counters and what was lost tell of the whole machine; of the others, those that used it. */
static uint64_t score_of(const struct timeline *t, uint32_t track)
{
	enum timeline_track_kind kind = timeline_track(t, track)->kind;
	struct timeline_sums sums;
	uint64_t idle;

	if (kind == TIMELINE_TRACK_CPU || kind == TIMELINE_TRACK_COUNTER)
		return UINT64_MAX;
	timeline_sums(t, track, &sums);
	if (sums.ns[TIMELINE_LOST])
		return UINT64_MAX;
	idle = sums.ns[TIMELINE_BLOCKED] + sums.ns[TIMELINE_UNKNOWN];
	return sums.total_ns > idle ? sums.total_ns - idle : 0;
}

/* Marks a track and its parents; returns how many were not marked before. */
static size_t choose(const struct timeline *t, uint32_t track, uint8_t *chosen)
{
	size_t n = 0;

	for (; track != TIMELINE_NO_PARENT && !chosen[track];
	     track = timeline_track(t, track)->parent) {
		chosen[track] = 1;
		n++;
	}
	return n;
}

/* How many that choosing a track would add. */
static size_t cost_of(const struct timeline *t, uint32_t track, const uint8_t *chosen)
{
	size_t n = 0;

	for (; track != TIMELINE_NO_PARENT && !chosen[track] && n <= TIMELINE_LAYOUT_ROWS;
	     track = timeline_track(t, track)->parent)
		n++;
	return n;
}

/* Of use only above its children. */
static bool is_heading(const struct timeline *t, uint32_t track)
{
	size_t n;

	timeline_spans(t, track, &n);
	return n == 0 && timeline_track(t, track)->kind != TIMELINE_TRACK_COUNTER;
}

static uint8_t *choose_tracks(const struct timeline *t)
{
	size_t n = timeline_n_tracks(t), used = 0;
	uint8_t *chosen = memory_alloc(n);
	struct score *scores = memory_alloc(n * sizeof(*scores));

	for (uint32_t i = 0; i < n; i++)
		scores[i] = (struct score){ n > TIMELINE_LAYOUT_ROWS ? score_of(t, i) : 0, i };
	if (n > TIMELINE_LAYOUT_ROWS)
		qsort(scores, n, sizeof(*scores), compare_scores);
	for (size_t i = 0; i < n && used < TIMELINE_LAYOUT_ROWS; i++) {
		if (n > TIMELINE_LAYOUT_ROWS && is_heading(t, scores[i].track))
			continue;
		if (used + cost_of(t, scores[i].track, chosen) <= TIMELINE_LAYOUT_ROWS)
			used += choose(t, scores[i].track, chosen);
	}
	free(scores);
	return chosen;
}

/* Rows of the chosen tracks: children below their parents, each in order of number. */
static void make_rows(struct timeline_layout *l)
{
	size_t n = timeline_n_tracks(l->timeline);
	uint8_t *chosen = choose_tracks(l->timeline);
	uint32_t *next = memory_resize(NULL, n + 1, sizeof(*next));
	uint32_t *child = memory_resize(NULL, n + 1, sizeof(*child)); /* [n]: of none */
	uint32_t depth = 0, at;

	memset(child, 0xff, (n + 1) * sizeof(*child));
	for (size_t i = n; i-- > 0;) {
		uint32_t parent = timeline_track(l->timeline, (uint32_t)i)->parent;
		uint32_t *list = &child[parent == TIMELINE_NO_PARENT ? n : parent];

		next[i] = *list;
		*list = (uint32_t)i;
	}
	for (at = child[n]; at != NONE;) {
		if (chosen[at])
			*vec_push(&l->rows) = (struct timeline_row){ .track = at, .depth = depth };
		if (child[at] != NONE) {
			at = child[at];
			depth++;
			continue;
		}
		while (at != NONE && next[at] == NONE) {
			at = timeline_track(l->timeline, at)->parent;
			depth -= at != NONE;
		}
		at = at == NONE ? NONE : next[at];
	}
	l->rows_left_out = n - l->rows.n;
	free(chosen);
	free(next);
	free(child);
}

/* --- boxes --- */

static void add_to_box(struct timeline_box *box, const struct timeline_span *s, uint64_t first_ns)
{
	uint64_t ns = s->end_ns - s->start_ns;

	box->count++;
	if (box->count > 1)
		box->only = NULL;
	if (s->end_ns - first_ns > box->end_ns)
		box->end_ns = s->end_ns - first_ns;
	box->ns[s->category] = timeline_sums_add(box->ns[s->category], ns);
	if (box->ns[s->category] > box->ns[box->category])
		box->category = s->category;
}

/* Slices that are too narrow go together for one cell's width; so do instants. */
static void place_span(struct timeline_layout *l, const struct timeline_span *s, size_t open[2])
{
	bool instant = s->end_ns == s->start_ns;
	uint64_t start = s->start_ns - l->first_ns;
	size_t *last = &open[instant];
	struct timeline_box *box;

	if (s->end_ns - s->start_ns >= l->cell_ns) {
		open[0] = SIZE_MAX;
		last = NULL;
	}
	if (last && *last != SIZE_MAX && start - l->boxes.items[*last].start_ns < l->cell_ns) {
		add_to_box(&l->boxes.items[*last], s, l->first_ns);
		l->slices_merged++;
		return;
	}
	box = vec_push(&l->boxes);
	*box = (struct timeline_box){
		.start_ns = start,
		.only = s,
		.instant = instant,
		.category = s->category,
	};
	add_to_box(box, s, l->first_ns);
	if (last)
		*last = l->boxes.n - 1;
}

static bool make_boxes(struct timeline_layout *l, size_t most)
{
	l->boxes.n = 0;
	l->slices_merged = 0;
	vec_for_each (row, &l->rows) {
		size_t n, open[2] = { SIZE_MAX, SIZE_MAX };
		const struct timeline_span *spans = timeline_spans(l->timeline, row->track, &n);

		row->first_box = l->boxes.n;
		for (size_t i = 0; i < n && l->boxes.n <= most; i++)
			place_span(l, &spans[i], open);
		row->n_boxes = l->boxes.n - row->first_box;
	}
	return l->boxes.n <= most || l->cell_ns > l->span_ns;
}

void timeline_layout_init(struct timeline_layout *l, const struct timeline *t, uint32_t cells,
			  size_t most_boxes)
{
	uint64_t last_ns;

	*l = (struct timeline_layout){ .timeline = t };
	timeline_bounds(t, &l->first_ns, &last_ns);
	l->span_ns = last_ns > l->first_ns ? last_ns - l->first_ns : 1;
	l->cell_ns = l->span_ns / cells + 1;
	make_rows(l);
	while (!make_boxes(l, most_boxes))
		l->cell_ns = l->cell_ns > UINT64_MAX / 2 ? UINT64_MAX : l->cell_ns * 2;
}

void timeline_layout_done(struct timeline_layout *l)
{
	vec_done(&l->rows);
	vec_done(&l->boxes);
}
