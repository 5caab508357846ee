// SPDX-License-Identifier: BSD-2-Clause
/* See summary_threads.h. A thread's time is its process' once its life is over. */
#include <stdio.h>
#include <stdlib.h>

#include "analyze/analyses/summary_threads.h"
#include "analyze/base/sum.h"

/* Processes beyond share a row. */
#define MOST_PROCESSES ((size_t)1 << 16)

#define OTHERS	      UINT64_MAX
#define OTHERS_NUMBER INT64_MAX

void summary_threads_done(struct summary_threads *t)
{
	map_done(&t->by_life);
	vec_done(&t->lives);
	vec_done(&t->unused);
	map_done(&t->by_process);
	vec_done(&t->processes);
	histogram_done(&t->latency);
}

static int64_t clamp(uint64_t value)
{
	return value < INT64_MAX ? (int64_t)value : INT64_MAX;
}

/* --- spans --- */

static struct summary_row *life_of(struct summary_threads *t, const struct span *span)
{
	bool added;
	uint64_t *slot = map_add(&t->by_life, span->life, &added);

	if (!added)
		return &t->lives.items[*slot];
	if (t->unused.n) {
		*slot = t->unused.items[--t->unused.n];
	} else {
		*slot = t->lives.n;
		(void)vec_push(&t->lives);
	}
	t->lives.items[*slot] = (struct summary_row){ .tgid = span->tgid, .threads = 1 };
	return &t->lives.items[*slot];
}

static enum summary_state state_of(const struct span *span)
{
	static const enum summary_state waits[SPAN_N_WAITS] = {
		[SPAN_WAIT_UNKNOWN] = SUMMARY_BLOCKED, [SPAN_WAIT_SLEEP] = SUMMARY_SLEEP,
		[SPAN_WAIT_DISK] = SUMMARY_DISK,       [SPAN_WAIT_LOCK] = SUMMARY_LOCK,
		[SPAN_WAIT_STOPPED] = SUMMARY_STOPPED,
	};

	switch (span->state) {
	case SPAN_RUNNING:
		return SUMMARY_RUNNING;
	case SPAN_RUNNABLE:
		return SUMMARY_QUEUED;
	case SPAN_BLOCKED:
		return waits[span->wait];
	default:
		return SUMMARY_UNKNOWN;
	}
}

/* The same waits as those of view sched: whose beginning and end are known. */
static void add_wait(struct summary_threads *t, struct summary_row *row, const struct span *span)
{
	uint64_t ns = span->end_ns - span->begin_ns;

	if (span->open || span->cause == SPAN_NO_CAUSE || span->to_ns != span->end_ns)
		return;
	histogram_add(&t->latency, ns);
	row->waits++;
	row->wait_ns = sum_add(row->wait_ns, clamp(ns));
	if (clamp(ns) > row->longest_ns)
		row->longest_ns = clamp(ns);
}

void summary_threads_span(struct summary_threads *t, const struct span *span)
{
	struct summary_row *row = life_of(t, span);
	enum summary_state state = state_of(span);

	if (span->thread->process->name != TASKS_NO_NAME)
		row->name = span->thread->process->name;
	row->ns[state] = sum_add(row->ns[state], clamp(span->to_ns - span->from_ns));
	if (state == SUMMARY_QUEUED)
		add_wait(t, row, span);
}

/* --- lives --- */

/* A process that execs or changes its name has a row for each name. */
static struct summary_row *process_of(struct summary_threads *t, const struct summary_row *life)
{
	uint64_t key = (uint64_t)life->tgid << 32 | life->name;
	uint64_t *slot = map_find(&t->by_process, key);
	const bool full = t->processes.n >= MOST_PROCESSES;
	bool added = false;

	if (!slot)
		slot = map_add(&t->by_process, full ? OTHERS : key, &added);
	if (added) {
		*slot = t->processes.n;
		*vec_push(&t->processes) = (struct summary_row){
			.tgid = full ? 0 : life->tgid,
			.name = full ? TASKS_NO_NAME : life->name,
			.number = full ? OTHERS_NUMBER : (int64_t)*slot,
		};
	}
	return &t->processes.items[*slot];
}

