/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probe group "lock": waits for the kernel's own locks (the tracepoints
 * contention_begin and contention_end, Linux 5.19). Waits for user locks are
 * futex calls: those are in group "sched". Numbers 160 to 175.
 */
#ifndef TAPE_EVENTS_LOCK_H
#define TAPE_EVENTS_LOCK_H

#include <tape/events/event.h>

/* The kernel's LCB_F_* (include/trace/events/lock.h). */
enum ev_lock_flags {
	EV_LOCK_SPIN = 1,
	EV_LOCK_READ = 2,
	EV_LOCK_WRITE = 4,
	EV_LOCK_RT = 8,
	EV_LOCK_PERCPU = 16,
	EV_LOCK_MUTEX = 32,
};

/*
 * The header's thread has waited for a kernel lock, or an interrupt on top of it
 * has; the header's time is the wait's end.
 */
#define EV_LOCK_CONTENDED_FIELDS(F, A, T)                                                          \
	F(uint64_t, lock, "address", "which lock")                                                 \
	F(uint64_t, wait_ns, "ns", "how long")                                                     \
	F(uint64_t, kstack, "stack", "where; 0: not taken, the wait was short")                    \
	F(uint64_t, ustack, "stack", "where in user mode; 0: none, or not taken")                  \
	F(uint32_t, flags, "flags", "enum ev_lock_flags")                                          \
	F(int32_t, ret, "errno", "0: it got the lock")
EV_STRUCT(lock_contended, EV_LOCK_CONTENDED_FIELDS);

#define EV_LOCK_EVENTS(X)                                                                          \
	X(LOCK_CONTENDED, 160, lock_contended, EV_LOCK_CONTENDED_FIELDS,                           \
	  "a thread waited for a kernel lock")

#endif
