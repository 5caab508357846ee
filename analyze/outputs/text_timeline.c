// SPDX-License-Identifier: BSD-2-Clause
/*
 * A timeline as text. Where slices have categories, what each track spent its
 * time with; else the slices in order of time, each with its track. A page
 * shows only the first ones; JSON has them all.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/grid.h"
#include "analyze/outputs/text.h"
#include "analyze/outputs/timeline_sums.h"
#include "analyze/outputs/units.h"

struct timed {
	const struct timeline_span *span;
	uint32_t track;
	uint32_t rank; /* among those of equal time, which may be many */
};

VEC_TYPE(timed_list, struct timed);

static int compare_times(const void *left, const void *right)
{
	const struct timed *a = left, *b = right;

	if (a->span->start_ns != b->span->start_ns)
		return a->span->start_ns < b->span->start_ns ? -1 : 1;
	if (a->track != b->track)
		return a->track < b->track ? -1 : 1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* The first ones of all tracks: no track has more than top among them. */
static void sort_by_time(const struct timeline *t, size_t top, struct timed_list *list)
{
	for (uint32_t track = 0; track < timeline_n_tracks(t); track++) {
		size_t n;
		const struct timeline_span *spans = timeline_spans(t, track, &n);

		for (size_t i = 0; i < n && i < top; i++)
			*vec_push(list) = (struct timed){ &spans[i], track, (uint32_t)i };
	}
	if (list->n)
		qsort(list->items, list->n, sizeof(*list->items), compare_times);
}

static void add_row(struct grid *g, const struct timeline *t, const struct timed *row,
		    uint64_t begin_ns)
{
	const struct timeline_span *s = row->span;
	uint64_t wall_ns = timeline_wall_ns(t, s->start_ns);

	grid_cell(g, wall_ns ? units_wall(wall_ns).text : "-");
	grid_cell(g, units_ns((int64_t)(s->start_ns - begin_ns)).text);
	grid_cell(g, s->end_ns > s->start_ns ? units_ns((int64_t)(s->end_ns - s->start_ns)).text
					     : "-");
	grid_cell(g, clean_text(&g->arena, timeline_track(t, row->track)->name));
	grid_cell(g, clean_text(&g->arena, timeline_text(t, s->name)));
}

static void write_slices(const struct text_page *page, const struct timeline *t)
{
	size_t n = timeline_n_slices(t), shown = n < page->top ? n : page->top;
	struct timed_list list = { 0 };
	struct grid g;

	sort_by_time(t, page->top, &list);
	grid_init(&g);
	grid_column(&g, GRID_LEFT, "time");
	grid_column(&g, GRID_RIGHT, "after");
	grid_column(&g, GRID_RIGHT, "lasts");
	grid_column(&g, GRID_LEFT, "track");
	grid_column(&g, GRID_LEFT, "what");
	for (size_t i = 0; i < shown; i++)
		add_row(&g, t, &list.items[i], list.items[0].span->start_ns);
	grid_write(&g, page->out);
	if (shown < n)
		sink_printf(page->out, "  …%zu more\n", n - shown);
	grid_done(&g);
	vec_done(&list);
}

/* --- shares --- */

struct row {
	uint32_t track;
	struct timeline_sums sums;
};

VEC_TYPE(row_list, struct row);

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	for (int c = TIMELINE_RUNNING; c <= TIMELINE_BLOCKED; c++) {
		if (a->sums.ns[c] != b->sums.ns[c])
			return a->sums.ns[c] > b->sums.ns[c] ? -1 : 1;
	}
	return (a->track > b->track) - (a->track < b->track);
}

/* The process, and the thread below it. */
static const char *name_track(struct arena *a, const struct timeline *t, uint32_t number)
{
	const struct timeline_track *track = timeline_track(t, number);
	const char *name = clean_text(a, track->name);
	char *both;

	if (track->kind != TIMELINE_TRACK_THREAD || track->parent == TIMELINE_NO_PARENT)
		return name;
	if (asprintf(&both, "%s / %s", clean_text(a, timeline_track(t, track->parent)->name),
		     name) < 0)
		return name;
	name = arena_copy_text(a, both);
	free(both);
	return name;
}

