// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "gc": what the collectors of Go programs did, by the runtimes' own figures: how
 * often, how long programs stood still for it, and what the heap and the CPUs had of it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "analyze/analyses/gc_book.h"

#define MOST_TIMES 48
#define MOST_NOTES 10

struct view {
	struct gc_book book;
};

static void view_on_event(void *state, const struct analysis_input *in, const struct thread *thread,
			  const struct ev_header *event)
{
	struct view *v = state;

	gc_book_event(&v->book, in, thread, event);
}

/* --- cells; NULL texts are shown as not known --- */

static int64_t figure(const struct gc_moment *m, enum gc_figure f)
{
	return gc_moment_knows(m, f) ? (int64_t)(m->of[f] & INT64_MAX) : 0;
}

static int64_t growth(const struct gc_moment *from, const struct gc_moment *to, enum gc_figure f)
{
	int64_t n = gc_book_growth(from, to, f);

	return n > 0 ? n : 0;
}

struct share_text {
	char text[16];
};

/* "1.23": in percent; "" where it is not known. */
static struct share_text share_of(const struct gc_moment *from, const struct gc_moment *to)
{
	double share = gc_book_share(from, to);
	struct share_text t = { "" };

	if (share >= 0)
		snprintf(t.text, sizeof(t.text), "%.2f %%", share);
	return t;
}

/* --- programs --- */

static void add_program(const struct view *v, const struct analysis_input *in, struct table *t,
			size_t index)
{
	const struct goprogram *g = &v->book.programs.list.items[index];
	const struct gc_program *p = v->book.list.items[index];
	const struct gc_moment *last = p->n ? &p->now : &p->first;
	struct share_text share = share_of(&p->first, last);
	const union table_cell row[] = {
		{ .integer = g->tgid },
		{ .text = tasks_name(&in->world->tasks, g->name) },
		{ .integer = growth(&p->first, last, GC_CYCLES) },
		{ .integer = growth(&p->first, last, GC_PAUSE_NS) },
		{ .integer = (int64_t)p->pauses.count },
		{ .integer = (int64_t)histogram_percentile(&p->pauses, 5000) },
		{ .integer = (int64_t)histogram_percentile(&p->pauses, 9900) },
		{ .integer = (int64_t)p->pauses.max },
		{ .text = share.text },
		{ .integer = figure(last, GC_LIVE_BYTES) },
		{ .integer = figure(last, GC_GOAL_BYTES) },
		{ .integer = figure(last, GC_CYCLES) },
		{ .text = goprograms_version(g) },
	};

	table_add(t, row);
}

static struct table *programs_table(const struct view *v, const struct analysis_input *in)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },
		{ "process", "", TABLE_TEXT },
		{ "cycles", "count", TABLE_INTEGER },
		{ "stopped", "ns", TABLE_INTEGER },
		{ "pauses", "count", TABLE_INTEGER },
		{ "p50", "ns", TABLE_INTEGER },
		{ "p99", "ns", TABLE_INTEGER },
		{ "max", "ns", TABLE_INTEGER },
		{ "CPU", "", TABLE_TEXT },
		{ "heap", "bytes", TABLE_INTEGER },
		{ "goal", "bytes", TABLE_INTEGER },
		{ "since start", "count", TABLE_INTEGER },
		{ "version", "", TABLE_TEXT },
	};
	struct table *t = table_new("programs", "Go programs and their collections", columns,
				    sizeof(columns) / sizeof(*columns));

	for (size_t i = 0; i < v->book.list.n; i++) {
		if (gc_moment_knows(&v->book.list.items[i]->first, GC_CYCLES))
			add_program(v, in, t, i);
	}
	return t;
}

/* --- over the run --- */

/* Where rows go, and whose they are. */
struct times {
	const struct analysis_input *in;
	struct table *table;
	uint32_t tgid;
};

