// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "syscalls": which system calls were made, how often, how long they took
 * and how many failed. A tape has them counted by thread and number, with the
 * first of each on its own, or one by one; the view is the same of both, but for
 * how exact percentiles are and for the errors' names.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/analysis.h"
#include "analyze/analyses/histogram.h"
#include "analyze/base/pairs.h"
#include "analyze/base/sum.h"
#include "analyze/replay/syscalls.h"

/* What is beyond these stands in one row. */
#define MOST_CALLS   1024
#define MOST_THREADS 65536
#define MOST_ERRORS  4096

#define MAX_ERRNO 4095

struct sums {
	int64_t count;
	int64_t errors;
	int64_t total_ns;
	int64_t max_ns;
};

/* A call's number, and whether it is one of 32-bit programs. */
struct which {
	int32_t number;
	uint32_t flags;
};

struct call {
	struct which which;
	bool rest; /* stands for those that are too many */
	bool counted;
	struct sums sums;
	struct histogram each;
	uint64_t slots[EV_SYSCALL_SLOTS]; /* all, if some were counted */
};

/* One thread's calls of one number. */
struct thread_calls {
	uint32_t tid; /* 0 and number -1: stands for those that are too many */
	uint32_t tgid;
	uint32_t name; /* by tasks_name() */
	struct which which;
	struct sums sums;
};

struct failure {
	struct which which;
	int32_t error; /* 0: stands for those that are too many */
	int64_t count;
};

struct syscalls {
	struct map calls_by_number; /* to index */
	VEC(struct call) calls;
	struct map threads_by_key;
	VEC(struct thread_calls) threads;
	struct pairs failure_numbers;
	VEC(struct failure) failures;
	uint64_t beyond; /* counts that reach out of the time that is looked at */
	bool counted;	 /* there were such */
};

/* --- rows --- */

static struct which which_of(int32_t number, uint32_t flags)
{
	return (struct which){ number, flags & EV_SYSCALL_32BIT };
}

/* Equal for the same call, and never UINT64_MAX. */
static uint64_t key_of(struct which which)
{
	return (uint64_t)which.flags << 32 | (uint32_t)which.number;
}

static struct call *find_call(struct syscalls *s, struct which which)
{
	const bool full = s->calls.n >= MOST_CALLS;
	uint64_t *slot = map_find(&s->calls_by_number, key_of(which));
	bool added = false;

	if (!slot)
		slot = map_add(&s->calls_by_number, full ? UINT64_MAX : key_of(which), &added);
	if (added) {
		*slot = s->calls.n;
		*vec_push(&s->calls) = (struct call){ .which = which, .rest = full };
	}
	return &s->calls.items[*slot];
}

static struct thread_calls *find_thread(struct syscalls *s, const struct thread *thread,
					struct which which)
{
	uint64_t who = thread->process->number << 32 ^ thread->tid;
	uint64_t key = map_mix(map_mix(who) + key_of(which));
	const bool full = s->threads.n >= MOST_THREADS;
	uint64_t *slot = map_find(&s->threads_by_key, key);
	bool added = false;

	if (!slot)
		slot = map_add(&s->threads_by_key, full ? 0 : key, &added);
	if (added) {
		*slot = s->threads.n;
		*vec_push(&s->threads) = full ? (struct thread_calls){ .which.number = -1 }
					      : (struct thread_calls){
							.tid = thread->tid,
							.tgid = thread->process->tgid,
							.name = thread->name,
							.which = which,
						};
	}
	return &s->threads.items[*slot];
}

static void add_failure(struct syscalls *s, struct which which, int64_t ret)
{
	int32_t error = (int32_t)-ret;
	const bool full = s->failures.n >= MOST_ERRORS;
	uint32_t index;
	bool added;

	if (full) {
		which = which_of(-1, 0);
		error = 0;
	}
	index = pairs_number(&s->failure_numbers, (uint32_t)which.number,
			     (uint32_t)error | which.flags << 31, &added);
	if (added)
		*vec_push(&s->failures) = (struct failure){ .which = which, .error = error };
	s->failures.items[index].count++;
}