void summary_threads_life(struct summary_threads *t, const struct span_life *life)
{
	const uint64_t *slot = map_find(&t->by_life, life->life);
	const struct summary_row *row;
	struct summary_row *sum;

	if (!slot)
		return;
	row = &t->lives.items[*slot];
	sum = process_of(t, row);
	sum->threads++;
	sum->waits += row->waits;
	sum->wait_ns = sum_add(sum->wait_ns, row->wait_ns);
	if (row->longest_ns > sum->longest_ns)
		sum->longest_ns = row->longest_ns;
	for (size_t i = 0; i < SUMMARY_N_STATES; i++)
		sum->ns[i] = sum_add(sum->ns[i], row->ns[i]);
	*vec_push(&t->unused) = *slot;
	map_remove(&t->by_life, life->life);
}

/* --- the end --- */

int64_t summary_threads_ns(const struct summary_threads *t, enum summary_state state)
{
	int64_t ns = 0;

	vec_for_each (row, &t->processes) {
		ns = sum_add(ns, row->ns[state]);
	}
	return ns;
}

int64_t summary_threads_total_ns(const struct summary_threads *t)
{
	int64_t ns = 0;

	for (enum summary_state state = 0; state < SUMMARY_N_STATES; state++)
		ns = sum_add(ns, summary_threads_ns(t, state));
	return ns;
}

/* Most of what sleeps does so because it has nothing to do: that is looked at last. */
static int64_t trouble(const struct summary_row *row)
{
	return sum_add(row->ns[SUMMARY_QUEUED],
		       sum_add(row->ns[SUMMARY_DISK], row->ns[SUMMARY_LOCK]));
}

static int64_t not_running(const struct summary_row *row)
{
	int64_t ns = 0;

	for (enum summary_state state = SUMMARY_QUEUED; state <= SUMMARY_BLOCKED; state++)
		ns = sum_add(ns, row->ns[state]);
	return ns;
}

static int by_time(const void *a, const void *b)
{
	const struct summary_row *x = a, *y = b;
	int64_t v = trouble(x), w = trouble(y);

	if (v == w) {
		v = not_running(x);
		w = not_running(y);
	}
	if (v != w)
		return v < w ? 1 : -1;
	return x->number < y->number ? -1 : 1;
}

static void add_row(struct table *table, const struct summary_row *row, const struct tasks *tasks)
{
	const union table_cell cells[] = {
		{ .integer = row->tgid },
		{ .text = row->number == OTHERS_NUMBER ? "[others]"
						       : tasks_name(tasks, row->name) },
		{ .integer = row->threads },
		{ .integer = row->ns[SUMMARY_RUNNING] },
		{ .integer = row->ns[SUMMARY_QUEUED] },
		{ .integer = row->waits ? row->wait_ns / row->waits : 0 },
		{ .integer = row->longest_ns },
		{ .integer = row->ns[SUMMARY_SLEEP] },
		{ .integer = row->ns[SUMMARY_DISK] },
		{ .integer = row->ns[SUMMARY_LOCK] },
		{ .integer = row->ns[SUMMARY_STOPPED] },
		{ .integer = row->ns[SUMMARY_BLOCKED] },
		{ .integer = row->ns[SUMMARY_UNKNOWN] },
	};

	table_add(table, cells);
}

struct table *summary_threads_table(struct summary_threads *t, const struct tasks *tasks,
				    size_t most)
{
	/* Short names: with all cells as wide as can be it is 119 columns of text. */
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },	       { "process", "", TABLE_TEXT },
		{ "threads", "count", TABLE_INTEGER }, { "running", "ns", TABLE_INTEGER },
		{ "queued", "ns", TABLE_INTEGER },     { "mean", "ns", TABLE_INTEGER },
		{ "worst", "ns", TABLE_INTEGER },      { "sleep", "ns", TABLE_INTEGER },
		{ "disk", "ns", TABLE_INTEGER },       { "lock", "ns", TABLE_INTEGER },
		{ "stopped", "ns", TABLE_INTEGER },    { "blocked", "ns", TABLE_INTEGER },
		{ "unknown", "ns", TABLE_INTEGER },
	};
	static const char title[] = "What threads' time passed with, by process";
	struct table *table;
	char text[128];

	if (t->processes.n)
		qsort(t->processes.items, t->processes.n, sizeof(*t->processes.items), by_time);
	if (most < t->processes.n)
		snprintf(text, sizeof(text), "%s, %zu of %zu rows", title, most, t->processes.n);
	table = table_new("scheduling", most < t->processes.n ? text : title, columns,
			  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < t->processes.n && i < most; i++)
		add_row(table, &t->processes.items[i], tasks);
	return table;
}
