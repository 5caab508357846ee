/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timeline as rows of boxes: what svg and html draw. Times become cells, of
 * which the whole width has so many or fewer; slices narrower
 * than a cell are merged into one box, so that the drawing is bounded whatever
 * the timeline holds: the cells are made wider until there are few enough boxes.
 */
#ifndef ANALYZE_OUTPUTS_TIMELINE_LAYOUT_H
#define ANALYZE_OUTPUTS_TIMELINE_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/base/vec.h"
#include "analyze/result/timeline.h"

#define TIMELINE_LAYOUT_ROWS 200

/* Slices or instants: times from first_ns on. */
struct timeline_box {
	uint64_t start_ns;
	uint64_t end_ns;
	const struct timeline_span *only; /* NULL: several */
	uint32_t count;
	bool instant;
	enum timeline_category category; /* of several: what lasted longest */
	uint64_t ns[TIMELINE_CATEGORIES];
};

struct timeline_row {
	uint32_t track;
	uint32_t depth; /* of its parents */
	size_t first_box;
	size_t n_boxes; /* 0 for a counter, and for what only has children */
};

struct timeline_layout {
	const struct timeline *timeline;
	uint64_t first_ns;
	uint64_t span_ns;	/* at least 1 */
	uint64_t cell_ns;	/* at least 1 */
	size_t rows_left_out;	/* tracks without a row */
	uint64_t slices_merged; /* that have no box of their own */
	VEC(struct timeline_row) rows;
	VEC(struct timeline_box) boxes;
};

/* At most most_boxes boxes, in cells of the width's 1/cells or wider. */
void timeline_layout_init(struct timeline_layout *l, const struct timeline *t, uint32_t cells,
			  size_t most_boxes);
void timeline_layout_done(struct timeline_layout *l);

#endif