/* --- events --- */

static int64_t clamp(uint64_t value)
{
	return value < INT64_MAX ? (int64_t)value : INT64_MAX;
}

static void add_sums(struct sums *to, const struct sums *more)
{
	to->count = sum_add(to->count, more->count);
	to->errors = sum_add(to->errors, more->errors);
	to->total_ns = sum_add(to->total_ns, more->total_ns);
	if (more->max_ns > to->max_ns)
		to->max_ns = more->max_ns;
}

static unsigned int slot_of(uint64_t ns)
{
	unsigned int slot = ns > 1 ? 63 - (unsigned int)__builtin_clzll(ns) : 0;

	return slot < EV_SYSCALL_SLOTS ? slot : EV_SYSCALL_SLOTS - 1;
}

static void on_call(struct syscalls *s, const struct thread *thread, const struct ev_syscall *ev)
{
	const bool failed = ev->ret < 0 && ev->ret >= -MAX_ERRNO;
	const struct sums sums = { 1, failed, clamp(ev->duration_ns), clamp(ev->duration_ns) };
	const struct which which = which_of(ev->syscall, ev->flags);
	struct call *call = find_call(s, which);

	add_sums(&call->sums, &sums);
	histogram_add(&call->each, ev->duration_ns);
	call->slots[slot_of(ev->duration_ns)]++;
	add_sums(&find_thread(s, thread, which)->sums, &sums);
	if (failed)
		add_failure(s, which, ev->ret);
}

static void on_count(struct syscalls *s, const struct thread *thread,
		     const struct ev_syscall_count *ev)
{
	const struct sums sums = { clamp(ev->count), clamp(ev->errors), clamp(ev->total_ns),
				   clamp(ev->max_ns) };
	const struct which which = which_of(ev->syscall, ev->flags);
	struct call *call = find_call(s, which);

	s->counted = true;
	call->counted = true;
	add_sums(&call->sums, &sums);
	for (size_t i = 0; i < EV_SYSCALL_SLOTS; i++)
		call->slots[i] += ev->slots[i];
	add_sums(&find_thread(s, thread, which)->sums, &sums);
}

/* Whether a record's calls fall into the time that is looked at; counts may in part. */
static bool is_in_time(struct syscalls *s, const struct analysis_input *in,
		       const struct ev_header *event)
{
	uint64_t from_ns = event->time_ns;

	if (event->type == EV_SYSCALL_COUNT)
		from_ns = ((const struct ev_syscall_count *)event)->from_ns;
	if (event->time_ns < in->from_ns || from_ns > in->until_ns)
		return false;
	s->beyond += event->type == EV_SYSCALL_COUNT &&
		     (from_ns < in->from_ns || event->time_ns > in->until_ns);
	return true;
}

static void syscalls_on_event(void *state, const struct analysis_input *in,
			      const struct thread *thread, const struct ev_header *event)
{
	struct syscalls *s = state;

	if (!in->passes(in, thread) || !is_in_time(s, in, event))
		return;
	if (event->type == EV_SYSCALL)
		on_call(s, thread, (const struct ev_syscall *)event);
	else
		on_count(s, thread, (const struct ev_syscall_count *)event);
}

/* --- tables --- */

static int64_t mean_of(const struct sums *s)
{
	return s->count ? s->total_ns / s->count : 0;
}

/* The upper end of the slot that the percentile falls into, the longest call at most. */
static int64_t slots_percentile(const struct call *call, unsigned int percent)
{
	uint64_t all = 0, rank, below = 0;
	int64_t end = INT64_MAX;

	for (size_t i = 0; i < EV_SYSCALL_SLOTS; i++)
		all += call->slots[i];
	rank = all / 100 * percent + (all % 100 * percent + 99) / 100;
	for (unsigned int i = 0; i < EV_SYSCALL_SLOTS - 1; i++) {
		below += call->slots[i];
		if (below >= rank) {
			end = ((int64_t)2 << i) - 1;
			break;
		}
	}
	return end < call->sums.max_ns ? end : call->sums.max_ns;
}

