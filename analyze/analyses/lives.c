// SPDX-License-Identifier: BSD-2-Clause
/*
 * The world forgets a process that an epoch does not speak of, and knows it as a
 * new one when it comes back. Pid and start time say that it is the same.
 */
#include <stdlib.h>

#include "analyze/analyses/lives.h"

/* A process' life beyond this number is not listed; texts are bounded likewise. */
#define MOST_LIVES ((size_t)1 << 20)
#define MOST_BYTES ((size_t)256 << 20)

void lives_done(struct lives *l)
{
	vec_done(&l->list);
	arena_done(&l->texts);
}

void lives_add(struct lives *l, const struct process *p, uint64_t now_ns)
{
	if (l->list.n >= MOST_LIVES || l->texts.total > MOST_BYTES)
		return;
	*vec_push(&l->list) = (struct life){
		.number = p->number,
		.tgid = p->tgid,
		.ppid = p->ppid,
		.name = p->name,
		.ended = p->exit_ns != 0,
		.start_ns = p->start_ns,
		.cgroup = p->cgroup,
		.from_ns = p->first_ns,
		.to_ns = p->exit_ns ? p->exit_ns : now_ns,
		.cmdline = arena_copy_text(&l->texts, p->cmdline),
	};
}

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_identity(const void *a, const void *b)
{
	const struct life *x = a, *y = b;

	if (x->tgid != y->tgid)
		return compare(x->tgid, y->tgid);
	return compare(x->number, y->number);
}

static int by_number(const void *a, const void *b)
{
	return compare(((const struct life *)a)->number, ((const struct life *)b)->number);
}

/* later is the next of the same tgid. */
static bool is_same(const struct life *life, const struct life *later)
{
	return life->tgid == later->tgid && life->start_ns && life->start_ns == later->start_ns &&
	       !life->ended;
}

void lives_sort(struct lives *l)
{
	size_t n = 0;

	if (!l->list.n)
		return;
	qsort(l->list.items, l->list.n, sizeof(*l->list.items), by_identity);
	for (size_t i = 1; i < l->list.n; i++) {
		struct life *life = &l->list.items[n], *later = &l->list.items[i];

		if (!is_same(life, later)) {
			l->list.items[++n] = *later;
			continue;
		}
		later->number = life->number;
		later->from_ns = life->from_ns;
		*life = *later;
	}
	l->list.n = n + 1;
	qsort(l->list.items, l->list.n, sizeof(*l->list.items), by_number);
}
