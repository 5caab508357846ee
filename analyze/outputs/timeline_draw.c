// SPDX-License-Identifier: BSD-2-Clause
/*
 * See timeline_draw.h. All numbers are worked out in integers, so the same
 * timeline has the same bytes everywhere.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/markup.h"
#include "analyze/outputs/timeline_draw.h"
#include "analyze/outputs/timeline_foot.h"
#include "analyze/outputs/timeline_layout.h"
#include "analyze/outputs/units.h"

/* Pixels. */
#define PAGE_WIDTH 1400
#define LEFT	   236
#define RIGHT	   36
#define WIDTH	   (PAGE_WIDTH - LEFT - RIGHT)
#define TOP	   92
#define ROW	   20
#define BOX	   16
#define TALL_ROW   36
#define TALL_BOX   32
#define FOOT_LINE  18

#define FINE		 1000 /* units of the plot's own in a pixel, across */
#define LETTER_HUNDREDTH 662  /* a letter's width */
#define MOST_TICKS	 12
#define MOST_LINKS	 300
#define MOST_STEPS	 4000 /* corners of a counter's line */

const struct timeline_draw_style timeline_draw_svg = { 1, 15000 };
const struct timeline_draw_style timeline_draw_html = { 32, 40000 };

struct draw {
	const struct output_job *job;
	const struct timeline *timeline;
	struct sink *out;
	struct arena arena;
	struct timeline_layout layout;
	uint32_t *y; /* by row: its top in the plot */
	uint32_t height;
};

static const char style_text[] =
	"svg { background: #fff; }\n"
	"text { font: 11px 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #24292f; }\n"
	"#title { font-size: 17px; font-weight: bold; }\n"
	".quiet { fill: #66707b; }\n"
	".head { font-weight: bold; }\n"
	".band { fill: #f4f6f8; }\n"
	".tick { stroke: #dfe4ea; stroke-width: 1; }\n"
	".b { shape-rendering: crispEdges; }\n"
	".running { fill: #3fa66b; }\n"
	".runnable { fill: #f2b134; }\n"
	".blocked { fill: #c2cddb; }\n"
	".unknown { fill: #e6dff0; }\n"
	".lost { fill: #d64550; }\n"
	".instant { fill: #2f3b4a; }\n"
	".b:hover { opacity: 0.72; }\n"
	".counter { fill: #a9c7ea; stroke: #4f7fb8; stroke-width: 1; "
	"vector-effect: non-scaling-stroke; }\n"
	".link { fill: none; stroke: #3b4a5a; stroke-opacity: 0.45; stroke-width: 1; "
	"vector-effect: non-scaling-stroke; pointer-events: none; }\n"
	"#texts text { pointer-events: none; }\n"
	".dim { opacity: 0.15; }\n";

/* --- geometry --- */

static uint64_t fine(const struct draw *d, uint64_t ns)
{
	return (uint64_t)((__uint128_t)ns * WIDTH * FINE / d->layout.span_ns);
}

static bool is_tall(const struct draw *d, const struct timeline_row *row)
{
	return timeline_track(d->timeline, row->track)->kind == TIMELINE_TRACK_COUNTER;
}

static void place_rows(struct draw *d)
{
	d->y = memory_resize(NULL, d->layout.rows.n + 1, sizeof(*d->y));
	for (size_t i = 0; i < d->layout.rows.n; i++) {
		d->y[i] = d->height;
		d->height += is_tall(d, &d->layout.rows.items[i]) ? TALL_ROW : ROW;
	}
}

/* --- colours --- */

/* FNV-1a: any hash does, as long as it is the same everywhere. */
static uint32_t hash_of(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash ^ (hash >> 15);
}

/* On a CPU all slices run: their colours tell who. */
static bool has_own_colour(const struct draw *d, const struct timeline_row *row,
			   const struct timeline_box *box)
{
	return !box->instant &&
	       (box->category == TIMELINE_NONE ||
		(box->category == TIMELINE_RUNNING && box->only &&
		 timeline_track(d->timeline, row->track)->kind == TIMELINE_TRACK_CPU));
}

