// SPDX-License-Identifier: BSD-2-Clause
/* The view sched's tables: the answer in a few lines first, then who, where, when. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/analyses/doubts.h"
#include "analyze/analyses/sched.h"
#include "analyze/analyses/window.h"
#include "analyze/analyses/words.h"
#include "analyze/base/pairs.h"
#include "analyze/base/sum.h"

/* --- sums --- */

static uint64_t times_of(const struct sched_rows *rows, enum span_state state)
{
	uint64_t sum = 0;

	vec_for_each (row, rows) {
		sum += row->ns[state];
	}
	return sum;
}

static int by_wait(const void *a, const void *b)
{
	const struct sched_row *x = a, *y = b;

	if (x->ns[SPAN_RUNNABLE] != y->ns[SPAN_RUNNABLE])
		return x->ns[SPAN_RUNNABLE] < y->ns[SPAN_RUNNABLE] ? 1 : -1;
	if (x->ns[SPAN_RUNNING] != y->ns[SPAN_RUNNING])
		return x->ns[SPAN_RUNNING] < y->ns[SPAN_RUNNING] ? 1 : -1;
	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static void sort(struct sched_rows *rows)
{
	if (rows->n)
		qsort(rows->items, rows->n, sizeof(*rows->items), by_wait);
}

static void add_to(struct sched_row *sum, const struct sched_row *row)
{
	for (size_t i = 0; i < SPAN_N_STATES; i++)
		sum->ns[i] += row->ns[i];
	sum->switches += row->switches;
	sum->preempted += row->preempted;
	sum->migrations += row->migrations;
	sum->tid++; /* of a process: its threads */
	histogram_merge(&sum->latency, &row->latency);
}

/* A row for each (pid, name of the process), in tid the number of its threads. */
static struct sched_rows sum_processes(const struct sched_rows *threads)
{
	struct sched_rows sums = { 0 };
	struct pairs keys = { 0 };

	vec_for_each (row, threads) {
		uint32_t number = pairs_number(&keys, row->tgid, row->process_name, NULL);

		if (number == sums.n)
			*vec_push(&sums) =
				(struct sched_row){ .tgid = row->tgid, .name = row->process_name };
		add_to(&sums.items[number], row);
	}
	pairs_done(&keys);
	return sums;
}

/* --- the answer in a few lines --- */

static void say(struct table *t, const char *what, const char *value)
{
	table_add(t, (union table_cell[]){ { .text = what }, { .text = value } });
}

static void say_waits(struct table *t, const struct histogram *all)
{
	char text[512];

	snprintf(text, sizeof(text), "%" PRIu64 ", mean %s, p50 %s, p99 %s, longest %s", all->count,
		 words_duration(histogram_mean(all)).text,
		 words_duration(histogram_percentile(all, 5000)).text,
		 words_duration(histogram_percentile(all, 9900)).text,
		 words_duration(all->max).text);
	say(t, "waits for a CPU", all->count ? text : "none");
}

static void say_share(struct table *t, const struct sched_rows *rows)
{
	uint64_t waited = times_of(rows, SPAN_RUNNABLE);
	uint64_t wanted = waited + times_of(rows, SPAN_RUNNING);
	char text[512];

	snprintf(text, sizeof(text), "%s of the time that threads wanted a CPU: %s of %s",
		 wanted ? words_share(waited, wanted).text : "nothing", words_duration(waited).text,
		 words_duration(wanted).text);
	say(t, "time waited", text);
}

static void say_worst(struct table *t, const struct sched *s, const struct sched_rows *rows)
{
	const struct tasks *tasks = &s->in->world->tasks;
	const struct sched_row *row = rows->n ? &rows->items[0] : NULL;
	const struct sched_instant *worst = s->worst.list.n ? &s->worst.list.items[0] : NULL;
	uint64_t start = world_start_ns(s->in->world);
	char text[512];

	if (!row || !worst)
		return;
	snprintf(text, sizeof(text), "%s (%" PRIu32 "): %s in %s, longest %s",
		 tasks_name(tasks, row->name), row->tid,
		 words_duration(row->ns[SPAN_RUNNABLE]).text,
		 words_count(row->latency.count, "wait").text,
		 words_duration(row->latency.max).text);
	say(t, "waited most", text);
	snprintf(text, sizeof(text), "%s (%" PRIu32 "): %s, %s after the start; ran instead: %s",
		 tasks_name(tasks, worst->name), worst->tid, words_duration(worst->wait_ns).text,
		 words_duration(worst->at_ns > start ? worst->at_ns - start : 0).text,
		 worst->instead_tid ? tasks_name(tasks, worst->instead_name) : "nothing");
	say(t, "longest wait", text);
}

static void say_rest(struct table *t, const struct sched *s, const struct sched_rows *rows)
{
	uint64_t running = times_of(rows, SPAN_RUNNING), unknown = times_of(rows, SPAN_UNKNOWN);
	uint64_t total =
		unknown + running + times_of(rows, SPAN_RUNNABLE) + times_of(rows, SPAN_BLOCKED);
	uint64_t from = window_from(s->in, s->spans), to = window_to(s->in, s->spans, s->last_ns),
		 switches = 0, preempted = 0;
	size_t cpus = sched_cpus_count(&s->cpus);
	char text[512];

	vec_for_each (row, rows) {
		switches += row->switches;
		preempted += row->preempted;
	}
	snprintf(text, sizeof(text), "%zu seen, %s in use", cpus,
		 cpus && to > from ? words_share(running, (to - from) * cpus).text : "nothing");
	say(t, "CPUs", text);
	snprintf(text, sizeof(text), "%" PRIu64 ", of them %s; %s", switches,
		 words_count(preempted, "preemption").text,
		 words_count(s->n_migrations, "migration").text);
	say(t, "switches", text);
	snprintf(text, sizeof(text), "%s%s%s of all threads' time", words_duration(unknown).text,
		 total ? ", " : "", words_share(unknown, total).text);
	say(t, "unknown", text);
}

static struct table *answer(const struct sched *s, const struct sched_rows *rows,
			    const struct histogram *all)
{
	static const struct table_column columns[] = { { "what", "", TABLE_TEXT },
						       { "value", "", TABLE_TEXT } };
	struct table *t = table_new("answer", "Do threads wait for a CPU?", columns, 2);

	say_waits(t, all);
	say_share(t, rows);
	say_worst(t, s, rows);
	say_rest(t, s, rows);
	return t;
}

/* --- tables of numbers --- */

#define LATENCY_COLUMNS                                                                            \
	{ "waits", "count", TABLE_INTEGER }, { "mean", "ns", TABLE_INTEGER },                      \
		{ "p50", "ns", TABLE_INTEGER }, { "p90", "ns", TABLE_INTEGER },                    \
		{ "p99", "ns", TABLE_INTEGER }, { "p99.9", "ns", TABLE_INTEGER },                  \
	{                                                                                          \
		"max", "ns", TABLE_INTEGER                                                         \
	}

static size_t put_latency(union table_cell *cells, const struct histogram *h)
{
	static const unsigned int ranks[] = { 5000, 9000, 9900, 9990 };
	size_t n = 0;

	cells[n++].integer = (int64_t)h->count;
	cells[n++].integer = (int64_t)histogram_mean(h);
	for (size_t i = 0; i < 4; i++)
		cells[n++].integer = (int64_t)histogram_percentile(h, ranks[i]);
	cells[n++].integer = (int64_t)h->max;
	return n;
}

static void add_cause(struct table *t, const char *name, const struct histogram *h)
{
	union table_cell row[9];
	size_t n = 0;

	row[n++].text = name;
	n += put_latency(row + n, h);
	row[n].integer = h->sum < INT64_MAX ? (int64_t)h->sum : INT64_MAX;
	table_add(t, row);
}

static struct table *causes_table(const struct sched *s, const struct histogram *all)
{
	static const struct table_column columns[] = { { "because", "", TABLE_TEXT },
						       LATENCY_COLUMNS,
						       { "sum", "ns", TABLE_INTEGER } };
	struct table *t = table_new("latency", "From runnable to running", columns, 9);

	add_cause(t, "all", all);
	for (uint16_t cause = SPAN_WOKEN; cause <= SPAN_NEW; cause++) {
		if (s->causes[cause].count)
			add_cause(t, sched_worst_cause(cause), &s->causes[cause]);
	}
	return t;
}

static void add_who(struct table *t, const struct tasks *tasks, const struct sched_row *r,
		    bool process)
{
	union table_cell row[17];
	size_t n = 0;

	row[n++].integer = process ? r->tgid : r->tid;
	row[n++].text = !r->tgid && !r->tid ? "[others]" : tasks_name(tasks, r->name);
	row[n++].integer = process ? r->tid : r->tgid;
	row[n++].integer = (int64_t)r->ns[SPAN_RUNNABLE];
	n += put_latency(row + n, &r->latency);
	row[n++].integer = (int64_t)r->ns[SPAN_RUNNING];
	row[n++].integer = (int64_t)r->ns[SPAN_BLOCKED];
	row[n++].integer = (int64_t)r->ns[SPAN_UNKNOWN];
	row[n++].integer = (int64_t)r->switches;
	row[n++].integer = (int64_t)r->preempted;
	row[n].integer = (int64_t)r->migrations;
	table_add(t, row);
}

static bool is_empty(const struct sched_row *r)
{
	return !(r->ns[SPAN_RUNNING] | r->ns[SPAN_RUNNABLE] | r->ns[SPAN_BLOCKED] |
		 r->ns[SPAN_UNKNOWN] | r->latency.count | r->switches);
}

static struct table *who_table(const struct sched *s, struct sched_rows *rows, bool process)
{
	const struct table_column columns[] = {
		{ process ? "pid" : "tid", "", TABLE_INTEGER },
		{ process ? "process" : "thread", "", TABLE_TEXT },
		{ process ? "threads" : "pid", process ? "count" : "", TABLE_INTEGER },
		{ "waited", "ns", TABLE_INTEGER },
		LATENCY_COLUMNS,
		{ "running", "ns", TABLE_INTEGER },
		{ "blocked", "ns", TABLE_INTEGER },
		{ "unknown", "ns", TABLE_INTEGER },
		{ "switches", "count", TABLE_INTEGER },
		{ "preempted", "count", TABLE_INTEGER },
		{ "migrations", "count", TABLE_INTEGER },
	};
	struct table *t =
		table_new(process ? "processes" : "threads",
			  process ? "Waits for a CPU by process" : "Waits for a CPU by thread",
			  columns, sizeof(columns) / sizeof(*columns));

	sort(rows);
	vec_for_each (row, rows) {
		if (!is_empty(row))
			add_who(t, &s->in->world->tasks, row, process);
	}
	return t;
}

static struct table *times_table(const struct sched_rows *rows)
{
	static const struct table_column columns[] = { { "state", "", TABLE_TEXT },
						       { "time", "ns", TABLE_INTEGER },
						       { "share", "percent", TABLE_REAL } };
	static const enum span_state states[] = { SPAN_RUNNING, SPAN_RUNNABLE, SPAN_BLOCKED,
						  SPAN_UNKNOWN };
	struct table *t = table_new("times", "Time of all threads", columns, 3);
	uint64_t total = 0;

	for (size_t i = 0; i < SPAN_N_STATES; i++)
		total += times_of(rows, states[i]);
	for (size_t i = 0; i < SPAN_N_STATES; i++) {
		uint64_t ns = times_of(rows, states[i]);
		union table_cell row[] = {
			{ .text = spans_state_name(states[i]) },
			{ .integer = (int64_t)ns },
			{ .real = total ? 100.0 * (double)ns / (double)total : 0 },
		};

		table_add(t, row);
	}
	return t;
}

static struct table *histogram_table(const struct histogram *all)
{
	static const struct table_column columns[] = { { "from", "ns", TABLE_INTEGER },
						       { "below", "ns", TABLE_INTEGER },
						       { "waits", "count", TABLE_INTEGER },
						       { "share", "percent", TABLE_REAL },
						       { "", "", TABLE_TEXT } };
	static const char bar[] = "########################################";
	struct table *t = table_new("histogram", "Waits for a CPU by length", columns, 5);
	unsigned int first = HISTOGRAM_BITS, last = 0;
	uint64_t most = 0;

	for (unsigned int bit = 0; bit < HISTOGRAM_BITS; bit++) {
		uint64_t n = histogram_power(all, bit);

		first = n && first == HISTOGRAM_BITS ? bit : first;
		last = n ? bit : last;
		most = n > most ? n : most;
	}
	for (unsigned int bit = first; bit <= last && bit < 63; bit++) {
		uint64_t n = histogram_power(all, bit);
		size_t length =
			(size_t)((double)n / (double)most * (double)(sizeof(bar) - 1) + 0.5);
		union table_cell row[] = {
			{ .integer = bit ? (int64_t)1 << bit : 0 },
			{ .integer = bit < 62 ? (int64_t)1 << (bit + 1) : INT64_MAX },
			{ .integer = (int64_t)n },
			{ .real = 100.0 * (double)n / (double)all->count },
			{ .text = bar + sizeof(bar) - 1 - length },
		};

		table_add(t, row);
	}
	return t;
}

/* --- all together --- */

static void add_notes(const struct sched *s, struct result *ret)
{
	struct doubts doubts = { .spans = s->spans };

	vec_for_each (row, &s->threads) {
		doubts.unknown_ns += row->ns[SPAN_UNKNOWN];
		for (size_t i = 0; i < SPAN_N_STATES; i++)
			doubts.total_ns += row->ns[i];
	}
	doubts_add(&doubts, ret);
	if (s->crowded)
		result_add_note(ret, "there are too many threads to tell all of them apart");
}

void sched_tables(struct sched *s, const struct analysis_input *in, struct result *ret)
{
	struct sched_rows processes = sum_processes(&s->threads);
	uint64_t from = window_from(s->in, s->spans), to = window_to(s->in, s->spans, s->last_ns);
	struct histogram all = { 0 };

	for (size_t i = 0; i < sizeof(s->causes) / sizeof(*s->causes); i++)
		histogram_merge(&all, &s->causes[i]);
	sort(&s->threads);
	result_take_table(ret, answer(s, &s->threads, &all));
	result_take_table(ret, causes_table(s, &all));
	result_take_table(ret, who_table(s, &s->threads, false));
	result_take_table(ret, who_table(s, &processes, true));
	result_take_table(ret, sched_cpus_table(&s->cpus, to > from ? to - from : 0));
	result_take_table(ret, histogram_table(&all));
	result_take_table(ret, sched_worst_table(&s->worst, &in->world->tasks,
						 world_start_ns(in->world)));
	result_take_table(ret, sched_queue_table(&s->queue, to, sched_cpus_count(&s->cpus)));
	result_take_table(ret, times_table(&s->threads));
	add_notes(s, ret);
	vec_for_each (row, &processes) {
		histogram_done(&row->latency);
	}
	vec_done(&processes);
	histogram_done(&all);
}
