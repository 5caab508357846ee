// SPDX-License-Identifier: BSD-2-Clause
/* A table as text: numbers to the right with their units, texts to the left. */
#include "analyze/outputs/clean.h"
#include "analyze/outputs/grid.h"
#include "analyze/outputs/text.h"
#include "analyze/outputs/units.h"

static void add_cell(struct grid *g, const struct table_column *column,
		     const union table_cell *cell)
{
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
	}
}

void text_table(const struct text_page *page, const struct table *t)
{
	size_t columns = table_n_columns(t), rows = table_n_rows(t), shown;
	struct grid g;

	if (columns > GRID_MOST)
		columns = GRID_MOST;
	shown = rows < page->top ? rows : page->top;
	grid_init(&g);
	sink_printf(page->out, "%s\n", clean_text(&g.arena, table_title(t)));
	for (size_t i = 0; i < columns; i++) {
		const struct table_column *c = table_column(t, i);

		grid_column(&g, c->kind == TABLE_TEXT ? GRID_LEFT : GRID_RIGHT,
			    clean_text(&g.arena, c->name));
	}
	for (size_t row = 0; row < shown; row++) {
		for (size_t i = 0; i < columns; i++)
			add_cell(&g, table_column(t, i), &table_row(t, row)[i]);
	}
	grid_write(&g, page->out);
	if (shown < rows)
		sink_printf(page->out, "  …%zu more rows\n", rows - shown);
	if (!rows)
		sink_text(page->out, "  nothing\n");
	grid_done(&g);
}
