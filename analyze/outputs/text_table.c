// SPDX-License-Identifier: BSD-2-Clause
/* A table as text: numbers to the right with their units, texts to the left. */
#include "analyze/outputs/cells.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/grid.h"
#include "analyze/outputs/text.h"
#include "analyze/outputs/units.h"

static void add_cell(struct grid *g, const struct text_page *page, const struct table *t,
		     const struct table_column *column, const union table_cell *cell)
{
	struct cells cells = { page->job->names, table_profile(t), &g->arena };

	switch (column->kind) {
	case TABLE_TEXT:
		grid_cell(g, cell->text ? clean_text(&g->arena, cell->text) : "-");
		break;
	case TABLE_INTEGER:
		grid_cell(g, units_value(cell->integer, column->unit).text);
		break;
	case TABLE_REAL:
		grid_cell(g, units_real(cell->real, column->unit).text);
		break;
	case TABLE_FRAME:
		grid_cell(g, cells_frame(&cells, cell->integer));
		break;
	case TABLE_STACK:
		grid_cell(g, cells_stack(&cells, cell->integer));
		break;
	}
}

static void write_grid(const struct text_page *page, const struct table *t)
{
	size_t columns = table_n_columns(t), rows = table_n_rows(t), shown;
	struct grid g;

	if (columns > GRID_MOST)
		columns = GRID_MOST;
	shown = rows < page->top ? rows : page->top;
	grid_init(&g);
	for (size_t i = 0; i < columns; i++) {
		const struct table_column *c = table_column(t, i);

		grid_column(&g,
			    c->kind == TABLE_INTEGER || c->kind == TABLE_REAL ? GRID_RIGHT
									      : GRID_LEFT,
			    clean_text(&g.arena, c->name));
	}
	for (size_t row = 0; row < shown; row++) {
		for (size_t i = 0; i < columns; i++)
			add_cell(&g, page, t, table_column(t, i), &table_row(t, row)[i]);
	}
	grid_write(&g, page->out);
	grid_done(&g);
}

void text_table(const struct text_page *page, const struct table *t)
{
	size_t rows = table_n_rows(t), shown = rows < page->top ? rows : page->top;
	struct arena arena = { 0 };

	if (table_layout(t) == TABLE_DUMP && !page->job->options.top)
		shown = rows;
	sink_printf(page->out, "%s\n", clean_text(&arena, table_title(t)));
	arena_done(&arena);
	if (table_layout(t) == TABLE_ROWS)
		write_grid(page, t);
	else
		text_paragraphs(page, t, shown);
	if (shown < rows)
		sink_printf(page->out, "  …%zu more rows\n", rows - shown);
	if (!rows)
		sink_text(page->out, "  nothing\n");
}
