/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probe group "sched": which thread ran where, who woke whom, and the stacks of
 * waits that proved long. Numbers 144 to 159.
 *
 * Every switch and every wake-up is a record, so times and counts are exact. A
 * wait's stacks come behind it: WAKER when somebody ends it, WAIT when the
 * thread has run again up to the end of its system call (user stacks stand
 * still inside a call). Which waits have them is in CONFIG (sched.stacks,
 * sched.min_block_ns, sched.sample_every).
 */
#ifndef TAPE_EVENTS_SCHED_H
#define TAPE_EVENTS_SCHED_H

#include <tape/events/event.h>

/* Of SCHED_SWITCH, bits of the kernel's own (include/linux/sched.h, the same since 4.14). */
enum ev_sched_state {
	EV_SCHED_RUNNING = 0,	      /* it could have gone on: preempted, or it yielded */
	EV_SCHED_INTERRUPTIBLE = 1,   /* "sleeping" */
	EV_SCHED_UNINTERRUPTIBLE = 2, /* "disk" sleep, and some locks */
	EV_SCHED_STOPPED = 4,
	EV_SCHED_TRACED = 8,
	EV_SCHED_EXIT_DEAD = 0x10,
	EV_SCHED_EXIT_ZOMBIE = 0x20,
	EV_SCHED_PARKED = 0x40,
	EV_SCHED_DEAD = 0x80, /* its last switch: it has ended */
	EV_SCHED_IDLE =
		0x400, /* TASK_NOLOAD: a kernel thread without work; with 2, no wait for a device */
};

enum ev_sched_switch_flags {
	EV_SCHED_PREEMPTED =
		1, /* in the kernel; on the way to user mode it cannot be told from yielding */
	EV_SCHED_IOWAIT = 2,  /* it waits for a device to be done */
	EV_SCHED_IN_CALL = 4, /* it was inside a system call: syscall says which */
	/* Whether all records of a thread are here, or it is only named as the other one. */
	EV_SCHED_PREV_WATCHED = 8,
	EV_SCHED_NEXT_WATCHED = 16,
	EV_SCHED_CALL_32BIT = 32, /* the call's number is that of 32-bit programs */
};

/* The header's thread leaves the CPU, next takes it. Thread 0 is the idle task. */
#define EV_SCHED_SWITCH_FIELDS(F, A, T)                                                            \
	F(uint32_t, next_tid, "tid", "the thread that runs from here on; 0: the CPU is idle")      \
	F(uint32_t, next_tgid, "pid", "its process")                                               \
	F(uint16_t, state, "flags", "enum ev_sched_state: how the header's thread left")           \
	F(uint16_t, flags, "flags", "enum ev_sched_switch_flags")                                  \
	F(int32_t, syscall, "syscall", "the number of the call that it was in; -1: none")
EV_STRUCT(sched_switch, EV_SCHED_SWITCH_FIELDS);

enum ev_sched_wakeup_flags {
	EV_SCHED_NEW = 1, /* a new thread begins */
	EV_SCHED_IRQ =
		2, /* in an interrupt or softirq: the waker may only be who was interrupted */
};

/* The header's thread can run from here on (sched_wakeup, sched_wakeup_new). */
#define EV_SCHED_WAKEUP_FIELDS(F, A, T)                                                            \
	F(uint32_t, waker_tid, "tid", "who woke it; 0: the idle task, or not known")               \
	F(uint32_t, waker_tgid, "pid", "its process")                                              \
	F(uint32_t, waking_ns, "ns", "how much earlier the waker asked for it (sched_waking)")     \
	F(uint16_t, target_cpu, "cpu", "on whose run queue it stands")                             \
	F(uint16_t, flags, "flags", "enum ev_sched_wakeup_flags")
EV_STRUCT(sched_wakeup, EV_SCHED_WAKEUP_FIELDS);

#define EV_SCHED_MIGRATE_FIELDS(F, A, T)                                                           \
	F(uint16_t, from_cpu, "cpu", "where it was")                                               \
	F(uint16_t, to_cpu, "cpu", "on whose run queue it stands from here on")                    \
	F(uint32_t, reserved, "none", "0")
EV_STRUCT(sched_migrate, EV_SCHED_MIGRATE_FIELDS);

/*
 * The stacks of the header's thread in its wait that ended at until_ns, when it
 * was switched in. Written later, with its own time in the header.
 */
#define EV_SCHED_WAIT_FIELDS(F, A, T)                                                              \
	F(uint64_t, until_ns, "ns", "the SCHED_SWITCH that ended the wait has this time")          \
	F(uint64_t, kstack, "stack", "where it waited in the kernel; 0: not known")                \
	F(uint64_t, ustack, "stack", "and in user mode; 0: a kernel thread, or not known")         \
	F(uint64_t, object, "address", "of a futex call: the word that it waited on; 0: none")     \
	F(uint32_t, weight, "count", "1: all waits of its length have stacks; n: one in n has")    \
	F(uint32_t, reserved, "none", "0")
EV_STRUCT(sched_wait, EV_SCHED_WAIT_FIELDS);

/* The header's thread is about to wake another one, whose wait was long. */
#define EV_SCHED_WAKER_FIELDS(F, A, T)                                                             \
	F(uint32_t, woken_tid, "tid", "whom it wakes; that thread's next SCHED_WAKEUP is the one") \
	F(uint32_t, woken_tgid, "pid", "its process")                                              \
	F(uint64_t, kstack, "stack", "the waker's, or the interrupt's on top of it")               \
	F(uint64_t, ustack, "stack", "the waker's; 0: none, or not known")
EV_STRUCT(sched_waker, EV_SCHED_WAKER_FIELDS);

#define EV_SCHED_EVENTS(X)                                                                         \
	X(SCHED_SWITCH, 144, sched_switch, EV_SCHED_SWITCH_FIELDS,                                 \
	  "one thread gave way to another")                                                        \
	X(SCHED_WAKEUP, 145, sched_wakeup, EV_SCHED_WAKEUP_FIELDS, "a thread can run again")       \
	X(SCHED_MIGRATE, 146, sched_migrate, EV_SCHED_MIGRATE_FIELDS, "a thread moved to a CPU")   \
	X(SCHED_WAIT, 147, sched_wait, EV_SCHED_WAIT_FIELDS, "the stacks of a wait")               \
	X(SCHED_WAKER, 148, sched_waker, EV_SCHED_WAKER_FIELDS, "the stacks of who ended a wait")

#endif
