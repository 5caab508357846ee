// SPDX-License-Identifier: BSD-2-Clause
/*
 * A timeline as text: its slices in order of time, each with its track. A page
 * shows only the first ones; JSON has them all.
 */
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/grid.h"
#include "analyze/outputs/text.h"
#include "analyze/outputs/units.h"

struct timed {
	uint64_t start_ns;
	size_t index;
};

static int compare_times(const void *left, const void *right)
{
	const struct timed *a = left, *b = right;

	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

static struct timed *sort_by_time(const struct timeline *t)
{
	size_t n = timeline_n_slices(t);
	struct timed *list = memory_alloc(n * sizeof(*list));

	for (size_t i = 0; i < n; i++) {
		list[i].start_ns = timeline_slice(t, i)->start_ns;
		list[i].index = i;
	}
	qsort(list, n, sizeof(*list), compare_times);
	return list;
}

static void add_row(struct grid *g, const struct timeline *t, const struct timeline_slice *s,
		    uint64_t begin_ns)
{
	const struct timeline_track *track = timeline_track(t, s->track);
	uint64_t wall_ns = timeline_wall_ns(t, s->start_ns);

	grid_cell(g, wall_ns ? units_wall(wall_ns).text : "-");
	grid_cell(g, units_ns((int64_t)(s->start_ns - begin_ns)).text);
	grid_cell(g, s->end_ns > s->start_ns ? units_ns((int64_t)(s->end_ns - s->start_ns)).text
					     : "-");
	grid_cell(g, clean_text(&g->arena, track->name));
	grid_cell(g, clean_text(&g->arena, s->name));
}

void text_timeline(const struct text_page *page, const struct timeline *t)
{
	size_t n = timeline_n_slices(t), shown = n < page->top ? n : page->top;
	struct timed *list = sort_by_time(t);
	struct grid g;

	grid_init(&g);
	sink_printf(page->out, "%s: %zu slices on %zu tracks\n",
		    clean_text(&g.arena, timeline_title(t)), n, timeline_n_tracks(t));
	grid_column(&g, GRID_LEFT, "time");
	grid_column(&g, GRID_RIGHT, "after");
	grid_column(&g, GRID_RIGHT, "lasts");
	grid_column(&g, GRID_LEFT, "track");
	grid_column(&g, GRID_LEFT, "what");
	for (size_t i = 0; i < shown; i++)
		add_row(&g, t, timeline_slice(t, list[i].index), list[0].start_ns);
	grid_write(&g, page->out);
	if (shown < n)
		sink_printf(page->out, "  …%zu more\n", n - shown);
	grid_done(&g);
	free(list);
}
