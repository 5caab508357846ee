/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Snapshots of one process' goroutines: what has changed since the last one is
 * gathered piece by piece, so that nobody waits for long, and written down at once
 * when all is read.
 */
#ifndef RECORD_GO_SNAPSHOT_H
#define RECORD_GO_SNAPSHOT_H

#include <sys/types.h>

#include <tape/events.h>

#include "record/go_counts.h"
#include "record/go_known.h"
#include "record/go_memory.h"
#include "symbols/go_goroutines.h"
#include "symbols/go_locks.h"

/* A stack that this epoch has not got yet. */
struct go_stack {
	uint64_t id;
	size_t ips; /* where they stand in the pool */
	uint32_t n;
	bool cut;
};

enum go_waited_kind { GO_CHANNELS, GO_LOCKS, GO_WAITED_KINDS };

/* Addresses of what is waited for, as they come. */
struct go_waited {
	uint64_t *list;
	size_t n, room;
};

/* What a snapshot has gathered. Rooms as of grow(). */
struct go_gathered {
	struct ev_go_goroutine *goroutines;
	size_t n_goroutines, goroutines_room;
	struct go_stack *stacks;
	size_t n_stacks, stacks_room;
	uint64_t *pool;
	size_t n_pool, pool_room;
	struct go_waited waited[GO_WAITED_KINDS];
	uint64_t *code; /* pairs: where a goroutine begins, and where it was made */
	size_t n_code, code_room;
	struct ev_go_channel *channels;
	size_t n_channels, channels_room;
	struct ev_go_lock *locks;
	size_t n_locks, locks_room;
	uint64_t *ended;
	size_t n_ended;
	uint64_t alive, torn, unread;
	bool whole;
};

struct go_process {
	pid_t tgid;
	uint32_t execs;
	bool other_threads;	    /* its thread ids are of another pid namespace */
	struct go_program *program; /* borrowed */
	struct go_memory memory;
	struct go_live live;
	struct go_known goroutines; /* of the last snapshot */
	struct go_known channels;   /* locks, too */
	struct go_known starts;	    /* functions that goroutines begin with: 2: of the runtime */
	struct go_known makers;	    /* pairs of a function and a go statement */
	uint64_t number;	    /* of the last snapshot */
	uint32_t epoch;		    /* that it belongs to */
	uint64_t began_ns;
	bool last; /* no snapshot comes after this one */
	struct go_counts counts;
	struct go_gathered now;
};

/* The ids of stacks that an epoch has; shared by all processes. */
struct go_stacks {
	struct go_known ids;
	uint32_t epoch;
};

void go_process_done(struct go_process *p);

/* Begins a snapshot for this epoch: 0, or as go_live_list(), then there is none. */
int go_snapshot_begin(struct go_process *p, struct go_goroutines *reader, uint32_t epoch);

/* Reads some more: 1; 0: all is read; -errno: there is no snapshot. */
int go_snapshot_step(struct go_process *p, struct go_goroutines *reader, struct go_stacks *stacks);

#endif