static int64_t percentile(const struct call *call, unsigned int percent)
{
	return call->counted ? slots_percentile(call, percent)
			     : clamp(histogram_percentile(&call->each, percent * 100));
}

static int by_time(const struct sums *a, const struct sums *b)
{
	if (a->total_ns != b->total_ns)
		return a->total_ns < b->total_ns ? 1 : -1;
	return (a->count < b->count) - (a->count > b->count);
}

static int compare_which(struct which x, struct which y)
{
	return (key_of(x) > key_of(y)) - (key_of(x) < key_of(y));
}

static int compare_calls(const void *a, const void *b)
{
	const struct call *x = a, *y = b;
	int order = by_time(&x->sums, &y->sums);

	return order ? order : compare_which(x->which, y->which);
}

static const char *name_of(const struct world *w, struct which which, struct syscall_name *room)
{
	if (which.flags)
		snprintf(room->text, sizeof(room->text), "32-bit call %" PRId32, which.number);
	else
		*room = syscalls_name(w, which.number);
	return room->text;
}

static struct table *calls_table(struct syscalls *s, const struct world *w)
{
	static const struct table_column columns[] = {
		{ "call", "", TABLE_TEXT },	      { "calls", "count", TABLE_INTEGER },
		{ "errors", "count", TABLE_INTEGER }, { "total", "ns", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },   { "mean", "ns", TABLE_INTEGER },
		{ "p50", "ns", TABLE_INTEGER },	      { "p99", "ns", TABLE_INTEGER },
		{ "longest", "ns", TABLE_INTEGER },
	};
	struct table *t =
		table_new("calls", "System calls", columns, sizeof(columns) / sizeof(*columns));
	int64_t total = 0;

	vec_for_each (call, &s->calls)
		total = sum_add(total, call->sums.total_ns);
	if (s->calls.n)
		qsort(s->calls.items, s->calls.n, sizeof(*s->calls.items), compare_calls);
	vec_for_each (call, &s->calls) {
		const struct sums *sums = &call->sums;
		struct syscall_name name;
		const union table_cell row[] = {
			{ .text = call->rest ? "(others)" : name_of(w, call->which, &name) },
			{ .integer = sums->count },
			{ .integer = sums->errors },
			{ .integer = sums->total_ns },
			{ .real = total ? 100.0 * (double)sums->total_ns / (double)total : 0 },
			{ .integer = mean_of(sums) },
			{ .integer = percentile(call, 50) },
			{ .integer = percentile(call, 99) },
			{ .integer = sums->max_ns },
		};

		table_add(t, row);
	}
	return t;
}

static int compare_threads(const void *a, const void *b)
{
	const struct thread_calls *x = a, *y = b;
	int order = by_time(&x->sums, &y->sums);

	if (!order)
		order = (x->tid > y->tid) - (x->tid < y->tid);
	return order ? order : compare_which(x->which, y->which);
}

static struct table *threads_table(struct syscalls *s, const struct world *w)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },	     { "tid", "", TABLE_INTEGER },
		{ "thread", "", TABLE_TEXT },	     { "call", "", TABLE_TEXT },
		{ "calls", "count", TABLE_INTEGER }, { "errors", "count", TABLE_INTEGER },
		{ "total", "ns", TABLE_INTEGER },    { "mean", "ns", TABLE_INTEGER },
		{ "longest", "ns", TABLE_INTEGER },
	};
	struct table *t = table_new("threads", "System calls by thread", columns,
				    sizeof(columns) / sizeof(*columns));

	if (s->threads.n)
		qsort(s->threads.items, s->threads.n, sizeof(*s->threads.items), compare_threads);
	vec_for_each (row, &s->threads) {
		const bool rest = !row->tid && row->which.number == -1;
		struct syscall_name name;
		const union table_cell cells[] = {
			{ .integer = row->tgid },
			{ .integer = row->tid },
			{ .text = rest ? "(others)" : tasks_name(&w->tasks, row->name) },
			{ .text = name_of(w, row->which, &name) },
			{ .integer = row->sums.count },
			{ .integer = row->sums.errors },
			{ .integer = row->sums.total_ns },
			{ .integer = mean_of(&row->sums) },
			{ .integer = row->sums.max_ns },
		};

		table_add(t, cells);
	}
	return t;
}

