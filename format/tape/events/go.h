/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goroutines, and what Go's runtime knows of itself, read from outside. Numbers 64
 * to 79. All are about the header's tgid.
 *
 * A snapshot is a GO_SNAPSHOT and, before it, what has changed since the one before:
 * GO_GOROUTINE of each goroutine that is new or other, GO_ENDED of those that are
 * gone. The first snapshot of a process in an epoch states all of them. Records of a
 * snapshot have its time; a GO_SNAPSHOT that is missing makes those before it count
 * with the next one.
 */
#ifndef TAPE_EVENTS_GO_H
#define TAPE_EVENTS_GO_H

#include <tape/events/event.h>

/* The runtime of a process, once in each epoch that reads it; or why it is not read. */
enum ev_go_flags {
	EV_GO_OFF = 1,		   /* nothing is read: the text says why */
	EV_GO_NO_HEAP = 2,	   /* there is no heap profile, or it was not found */
	EV_GO_BY_DWARF = 4,	   /* offsets are of the program's own DWARF, not of the table */
	EV_GO_HEAP_NOT_LINKED = 8, /* why: nothing in the program asks for it, */
	EV_GO_HEAP_RATE_0 = 16,	   /* or it was turned off; else it was not found */
	EV_GO_NO_COLLECTOR = 32,   /* the collector's figures were not found */
};

#define EV_GO_RUNTIME_FIELDS(F, A, T)                                                              \
	F(uint32_t, version, "count", "Go 1.N as 100 + N; 0: not known")                           \
	F(uint32_t, flags, "flags", "enum ev_go_flags")                                            \
	F(uint64_t, heap_rate, "bytes", "one allocation in so many bytes is profiled; 0: none")    \
	T(char, text, "text", "the version as the program has it; or why nothing is read")
EV_STRUCT(go_runtime, EV_GO_RUNTIME_FIELDS);

/* What the numbers of this version mean, once in each epoch. */
enum ev_go_names { EV_GO_NAMES_STATUS = 1, EV_GO_NAMES_WAIT = 2 };

#define EV_GO_NAME_FIELDS(F, A, T)                                                                 \
	F(uint32_t, kind, "enum", "enum ev_go_names")                                              \
	F(uint32_t, number, "count", "the number that is named")                                   \
	T(char, name, "text", "as the runtime prints it")
EV_STRUCT(go_name, EV_GO_NAME_FIELDS);

enum ev_go_goroutine_flags {
	EV_GO_TORN = 1,	  /* it changed while it was read: its state alone is meant */
	EV_GO_SYSTEM = 2, /* the runtime's own */
	EV_GO_FRESH = 4,  /* it has not run yet: its stack is where it will begin */
};

#define EV_GO_GOROUTINE_FIELDS(F, A, T)                                                            \
	F(uint64_t, goid, "goid", "its number; never used again in a process")                     \
	F(uint64_t, ustack, "stack", "where it stands; 0: it runs, or that was not read")          \
	F(uint64_t, created_at, "address", "behind the go statement that made it; 0: not known")   \
	F(uint64_t, start, "address", "the function that it began with")                           \
	F(uint64_t, creator, "goid", "who made it; 0: not known")                                  \
	F(uint64_t, wait_object, "address", "the channel or lock that it waits for; 0: not known") \
	F(uint64_t, wait_since_ns, "ns",                                                           \
	  "it has waited since then or longer; 0: no collection has looked at it since")           \
	F(uint64_t, stack_bytes, "bytes", "the size of its stack")                                 \
	F(uint32_t, status, "enum", "runtime.g.atomicstatus without the scan bit")                 \
	F(uint32_t, wait_reason, "enum", "runtime.g.waitreason; where status is waiting")          \
	F(uint32_t, thread, "tid", "where it runs, or made a system call; 0: none")                \
	F(uint32_t, flags, "flags", "enum ev_go_goroutine_flags")
EV_STRUCT(go_goroutine, EV_GO_GOROUTINE_FIELDS);

#define EV_GO_ENDED_FIELDS(F, A, T) T(uint64_t, goids, "goid", "goroutines that are gone")
EV_STRUCT(go_ended, EV_GO_ENDED_FIELDS);

/* A channel that goroutines wait for; again when it has changed. */
#define EV_GO_CHANNEL_FIELDS(F, A, T)                                                              \
	F(uint64_t, address, "address", "the channel")                                             \
	F(uint64_t, count, "count", "elements in it")                                              \
	F(uint64_t, room, "count", "elements that it has room for")                                \
	F(uint32_t, element_bytes, "bytes", "the size of an element")                              \
	F(uint32_t, closed, "bool", "1: closed")                                                   \
	F(uint32_t, timed, "bool", "1: a timer feeds it; 0: none, or the version is before 1.23")  \
	F(uint32_t, reserved, "none", "0")
EV_STRUCT(go_channel, EV_GO_CHANNEL_FIELDS);

/*
 * A lock that goroutines wait for: the semaphore in it, and the 32 bytes that begin 16
 * before that. What they mean is told by package sync of the version.
 */
#define EV_GO_LOCK_FIELDS(F, A, T)                                                                 \
	F(uint64_t, address, "address", "the semaphore")                                           \
	A(uint64_t, words, 4, "none", "from 16 bytes before it on")