static const char *colour_of(const struct draw *d, const struct timeline_box *box)
{
	static const char *const palette[] = {
		"#7da7d9", "#e6a56b", "#84bf8c", "#d68ba6", "#a89ad4", "#85c4c0",
		"#d3bd62", "#c69b80", "#94add0", "#b3cb76", "#e0988a", "#74b3d6",
	};

	if (!box->only)
		return "#9aa7b5";
	return palette[hash_of(timeline_text(d->timeline, box->only->name)) %
		       (sizeof(palette) / sizeof(palette[0]))];
}

static const char *class_of(const struct timeline_box *box)
{
	return box->instant && box->category == TIMELINE_NONE
		       ? "instant"
		       : timeline_category_name(box->category);
}

/* --- boxes --- */

static void put(struct draw *d, const char *text)
{
	struct arena scratch = { 0 };

	markup_text(d->out, clean_text(&scratch, text), SIZE_MAX);
	arena_done(&scratch);
}

/* What the pointer shows: name, what it is, how long, when. */
static void write_about(struct draw *d, const struct timeline_box *box)
{
	const char *separator = ": ";

	sink_text(d->out, "<title>");
	if (box->only) {
		put(d, timeline_text(d->timeline, box->only->name));
		if (box->only->detail != TIMELINE_NO_TEXT) {
			sink_text(d->out, "\n");
			put(d, timeline_text(d->timeline, box->only->detail));
		}
		sink_printf(d->out, "\n%s%s", timeline_category_name(box->category),
			    box->category != TIMELINE_NONE && !box->instant ? " " : "");
		if (!box->instant)
			sink_text(d->out, units_ns((int64_t)(box->end_ns - box->start_ns)).text);
	} else {
		sink_printf(d->out, "%u %s", box->count, box->instant ? "instants" : "slices");
		for (int c = 0; c < TIMELINE_CATEGORIES; c++) {
			if (!box->ns[c])
				continue;
			sink_printf(d->out, "%s%s%s%s", separator, timeline_category_name(c),
				    c == TIMELINE_NONE ? "" : " ",
				    units_ns((int64_t)box->ns[c]).text);
			separator = ", ";
		}
	}
	sink_printf(d->out, "\nat +%s</title>", units_ns((int64_t)box->start_ns).text);
}

static void write_box(struct draw *d, const struct timeline_row *row,
		      const struct timeline_box *box, uint32_t y)
{
	uint64_t x = fine(d, box->start_ns), w = fine(d, box->end_ns) - x;
	uint32_t height = box->instant ? 6 : BOX;

	if (box->instant && w < 2 * FINE)
		w = 2 * FINE;
	if (w < FINE)
		w = FINE;
	sink_printf(d->out,
		    "<rect class=\"b %s\" x=\"%" PRIu64 "\" y=\"%u\" width=\"%" PRIu64
		    "\" height=\"%u\"",
		    class_of(box), x, y + (box->instant ? BOX - 4 : 2), w, height);
	if (has_own_colour(d, row, box))
		sink_printf(d->out, " style=\"fill:%s\"", colour_of(d, box));
	sink_text(d->out, ">");
	write_about(d, box);
	sink_text(d->out, "</rect>\n");
}

/* The narrow ones come last: each is drawn wider than it is, and the next one would hide it. */
static void write_boxes(struct draw *d, const struct timeline_row *row, uint32_t y, bool narrow)
{
	for (size_t i = 0; i < row->n_boxes; i++) {
		const struct timeline_box *box = &d->layout.boxes.items[row->first_box + i];

		if ((fine(d, box->end_ns) - fine(d, box->start_ns) < FINE) == narrow)
			write_box(d, row, box, y);
	}
}

/* Where the next slice covers a box, or where the box ends. */
static uint64_t seen_end(const struct draw *d, const struct timeline_row *row, size_t index)
{
	const struct timeline_box *boxes = &d->layout.boxes.items[row->first_box];

	for (size_t i = index + 1; i < row->n_boxes; i++) {
		if (boxes[i].start_ns >= boxes[index].end_ns)
			break;
		if (!boxes[i].instant)
			return boxes[i].start_ns;
	}
	return boxes[index].end_ns;
}

