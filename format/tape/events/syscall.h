/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probe group "syscall": system calls, counted in the kernel and written at the
 * end of each epoch, or one by one (--syscalls=trace). Numbers 176 to 191.
 */
#ifndef TAPE_EVENTS_SYSCALL_H
#define TAPE_EVENTS_SYSCALL_H

#include <tape/events/event.h>

#define EV_SYSCALL_SLOTS 32

enum ev_syscall_flags {
	EV_SYSCALL_32BIT = 1, /* by a 32-bit program on a 64-bit kernel: other numbers */
};

/*
 * One thread's calls of one number in a part of an epoch. The header's time is the
 * last one's return. A call is in one record: those that a SYSCALL tells of, as it
 * does of the first in each epoch, are not counted here.
 */
#define EV_SYSCALL_COUNT_FIELDS(F, A, T)                                                           \
	F(uint64_t, from_ns, "ns", "they returned after this time, and none after the header's")   \
	F(uint64_t, count, "count", "calls that ended")                                            \
	F(uint64_t, errors, "count", "of them, those that returned -1 to -4095")                   \
	F(uint64_t, total_ns, "ns", "time between entry and return, of all")                       \
	F(uint64_t, max_ns, "ns", "the longest")                                                   \
	F(int32_t, syscall, "syscall", "the call's number")                                        \
	F(uint32_t, flags, "flags", "enum ev_syscall_flags")                                       \
	A(uint32_t, slots, EV_SYSCALL_SLOTS, "count",                                              \
	  "calls by duration: slot i from 2^i ns on, 0 and 1 ns in slot 0, the last without an end")
EV_STRUCT(syscall_count, EV_SYSCALL_COUNT_FIELDS);

/* One call; the header's time is its return. */
#define EV_SYSCALL_FIELDS(F, A, T)                                                                 \
	F(uint64_t, duration_ns, "ns", "time between entry and return")                            \
	F(int64_t, ret, "count", "what it returned; -1 to -4095 are errors")                       \
	F(int32_t, syscall, "syscall", "the call's number")                                        \
	F(uint32_t, flags, "flags", "enum ev_syscall_flags")
EV_STRUCT(syscall, EV_SYSCALL_FIELDS);

#define EV_SYSCALL_EVENTS(X)                                                                       \
	X(SYSCALL_COUNT, 176, syscall_count, EV_SYSCALL_COUNT_FIELDS,                              \
	  "how often and how long a thread made one system call")                                  \
	X(SYSCALL, 177, syscall, EV_SYSCALL_FIELDS, "a system call returned")

#endif
