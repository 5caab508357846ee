// SPDX-License-Identifier: BSD-2-Clause
/* See sched_queue.h. */
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/sched_queue.h"
#include "analyze/base/memory.h"

#define FIRST_SLOT_NS 1000000
#define MOST_HELD     8192

void sched_queue_init(struct sched_queue *q, uint64_t from_ns)
{
	*q = (struct sched_queue){ .from_ns = from_ns, .slot_ns = FIRST_SLOT_NS };
	q->held = memory_alloc(MOST_HELD * sizeof(*q->held));
}

void sched_queue_done(struct sched_queue *q)
{
	free(q->held);
	q->held = NULL;
}

static void join(struct sched_queue *q)
{
	for (size_t i = 0; i < SCHED_QUEUE_SLOTS / 2; i++) {
		const struct sched_queue_slot *a = &q->slots[2 * i], *b = a + 1;

		q->slots[i] = (struct sched_queue_slot){
			.running_ns = a->running_ns + b->running_ns,
			.runnable_ns = a->runnable_ns + b->runnable_ns,
			.most = a->most > b->most ? a->most : b->most,
		};
	}
	memset(q->slots + SCHED_QUEUE_SLOTS / 2, 0, sizeof(q->slots) / 2);
	q->slot_ns *= 2;
}

/* Which slot a time since from_ns is in. */
static size_t slot_of(struct sched_queue *q, uint64_t ns)
{
	while (ns / q->slot_ns >= SCHED_QUEUE_SLOTS)
		join(q);
	return (size_t)(ns / q->slot_ns);
}

/* The number was what it is until then. */
static void see(struct sched_queue *q, uint64_t until)
{
	uint32_t now = q->now < UINT32_MAX ? (uint32_t)q->now : UINT32_MAX;
	size_t last;

	if (until <= q->seen)
		return;
	last = slot_of(q, until - 1);
	for (size_t i = slot_of(q, q->seen); i <= last; i++)
		q->slots[i].most = now > q->slots[i].most ? now : q->slots[i].most;
	q->seen = until;
}

/* What was held back too long changes the number from now on. */
static void apply(struct sched_queue *q, uint64_t change)
{
	see(q, change / 2);
	if (change & 1)
		q->now++;
	else if (q->now)
		q->now--;
}

static void apply_first(struct sched_queue *q, size_t n)
{
	for (size_t i = 0; i < n; i++)
		apply(q, q->held[i]);
	q->n_held -= n;
	memmove(q->held, q->held + n, q->n_held * sizeof(*q->held));
}

/* How many that are held are not after a change. Its steps hang on no branch: which way is chance. */
static size_t count_before(const struct sched_queue *q, uint64_t change)
{
	const uint64_t *at = q->held;
	size_t n = q->n_held;

	if (!n || at[n - 1] <= change)
		return n;
	while (n > 1) {
		size_t half = n / 2;

		at += at[half - 1] <= change ? half : 0;
		n -= half;
	}
	return (size_t)(at - q->held) + (*at <= change);
}

static void hold(struct sched_queue *q, uint64_t change)
{
	size_t low;

	if (q->n_held == MOST_HELD)
		apply_first(q, MOST_HELD / 2);
	low = count_before(q, change);
	/* One less and one more at the same time: a thread that waited, and now runs. */
	if (low && change & 1 && q->held[low - 1] == change - 1) {
		memmove(q->held + low - 1, q->held + low, (q->n_held - low) * sizeof(*q->held));
		q->n_held--;
		return;
	}
	memmove(q->held + low + 1, q->held + low, (q->n_held - low) * sizeof(*q->held));
	q->held[low] = change;
	q->n_held++;
}

static void add_time(struct sched_queue *q, bool running, uint64_t from, uint64_t to)
{
	slot_of(q, to);
	while (from < to) {
		size_t slot = slot_of(q, from);
		uint64_t rest = q->slot_ns - from % q->slot_ns;
		uint64_t ns = to - from < rest ? to - from : rest;

		*(running ? &q->slots[slot].running_ns : &q->slots[slot].runnable_ns) += ns;
		from += ns;
	}
}

void sched_queue_add(struct sched_queue *q, bool running, uint64_t from_ns, uint64_t to_ns)
{
	if (from_ns < q->from_ns)
		from_ns = q->from_ns;
	/* Half of all times must do: a change is kept in 63 bits. */
	if (to_ns <= from_ns || to_ns - q->from_ns > INT64_MAX)
		return;
	add_time(q, running, from_ns - q->from_ns, to_ns - q->from_ns);
	hold(q, (from_ns - q->from_ns) * 2 + 1);
	hold(q, (to_ns - q->from_ns) * 2);
}

static void add_row(struct table *t, const struct sched_queue *q, size_t i, uint64_t end,
		    size_t cpus)
{
	const struct sched_queue_slot *slot = &q->slots[i];
	uint64_t begin = i * q->slot_ns;
	double ns = (double)(end - begin < q->slot_ns ? end - begin : q->slot_ns);
	union table_cell row[] = {
		{ .integer = (int64_t)begin },
		{ .real = (double)(slot->running_ns + slot->runnable_ns) / ns },
		{ .integer = slot->most },
		{ .real = (double)slot->runnable_ns / ns },
		{ .real = cpus ? 100.0 * (double)slot->running_ns / ns / (double)cpus : 0 },
	};

	table_add(t, row);
}

struct table *sched_queue_table(struct sched_queue *q, uint64_t to_ns, size_t cpus)
{
	static const struct table_column columns[] = {
		{ "after", "ns", TABLE_INTEGER },     { "mean", "", TABLE_REAL },
		{ "most", "count", TABLE_INTEGER },   { "waiting", "", TABLE_REAL },
		{ "CPU use", "percent", TABLE_REAL },
	};
	struct table *t =
		table_new("queue", "Threads that ran or waited for a CPU, over time", columns, 5);
	uint64_t end = to_ns > q->from_ns ? to_ns - q->from_ns : 0;

	apply_first(q, q->n_held);
	see(q, end);
	for (size_t i = 0; i < SCHED_QUEUE_SLOTS && i * q->slot_ns < end; i++)
		add_row(t, q, i, end, cpus);
	return t;
}
