/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes and threads: who lived when, under which name, with which memory.
 *
 * A pid may be used again, so a process is one life of a tgid and has a number
 * of its own. A tape states in each epoch what the epoch uses, so what an epoch
 * did not speak of is forgotten when the next one begins.
 */
#ifndef ANALYZE_REPLAY_TASKS_H
#define ANALYZE_REPLAY_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#include "analyze/base/intern.h"
#include "analyze/base/map.h"
#include "analyze/base/vec.h"
#include "analyze/replay/mappings.h"

#define TASKS_NO_NAME 0 /* the number of the name "[unknown]" */

struct thread;

struct process {
	uint32_t tgid;
	uint32_t ppid;
	uint32_t ns_pid;
	uint32_t flags;	   /* enum ev_process_flags */
	uint32_t name;	   /* by tasks_name() */
	uint32_t live;	   /* threads that have not ended */
	uint64_t number;   /* which life, from 1 on in order of first sight; 0: the kernel */
	uint64_t start_ns; /* CLOCK_BOOTTIME; 0: not known */
	uint64_t first_ns; /* when the tape first tells of it */
	uint64_t exit_ns;  /* 0: it has not ended */
	uint64_t cgroup;   /* 0: not known */
	char *cmdline;	   /* NULL: not known, or too much text in all */
	bool born;	   /* first_ns is its fork: it was not there before */
	uint32_t age;	   /* tasks.age when it was last spoken of, */
	uint32_t cleaned;  /* and when its threads were last looked through */
	struct mappings maps;
	struct mappings maps_before; /* until it was last stated in full */
	struct thread *threads;
	struct process *previous, *next; /* of all, the one that was last spoken of at the end */
};

struct thread {
	uint32_t tid;
	uint32_t name;
	uint32_t age; /* tasks.age when it was last spoken of */
	bool ended;
	uint64_t born_ns; /* when it was made; 0: before the tape knew of it */
	struct process *process;
	struct thread *previous, *next; /* of its process */
};

/* Told of each process before its data goes. */
typedef void tasks_end_fn(void *arg, const struct process *p);

struct tasks {
	struct map by_tgid; /* to struct process, the latest life */
	struct map by_tid;  /* to struct thread, the latest one */
	struct intern names;
	struct process kernel; /* tgid 0; its next is the first of all */
	struct process *last;
	struct process crowd; /* stands for those that are too many to keep */
	struct thread crowd_thread;
	size_t n_processes, n_threads;
	size_t cmdline_bytes; /* of all */
	uint64_t numbers;
	uint32_t age;	/* how often the epoch changed */
	uint32_t epoch; /* the tape's number of it */
	struct mappings_pool pool;
	tasks_end_fn *on_end;
	void *on_end_arg;
};

void tasks_init(struct tasks *t);
void tasks_done(struct tasks *t);

/* Says that records of epoch follow; forgets what the one before did not speak of. */
void tasks_begin_epoch(struct tasks *t, uint32_t epoch);

/* Tells on_end of all processes that are still there. */
void tasks_end_all(struct tasks *t);

/* The identity records. */
void tasks_process(struct tasks *t, const struct ev_process *record);
void tasks_task(struct tasks *t, const struct ev_task *record);
void tasks_fork(struct tasks *t, const struct ev_fork *record);
void tasks_exec(struct tasks *t, const struct ev_exec *record);
void tasks_comm(struct tasks *t, const struct ev_comm *record);
void tasks_exit(struct tasks *t, const struct ev_exit *record);

/* Returns whether the process had no such mapping before. */
bool tasks_mapping(struct tasks *t, const struct ev_mapping *record);

/*
 * The thread that an event is about. Never NULL: one that the tape does not
 * tell of gets the name TASKS_NO_NAME. Lent until tasks_begin_epoch().
 */
const struct thread *tasks_thread(struct tasks *t, const struct ev_header *event);

/* The thread that it would be about now; NULL if it is not known. Changes nothing. */
const struct thread *tasks_peek(const struct tasks *t, const struct ev_header *event);

/* The latest life of a tgid, or NULL. */
const struct process *tasks_find(const struct tasks *t, uint32_t tgid);

static inline const char *tasks_name(const struct tasks *t, uint32_t name)
{
	return intern_get_text(&t->names, name);
}

#endif
