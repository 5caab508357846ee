// SPDX-License-Identifier: BSD-2-Clause
/*
 * Output "svg": a flame graph in one file that needs nothing from outside. The
 * root is at the bottom, a function's width is its share of the profile's
 * default value, siblings are in order of their names. Colours tell kernel,
 * program and unnamed code apart and depend on the name alone. A timeline is
 * drawn by timeline_draw.c.
 *
 * Names are only ever text nodes, made clean and escaped. All numbers are
 * worked out in integers: the same picture has the same bytes everywhere.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/base/sum.h"
#include "analyze/outputs/calltree.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/coverage_line.h"
#include "analyze/outputs/headline.h"
#include "analyze/outputs/markup.h"
#include "analyze/outputs/output.h"
#include "analyze/outputs/sink.h"
#include "analyze/outputs/svg_script.h"
#include "analyze/outputs/timeline_draw.h"
#include "analyze/outputs/units.h"

/* Pixels. */
#define PAGE_WIDTH 1200
#define LEFT	   10
#define WIDTH	   (PAGE_WIDTH - 2 * LEFT)
#define HEAD	   68
#define ROW	   17
#define FOOT_LINE  17

#define FINE		 100000 /* parts of a pixel in which x and width are given */
#define LEAST_WIDTH	 (FINE / 10)
#define LETTER_HUNDREDTH 725 /* a letter's width */
#define FOOT_LETTERS	 (WIDTH * 100 / LETTER_HUNDREDTH)

VEC_TYPE(node_list, uint32_t);

struct svg {
	const struct output_job *job;
	const struct profile *profile;
	const char *unit;
	struct sink out;
	struct arena arena;
	struct names names;
	struct calltree calls;
	int64_t total;
	int64_t *before; /* by node: what lies to the left of it */
	uint32_t rows;
	uint64_t pruned; /* functions that are too narrow; what they call is not counted */
	int64_t pruned_total;
	struct node_list drawn; /* callers before callees */
	VEC(const char *) foot;
};

/* A value as parts of a pixel. */
static uint64_t fine(const struct svg *s, int64_t value)
{
	return (uint64_t)((__uint128_t)value * WIDTH * FINE / (uint64_t)s->total);
}

/* Puts those of a node's children that are wide enough on open, the first one last. */
static void place_children(struct svg *s, uint32_t node, struct node_list *open)
{
	const struct calltree_node *nodes = s->calls.nodes.items;
	int64_t before = s->before[node];

	for (uint32_t i = 0; i < nodes[node].children; i++) {
		uint32_t child = calltree_child(&s->calls, node, i);

		s->before[child] = before;
		before = sum_add(before, nodes[child].total);
	}
	for (uint32_t i = nodes[node].children; i-- > 0;) {
		uint32_t child = calltree_child(&s->calls, node, i);

		if (nodes[child].total > 0 && fine(s, nodes[child].total) >= LEAST_WIDTH) {
			*vec_push(open) = child;
			continue;
		}
		s->pruned++;
		s->pruned_total = sum_add(s->pruned_total, nodes[child].total);
	}
}

static void lay_out(struct svg *s)
{
	struct node_list open = { 0 };

	s->total = s->calls.nodes.items[CALLTREE_ROOT].total;
	s->before = memory_alloc(s->calls.nodes.n * sizeof(*s->before));
	if (s->total > 0)
		*vec_push(&open) = CALLTREE_ROOT;
	while (open.n) {
		uint32_t node = open.items[--open.n];
		uint32_t depth = s->calls.nodes.items[node].depth;

		*vec_push(&s->drawn) = node;
		if (depth >= s->rows)
			s->rows = depth + 1;
		place_children(s, node, &open);
	}
	vec_done(&open);
}

/* Adds a text to the foot, in as many lines as it needs. */
static void add_foot(struct svg *s, const char *text)
{
	while (clean_columns(text) > FOOT_LETTERS) {
		size_t end = 0, columns = 0;
		char *line;

		/* The last space that fits; a text without one is cut by the page. */
		for (size_t i = 0; text[i] && columns <= FOOT_LETTERS; i++) {
			columns += ((unsigned char)text[i] >> 6) != 2;
			if (text[i] == ' ')
				end = i;
		}
		if (!end)
			break;
		line = arena_alloc(&s->arena, end + 1);
		memcpy(line, text, end);
		*vec_push(&s->foot) = line;
		text += end + 1;
	}
	*vec_push(&s->foot) = text;
}

