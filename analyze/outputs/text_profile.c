// SPDX-License-Identifier: BSD-2-Clause
/*
 * A profile as text: what was measured in one line, the functions that took
 * most as pprof's -top has them, the call tree, and what has no name.
 */
#include <stdbool.h>
#include <string.h>

#include "analyze/base/sum.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/grid.h"
#include "analyze/outputs/headline.h"
#include "analyze/outputs/text.h"
#include "analyze/outputs/tops.h"
#include "analyze/outputs/units.h"

static void write_top(struct grid *g, const struct names *n, const struct top *top, int64_t sum,
		      int64_t total)
{
	const struct profile_head *head = profile_head(n->profile);
	const char *unit = head->types[head->default_type].unit;
	const struct module *m = profile_get_module(n->profile, top->module);

	grid_cell(g, units_value(top->flat, unit).text);
	grid_cell(g, units_share(top->flat, total).text);
	grid_cell(g, units_share(sum, total).text);
	grid_cell(g, units_value(top->cum, unit).text);
	grid_cell(g, units_share(top->cum, total).text);
	grid_cell(g, m->kind == MODULE_MARK ? "" : clean_text(&g->arena, module_short_name(m)));
	grid_cell(g, names_function(n, top->function));
}

static void write_tops(const struct text_page *page, const struct names *n)
{
	static const char *const heads[] = { "flat", "flat%", "sum%", "cum", "cum%" };
	size_t value = profile_head(n->profile)->default_type, shown;
	int64_t total = profile_total(n->profile, value), sum = 0;
	struct tops tops;
	struct grid g;

	tops_init(&tops, n, value);
	grid_init(&g);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		grid_column(&g, GRID_RIGHT, heads[i]);
	grid_column(&g, GRID_LEFT, "module");
	grid_column(&g, GRID_LEFT, "function");
	shown = tops.n < page->top ? tops.n : page->top;
	for (size_t i = 0; i < shown; i++) {
		sum = sum_add(sum, tops.items[i].flat);
		write_top(&g, n, &tops.items[i], sum, total);
	}
	sink_text(page->out, "\nTop functions\n");
	grid_write(&g, page->out);
	if (shown < tops.n)
		sink_printf(page->out, "  …%zu more (%s)\n", tops.n - shown,
			    units_share(total - sum, total).text);
	grid_done(&g);
	tops_done(&tops);
}

/* Says which of the usual reasons it may have. */
static void write_empty(const struct text_page *page, bool sampled)
{
	const struct coverage *c = result_get_coverage(page->job->result);

	sink_text(page->out, "  no samples: ");
	if (c->filtered)
		sink_text(page->out, "the filters leave nothing of it; try without them\n");
	else if (c->lost_events || c->lost_blocks || c->damaged_places)
		sink_text(page->out, "they may be among what was lost, see the coverage below\n");
	else if (!sampled)
		sink_text(page->out, "nothing of this kind happened while it was watched\n");
	else
		sink_text(page->out, "what was recorded did not run on a CPU while it was watched; "
				     "try a longer time or a higher rate\n");
}

void text_profile(const struct text_page *page, const struct profile *p)
{
	struct arena arena = { 0 };
	struct names names;

	sink_printf(page->out, "%s\n", headline(&arena, p));
	arena_done(&arena);
	if (!profile_n_samples(p)) {
		write_empty(page, strcmp(profile_head(p)->name, "cpu") == 0);
		return;
	}
	names_init(&names, p, page->job->names, names_wanted(page->job));
	write_tops(page, &names);
	if (!page->job->options.brief)
		text_tree(page, &names);
	if (names.too_many)
		sink_text(page->out, "\nInlined calls are left out: there would be too many "
				     "stacks; try a shorter time\n");
	text_unnamed(page, &names);
	names_done(&names);
}