/* The name in a box that is wide enough, in pixels of the page. */
static void write_box_text(struct draw *d, const struct timeline_row *row, size_t index, uint32_t y)
{
	const struct timeline_box *box = &d->layout.boxes.items[row->first_box + index];
	uint64_t x = fine(d, box->start_ns), w = fine(d, seen_end(d, row, index)) - x;
	uint64_t letters = w > 8 * FINE ? (w / FINE - 8) * 100 / LETTER_HUNDREDTH : 0;

	if (letters < 3 || !box->only || box->instant)
		return;
	sink_printf(d->out, "<text x=\"%" PRIu64 "\" y=\"%u\">", LEFT + x / FINE + 4, TOP + y + 14);
	markup_text(d->out, clean_text(&d->arena, timeline_text(d->timeline, box->only->name)),
		    letters);
	sink_text(d->out, "</text>\n");
}

/* --- counters --- */

struct scale {
	int64_t least, most;
	uint64_t height; /* of most above least; at least 1 */
};

static struct scale scale_of(const struct timeline_point *points, size_t n)
{
	struct scale s = { 0, 0, 1 };

	for (size_t i = 0; i < n; i++) {
		s.least = points[i].value < s.least ? points[i].value : s.least;
		s.most = points[i].value > s.most ? points[i].value : s.most;
	}
	s.height = (uint64_t)s.most - (uint64_t)s.least;
	s.height = s.height ? s.height : 1;
	return s;
}

static uint32_t level_of(const struct scale *s, int64_t value)
{
	uint64_t above = (uint64_t)value - (uint64_t)s->least;

	return 2 + TALL_BOX - (uint32_t)((__uint128_t)above * TALL_BOX / s->height);
}

/* Steps; of those in one stretch of a pixel or so only the highest value, and the last. */
static void write_counter(struct draw *d, const struct timeline_row *row, uint32_t y)
{
	size_t n;
	const struct timeline_point *points = timeline_points(d->timeline, row->track, &n);
	const struct timeline_track *track = timeline_track(d->timeline, row->track);
	struct scale scale = scale_of(points, n);
	uint64_t cell = d->layout.span_ns / MOST_STEPS + 1;

	if (!n)
		return;
	sink_text(d->out, "<path class=\"b counter\" d=\"");
	sink_printf(d->out, "M%" PRIu64 " %u", fine(d, points[0].ns - d->layout.first_ns),
		    y + level_of(&scale, 0));
	for (size_t i = 0; i < n;) {
		uint64_t start = points[i].ns - d->layout.first_ns;
		int64_t value = points[i].value;

		for (i++; i < n && points[i].ns - d->layout.first_ns - start < cell; i++)
			value = points[i].value > value ? points[i].value : value;
		sink_printf(d->out, "H%" PRIu64 "V%u", fine(d, start), y + level_of(&scale, value));
		if (points[i - 1].value != value)
			sink_printf(d->out, "H%" PRIu64 "V%u",
				    fine(d, points[i - 1].ns - d->layout.first_ns),
				    y + level_of(&scale, points[i - 1].value));
	}
	sink_printf(d->out, "H%u V%u\"><title>", WIDTH * FINE, y + level_of(&scale, 0));
	put(d, track->name);
	sink_printf(d->out, "\n%s to ", units_value(scale.least, track->unit).text);
	sink_printf(d->out, "%s</title></path>\n", units_value(scale.most, track->unit).text);
}

/* --- links --- */

