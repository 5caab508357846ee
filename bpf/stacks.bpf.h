/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Stacks, hashed to 64 bits and written once in each epoch. A stack that did
 * not fit into the ring is not marked as seen: the next event that has it
 * writes it again.
 *
 * The scratch buffers are each object's own: a sample may interrupt another
 * group's program on the same CPU, never its own. An object whose programs can
 * interrupt each other defines STACKS_SCRATCHES and says which one it means.
 */
#ifndef BPF_STACKS_BPF_H
#define BPF_STACKS_BPF_H

#include "emit.bpf.h"
#include <bpf/bpf_core_read.h>

#define STACKS_HEAD sizeof(struct ev_stack)

#ifndef STACKS_SCRATCHES
#define STACKS_SCRATCHES 1
#endif

/* A STACK record with its tail; one address more than is used, for the verifier. */
struct stacks_scratch {
	uint8_t head[STACKS_HEAD];
	uint64_t ip[CONTROL_STACK_DEPTH + 1];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STACKS_SCRATCHES);
	__type(key, uint32_t);
	__type(value, struct stacks_scratch);
} scratch SEC(".maps");

static __always_inline uint64_t stacks_mix(uint64_t hash, uint64_t value)
{
	/* Multiply and fold, as in wyhash; the factor is 2^64 divided by the golden ratio. */
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
	return hash ^ (hash >> 29);
}

/* In a loop of its own, so that the verifier walks it once and not for each caller. */
static __noinline uint64_t stacks_hash(uint32_t which, uint64_t seed, uint32_t n)
{
	struct stacks_scratch *s = bpf_map_lookup_elem(&scratch, &which);
	uint64_t hash = stacks_mix(0x2545f4914f6cdd1dull, seed);

	if (!s)
		return 0;
	for (uint32_t i = 0; i < CONTROL_STACK_DEPTH; i++) {
		if (i >= n)
			break;
		hash = stacks_mix(hash, s->ip[i]);
	}
	hash ^= hash >> 32;
	return hash ? hash : 1;
}

static __always_inline bool stacks_emit(const struct control *c, struct stacks_scratch *s,
					uint32_t n)
{
	uint32_t size = STACKS_HEAD + (n & CONTROL_STACK_DEPTH) * sizeof(uint64_t);
	struct ev_stack *record = (void *)s;
	void *ring = emit_ring(c);

	if (!ring)
		return false;
	emit_head(&record->h, c, EV_STACK, size, bpf_ktime_get_ns());
	record->h.tid = 0;
	if (record->kind == EV_STACK_KERNEL)
		record->h.tgid = 0;
	if (bpf_ringbuf_output(ring, s, size, emit_flags(c, ring)) == 0)
		return true;
	emit_lost(EV_STACK);
	return false;
}

/*
 * Writes the stack of n addresses that stands in the scratch buffer to the
 * ring if this epoch has not seen it. Returns its id.
 */
static __always_inline uint64_t stacks_intern(const struct control *c, struct stacks_scratch *s,
					      uint32_t n, uint64_t id)
{
	uint32_t slot = id & (CONTROL_STACK_SLOTS - 1);
	uint64_t *seen = bpf_map_lookup_elem(&stacks_seen, &slot);
	uint64_t mark = stacks_mix(id, c->epoch);
	struct ev_stack *record = (void *)s;

	if (!seen || *seen == mark)
		return id;
	record->id = id;
	record->flags = n >= CONTROL_STACK_DEPTH ? EV_STACK_CUT : 0;
	if (stacks_emit(c, s, n))
		*seen = mark;
	return id;
}

/* The process and its count of execs: the same address means another thing in another program. */
static __always_inline uint64_t stacks_user_seed(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return (bpf_get_current_pid_tgid() >> 32) | (uint64_t)BPF_CORE_READ(task, self_exec_id)
							    << 32;
}

/* The current task's stack as bpf_get_stack(ctx) sees it; 0 if there is none. */
static __always_inline uint64_t stacks_take(void *ctx, const struct control *c, uint32_t kind)
{
	uint32_t zero = 0;
	struct stacks_scratch *s = bpf_map_lookup_elem(&scratch, &zero);
	bool user = kind == EV_STACK_USER;
	long bytes;

	if (!s)
		return 0;
	bytes = bpf_get_stack(ctx, s->ip, CONTROL_STACK_DEPTH * sizeof(uint64_t),
			      user ? BPF_F_USER_STACK : 0);
	if (bytes <= 0)
		return 0;
	((struct ev_stack *)s)->kind = kind;
	return stacks_intern(c, s, bytes / sizeof(uint64_t),
			     stacks_hash(zero, user ? stacks_user_seed() : 0,
					 bytes / sizeof(uint64_t)));
}

/*
 * The kernel stack of a task that is not running or the current one, or the
 * current task's user stack; 0 if there is none. For programs that know the
 * task's type (tp_btf).
 */
static __always_inline uint64_t stacks_take_task(struct task_struct *task, const struct control *c,
						 uint32_t kind, uint32_t which)
{
	struct stacks_scratch *s = bpf_map_lookup_elem(&scratch, &which);
	bool user = kind == EV_STACK_USER;
	long bytes;

	if (!s)
		return 0;
	bytes = bpf_get_task_stack(task, s->ip, CONTROL_STACK_DEPTH * sizeof(uint64_t),
				   user ? BPF_F_USER_STACK : 0);
	if (bytes <= 0)
		return 0;
	((struct ev_stack *)s)->kind = kind;
	return stacks_intern(c, s, bytes / sizeof(uint64_t),
			     stacks_hash(which, user ? stacks_user_seed() : 0,
					 bytes / sizeof(uint64_t)));
}

#endif
