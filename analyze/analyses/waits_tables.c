// SPDX-License-Identifier: BSD-2-Clause
/* See waits_tables.h. Rows of what did not happen are left out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/analyses/doubts.h"
#include "analyze/analyses/waits_tables.h"
#include "analyze/analyses/words.h"
#include "analyze/replay/syscalls.h"

static int64_t mean(const struct waits_sum *sum)
{
	return sum->count ? (int64_t)(sum->ns / sum->count) : 0;
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* --- states --- */

/* What a state means; of preempted ones, how the thread came to be able to run. */
static const char *meaning(enum waits_state state, enum span_cause cause)
{
	static const char *const states[WAITS_N_STATES] = {
		[WAITS_BLOCKED] = "since before the tape began: what for is not known",
		[WAITS_SLEEP] = "for a timer, a pipe, a socket, another process",
		[WAITS_DISK] = "for a device, or a lock of the kernel",
		[WAITS_LOCK] = "in a futex call: for a lock or a condition of the program",
		[WAITS_STOPPED] = "stopped, or traced",
	};
	static const char *const causes[] = {
		[SPAN_NO_CAUSE] = "could run since before the tape began",
		[SPAN_WOKEN] = "woken, and kept waiting for a CPU",
		[SPAN_PREEMPTED] = "another thread took the CPU",
		[SPAN_YIELDED] = "gave the CPU away",
		[SPAN_NEW] = "new, and kept waiting for a CPU",
	};

	return state == WAITS_PREEMPTED ? causes[cause] : states[state];
}

static uint64_t total_of(const struct waits *w)
{
	uint64_t ns = 0;

	for (size_t state = 0; state < WAITS_N_STATES; state++) {
		for (size_t cause = 0; cause <= SPAN_NEW; cause++)
			ns += w->sums[state][cause].ns;
	}
	return ns;
}

struct table *waits_tables_states(const struct waits *w)
{
	static const struct table_column columns[] = {
		{ "state", "", TABLE_TEXT },	    { "waits", "count", TABLE_INTEGER },
		{ "offcpu", "ns", TABLE_INTEGER },  { "mean", "ns", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL }, { "what", "", TABLE_TEXT },
	};
	struct table *t = table_new("states", "Off-CPU time by state", columns, 6);
	uint64_t total = total_of(w);

	for (enum waits_state state = 0; state < WAITS_N_STATES; state++) {
		for (enum span_cause cause = 0; cause <= SPAN_NEW; cause++) {
			const struct waits_sum *sum = &w->sums[state][cause];
			const union table_cell row[] = {
				{ .text = waits_state_name(state) },
				{ .integer = (int64_t)sum->count },
				{ .integer = (int64_t)sum->ns },
				{ .integer = mean(sum) },
				{ .real = percent(sum->ns, total) },
				{ .text = meaning(state, cause) },
			};

			if (sum->count)
				table_add(t, row);
		}
	}
	return t;
}

/* --- system calls --- */

static int by_time(const void *left, const void *right)
{
	const struct waits_call *a = left, *b = right;
	uint64_t x = a->waited.ns + a->preempted.ns, y = b->waited.ns + b->preempted.ns;

	if (x != y)
		return x > y ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static void add_call(struct table *t, const struct world *world, const struct waits_call *call,
		     uint64_t total)
{
	struct syscall_name name = syscalls_name(world, call->number);
	const union table_cell row[] = {
		{ .text = call->number < 0 ? "[no system call]" : name.text },
		{ .integer = (int64_t)call->waited.count },
		{ .integer = (int64_t)call->waited.ns },
		{ .integer = mean(&call->waited) },
		{ .integer = (int64_t)call->preempted.count },
		{ .integer = (int64_t)call->preempted.ns },
		{ .real = percent(call->waited.ns + call->preempted.ns, total) },
	};

	table_add(t, row);
}

struct table *waits_tables_calls(const struct waits *w, const struct world *world)
{
	static const struct table_column columns[] = {
		{ "system call", "", TABLE_TEXT },	 { "waits", "count", TABLE_INTEGER },
		{ "waited", "ns", TABLE_INTEGER },	 { "mean", "ns", TABLE_INTEGER },
		{ "preempted", "count", TABLE_INTEGER }, { "without a CPU", "ns", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },
	};
	struct table *t = table_new("syscalls", "Off-CPU time by system call", columns, 7);
	VEC(struct waits_call) sorted = { 0 };
	uint64_t total = total_of(w);

	vec_for_each (call, &w->calls) {
		*vec_push(&sorted) = *call;
	}
	if (sorted.n)
		qsort(sorted.items, sorted.n, sizeof(*sorted.items), by_time);
	vec_for_each (call, &sorted) {
		add_call(t, world, call, total);
	}
	vec_done(&sorted);
	return t;
}

/* --- what is known --- */

static uint64_t lifetime_of(const struct waits *w)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < SPAN_N_STATES; i++)
		ns += w->ns[i];
	return ns;
}

struct table *waits_tables_lifetimes(const struct waits *w)
{
	static const struct table_column columns[] = {
		{ "threads were", "", TABLE_TEXT },
		{ "time", "ns", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },
	};
	static const enum span_state order[] = { SPAN_RUNNING, SPAN_RUNNABLE, SPAN_BLOCKED,
						 SPAN_UNKNOWN };
	struct table *t =
		table_new("lifetimes", "What is known of the threads' lifetimes", columns, 3);
	uint64_t total = lifetime_of(w);

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		const union table_cell row[] = {
			{ .text = spans_state_name(order[i]) },
			{ .integer = (int64_t)w->ns[order[i]] },
			{ .real = percent(w->ns[order[i]], total) },
		};

		table_add(t, row);
	}
	return t;
}

void waits_tables_note(const struct waits *w, const struct spans *spans, struct result *ret)
{
	doubts_add(&(struct doubts){ spans, w->ns[SPAN_UNKNOWN], lifetime_of(w) }, ret);
}
