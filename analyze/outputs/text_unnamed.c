// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where names come from, if not of the tape alone. What has no name, by module,
 * with the reason where the symbolizer gave one and else what usually helps with
 * that kind of module.
 */
#include <string.h>

#include "analyze/base/sum.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/grid.h"
#include "analyze/outputs/text.h"
#include "analyze/outputs/tops.h"
#include "analyze/outputs/units.h"

#define MOST_ROWS 10

static const char *const remedies[] = {
	[MODULE_FILE] = "no symbol there: a file that is not stripped, or --symfs, would name it",
	[MODULE_KERNEL] = "record as root, so that the tape brings the kernel's names",
	[MODULE_KMOD] = "record as root, so that the tape brings the module's names",
	[MODULE_VDSO] = "the tape brings no names of it",
	[MODULE_BPF] = "a BPF program whose name was not seen",
	[MODULE_ANON] = "code that was made at run time (JIT): no file has its names",
	[MODULE_UNKNOWN] =
		"no mapping there: often a wrong caller, from code without frame pointers",
	[MODULE_MARK] = "",
	[MODULE_SCRIPT] = "a script's function without a name",
};

/* The symbolizer's remark on this module: the text behind "path: ". NULL: none. */
static const char *find_note(const struct symbolizer *s, const char *path)
{
	size_t size = strlen(path);

	for (size_t i = 0; i < symbolizer_n_notes(s); i++) {
		const char *note = symbolizer_note(s, i);

		if (strncmp(note, path, size) == 0 && strncmp(note + size, ": ", 2) == 0)
			return note + size + 2;
	}
	return NULL;
}

static void add_row(struct grid *g, const struct symbolizer *s, const struct names *n,
		    const struct unnamed *u, int64_t total)
{
	const struct module *m = profile_get_module(n->profile, u->module);
	const char *note = find_note(s, m->path);

	grid_cell(g, units_share(u->flat, total).text);
	grid_cell(g, units_share(u->cum, total).text);
	grid_cell(g, clean_text(&g->arena, module_short_name(m)));
	grid_cell(g, clean_text(&g->arena, note ? note : remedies[m->kind]));
}

/* A report on another machine may have other names: so it is said which are not the tape's. */
static void write_sources(const struct text_page *page, const struct names *n)
{
	static const char *const sources[] = {
		[SYMBOL_BUNDLE] = "the tape",
		[SYMBOL_ELF] = "files of this machine",
		[SYMBOL_KALLSYMS] = "its kernel",
	};
	const size_t n_sources = sizeof(sources) / sizeof(sources[0]);
	size_t value = profile_head(n->profile)->default_type;
	int64_t flat[sizeof(sources) / sizeof(sources[0])] = { 0 }, elsewhere = 0;
	const char *between = "";

	for (size_t i = 0; i < profile_n_samples(n->profile); i++) {
		const struct profile_sample *s = profile_get_sample(n->profile, i);
		uint32_t stack = names_stack(n, s->stack);
		enum symbol_source source;

		if (stack == PROFILE_ROOT)
			continue;
		source = n->frames.items[names_get_stack(n, stack)->frame].source;
		if ((size_t)source < n_sources)
			flat[source] = sum_add(flat[source], s->values[value]);
	}
	for (size_t i = SYMBOL_BUNDLE + 1; i < n_sources; i++)
		elsewhere |= flat[i];
	if (!elsewhere)
		return;
	sink_text(page->out, "\nNames: ");
	for (size_t i = SYMBOL_BUNDLE; i < n_sources; i++) {
		if (!flat[i])
			continue;
		sink_printf(page->out, "%s%s of %s", between,
			    units_share(flat[i], profile_total(n->profile, value)).text,
			    sources[i]);
		between = ", ";
	}
	sink_text(page->out, "\n");
}

void text_unnamed(const struct text_page *page, const struct names *n)
{
	size_t value = profile_head(n->profile)->default_type, shown;
	int64_t total = profile_total(n->profile, value), flat = 0;
	struct unnamed_list list;
	struct grid g;

	write_sources(page, n);
	unnamed_init(&list, n, value);
	if (list.n) {
		grid_init(&g);
		grid_column(&g, GRID_RIGHT, "flat%");
		grid_column(&g, GRID_RIGHT, "cum%");
		grid_column(&g, GRID_LEFT, "module");
		grid_column(&g, GRID_LEFT, "why, and what helps");
		shown = list.n < MOST_ROWS ? list.n : MOST_ROWS;
		vec_for_each (u, &list) {
			flat = sum_add(flat, u->flat);
		}
		for (size_t i = 0; i < shown; i++)
			add_row(&g, page->job->names, n, &list.items[i], total);
		sink_printf(page->out, "\nWithout names: %s in all\n",
			    units_share(flat, total).text);
		grid_write(&g, page->out);
		if (shown < list.n)
			sink_printf(page->out, "  …%zu more modules\n", list.n - shown);
		grid_done(&g);
	}
	unnamed_done(&list);
}
