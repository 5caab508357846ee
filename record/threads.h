/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threads of one process by id, as record/processes.c keeps them. One that has
 * ended stays for a while: it may still be sampled on its way out.
 */
#ifndef RECORD_THREADS_H
#define RECORD_THREADS_H

#include <stddef.h>
#include <stdint.h>

#include <tape/events/process.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "record/seen.h"

struct thread {
	uint32_t tid;
	char comm[EV_COMM_SIZE];
	struct seen stated;
	uint32_t ended_in; /* an epoch; 0: it lives */
	UT_hash_handle hh;
};

/* All zero is an empty one. */
struct threads {
	struct thread *by_tid;
	size_t n_alive; /* that have not ended */
};

struct thread *threads_find(const struct threads *t, uint32_t tid); /* NULL if there is none */

/* Adds one or names it anew; one that had ended lives again, as another. NULL without memory. */
struct thread *threads_add(struct threads *t, uint32_t tid, const char *comm);

void threads_end(struct threads *t, uint32_t tid, uint32_t epoch);

/* Forgets those that ended before the epoch that is before this one. */
void threads_forget_ended(struct threads *t, uint32_t epoch);

void threads_done(struct threads *t);

#endif
