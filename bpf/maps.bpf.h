/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The maps that all probe groups share. Every object declares them; the object
 * "core" makes them, and the session gives them to the others by name.
 */
#ifndef BPF_MAPS_BPF_H
#define BPF_MAPS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "control.h"
#include "go.h"
#include "python.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct control);
} control SEC(".maps");

/* The inner maps' size stands for nothing: the recorder makes the rings. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, CONTROL_MAX_RINGS + 1);
	__type(key, uint32_t);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_RINGBUF);
			__uint(max_entries, 4096);
		});
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct control_loss);
} losses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONTROL_MAX_TARGETS);
	__type(key, uint32_t);	 /* tgid */
	__type(value, uint64_t); /* start_boottime; 0: one that the user named */
} targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(uint32_t));
	__uint(value_size, sizeof(uint32_t));
} cgroup SEC(".maps");

/*
 * Which stacks and parts of stacks this epoch has seen: a slot holds the last id
 * that fell on it, mixed with the epoch, so that a new epoch begins with nothing
 * seen. Two that share a slot are written more often than needed, never too seldom.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CONTROL_STACK_SLOTS);
	__type(key, uint32_t);
	__type(value, uint64_t);
} stacks_seen SEC(".maps");

/* Processes that are not unwound by copies, and how they are. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONTROL_MAX_UNWINDS);
	__type(key, uint32_t);	 /* tgid */
	__type(value, uint32_t); /* enum control_unwind */
} unwinds SEC(".maps");

/* Which processes run CPython: written by the recorder. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PYTHON_MAX_PROCESSES);
	__type(key, uint32_t); /* tgid */
	__type(value, struct python_process);
} pythons SEC(".maps");

/* Which processes run Go, of those whose runtime is read: written by the recorder. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GO_MAX_PROCESSES);
	__type(key, uint32_t); /* tgid */
	__type(value, struct go_layout);
} gos SEC(".maps");

/*
 * Which goroutine was last told of a thread: a slot holds one word of both, of the
 * program and the epoch. Threads that share a slot are told of more often than needed.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, GO_SLOTS);
	__type(key, uint32_t);
	__type(value, uint64_t);
} go_told SEC(".maps");

/* A copy, so that one run of a program sees one epoch throughout. */
static __always_inline bool control_read(struct control *ret)
{
	uint32_t zero = 0;
	const struct control *c = bpf_map_lookup_elem(&control, &zero);

	if (!c)
		return false;
	*ret = *c;
	return true;
}

#endif
