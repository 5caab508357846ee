/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each thread did when: from switches and wake-ups to spans of running,
 * runnable and blocked time. Every analysis of scheduling is made of these.
 *
 * The spans of a thread's life follow each other without a hole and without an
 * overlap: running + runnable + blocked + unknown is the time that it lived in
 * the tape, to the nanosecond. A span is unknown when something that was lost,
 * paused or damaged lies in it, or when the records at its two ends contradict
 * each other (a thread that is switched out twice and never in).
 *
 * A thread's spans are told in order of time. Those of different threads are
 * not: a wait is told when its stacks have come, which is when the thread has
 * run again up to the end of its system call.
 */
#ifndef ANALYZE_REPLAY_SPANS_H
#define ANALYZE_REPLAY_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/replay/world.h"

/* The records that spans_event() wants, for an analysis' list. */
#define SPANS_WANTS EV_SCHED_SWITCH, EV_SCHED_WAKEUP, EV_SCHED_WAIT, EV_SCHED_WAKER

enum span_state { SPAN_UNKNOWN, SPAN_RUNNING, SPAN_RUNNABLE, SPAN_BLOCKED, SPAN_N_STATES };

/* How a thread came to be runnable. */
enum span_cause {
	SPAN_NO_CAUSE,	/* not runnable; or it was already when the tape began */
	SPAN_WOKEN,	/* its wait was ended */
	SPAN_PREEMPTED, /* another thread took its place */
	SPAN_YIELDED,	/* it gave its place away */
	SPAN_NEW,	/* it has just been made */
};

/* What a blocked thread waits for, as far as the kernel's state tells. */
enum span_wait {
	SPAN_WAIT_UNKNOWN, /* it waited before the tape began */
	SPAN_WAIT_SLEEP,   /* interruptible: a timer, a pipe, a socket, … */
	SPAN_WAIT_DISK,	   /* uninterruptible: a device, and some of the kernel's locks */
	SPAN_WAIT_LOCK,	   /* in a futex call: a lock or a condition of the program */
	SPAN_WAIT_STOPPED, /* stopped, traced, parked */
	SPAN_N_WAITS
};

/* Who ended a wait. */
struct span_waker {
	uint32_t tid; /* 0: the idle task, which was interrupted, or not known */
	uint32_t tgid;
	uint32_t waking_ns; /* how much earlier than the wake-up it asked for it */
	uint16_t flags;	    /* enum ev_sched_wakeup_flags */
	bool known;	    /* false: no wake-up was seen */
	uint64_t kstack;    /* 0: not taken */
	uint64_t ustack;
};

struct span {
	uint32_t tid;
	uint32_t tgid;
	uint64_t
		life; /* of which life of the tid: a number of its own in the whole tape, from 1 on */
	const struct thread *thread; /* lent for the call; may be a nameless one, never NULL */
	enum span_state state;
	uint64_t from_ns; /* cut by --from and --to */
	uint64_t to_ns;
	uint64_t begin_ns; /* not cut */
	uint64_t end_ns;
	bool open;  /* the tape or the recording ended before the span did */
	bool first; /* of its life: what was before the tape began is not in it */
	/*
	 * Of running, runnable and blocked: the goroutine that the thread was when it left its
	 * CPU, or what running_goid() says in its place; of running, it may have been others.
	 */
	uint64_t goid;
	uint16_t cpu; /* running: on which; runnable: on which it ran then; UINT16_MAX: not known */

	/* Of a wait: blocked, and the runnable span that follows has the same. */
	enum span_cause cause; /* of runnable */
	enum span_wait wait;   /* of blocked */
	uint16_t switch_state; /* how it left the CPU: enum ev_sched_state, */
	uint16_t switch_flags; /* enum ev_sched_switch_flags */
	int32_t syscall;       /* in which system call; -1: none, or not known */
	uint64_t kstack;       /* where; 0: not taken */
	uint64_t ustack;
	uint64_t object; /* of a futex call: the word that it waited on; 0: not known */
	uint32_t
		weight; /* 0: no stacks were taken; else how many waits of its length these stand for */
	struct span_waker waker; /* of blocked, and of runnable that was woken */

	/* Of runnable that ended: who had the CPU until then. 0: it was idle, or not known. */
	uint32_t instead_tid;
	uint32_t instead_tgid;
};

/* A life that is over, or that the tape does not tell more of. All of its spans were told. */
struct span_life {
	uint32_t tid;
	uint32_t tgid;
	uint64_t life;
	const struct thread *thread; /* as above */
	uint64_t from_ns;	     /* cut by --from and --to; equal to to_ns if nothing is left */
	uint64_t to_ns;
	uint64_t ns[SPAN_N_STATES]; /* their sum is to_ns - from_ns */
	bool born;		    /* its beginning was seen */
	bool ended;		    /* its end was seen */
};

struct spans_options {
	uint64_t from_ns; /* spans are cut to this time */
	uint64_t to_ns;	  /* UINT64_MAX: to the end */
	void (*on_span)(void *arg, const struct span *span);
	void (*on_life)(void *arg, const struct span_life *life); /* may be NULL */
	void *arg;
};

struct spans_counts {
	uint64_t switches; /* records */
	uint64_t wakeups;
	uint64_t
		broken; /* spans whose two ends contradict each other, without a loss that explains it */
	uint64_t unknown_ns; /* of all threads, cut */
	uint64_t total_ns;   /* lifetimes of all threads, cut */
	uint64_t refused;    /* threads that were too many to follow */
};

struct spans;

/*
 * The world's gaps must be complete from the beginning (struct analysis'
 * needs_gaps). Never NULL. options is copied, world borrowed.
 */
struct spans *spans_new(const struct world *world, const struct spans_options *options);
void spans_free(struct spans *s); /* accepts NULL */

/* Takes the next record, in order of time; others than those of SPANS_WANTS are ignored. */
void spans_event(struct spans *s, const struct ev_header *event);

/* Tells what is still open. complete: the recorder finished the tape. */
void spans_finish(struct spans *s, bool complete);

void spans_get_counts(const struct spans *s, struct spans_counts *ret);

/* When probe group "sched" began and ended to record; 0: the tape does not tell. */
uint64_t spans_watch_from(const struct spans *s);
uint64_t spans_watch_to(const struct spans *s);

/* "running". Static. */
const char *spans_state_name(enum span_state state);
/* "disk". Static. */
const char *spans_wait_name(enum span_wait wait);

#endif
