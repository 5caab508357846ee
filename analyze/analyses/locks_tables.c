// SPDX-License-Identifier: BSD-2-Clause
/* The tables of the view locks: a row for each lock. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/analyses/locks.h"

const char *locks_kind(uint32_t flags)
{
	if (flags & EV_LOCK_MUTEX)
		return "mutex";
	if (flags & EV_LOCK_PERCPU)
		return "percpu-rwsem";
	if (flags & EV_LOCK_RT)
		return "rt-mutex";
	if (flags & (EV_LOCK_READ | EV_LOCK_WRITE))
		return flags & EV_LOCK_SPIN ? "rwlock" : "rwsem";
	return flags & EV_LOCK_SPIN ? "spinlock" : "semaphore";
}

static int compare(const void *a, const void *b)
{
	const struct locks_lock *x = a, *y = b;

	if (x->kernel != y->kernel)
		return x->kernel - y->kernel;
	if (x->total_ns != y->total_ns)
		return x->total_ns < y->total_ns ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Each lock's thread that ended most waits; the first of equals. */
static void find_releasers(struct locks *l)
{
	vec_for_each (r, &l->releases) {
		struct locks_lock *lock = &l->list.items[r->lock];

		if (r->count <= lock->released)
			continue;
		lock->released = r->count;
		lock->releaser = r->tid;
		lock->releaser_name = r->name;
	}
	l->releases.n = 0;
}

static int64_t mean_of(const struct locks_lock *lock)
{
	return lock->waits ? lock->total_ns / lock->waits : 0;
}

static void add_user_row(struct table *t, const struct tasks *tasks, const struct locks_lock *lock)
{
	char by[96] = "";
	const union table_cell row[] = {
		{ .integer = lock->tgid },
		{ .text = lock->rest ? "(others)" : tasks_name(tasks, lock->name) },
		{ .integer = (int64_t)lock->address },
		{ .integer = lock->waits },
		{ .integer = lock->total_ns },
		{ .integer = mean_of(lock) },
		{ .integer = lock->max_ns },
		{ .integer = lock->threads },
		{ .integer = lock->interrupts },
		{ .integer = lock->released },
		{ .text = by },
	};

	if (lock->released)
		snprintf(by, sizeof(by), "%.60s (%" PRIu32 ")",
			 tasks_name(tasks, lock->releaser_name), lock->releaser);
	table_add(t, row);
}

static void add_kernel_row(struct table *t, const struct locks_lock *lock)
{
	const union table_cell row[] = {
		{ .text = lock->rest ? "(others)" : locks_kind(lock->flags) },
		{ .integer = (int64_t)lock->address },
		{ .integer = lock->waits },
		{ .integer = lock->total_ns },
		{ .integer = mean_of(lock) },
		{ .integer = lock->max_ns },
		{ .integer = lock->threads },
	};

	table_add(t, row);
}

static struct table *new_table(bool kernel)
{
	static const struct table_column of_user[] = {
		{ "pid", "", TABLE_INTEGER },
		{ "process", "", TABLE_TEXT },
		{ "address", "hex", TABLE_INTEGER },
		{ "waits", "count", TABLE_INTEGER },
		{ "total", "ns", TABLE_INTEGER },
		{ "mean", "ns", TABLE_INTEGER },
		{ "longest", "ns", TABLE_INTEGER },
		{ "threads", "count", TABLE_INTEGER },
		{ "by interrupt", "count", TABLE_INTEGER },
		{ "by one", "count", TABLE_INTEGER },
		{ "released by", "", TABLE_TEXT },
	};
	static const struct table_column of_kernel[] = {
		{ "kind", "", TABLE_TEXT },
		{ "address", "hex", TABLE_INTEGER },
		{ "waits", "count", TABLE_INTEGER },
		{ "total", "ns", TABLE_INTEGER },
		{ "mean", "ns", TABLE_INTEGER },
		{ "longest", "ns", TABLE_INTEGER },
		{ "threads", "count", TABLE_INTEGER },
	};

	return kernel ? table_new("kernel_locks", "Waits for locks of the kernel", of_kernel,
				  sizeof(of_kernel) / sizeof(*of_kernel))
		      : table_new("user_locks", "Waits for locks and conditions of programs",
				  of_user, sizeof(of_user) / sizeof(*of_user));
}

struct table *locks_table(struct locks *l, bool kernel)
{
	struct table *t = new_table(kernel);

	find_releasers(l);
	if (l->list.n)
		qsort(l->list.items, l->list.n, sizeof(*l->list.items), compare);
	vec_for_each (lock, &l->list) {
		if (lock->kernel != kernel)
			continue;
		if (kernel)
			add_kernel_row(t, lock);
		else
			add_user_row(t, &l->in->world->tasks, lock);
	}
	return t;
}
