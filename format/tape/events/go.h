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
	EV_GO_OFF = 1,	    /* nothing is read: the text says why */
	EV_GO_NO_HEAP = 2,  /* the heap profile is not linked into the program, or was not found */
	EV_GO_BY_DWARF = 4, /* offsets are of the program's own DWARF, not of the table */
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
	F(uint32_t, closed, "bool", "1: closed")
EV_STRUCT(go_channel, EV_GO_CHANNEL_FIELDS);

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

/* The runtime's heap profile by stack: sums since the program began. Only what has changed. */
#define EV_GO_HEAP_FIELDS(F, A, T)                                                                 \
	F(uint64_t, ustack, "stack", "who allocated")                                              \
	F(uint64_t, allocs, "count", "objects that were allocated, as sampled")                    \
	F(uint64_t, alloc_bytes, "bytes", "their bytes")                                           \
	F(uint64_t, frees, "count", "objects that were freed, as sampled")                         \
	F(uint64_t, free_bytes, "bytes", "their bytes")                                            \
	F(uint64_t, object_bytes, "bytes", "the size of one")
EV_STRUCT(go_heap, EV_GO_HEAP_FIELDS);

/* A figure of the runtime at a snapshot: gc.cycles, gc.pause_ns, heap.live_bytes, sched.threads, … */
#define EV_GO_FIGURE_FIELDS(F, A, T)                                                               \
	F(uint64_t, value, "count", "the figure, in the unit that ends its key")                   \
	T(char, key, "text", "what it measures")
EV_STRUCT(go_figure, EV_GO_FIGURE_FIELDS);

#define EV_GO_EVENTS(X)                                                                            \
	X(GO_RUNTIME, 64, go_runtime, EV_GO_RUNTIME_FIELDS, "a process' Go runtime")               \
	X(GO_NAME, 65, go_name, EV_GO_NAME_FIELDS, "what a number of that runtime means")          \
	X(GO_GOROUTINE, 66, go_goroutine, EV_GO_GOROUTINE_FIELDS, "a goroutine, as it is now")     \
	X(GO_ENDED, 67, go_ended, EV_GO_ENDED_FIELDS, "goroutines that are gone")                  \
	X(GO_CHANNEL, 68, go_channel, EV_GO_CHANNEL_FIELDS, "a channel that is waited for")        \
	X(GO_SNAPSHOT, 69, go_snapshot, EV_GO_SNAPSHOT_FIELDS, "a snapshot is complete")           \
	X(GO_HEAP, 70, go_heap, EV_GO_HEAP_FIELDS, "allocations of one stack")                     \
	X(GO_FIGURE, 71, go_figure, EV_GO_FIGURE_FIELDS, "a figure of a process' Go runtime")

#endif
