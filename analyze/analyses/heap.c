// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "heap": who holds the heap of a Go program, and who made it grow, by the
 * runtime's own heap profile and in its units.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/analyses/heap_book.h"
#include "analyze/base/sum.h"

#define MOST_TIMES 24
#define MOST_NOTES 10
#define MINUTE_NS  60e9

struct view {
	struct heap_book book;
	struct profile *profile;
};

static void view_begin(void *state, const struct analysis_input *in)
{
	/* What runtime/pprof leaves out, too, unless nothing else is there. */
	struct profile_head head = {
		.name = "heap",
		.title = "Heap",
		.n_types = HEAP_VALUES,
		.types = { { "alloc_objects", "count" },
			   { "alloc_space", "bytes" },
			   { "inuse_objects", "count" },
			   { "inuse_space", "bytes" } },
		.default_type = HEAP_BYTES,
		.period_type = { "space", "bytes" },
		.drop_leaves = "runtime.* internal/runtime/*",
		.drop_any = true,
		.as_go = true,
	};
	struct view *v = state;

	if (in->options.growth)
		head.title = "Heap growth";
	v->profile = profile_new(&head);
	heap_book_begin(&v->book, in, v->profile);
}

static void view_on_event(void *state, const struct analysis_input *in, const struct thread *thread,
			  const struct ev_header *event)
{
	struct view *v = state;

	heap_book_event(&v->book, in, thread, event);
}

/* --- sites: stacks, whatever the size of their objects --- */

struct site {
	uint32_t program;
	uint32_t stack;
	struct heap_values now, growth;
	bool by_growth;
};

VEC_TYPE(sites, struct site);

static uint32_t stack_of(struct view *v, const struct heap_bucket *b)
{
	if (b->stack != PROFILE_ROOT)
		return b->stack;
	return profile_stack(v->profile, PROFILE_ROOT, profile_mark(v->profile, "[stack unknown]"));
}

static struct heap_values growth_of(const struct heap_bucket *b, uint64_t rate)
{
	return heap_values_less(heap_book_scale(&b->now, rate), heap_book_scale(&b->base, rate));
}

static void add_to_site(struct view *v, struct sites *sites, struct map *by_key,
			const struct heap_bucket *b)
{
	uint64_t rate = v->book.readings.items[b->program]->rate;
	uint32_t stack = stack_of(v, b);
	bool added;
	uint64_t *slot = map_add(by_key, (uint64_t)b->program << 32 | stack, &added);
	struct site *site;

	if (added) {
		*slot = sites->n;
		*vec_push(sites) = (struct site){ .program = b->program, .stack = stack };
	}
	site = &sites->items[*slot];
	site->now = heap_values_add(site->now, heap_book_scale(&b->now, rate));
	site->growth = heap_values_add(site->growth, growth_of(b, rate));
}

static int compare_sites(const void *left, const void *right)
{
	const struct site *a = left, *b = right;
	int64_t x = a->by_growth ? a->growth.of[HEAP_BYTES] : a->now.of[HEAP_BYTES];
	int64_t y = b->by_growth ? b->growth.of[HEAP_BYTES] : b->now.of[HEAP_BYTES];

	if (x != y)
		return x < y ? 1 : -1;
	if (a->now.of[HEAP_ALLOC_BYTES] != b->now.of[HEAP_ALLOC_BYTES])
		return a->now.of[HEAP_ALLOC_BYTES] < b->now.of[HEAP_ALLOC_BYTES] ? 1 : -1;
	if (a->program != b->program)
		return a->program < b->program ? -1 : 1;
	return (a->stack > b->stack) - (a->stack < b->stack);
}

static void gather_sites(struct view *v, struct sites *sites, bool by_growth)
{
	struct map by_key = { 0 };

	vec_for_each (b, &v->book.list)
		add_to_site(v, sites, &by_key, b);
	vec_for_each (site, sites)
		site->by_growth = by_growth;
	if (sites->n)
		qsort(sites->items, sites->n, sizeof(*sites->items), compare_sites);
	map_done(&by_key);
}

