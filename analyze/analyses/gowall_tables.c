// SPDX-License-Identifier: BSD-2-Clause
/* See gowall_tables.h. */
#include <stdlib.h>

#include "analyze/analyses/gowall_tables.h"
#include "analyze/base/sum.h"

#define MOST_COLUMNS 12

/* A row before its cells are made. */
struct row {
	const struct gotime_sum *sum;
	const struct gotime_run *run; /* of samples, in place of the sum */
	uint32_t process;
	int64_t ns;
	size_t order; /* of first sight, for what is equal */
};

VEC_TYPE(rows, struct row);

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->ns != b->ns)
		return a->ns < b->ns ? 1 : -1;
	return (a->order > b->order) - (a->order < b->order);
}

static void gather(const struct gowall_tables *t, struct rows *rows, enum gotime_kind kind)
{
	vec_for_each (sum, &t->time->sums) {
		int64_t ns = gotime_ns(t->time, sum);

		if (sum->kind == kind && (ns || tally_unknown_ns(&sum->tally)))
			*vec_push(rows) = (struct row){
				.sum = sum, .process = sum->process, .ns = ns, .order = rows->n
			};
	}
}

static void sort(struct rows *rows)
{
	if (rows->n)
		qsort(rows->items, rows->n, sizeof(*rows->items), compare_rows);
}

static double percent(int64_t thousandths)
{
	return (double)thousandths / 1000;
}

static uint32_t pid_of(const struct gowall_tables *t, uint32_t process)
{
	return t->time->groups.goroutines.processes.items[process]->tgid;
}

static int64_t all_of(const struct gowall_tables *t, uint32_t process)
{
	return gotime_all_ns(t->time, process);
}

/* --- states --- */

static void add_unknown(const struct gowall_tables *t, struct table *table, uint32_t process)
{
	const struct gotime_process *of = t->time->processes.items[process];
	int64_t ns = of && of->all ? tally_unknown_ns(&t->time->sums.items[of->all - 1].tally) : 0;
	const union table_cell row[] = {
		{ .integer = pid_of(t, process) },
		{ .integer = ns },
		{ .integer = 0 },
		{ .real = 0 },
		{ .real = 0 },
		{ .text = "unknown" },
		{ .text = "" },
	};

	if (ns)
		table_add(table, row);
}

struct table *gowall_tables_states(const struct gowall_tables *t)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },
		{ "time", "ns", TABLE_INTEGER },
		{ "error", "ns", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },
		{ "error of share", "percent", TABLE_REAL },
		{ "state", "", TABLE_TEXT },
		{ "waiting for", "", TABLE_TEXT },
	};
	struct table *table = table_new("states", "Time of goroutines by state", columns,
					sizeof(columns) / sizeof(*columns));
	struct rows rows = { 0 };

	gather(t, &rows, GOTIME_STATE);
	sort(&rows);
	vec_for_each (row, &rows) {
		const struct gotime_sum *sum = row->sum;
		struct gotext status = gogroups_status(&t->time->groups, sum->process, sum->status);
		struct gotext reason = gogroups_reason(&t->time->groups, sum->process, sum->reason);
		const union table_cell cells[] = {
			{ .integer = pid_of(t, sum->process) },
			{ .integer = row->ns },
			{ .integer = gotime_error_ns(t->time, sum) },
			{ .real = percent(tally_share(row->ns, all_of(t, sum->process))) },
			{ .real = percent(gotime_share_error(t->time, sum)) },
			{ .text = sum->rest ? "[others]" : status.text },
			{ .text = sum->waits ? reason.text : "" },
		};

		if (row->ns)
			table_add(table, cells);
	}
	for (uint32_t i = 0; i < t->time->processes.n; i++)
		add_unknown(t, table, i);
	vec_done(&rows);
	return table;
}

/* --- places --- */