EV_STRUCT(go_lock, EV_GO_LOCK_FIELDS);

/* A snapshot is complete. */
#define EV_GO_SNAPSHOT_FIELDS(F, A, T)                                                             \
	F(uint64_t, number, "count", "of the process' snapshots, from 1 on")                       \
	F(uint64_t, took_ns, "ns",                                                                 \
	  "from the first read to the last; it ended at the header's time")                        \
	F(uint64_t, alive, "count", "goroutines that there are")                                   \
	F(uint64_t, changed, "count", "GO_GOROUTINE records of it")                                \
	F(uint64_t, torn, "count", "of them with EV_GO_TORN")                                      \
	F(uint32_t, whole, "bool", "1: all goroutines are stated, not only the changes")           \
	F(uint32_t, unread, "count", "goroutines whose memory could not be read")
EV_STRUCT(go_snapshot, EV_GO_SNAPSHOT_FIELDS);

/*
 * The runtime's heap profile by stack and size of the objects: sums since the program began,
 * as of a collection. With the first snapshot of an epoch, and what has changed with the last.
 */
#define EV_GO_HEAP_FIELDS(F, A, T)                                                                 \
	F(uint64_t, ustack, "stack", "who allocated")                                              \
	F(uint64_t, allocs, "count", "objects that were allocated, as sampled")                    \
	F(uint64_t, alloc_bytes, "bytes", "their bytes")                                           \
	F(uint64_t, frees, "count", "objects that were freed, as sampled")                         \
	F(uint64_t, free_bytes, "bytes", "their bytes")                                            \
	F(uint64_t, object_bytes, "bytes", "the size of one")
EV_STRUCT(go_heap, EV_GO_HEAP_FIELDS);

/* A figure of the runtime at a snapshot, if it has changed; docs/format.md has the keys. */
#define EV_GO_FIGURE_FIELDS(F, A, T)                                                               \
	F(uint64_t, value, "count", "the figure, in the unit that ends its key")                   \
	T(char, key, "text", "what it measures")
EV_STRUCT(go_figure, EV_GO_FIGURE_FIELDS);

/*
 * A collection that is over, in the snapshot that saw it first: those since the first
 * snapshot of the process, unless there were more between two than the runtime remembers.
 */
#define EV_GO_CYCLE_FIELDS(F, A, T)                                                                \
	F(uint64_t, number, "count", "of the process' collections, from 1 on")                     \
	F(uint64_t, end_wall_ns, "ns", "when it ended, by CLOCK_REALTIME")                         \
	F(uint64_t, pause_ns, "ns", "for how long the program stood still for it")                 \
	F(uint64_t, before_bytes, "bytes", "the heap when it began; 0: not known")                 \
	F(uint64_t, after_bytes, "bytes", "what it found in use; 0: not known")                    \
	F(uint64_t, goal_bytes, "bytes", "how large the heap was to become; 0: not known")
EV_STRUCT(go_cycle, EV_GO_CYCLE_FIELDS);

#define EV_GO_UNKNOWN 0xffffffffffffffff /* in place of a number: that could not be told */

/*
 * What the header's thread runs from here on, as far as its CPU_SAMPLE, SCHED_SWITCH
 * and SCHED_WAIT records show: before each of them for which it is another than was
 * told of the thread before, in this epoch. Where there was no room for it they are
 * not written either. A thread that no such record names in an epoch is of no Go
 * program, or its program is not read.
 */
#define EV_GO_RUNNING_FIELDS(F, A, T)                                                              \
	F(uint64_t, goid, "goid",                                                                  \
	  "the goroutine; 0: none, as in the scheduler or C of its own; or EV_GO_UNKNOWN")
EV_STRUCT(go_running, EV_GO_RUNNING_FIELDS);

#define EV_GO_EVENTS(X)                                                                            \
	X(GO_RUNTIME, 64, go_runtime, EV_GO_RUNTIME_FIELDS, "a process' Go runtime")               \
	X(GO_NAME, 65, go_name, EV_GO_NAME_FIELDS, "what a number of that runtime means")          \
	X(GO_GOROUTINE, 66, go_goroutine, EV_GO_GOROUTINE_FIELDS, "a goroutine, as it is now")     \
	X(GO_ENDED, 67, go_ended, EV_GO_ENDED_FIELDS, "goroutines that are gone")                  \
	X(GO_CHANNEL, 68, go_channel, EV_GO_CHANNEL_FIELDS, "a channel that is waited for")        \
	X(GO_SNAPSHOT, 69, go_snapshot, EV_GO_SNAPSHOT_FIELDS, "a snapshot is complete")           \
	X(GO_HEAP, 70, go_heap, EV_GO_HEAP_FIELDS, "allocations of one stack")                     \
	X(GO_FIGURE, 71, go_figure, EV_GO_FIGURE_FIELDS, "a figure of a process' Go runtime")      \
	X(GO_RUNNING, 72, go_running, EV_GO_RUNNING_FIELDS, "a thread runs another goroutine")     \
	X(GO_LOCK, 73, go_lock, EV_GO_LOCK_FIELDS, "a lock that is waited for")                    \
	X(GO_CYCLE, 74, go_cycle, EV_GO_CYCLE_FIELDS, "a collection of a process' Go runtime")

#endif