static void add_share(struct grid *g, const struct timeline *t, const struct row *row)
{
	const struct timeline_sums *s = &row->sums;
	uint64_t lost = s->ns[TIMELINE_UNKNOWN] + s->ns[TIMELINE_LOST];

	grid_cell(g, units_ns((int64_t)s->total_ns).text);
	grid_cell(g, units_share((int64_t)s->ns[TIMELINE_RUNNING], (int64_t)s->total_ns).text);
	grid_cell(g, units_share((int64_t)s->ns[TIMELINE_RUNNABLE], (int64_t)s->total_ns).text);
	grid_cell(g, units_share((int64_t)s->ns[TIMELINE_BLOCKED], (int64_t)s->total_ns).text);
	grid_cell(g, units_share((int64_t)lost, (int64_t)s->total_ns).text);
	grid_cell(g, units_ns((int64_t)s->ns[TIMELINE_RUNNING]).text);
	grid_cell(g, name_track(&g->arena, t, row->track));
}

static void write_shares(const struct text_page *page, const struct timeline *t,
			 const struct row_list *rows, const char *head)
{
	size_t shown = rows->n < page->top ? rows->n : page->top;
	struct grid g;

	grid_init(&g);
	grid_column(&g, GRID_RIGHT, "seen");
	grid_column(&g, GRID_RIGHT, "running");
	grid_column(&g, GRID_RIGHT, "runnable");
	grid_column(&g, GRID_RIGHT, "blocked");
	grid_column(&g, GRID_RIGHT, "unknown");
	grid_column(&g, GRID_RIGHT, "ran");
	grid_column(&g, GRID_LEFT, head);
	for (size_t i = 0; i < shown; i++)
		add_share(&g, t, &rows->items[i]);
	grid_write(&g, page->out);
	if (shown < rows->n)
		sink_printf(page->out, "  …%zu more\n", rows->n - shown);
	grid_done(&g);
}

/* The tracks of a kind whose slices have categories, those that ran most first. */
static size_t write_kind(const struct text_page *page, const struct timeline *t,
			 enum timeline_track_kind kind, const char *head)
{
	struct row_list rows = { 0 };
	uint64_t first_ns, last_ns;
	size_t n;

	timeline_bounds(t, &first_ns, &last_ns);
	for (uint32_t i = 0; i < timeline_n_tracks(t); i++) {
		struct row row = { .track = i };

		if (timeline_track(t, i)->kind != kind)
			continue;
		timeline_sums(t, i, &row.sums);
		/* A CPU is there all the time, and idle where no slice is. */
		if (kind == TIMELINE_TRACK_CPU && row.sums.total_ns &&
		    last_ns - first_ns <= INT64_MAX && row.sums.total_ns < last_ns - first_ns)
			row.sums.total_ns = last_ns - first_ns;
		if (row.sums.total_ns > row.sums.ns[TIMELINE_NONE])
			*vec_push(&rows) = row;
	}
	n = rows.n;
	if (n) {
		qsort(rows.items, n, sizeof(*rows.items), compare_rows);
		sink_text(page->out, "\n");
		write_shares(page, t, &rows, head);
	}
	vec_done(&rows);
	return n;
}

void text_timeline(const struct text_page *page, const struct timeline *t)
{
	struct arena arena = { 0 };
	size_t rows;

	sink_printf(page->out, "%s: %zu slices on %zu tracks",
		    clean_text(&arena, timeline_title(t)), timeline_n_slices(t),
		    timeline_n_tracks(t));
	if (timeline_n_links(t))
		sink_printf(page->out, ", %zu links", timeline_n_links(t));
	if (timeline_n_points(t))
		sink_printf(page->out, ", %zu values", timeline_n_points(t));
	sink_text(page->out, "\n");
	rows = write_kind(page, t, TIMELINE_TRACK_CPU, "CPU");
	rows += write_kind(page, t, TIMELINE_TRACK_THREAD, "thread");
	if (!rows)
		write_slices(page, t);
	arena_done(&arena);
}