static int compare_failures(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	if (key_of(x->which) != key_of(y->which))
		return compare_which(x->which, y->which);
	return (x->error > y->error) - (x->error < y->error);
}

/* Of the errors that stay inside the kernel: the call goes on, or begins anew (linux/errno.h). */
static const char *error_name(int32_t error)
{
	switch (error) {
	case 512:
		return "ERESTARTSYS";
	case 513:
		return "ERESTARTNOINTR";
	case 514:
		return "ERESTARTNOHAND";
	case 516:
		return "ERESTART_RESTARTBLOCK";
	default:
		return strerrorname_np(error);
	}
}

static struct table *failures_table(struct syscalls *s, const struct world *w)
{
	static const struct table_column columns[] = {
		{ "call", "", TABLE_TEXT },
		{ "error", "", TABLE_TEXT },
		{ "calls", "count", TABLE_INTEGER },
	};
	struct table *t = table_new("errors", "Errors of system calls", columns, 3);

	qsort(s->failures.items, s->failures.n, sizeof(*s->failures.items), compare_failures);
	vec_for_each (f, &s->failures) {
		const char *error = f->error ? error_name(f->error) : "(others)";
		struct syscall_name name;
		char number[24];
		const union table_cell row[] = {
			{ .text = name_of(w, f->which, &name) },
			{ .text = error ? error : number },
			{ .integer = f->count },
		};

		snprintf(number, sizeof(number), "%" PRId32, f->error);
		table_add(t, row);
	}
	return t;
}

static void add_notes(const struct syscalls *s, const struct world *w, struct result *ret)
{
	char text[200];

	if (!s->calls.n && !facts_find(&w->config, "syscall.calls"))
		result_add_note(ret,
				w->counts[EV_SCHED_SWITCH]
					? "the tape tells in which system calls threads waited "
					  "(view offcpu), not which they made; record with "
					  "--probes syscall"
					: "system calls were not recorded; record with --probes "
					  "syscall");
	if (s->counted)
		result_add_note(ret, "calls were counted in the kernel: p50 and p99 are the upper "
				     "ends of powers of two, and errors have no names; record with "
				     "--syscalls=trace for both");
	if (s->beyond) {
		snprintf(text, sizeof(text),
			 "counts cannot be cut: of %" PRIu64
			 ", some calls lie outside of the time that was asked for",
			 s->beyond);
		result_add_note(ret, text);
	}
}

static void syscalls_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct syscalls *s = state;
	const struct world *w = in->world;

	result_take_table(ret, calls_table(s, w));
	result_take_table(ret, threads_table(s, w));
	if (s->failures.n && !s->counted)
		result_take_table(ret, failures_table(s, w));
	add_notes(s, w, ret);
}

static void syscalls_done(void *state)
{
	struct syscalls *s = state;

	vec_for_each (call, &s->calls)
		histogram_done(&call->each);
	map_done(&s->calls_by_number);
	vec_done(&s->calls);
	map_done(&s->threads_by_key);
	vec_done(&s->threads);
	pairs_done(&s->failure_numbers);
	vec_done(&s->failures);
}

extern const struct analysis analysis_syscalls;

static const uint16_t wants[] = { EV_SYSCALL_COUNT, EV_SYSCALL, 0 };

const struct analysis analysis_syscalls = {
	.name = "syscalls",
	.help = "system calls: how many, how long, how many errors",
	.title = "Which system calls were made",
	.wants = wants,
	.shapes = RESULT_TABLE,
	.unfiltered = true,
	.state_size = sizeof(struct syscalls),
	.on_event = syscalls_on_event,
	.finish = syscalls_finish,
	.done = syscalls_done,
};
