// SPDX-License-Identifier: BSD-2-Clause
/* See grid.h. */
#include <assert.h>

#include "analyze/outputs/clean.h"
#include "analyze/outputs/grid.h"

#define MARGIN 2
#define GAP    2

void grid_init(struct grid *g)
{
	*g = (struct grid){ 0 };
}

void grid_done(struct grid *g)
{
	vec_done(&g->cells);
	arena_done(&g->arena);
}

void grid_column(struct grid *g, enum grid_align align, const char *head)
{
	assert(g->n_columns < GRID_MOST && g->cells.n == g->n_columns);
	g->align[g->n_columns++] = align;
	grid_cell(g, head);
}

void grid_cell(struct grid *g, const char *text)
{
	*vec_push(&g->cells) = arena_copy_text(&g->arena, text);
}

/* Cuts what is too long, and finds the widths of what is left. */
static void measure(struct grid *g)
{
	size_t last = g->n_columns - 1, room = GRID_PAGE - MARGIN;

	for (size_t i = 0; i < g->cells.n; i++) {
		size_t column = i % g->n_columns, columns;

		if (column != last && g->align[column] == GRID_LEFT)
			g->cells.items[i] = clean_clip(&g->arena, g->cells.items[i], GRID_CELL_CUT);
		columns = clean_columns(g->cells.items[i]);
		if (columns > g->width[column])
			g->width[column] = columns;
	}
	for (size_t i = 0; i < last; i++)
		room -= g->width[i] + GAP < room ? g->width[i] + GAP : room;
	if (room < GRID_CELL_CUT)
		room = GRID_CELL_CUT;
	for (size_t i = last; i < g->cells.n; i += g->n_columns)
		g->cells.items[i] = clean_clip(&g->arena, g->cells.items[i], room);
}

void grid_write(struct grid *g, struct sink *out)
{
	measure(g);
	for (size_t i = 0; i < g->cells.n; i++) {
		size_t column = i % g->n_columns;
		size_t pad = g->width[column] - clean_columns(g->cells.items[i]);
		bool is_last = column == g->n_columns - 1;

		sink_spaces(out, column ? GAP : MARGIN);
		if (g->align[column] == GRID_RIGHT)
			sink_spaces(out, pad);
		sink_text(out, g->cells.items[i]);
		if (g->align[column] == GRID_LEFT && !is_last)
			sink_spaces(out, pad);
		if (is_last)
			sink_text(out, "\n");
	}
}