static void add_place(const struct gowall_tables *t, struct table *table, const struct row *row)
{
	const struct gogroups *groups = &t->time->groups;
	const struct gotime_sum *sum = row->sum;
	int64_t all = all_of(t, row->process), error;
	struct gotext status = { "running" }, reason = { "" };
	uint32_t stack = row->run ? row->run->stack : sum->stack;
	double share_error;

	if (row->run) {
		error = tally_samples_error_ns(row->run->samples, t->time->period_ns);
		share_error = percent(tally_share(error, all));
	} else {
		status = gogroups_status(groups, sum->process, sum->status);
		if (sum->waits)
			reason = gogroups_reason(groups, sum->process, sum->reason);
		error = gotime_error_ns(t->time, sum);
		share_error = percent(gotime_share_error(t->time, sum));
	}
	table_add(table, (const union table_cell[]){
				 { .integer = pid_of(t, row->process) },
				 { .integer = row->ns },
				 { .integer = error },
				 { .real = percent(tally_share(row->ns, all)) },
				 { .real = share_error },
				 { .text = sum && sum->rest ? "[others]" : status.text },
				 { .text = reason.text },
				 { .integer = gogroups_copy_stack(groups, t->profile, stack) },
			 });
}

struct table *gowall_tables_places(const struct gowall_tables *t)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },
		{ "time", "ns", TABLE_INTEGER },
		{ "error", "ns", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },
		{ "error of share", "percent", TABLE_REAL },
		{ "state", "", TABLE_TEXT },
		{ "waiting for", "", TABLE_TEXT },
		{ "in", "", TABLE_STACK },
	};
	struct table *table = table_new("places", "Time of goroutines by where they spent it",
					columns, sizeof(columns) / sizeof(*columns));
	struct rows rows = { 0 };

	table_set_profile(table, t->profile);
	gather(t, &rows, GOTIME_PLACE);
	vec_for_each (run, &t->time->runs) {
		*vec_push(&rows) = (struct row){
			.run = run,
			.process = run->process,
			.ns = sum_times(t->time->period_ns, run->samples),
			.order = rows.n,
		};
	}
	sort(&rows);
	vec_for_each (row, &rows) {
		if (row->ns)
			add_place(t, table, row);
	}
	vec_done(&rows);
	return table;
}

/* --- makers --- */

/* What goroutines of a maker ran: by samples, and what snapshots met beyond these. */
static int64_t running_of(const struct gotime *g, const struct gotime_sum *maker)
{
	int64_t ns = sum_times(g->period_ns, maker->samples);

	if (maker->running != GOTIME_NONE)
		ns = sum_add(ns, gotime_ns(g, &g->sums.items[maker->running]));
	return ns;
}

static void add_maker(const struct gowall_tables *t, struct table *table, const struct row *row)
{
	const struct gotime_sum *sum = row->sum;
	const struct gogroups *groups = &t->time->groups;
	union table_cell cells[MOST_COLUMNS];
	size_t n = 0;

	cells[n++].integer = pid_of(t, sum->process);
	if (t->time->each)
		cells[n++].integer = (int64_t)sum->goid;
	cells[n++].integer = row->ns;
	cells[n++].integer = gotime_error_ns(t->time, sum);
	cells[n++].real = percent(tally_share(row->ns, all_of(t, sum->process)));
	cells[n++].real = percent(gotime_share_error(t->time, sum));
	cells[n++].integer = running_of(t->time, sum);
	cells[n++].integer = tally_unknown_ns(&sum->tally);
	cells[n++].integer = gogroups_copy_frame(groups, t->profile, sum->site);
	table_add(table, cells);
}

struct table *gowall_tables_makers(const struct gowall_tables *t)
{
	static const struct table_column all[] = {
		{ "pid", "", TABLE_INTEGER },	    { "goroutine", "goid", TABLE_INTEGER },
		{ "lived", "ns", TABLE_INTEGER },   { "error", "ns", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL }, { "error of share", "percent", TABLE_REAL },
		{ "running", "ns", TABLE_INTEGER }, { "unknown", "ns", TABLE_INTEGER },
		{ "created by", "", TABLE_FRAME },
	};
	struct table_column columns[MOST_COLUMNS];
	struct rows rows = { 0 };
	struct table *table;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (i != 1 || t->time->each)
			columns[n++] = all[i];
	}
	table = t->time->each ? table_new("goroutines", "Time that goroutines lived", columns, n)
			      : table_new("sites", "Time that goroutines lived, by who made them",
					  columns, n);
	table_set_profile(table, t->profile);
	gather(t, &rows, GOTIME_MAKER);
	sort(&rows);
	vec_for_each (row, &rows)
		add_maker(t, table, row);
	vec_done(&rows);
	return table;
}
