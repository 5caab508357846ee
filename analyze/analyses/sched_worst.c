// SPDX-License-Identifier: BSD-2-Clause
/* See sched_worst.h. */
#include <string.h>

#include "analyze/analyses/sched_worst.h"

#define USUAL 10
#define MOST  1000

void sched_worst_init(struct sched_worst *w, unsigned int top)
{
	*w = (struct sched_worst){ .most = top ? top : USUAL };
	if (w->most > MOST)
		w->most = MOST;
}

void sched_worst_done(struct sched_worst *w)
{
	vec_done(&w->list);
}

static uint64_t length_of(const struct span *span)
{
	return span->end_ns - span->begin_ns;
}

/* Whether a stands before b: longer, then earlier, then of the smaller tid. */
static bool is_before(const struct sched_instant *a, const struct sched_instant *b)
{
	if (a->wait_ns != b->wait_ns)
		return a->wait_ns > b->wait_ns;
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->tid < b->tid;
}

static uint32_t name_of(const struct world *world, uint32_t tid, uint32_t tgid, uint64_t at_ns)
{
	const struct ev_header at = { .time_ns = at_ns, .tid = tid, .tgid = tgid };
	const struct thread *thread = tid ? tasks_peek(&world->tasks, &at) : NULL;

	return thread ? thread->name : TASKS_NO_NAME;
}

void sched_worst_add(struct sched_worst *w, const struct world *world, const struct span *span)
{
	struct sched_instant new = {
		.at_ns = span->begin_ns,
		.wait_ns = length_of(span),
		.tid = span->tid,
		.tgid = span->tgid,
		.instead_tid = span->instead_tid,
		.instead_tgid = span->instead_tgid,
		.cpu = span->cpu,
		.cause = (uint16_t)span->cause,
	};
	size_t at = w->list.n;

	if (at == w->most && !is_before(&new, &w->list.items[at - 1]))
		return;
	new.name = span->thread->name;
	new.instead_name = name_of(world, new.instead_tid, new.instead_tgid, span->end_ns);
	if (at < w->most)
		vec_push(&w->list);
	else
		at--;
	while (at > 0 && is_before(&new, &w->list.items[at - 1])) {
		w->list.items[at] = w->list.items[at - 1];
		at--;
	}
	w->list.items[at] = new;
}

const char *sched_worst_cause(uint16_t cause)
{
	static const char *const names[] = {
		[SPAN_NO_CAUSE] = "unknown", [SPAN_WOKEN] = "woken", [SPAN_PREEMPTED] = "preempted",
		[SPAN_YIELDED] = "yielded",  [SPAN_NEW] = "new",
	};

	return names[cause <= SPAN_NEW ? cause : SPAN_NO_CAUSE];
}

static void add_row(struct table *t, const struct tasks *tasks, const struct sched_instant *i,
		    uint64_t start_ns)
{
	bool known = i->cpu != UINT16_MAX;
	union table_cell row[] = {
		{ .integer = i->at_ns > start_ns ? (int64_t)(i->at_ns - start_ns) : 0 },
		{ .integer = (int64_t)i->wait_ns },
		{ .integer = i->tid },
		{ .text = tasks_name(tasks, i->name) },
		{ .text = sched_worst_cause(i->cause) },
		{ .integer = known ? i->cpu : -1 },
		{ .text = i->instead_tid ? tasks_name(tasks, i->instead_name) : "nothing" },
		{ .integer = i->instead_tid },
	};

	table_add(t, row);
}

struct table *sched_worst_table(const struct sched_worst *w, const struct tasks *tasks,
				uint64_t start_ns)
{
	static const struct table_column columns[] = {
		{ "after", "ns", TABLE_INTEGER },  { "wait", "ns", TABLE_INTEGER },
		{ "tid", "", TABLE_INTEGER },	   { "thread", "", TABLE_TEXT },
		{ "because", "", TABLE_TEXT },	   { "cpu", "", TABLE_INTEGER },
		{ "ran instead", "", TABLE_TEXT }, { "its tid", "", TABLE_INTEGER },
	};
	struct table *t = table_new("worst", "Longest waits for a CPU", columns, 8);

	vec_for_each (instant, &w->list) {
		add_row(t, tasks, instant, start_ns);
	}
	return t;
}
