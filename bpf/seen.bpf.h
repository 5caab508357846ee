/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is hashed to 64 bits and written once in each epoch: the hash, and the
 * table of what this epoch has seen.
 */
#ifndef BPF_SEEN_BPF_H
#define BPF_SEEN_BPF_H

#include "emit.bpf.h"
#include <bpf/bpf_core_read.h>

static __always_inline uint64_t seen_mix(uint64_t hash, uint64_t value)
{
	/* Multiply and fold, as in wyhash; the factor is 2^64 divided by the golden ratio. */
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
	return hash ^ (hash >> 29);
}

static __always_inline uint64_t seen_finish(uint64_t hash)
{
	hash ^= hash >> 32;
	return hash ? hash : 1;
}

/* The process and its count of execs: the same address means another thing in another program. */
static __always_inline uint64_t seen_seed(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return (bpf_get_current_pid_tgid() >> 32) | (uint64_t)BPF_CORE_READ(task, self_exec_id)
							    << 32;
}

/* What its slot holds once an epoch has seen an id. */
static __always_inline uint64_t seen_mark(uint64_t id, uint32_t epoch)
{
	return seen_mix(id, epoch);
}

static __always_inline uint64_t *seen_slot(uint64_t id)
{
	uint32_t slot = id & (CONTROL_STACK_SLOTS - 1);

	return bpf_map_lookup_elem(&stacks_seen, &slot);
}

#endif