static double share_of(int64_t part, int64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static double a_minute(int64_t growth, const struct heap_program *p)
{
	return p->last_ns > p->base_ns
		       ? (double)growth * MINUTE_NS / (double)(p->last_ns - p->base_ns)
		       : 0;
}

static struct table *sites_table(struct view *v, const struct analysis_input *in)
{
	static const struct table_column columns[] = {
		{ "process", "", TABLE_TEXT },
		{ "in use", "bytes", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },
		{ "objects", "count", TABLE_INTEGER },
		{ "growth", "bytes", TABLE_INTEGER },
		{ "a minute", "bytes", TABLE_INTEGER },
		{ "allocated", "bytes", TABLE_INTEGER },
		{ "allocations", "count", TABLE_INTEGER },
		{ "pid", "", TABLE_INTEGER },
		{ "by", "", TABLE_STACK },
	};
	struct table *t =
		table_new("sites",
			  in->options.growth ? "What made the heap grow" : "Who holds the heap",
			  columns, sizeof(columns) / sizeof(*columns));
	struct sites sites = { 0 };

	gather_sites(v, &sites, in->options.growth);
	table_set_profile(t, v->profile);
	table_set_layout(t, TABLE_PARAGRAPHS);
	vec_for_each (site, &sites) {
		const struct goprogram *g = &v->book.programs.list.items[site->program];
		const struct heap_program *p = v->book.readings.items[site->program];
		int64_t growth = site->growth.of[HEAP_BYTES];
		const union table_cell row[] = {
			{ .text = tasks_name(&in->world->tasks, g->name) },
			{ .integer = site->now.of[HEAP_BYTES] },
			{ .real = share_of(site->now.of[HEAP_BYTES], p->total.of[HEAP_BYTES]) },
			{ .integer = site->now.of[HEAP_OBJECTS] },
			{ .integer = growth },
			{ .integer = (int64_t)a_minute(growth, p) },
			{ .integer = site->now.of[HEAP_ALLOC_BYTES] },
			{ .integer = site->now.of[HEAP_ALLOC_OBJECTS] },
			{ .integer = g->tgid },
			{ .integer = site->stack },
		};

		table_add(t, row);
	}
	vec_done(&sites);
	return t;
}

/* --- programs, and their heaps over the run --- */

static const char *state_of(const struct goprogram *g)
{
	if (g->flags & EV_GO_OFF)
		return "not read";
	if (g->flags & EV_GO_HEAP_NOT_LINKED)
		return "not linked into the program";
	if (g->flags & EV_GO_HEAP_RATE_0)
		return "off: runtime.MemProfileRate is 0";
	if (g->flags & EV_GO_NO_HEAP)
		return "not found";
	return g->told ? "on" : "not known";
}

static struct table *programs_table(const struct view *v, const struct analysis_input *in)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },		{ "process", "", TABLE_TEXT },
		{ "version", "", TABLE_TEXT },		{ "one in", "bytes", TABLE_INTEGER },
		{ "in use", "bytes", TABLE_INTEGER },	{ "objects", "count", TABLE_INTEGER },
		{ "growth", "bytes", TABLE_INTEGER },	{ "allocated", "bytes", TABLE_INTEGER },
		{ "readings", "count", TABLE_INTEGER }, { "profile", "", TABLE_TEXT },
	};
	static const struct heap_program nothing;
	struct table *t = table_new("programs", "Go programs and their heap profiles", columns,
				    sizeof(columns) / sizeof(*columns));

	for (size_t i = 0; i < v->book.programs.list.n; i++) {
		const struct goprogram *g = &v->book.programs.list.items[i];
		const struct heap_program *p =
			i < v->book.readings.n ? v->book.readings.items[i] : &nothing;
		int64_t base = p->n ? p->moments[0].total.of[HEAP_BYTES] : 0;
		const union table_cell row[] = {
			{ .integer = g->tgid },
			{ .text = tasks_name(&in->world->tasks, g->name) },
			{ .text = goprograms_version(g) },
			{ .integer = (int64_t)(p->rate & INT64_MAX) },
			{ .integer = p->total.of[HEAP_BYTES] },
			{ .integer = p->total.of[HEAP_OBJECTS] },
			{ .integer = p->n ? sum_add(p->total.of[HEAP_BYTES], -base) : 0 },
			{ .integer = p->total.of[HEAP_ALLOC_BYTES] },
			{ .integer = (int64_t)p->seen },
			{ .text = state_of(g) },
		};

		table_add(t, row);
	}
	return t;
}