static void add_time(const struct times *t, const struct gc_moment *from,
		     const struct gc_moment *to)
{
	struct share_text share = share_of(from, to);
	const union table_cell row[] = {
		{ .integer = t->tgid },
		{ .integer = (int64_t)(to->ns - world_start_ns(t->in->world)) },
		{ .integer = growth(from, to, GC_CYCLES) },
		{ .integer = growth(from, to, GC_PAUSE_NS) },
		{ .text = share.text },
		{ .integer = figure(to, GC_LIVE_BYTES) },
		{ .integer = figure(to, GC_GOAL_BYTES) },
		{ .integer = (int64_t)(to->before_bytes & INT64_MAX) },
		{ .integer = (int64_t)(to->after_bytes & INT64_MAX) },
		{ .integer = figure(to, GC_THREADS) },
		{ .integer = figure(to, GC_QUEUE) },
	};

	table_add(t->table, row);
}

static void add_times(const struct times *t, const struct gc_program *p)
{
	size_t shown = p->n < MOST_TIMES ? p->n : MOST_TIMES;
	const struct gc_moment *from = p->moments;

	for (size_t i = 0; i < shown; i++) {
		const struct gc_moment *to =
			&p->moments[shown > 1 ? i * (p->n - 1) / (shown - 1) : 0];

		add_time(t, from, to);
		from = to;
	}
}

static struct table *time_table(const struct view *v, const struct analysis_input *in)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },
		{ "at", "ns", TABLE_INTEGER },
		{ "cycles", "count", TABLE_INTEGER },
		{ "stopped", "ns", TABLE_INTEGER },
		{ "CPU", "", TABLE_TEXT },
		{ "heap", "bytes", TABLE_INTEGER },
		{ "goal", "bytes", TABLE_INTEGER },
		{ "before", "bytes", TABLE_INTEGER },
		{ "after", "bytes", TABLE_INTEGER },
		{ "threads", "count", TABLE_INTEGER },
		{ "queue", "count", TABLE_INTEGER },
	};
	struct table *t = table_new("time", "The heap and its collector over the run", columns,
				    sizeof(columns) / sizeof(*columns));

	for (size_t i = 0; i < v->book.list.n; i++) {
		const struct times times = { in, t, v->book.programs.list.items[i].tgid };

		add_times(&times, v->book.list.items[i]);
	}
	return t;
}

/* --- what is not known --- */

static void note_program(const struct goprogram *g, const struct gc_program *p, struct result *ret)
{
	int64_t cycles = gc_book_growth(&p->first, &p->now, GC_CYCLES);
	char text[200];

	if (!gc_moment_knows(&p->first, GC_CYCLES)) {
		snprintf(text, sizeof(text),
			 "nothing is known of the collector of process %" PRIu32
			 ": its figures were not found%s",
			 g->tgid,
			 g->flags & EV_GO_NO_COLLECTOR
				 ? ", as in a stripped program before its first collection"
				 : "");
		result_add_note(ret, text);
		return;
	}
	if (cycles > 0 && (uint64_t)cycles > p->pauses.count) {
		snprintf(text, sizeof(text),
			 "pauses of %" PRIu64 " of %" PRId64 " collections of process %" PRIu32
			 " are not known one by one",
			 (uint64_t)cycles - p->pauses.count, cycles, g->tgid);
		result_add_note(ret, text);
	}
}

static void view_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct view *v = state;
	size_t noted = 0;

	result_take_table(ret, programs_table(v, in));
	result_take_table(ret, time_table(v, in));
	goprograms_notes(&v->book.programs, ret);
	for (size_t i = 0; i < v->book.list.n && noted < MOST_NOTES; i++) {
		const struct goprogram *g = &v->book.programs.list.items[i];

		if (g->flags & EV_GO_OFF)
			continue;
		note_program(g, v->book.list.items[i], ret);
		noted++;
	}
}

static void view_done(void *state)
{
	struct view *v = state;

	gc_book_done(&v->book);
}

extern const struct analysis analysis_gc;

static const uint16_t wants[] = { GC_BOOK_WANTS, 0 };

const struct analysis analysis_gc = {
	.name = "gc",
	.help = "collections of Go programs: pauses, heap, share of the CPUs",
	.title = "What collectors of Go programs did",
	.wants = wants,
	.shapes = RESULT_TABLE,
	.unfiltered = true,
	.state_size = sizeof(struct view),
	.on_event = view_on_event,
	.finish = view_finish,
	.done = view_done,
};
