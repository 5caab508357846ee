/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Draws the first timeline of a result as an <svg> element: a row a track, in
 * colours by category, with axis, legend, and a foot that says what the picture
 * does not show. svg and html write the same drawing, html a finer one that its
 * script can zoom.
 *
 * What the script relies on: the element "plot" has a unit of its own across
 * (data-fine of them a pixel) and pixels down; its boxes are <rect class="b …">
 * with a <title>, whose first line is the name. "axis" and "texts" are drawn
 * anew after a zoom. The page's data-span is the time that the plot shows.
 */
#ifndef ANALYZE_OUTPUTS_TIMELINE_DRAW_H
#define ANALYZE_OUTPUTS_TIMELINE_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/outputs/output.h"
#include "analyze/outputs/sink.h"

struct timeline_draw_style {
	uint32_t cells_per_pixel;
	size_t most_boxes;
};

extern const struct timeline_draw_style timeline_draw_svg;
extern const struct timeline_draw_style timeline_draw_html;

void timeline_draw(struct sink *out, const struct output_job *job,
		   const struct timeline_draw_style *style);

#endif
