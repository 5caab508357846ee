/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of cells in aligned columns, for text reports. Each column is as wide as
 * its widest cell; the last one, where long names belong, is cut to the page.
 */
#ifndef ANALYZE_OUTPUTS_GRID_H
#define ANALYZE_OUTPUTS_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/base/arena.h"
#include "analyze/base/vec.h"
#include "analyze/outputs/sink.h"

#define GRID_PAGE     120 /* columns of a page */
#define GRID_MOST     24  /* columns of a grid */
#define GRID_CELL_CUT 32  /* a left-aligned cell that is not the last one is cut to this */

enum grid_align { GRID_RIGHT, GRID_LEFT };

struct grid {
	struct arena arena;
	size_t n_columns;
	enum grid_align align[GRID_MOST];
	size_t width[GRID_MOST];
	VEC(const char *) cells;
};

void grid_init(struct grid *g);
void grid_done(struct grid *g);

/* Adds a column: its head is the first row's cell. */
void grid_column(struct grid *g, enum grid_align align, const char *head);

/* The next cell, row by row. Clean text; copied. */
void grid_cell(struct grid *g, const char *text);

/* Writes all rows, each behind two spaces. */
void grid_write(struct grid *g, struct sink *out);

#endif