static void write_links(struct draw *d)
{
	size_t n = timeline_n_links(d->timeline), tracks = timeline_n_tracks(d->timeline);
	uint32_t *rows;

	if (n > MOST_LINKS)
		return;
	rows = memory_resize(NULL, tracks + 1, sizeof(*rows));
	memset(rows, 0xff, (tracks + 1) * sizeof(*rows));
	for (size_t i = 0; i < d->layout.rows.n; i++)
		rows[d->layout.rows.items[i].track] = (uint32_t)i;
	for (size_t i = 0; i < n; i++) {
		struct timeline_link link = timeline_link(d->timeline, i);
		uint64_t last = d->layout.first_ns + d->layout.span_ns;
		uint32_t from = rows[link.from_track], to = rows[link.to_track];

		if (from == UINT32_MAX || to == UINT32_MAX || link.from_ns < d->layout.first_ns ||
		    link.to_ns < d->layout.first_ns || link.from_ns > last || link.to_ns > last)
			continue;
		sink_printf(d->out, "<path class=\"link\" d=\"M%" PRIu64 " %uL%" PRIu64 " %u\"/>\n",
			    fine(d, link.from_ns - d->layout.first_ns), d->y[from] + ROW / 2,
			    fine(d, link.to_ns - d->layout.first_ns), d->y[to] + ROW / 2);
	}
	free(rows);
}

/* --- the page --- */

static void write_axis(struct draw *d)
{
	uint64_t span = d->layout.span_ns, step = 1;

	for (int i = 0; span / step > MOST_TICKS; i++)
		step = i % 3 == 1 ? step / 2 * 5 : step * 2;
	sink_text(d->out, "<g id=\"axis\">\n");
	for (uint64_t ns = 0; ns <= span; ns += step) {
		uint64_t x = LEFT + fine(d, ns) / FINE;

		sink_printf(
			d->out,
			"<line class=\"tick\" x1=\"%" PRIu64 "\" y1=\"%u\" x2=\"%" PRIu64
			"\" y2=\"%u\"/><text class=\"quiet\" text-anchor=\"middle\" x=\"%" PRIu64
			"\" y=\"%u\">%s</text>\n",
			x, TOP - 6, x, TOP + d->height, x, TOP - 10, units_ns((int64_t)ns).text);
		if (ns > UINT64_MAX - step)
			break;
	}
	sink_text(d->out, "</g>\n");
}

static void write_legend(struct draw *d)
{
	uint32_t x = LEFT;

	for (int c = TIMELINE_RUNNING; c < TIMELINE_CATEGORIES; c++) {
		const char *name = timeline_category_name(c);

		sink_printf(d->out,
			    "<rect class=\"%s\" x=\"%u\" y=\"47\" width=\"12\" height=\"12\"/>"
			    "<text class=\"quiet\" x=\"%u\" y=\"57\">%s</text>\n",
			    name, x, x + 17, name);
		x += 95;
	}
	sink_printf(d->out,
		    "<rect class=\"instant\" x=\"%u\" y=\"53\" width=\"2\" height=\"6\"/>"
		    "<text class=\"quiet\" x=\"%u\" y=\"57\">instant; colours of their own: "
		    "by name</text>\n",
		    x, x + 8);
}

static void write_label(struct draw *d, const struct timeline_row *row, uint32_t y)
{
	const struct timeline_track *track = timeline_track(d->timeline, row->track);
	uint32_t depth = row->depth < 6 ? row->depth : 6, x = 10 + depth * 14;
	const char *name = clean_text(&d->arena, track->name);
	size_t letters = (LEFT - 8 - x) * 100 / LETTER_HUNDREDTH;

	sink_printf(d->out, "<text class=\"%s\" x=\"%u\" y=\"%u\">",
		    track->kind == TIMELINE_TRACK_PROCESS ? "head" : "label", x, TOP + y + 14);
	markup_text(d->out, clean_clip(&d->arena, name, letters), letters);
	sink_text(d->out, "<title>");
	markup_text(d->out, name, SIZE_MAX);
	sink_text(d->out, "</title></text>\n");
}

static void write_rows(struct draw *d)
{
	const struct timeline_layout *l = &d->layout;

	for (size_t i = 0; i < l->rows.n; i++) {
		const struct timeline_row *row = &l->rows.items[i];

		write_label(d, row, d->y[i]);
		if (!is_tall(d, row) && !row->n_boxes)
			continue;
		sink_printf(d->out,
			    "<rect class=\"band\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/>\n",
			    LEFT, TOP + d->y[i] + 2, WIDTH, is_tall(d, row) ? TALL_BOX : BOX);
	}
}

