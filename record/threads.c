// SPDX-License-Identifier: BSD-2-Clause
/* See threads.h. */
#include <stdlib.h>
#include <string.h>

#include "record/threads.h"

struct thread *threads_find(const struct threads *t, uint32_t tid)
{
	struct thread *thread;

	HASH_FIND(hh, t->by_tid, &tid, sizeof(tid), thread);
	return thread;
}

struct thread *threads_add(struct threads *t, uint32_t tid, const char *comm)
{
	struct thread *thread = threads_find(t, tid);
	bool known = thread;

	if (!thread)
		thread = calloc(1, sizeof(*thread));
	if (!thread)
		return NULL;
	if (!known || thread->ended_in)
		t->n_alive++;
	if (thread->ended_in)
		thread->stated = (struct seen){ { 0 } };
	thread->tid = tid;
	thread->ended_in = 0;
	memset(thread->comm, 0, sizeof(thread->comm));
	memcpy(thread->comm, comm, strnlen(comm, EV_COMM_SIZE - 1));
	if (!known)
		HASH_ADD(hh, t->by_tid, tid, sizeof(tid), thread);
	if (thread->hh.tbl)
		return thread;
	t->n_alive--;
	free(thread);
	return NULL;
}

void threads_end(struct threads *t, uint32_t tid, uint32_t epoch)
{
	struct thread *thread = threads_find(t, tid);

	if (!thread || thread->ended_in)
		return;
	thread->ended_in = epoch;
	t->n_alive--;
}

void threads_forget_ended(struct threads *t, uint32_t epoch)
{
	struct thread *thread, *next;

	HASH_ITER(hh, t->by_tid, thread, next)
	{
		if (!thread->ended_in || thread->ended_in + 1 >= epoch)
			continue;
		HASH_DEL(t->by_tid, thread);
		free(thread);
	}
}

void threads_done(struct threads *t)
{
	struct thread *thread, *next;

	HASH_ITER(hh, t->by_tid, thread, next)
	{
		HASH_DEL(t->by_tid, thread);
		free(thread);
	}
}
