// SPDX-License-Identifier: BSD-2-Clause
/*
 * The call tree as text. A row is a function and those that it does nothing but
 * call, joined by arrows. The rows with the largest shares are chosen first, so
 * that the tree stays on a page however wide or deep it is; what is left out is
 * counted where it would stand.
 */
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/base/sum.h"
#include "analyze/outputs/calltree.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/grid.h"
#include "analyze/outputs/text.h"
#include "analyze/outputs/units.h"

#define ROWS_FOR_EACH_TOP 2
#define LEAST_SHARE	  100 /* one part in so many of the total */
#define MOST_INDENT	  48
#define ARROW		  " → "
#define ARROW_COLUMNS	  3

struct tree {
	const struct text_page *page;
	struct names *names;
	struct calltree calls;
	int64_t total;
	int64_t least; /* what a row must have */
	const char *unit;
	struct arena arena; /* of one row */
};

/* The only callee that takes all of a node's time, or 0. A process stands in a row of its own. */
static uint32_t chained(const struct tree *t, uint32_t node)
{
	const struct calltree_node *n = &t->calls.nodes.items[node];
	uint32_t child;

	if (!n->children || node == CALLTREE_ROOT)
		return 0;
	if (names_label(t->names, n->label)->flags & LABEL_PROCESS)
		return 0;
	child = calltree_child(&t->calls, node, 0);
	return t->calls.nodes.items[child].total == n->total ? child : 0;
}

static int descending(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return a > b ? -1 : a < b;
}

/* The share from which on no more rows than wanted are left. */
static int64_t least_total(const struct tree *t, size_t rows)
{
	int64_t least = (t->total - 1) / LEAST_SHARE;
	VEC(int64_t) totals = { 0 };

	for (uint32_t i = 1; i < t->calls.nodes.n; i++) {
		const struct calltree_node *n = &t->calls.nodes.items[i];

		if (n->total > least && chained(t, n->parent) != i)
			*vec_push(&totals) = n->total;
	}
	if (totals.n > rows) {
		qsort(totals.items, totals.n, sizeof(*totals.items), descending);
		least = totals.items[rows];
		/* Equal ones are all shown, or none if they are too many. */
		if (totals.n <= rows * 2 || totals.items[rows * 2] < least)
			least--;
	}
	vec_done(&totals);
	return least > 0 ? least : 0;
}

static void write_start(struct tree *t, int64_t total, size_t indent)
{
	sink_printf(t->page->out, "  %8s %7s  ", units_value(total, t->unit).text,
		    units_share(total, t->total).text);
	sink_spaces(t->page->out, indent);
}

/* Whether it calls something, but nothing that gets a row. */
static bool has_only_small(const struct tree *t, uint32_t node)
{
	const struct calltree_node *n = &t->calls.nodes.items[node];
	int64_t most;

	if (!n->children)
		return false;
	most = t->calls.nodes.items[calltree_child(&t->calls, node, 0)].total;
	return most > 0 && most <= t->least;
}

/* The names of a node and of its chain, as many in a line as fit. Gives the chain's last node. */
static uint32_t write_chain(struct tree *t, uint32_t node, size_t indent)
{
	const size_t margin = 20 + indent;
	size_t column = margin;
	uint32_t last = node;

	for (; node; node = chained(t, node)) {
		const char *name = names_label_text(t->names, t->calls.nodes.items[node].label);
		size_t room = GRID_PAGE - margin - 2 * ARROW_COLUMNS, columns;

		name = clean_clip(&t->arena, name, room);
		columns = clean_columns(name);
		if (node != last && column + columns + 3 * ARROW_COLUMNS > GRID_PAGE) {
			sink_text(t->page->out, "\n");
			sink_spaces(t->page->out, margin - 1);
			column = margin - 1;
		}
		if (column != margin) {
			sink_text(t->page->out, ARROW);
			column += ARROW_COLUMNS;
		}
		sink_text(t->page->out, name);
		column += columns;
		last = node;
	}
	sink_text(t->page->out, has_only_small(t, last) ? ARROW "…\n" : "\n");
	arena_done(&t->arena);
	return last;
}

/* One line for all children of a node that have no row. */
static void write_rest(struct tree *t, uint32_t node, uint32_t shown, size_t indent)
{
	const struct calltree_node *n = &t->calls.nodes.items[node];
	int64_t total = 0;

	for (uint32_t i = shown; i < n->children; i++) {
		uint32_t child = calltree_child(&t->calls, node, i);

		total = sum_add(total, t->calls.nodes.items[child].total);
	}
	/* Where all are small, the node's own row says so. */
	if (!total || (!shown && node != CALLTREE_ROOT))
		return;
	write_start(t, total, indent);
	sink_printf(t->page->out, "…%u more\n", n->children - shown);
}

/* A node whose children are being written. */
struct open_node {
	uint32_t node;
	uint32_t next; /* child */
	size_t indent; /* of its children */
};

static void write_rows(struct tree *t)
{
	VEC(struct open_node) open = { 0 };

	*vec_push(&open) = (struct open_node){ 0 };
	while (open.n) {
		struct open_node *o = &open.items[open.n - 1];
		uint32_t child = 0, last;
		size_t indent = o->indent;

		if (o->next < t->calls.nodes.items[o->node].children)
			child = calltree_child(&t->calls, o->node, o->next);
		if (!child || t->calls.nodes.items[child].total <= t->least) {
			write_rest(t, o->node, o->next, indent);
			open.n--;
			continue;
		}
		o->next++;
		write_start(t, t->calls.nodes.items[child].total, indent);
		last = write_chain(t, child, indent);
		indent += indent < MOST_INDENT ? 2 : 0;
		*vec_push(&open) = (struct open_node){ .node = last, .indent = indent };
	}
	vec_done(&open);
}

void text_tree(const struct text_page *page, struct names *n)
{
	const struct profile_head *head = profile_head(n->profile);
	struct tree t = { .page = page, .names = n };
	bool by_process = calltree_count_processes(n->profile) > 1;

	t.unit = head->types[head->default_type].unit;
	calltree_init(&t.calls, n, head->default_type, by_process, CALLTREE_BY_TOTAL);
	t.total = t.calls.nodes.items[CALLTREE_ROOT].total;
	t.least = least_total(&t, page->top * ROWS_FOR_EACH_TOP);
	sink_printf(page->out, "\nCall tree%s\n", by_process ? ", by process name" : "");
	write_rows(&t);
	calltree_done(&t.calls);
}