static void write_plot(struct draw *d)
{
	const struct timeline_layout *l = &d->layout;

	sink_printf(d->out,
		    "<svg id=\"plot\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" "
		    "viewBox=\"0 0 %u %u\" preserveAspectRatio=\"none\" data-fine=\"%u\">\n",
		    LEFT, TOP, WIDTH, d->height + 1, WIDTH * FINE, d->height + 1, FINE);
	for (size_t i = 0; i < l->rows.n; i++) {
		const struct timeline_row *row = &l->rows.items[i];

		if (is_tall(d, row))
			write_counter(d, row, d->y[i]);
		write_boxes(d, row, d->y[i], false);
		write_boxes(d, row, d->y[i], true);
	}
	write_links(d);
	sink_text(d->out, "</svg>\n<g id=\"texts\">\n");
	for (size_t i = 0; i < l->rows.n; i++) {
		const struct timeline_row *row = &l->rows.items[i];

		for (size_t k = 0; k < row->n_boxes; k++)
			write_box_text(d, row, k, d->y[i]);
	}
	sink_text(d->out, "</g>\n");
}

static void write_head(struct draw *d, uint32_t height)
{
	const struct timeline_layout *l = &d->layout;
	struct units_text wall = units_wall(timeline_wall_ns(d->timeline, l->first_ns));

	sink_printf(d->out,
		    "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"page\" width=\"%u\" "
		    "height=\"%u\" viewBox=\"0 0 %u %u\" data-left=\"%u\" data-top=\"%u\" "
		    "data-width=\"%u\" data-height=\"%u\" data-span=\"%" PRIu64
		    "\" data-letter=\"%u.%02u\">\n<style>\n%s</style>\n",
		    PAGE_WIDTH, height, PAGE_WIDTH, height, LEFT, TOP, WIDTH, d->height, l->span_ns,
		    LETTER_HUNDREDTH / 100, LETTER_HUNDREDTH % 100, style_text);
	sink_printf(d->out, "<rect width=\"%u\" height=\"%u\" fill=\"#fff\"/>\n", PAGE_WIDTH,
		    height);
	sink_text(d->out, "<text id=\"title\" x=\"10\" y=\"26\">");
	put(d, result_title(d->job->result));
	sink_text(d->out, ": ");
	put(d, d->job->tape);
	sink_printf(d->out, "</text>\n<text class=\"quiet\" x=\"10\" y=\"57\">%s from</text>\n",
		    units_ns((int64_t)l->span_ns).text);
	sink_printf(d->out, "<text class=\"quiet\" x=\"10\" y=\"73\">%s</text>\n",
		    wall.text[0] ? wall.text : "an unknown time");
}

void timeline_draw(struct sink *out, const struct output_job *job,
		   const struct timeline_draw_style *style)
{
	struct draw d = { .job = job, .out = out };
	struct timeline_foot foot = { 0 };
	uint32_t y;

	d.timeline = result_first(job->result, RESULT_TIMELINE)->timeline;
	timeline_layout_init(&d.layout, d.timeline, WIDTH * style->cells_per_pixel,
			     style->most_boxes);
	place_rows(&d);
	timeline_foot_init(&foot, job, &d.layout, MOST_LINKS);
	y = TOP + d.height + FOOT_LINE;
	write_head(&d, y + FOOT_LINE * ((uint32_t)foot.lines.n + 1));
	write_legend(&d);
	write_rows(&d);
	write_axis(&d);
	write_plot(&d);
	for (size_t i = 0; i < foot.lines.n; i++) {
		y += FOOT_LINE;
		sink_printf(out, "<text class=\"quiet\" x=\"10\" y=\"%u\">", y);
		markup_text(out, foot.lines.items[i], SIZE_MAX);
		sink_text(out, "</text>\n");
	}
	sink_text(out, "</svg>\n");
	timeline_foot_done(&foot);
	timeline_layout_done(&d.layout);
	free(d.y);
	arena_done(&d.arena);
}