static void add_times(const struct view *v, const struct analysis_input *in, struct table *t,
		      size_t program)
{
	const struct heap_program *p = v->book.readings.items[program];
	size_t shown = p->n < MOST_TIMES ? p->n : MOST_TIMES;

	for (size_t i = 0; i < shown; i++) {
		const struct heap_moment *m =
			&p->moments[shown > 1 ? i * (p->n - 1) / (shown - 1) : 0];
		const union table_cell row[] = {
			{ .integer = v->book.programs.list.items[program].tgid },
			{ .integer = (int64_t)(m->ns - world_start_ns(in->world)) },
			{ .integer = m->total.of[HEAP_BYTES] },
			{ .integer = m->total.of[HEAP_OBJECTS] },
			{ .integer = m->total.of[HEAP_ALLOC_BYTES] },
			{ .integer = m->total.of[HEAP_ALLOC_OBJECTS] },
		};

		table_add(t, row);
	}
}

static struct table *time_table(const struct view *v, const struct analysis_input *in)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },
		{ "at", "ns", TABLE_INTEGER },
		{ "in use", "bytes", TABLE_INTEGER },
		{ "objects", "count", TABLE_INTEGER },
		{ "allocated", "bytes", TABLE_INTEGER },
		{ "allocations", "count", TABLE_INTEGER },
	};
	struct table *t =
		table_new("time", "Heap over the run", columns, sizeof(columns) / sizeof(*columns));

	for (size_t i = 0; i < v->book.readings.n; i++)
		add_times(v, in, t, i);
	return t;
}

/* --- the profile --- */

static void take_profile(struct view *v, const struct analysis_input *in, struct result *ret)
{
	uint64_t last = 0, rate = 0;

	vec_for_each (b, &v->book.list) {
		const struct heap_program *p = v->book.readings.items[b->program];
		const struct goprogram *g = &v->book.programs.list.items[b->program];
		const struct profile_label labels[] = {
			{ .key = "pid", .number = g->tgid },
			{ .key = "comm", .text = tasks_name(&in->world->tasks, g->name) },
			{ .key = "bytes", .number = (int64_t)(b->object_bytes & INT64_MAX) },
		};
		struct heap_values v4 = in->options.growth ? growth_of(b, p->rate)
							   : heap_book_scale(&b->now, p->rate);

		profile_add(v->profile, stack_of(v, b), profile_labels(v->profile, labels, 3),
			    v4.of);
		last = p->last_ns > last ? p->last_ns : last;
		rate = p->rate > rate ? p->rate : rate;
	}
	profile_set_period(v->profile, (int64_t)(rate & INT64_MAX));
	if (last)
		profile_set_time(v->profile, world_wall_ns(in->world, last), 0);
	result_take_profile(ret, v->profile);
	v->profile = NULL;
}

static void add_notes(const struct view *v, struct result *ret)
{
	const struct heap_book *b = &v->book;
	size_t noted = 0;
	char text[200];

	goprograms_notes(&b->programs, ret);
	vec_for_each (g, &b->programs.list) {
		if (g->flags & EV_GO_OFF || !(g->flags & EV_GO_NO_HEAP) || noted++ >= MOST_NOTES)
			continue;
		snprintf(text, sizeof(text), "process %" PRIu32 " has no heap profile: %s", g->tgid,
			 state_of(g));
		result_add_note(ret, text);
	}
	if (b->beyond) {
		snprintf(text, sizeof(text),
			 "more stacks than can be followed: %" PRIu64 " records not looked at",
			 b->beyond);
		result_add_note(ret, text);
	}
	result_coverage(ret)->unknown_stacks += b->frames.unknown_stacks;
}

static void view_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct view *v = state;

	result_take_table(ret, sites_table(v, in));
	result_take_table(ret, programs_table(v, in));
	result_take_table(ret, time_table(v, in));
	take_profile(v, in, ret);
	add_notes(v, ret);
}

static void view_done(void *state)
{
	struct view *v = state;

	profile_free(v->profile);
	heap_book_done(&v->book);
}

extern const struct analysis analysis_heap;

static const uint16_t wants[] = { HEAP_BOOK_WANTS, 0 };

const struct analysis analysis_heap = {
	.name = "heap",
	.help = "heap of Go programs: in use and allocated, by stack; --growth",
	.title = "Who holds the heap",
	.wants = wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.state_size = sizeof(struct view),
	.begin = view_begin,
	.on_event = view_on_event,
	.finish = view_finish,
	.done = view_done,
};