static void add_footf(struct svg *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_footf(struct svg *s, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int rc;

	va_start(args, format);
	rc = vasprintf(&text, format, args);
	va_end(args);
	if (rc < 0)
		return;
	add_foot(s, clean_text(&s->arena, arena_copy_text(&s->arena, text)));
	free(text);
}

/* What a picture of the page must say to be true. */
static void make_foot(struct svg *s)
{
	const struct result *r = s->job->result;

	add_foot(s, headline(&s->arena, s->profile));
	if (s->total <= 0)
		add_foot(s, "No samples: there is nothing to draw.");
	if (s->pruned)
		add_footf(s,
			  "Not drawn: %" PRIu64 " functions narrower than 0.1 pixels, %s of all.",
			  s->pruned, units_share(s->pruned_total, s->total).text);
	for (size_t i = 0; i < result_n_notes(r); i++)
		add_footf(s, "Note: %s", result_note(r, i));
	add_footf(s, "Coverage: %s", coverage_line(&s->arena, result_get_coverage(r)));
	add_foot(s, "Colours: programs yellow to red, kernel blue, without a name grey, "
		    "processes green; purple is what the search found.");
}

static void put_text(struct svg *s, const char *text, size_t letters)
{
	markup_text(&s->out, text, letters);
}

static void put_line(struct svg *s, const char *attributes, unsigned int x, unsigned int y,
		     const char *text)
{
	sink_printf(&s->out, "<text %sx=\"%u\" y=\"%u\">", attributes, x, y);
	put_text(s, text, SIZE_MAX);
	sink_text(&s->out, "</text>\n");
}

static void write_head(struct svg *s)
{
	unsigned int height = HEAD + s->rows * ROW + FOOT_LINE * (unsigned int)(s->foot.n + 1);
	char *title = NULL;

	sink_printf(&s->out,
		    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		    "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%u\" "
		    "height=\"%u\" viewBox=\"0 0 %u %u\" data-left=\"%u\" data-width=\"%u\" "
		    "data-letter=\"%u.%02u\">\n",
		    PAGE_WIDTH, height, PAGE_WIDTH, height, LEFT, WIDTH, LETTER_HUNDREDTH / 100,
		    LETTER_HUNDREDTH % 100);
	sink_printf(&s->out, "<style>\n%s</style>\n", svg_style);
	sink_printf(&s->out, "<rect width=\"%u\" height=\"%u\" fill=\"#fcfcf4\"/>\n", PAGE_WIDTH,
		    height);
	if (asprintf(&title, "%s: %s", result_title(s->job->result), s->job->tape) < 0)
		return;
	put_line(s, "id=\"title\" ", PAGE_WIDTH / 2, 24, clean_text(&s->arena, title));
	free(title);
	put_line(s, "id=\"reset\" class=\"hidden\" ", LEFT, 45, "Reset zoom");
	put_line(s, "id=\"matched\" ", PAGE_WIDTH - 240, 45, "");
	put_line(s, "id=\"details\" ", LEFT, 62, "");
	sink_printf(&s->out,
		    "<foreignObject id=\"searching\" class=\"hidden\" x=\"%u\" y=\"30\" "
		    "width=\"220\" height=\"24\"><input xmlns=\"http://www.w3.org/1999/xhtml\" "
		    "id=\"search\" type=\"text\" placeholder=\"search: regular expression\"/>"
		    "</foreignObject>\n",
		    PAGE_WIDTH - LEFT - 220);
}

struct colour {
	unsigned int red, green, blue; /* the least */
	unsigned int more[3];	       /* how much each may grow */
};

/* FNV-1a: any hash does, as long as it is the same everywhere. */
static uint32_t hash_of(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

static void put_colour(struct svg *s, const char *name, uint32_t flags)
{
	static const struct colour program = { 205, 80, 0, { 50, 110, 55 } };
	static const struct colour kernel = { 110, 165, 215, { 50, 50, 40 } };
	static const struct colour process = { 130, 195, 110, { 40, 40, 40 } };
	static const struct colour grey = { 190, 190, 190, { 1, 1, 1 } };
	const struct colour *c = flags & (LABEL_UNNAMED | LABEL_MARK) ? &grey
				 : flags & LABEL_KERNEL		      ? &kernel
				 : flags & LABEL_PROCESS	      ? &process
								      : &program;
	uint32_t hash = hash_of(name);

	sink_printf(&s->out, "rgb(%u,%u,%u)", c->red + hash % c->more[0],
		    c->green + (hash >> 8) % c->more[1], c->blue + (hash >> 16) % c->more[2]);
}

static void write_about(struct svg *s, const struct calltree_node *n, const char *name)
{
	sink_text(&s->out, "<g class=\"f\"><title>");
	put_text(s, name, SIZE_MAX);
	sink_printf(&s->out, "\n%s, %s of all", units_value(n->total, s->unit).text,
		    units_share(n->total, s->total).text);
	if (n->self && n->children)
		sink_printf(&s->out, "; itself %s, %s", units_value(n->self, s->unit).text,
			    units_share(n->self, s->total).text);
	sink_text(&s->out, "</title>");
}

static void write_node(struct svg *s, uint32_t node)
{
	const struct calltree_node *n = &s->calls.nodes.items[node];
	const char *name = node ? names_label_text(&s->names, n->label) : "all";
	uint64_t x = fine(s, s->before[node]) + (uint64_t)LEFT * FINE, w = fine(s, n->total);
	unsigned int y = HEAD + (s->rows - 1 - n->depth) * ROW;
	uint64_t letters = w > 6 * FINE ? (w - 6 * FINE) * 100 / FINE / LETTER_HUNDREDTH : 0;

	write_about(s, n, name);
	sink_printf(&s->out,
		    "<rect x=\"%" PRIu64 ".%05u\" y=\"%u\" width=\"%" PRIu64
		    ".%05u\" height=\"%u\" fill=\"",
		    x / FINE, (unsigned int)(x % FINE), y, w / FINE, (unsigned int)(w % FINE),
		    ROW - 1);
	put_colour(s, name, node ? names_label(&s->names, n->label)->flags : LABEL_MARK);
	sink_text(&s->out, "\"/>");
	if (letters >= 3) {
		x += 3 * FINE;
		sink_printf(&s->out, "<text x=\"%" PRIu64 ".%05u\" y=\"%u\">", x / FINE,
			    (unsigned int)(x % FINE), y + 12);
		put_text(s, name, letters);
		sink_text(&s->out, "</text>");
	}
	sink_text(&s->out, "</g>\n");
}

static void write_foot(struct svg *s)
{
	unsigned int y = HEAD + s->rows * ROW;

	sink_text(&s->out, "<g id=\"foot\">\n");
	for (size_t i = 0; i < s->foot.n; i++) {
		y += FOOT_LINE;
		put_line(s, "", LEFT, y, s->foot.items[i]);
	}
	sink_text(&s->out, "</g>\n");
	if (s->drawn.n)
		sink_printf(&s->out, "<script><![CDATA[\n%s]]></script>\n", svg_script);
	sink_text(&s->out, "</svg>\n");
}

static void write_graph(struct svg *s)
{
	const struct profile_head *head = profile_head(s->profile);
	bool by_process = calltree_count_processes(s->profile) > 0;

	s->unit = head->types[head->default_type].unit;
	names_init(&s->names, s->profile, s->job->names, names_wanted(s->job));
	calltree_init(&s->calls, &s->names, head->default_type, by_process, CALLTREE_BY_NAME);
	lay_out(s);
	make_foot(s);
	write_head(s);
	for (size_t i = 0; i < s->drawn.n; i++)
		write_node(s, s->drawn.items[i]);
	write_foot(s);
	calltree_done(&s->calls);
	names_done(&s->names);
	free(s->before);
	vec_done(&s->drawn);
	vec_done(&s->foot);
	arena_done(&s->arena);
}

static int write_svg(const struct output_job *job, struct tape_error *err)
{
	const struct result_item *item = result_first(job->result, RESULT_PROFILE);
	struct svg s = { .job = job, .out = { .file = job->out } };

	/* A picture shows one profile, or one timeline: the view's answer comes first. */
	if (!item && result_first(job->result, RESULT_TIMELINE)) {
		timeline_draw(&s.out, job, &timeline_draw_svg);
	} else if (item) {
		s.profile = item->profile;
		write_graph(&s);
	}
	return sink_finish(&s.out, err);
}

extern const struct output output_svg;

const struct output output_svg = {
	.name = "svg",
	.help = "a picture for the browser: flame graph, or timeline",
	.suffixes = ".svg",
	.shapes = RESULT_PROFILE | RESULT_TIMELINE,
	.write = write_svg,
};
