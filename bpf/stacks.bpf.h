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
#include "seen.bpf.h"
#include <bpf/bpf_core_read.h>

#ifndef STACKS_SCRATCHES
#define STACKS_SCRATCHES 1
#endif

#include "copy.bpf.h"
#include "go_stack.bpf.h"

#define STACKS_HEAD sizeof(struct ev_stack)

/*
 * A STACK record with its tail; one address more than is used, for the verifier. Then
 * what goes with a user stack.
 */
struct stacks_scratch {
	uint8_t head[STACKS_HEAD];
	uint64_t ip[CONTROL_STACK_DEPTH + 1];
	uint64_t end; /* of the stack that is copied; 0: not known */
	struct copy_top top;
	bool copied, topped, go;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STACKS_SCRATCHES);
	__type(key, uint32_t);
	__type(value, struct stacks_scratch);
} scratch SEC(".maps");

/* In a loop of its own, so that the verifier walks it once and not for each caller. */
static __noinline uint64_t stacks_hash(uint32_t which, uint64_t seed, uint32_t n)
{
	struct stacks_scratch *s = bpf_map_lookup_elem(&scratch, &which);
	uint64_t hash = seen_mix(0x2545f4914f6cdd1dull, seed);

	if (!s)
		return 0;
	for (uint32_t i = 0; i < CONTROL_STACK_DEPTH; i++) {
		if (i >= n)
			break;
		hash = seen_mix(hash, s->ip[i]);
	}
	return seen_finish(hash);
}

/* Writes the stack of n addresses that stands in the scratch buffer. Returns whether there was room. */
static __always_inline bool stacks_emit(const struct control *c, struct stacks_scratch *s,
					uint32_t n, uint64_t id, uint32_t kind)
{
	uint32_t size = STACKS_HEAD + (n & CONTROL_STACK_DEPTH) * sizeof(uint64_t);
	struct ev_stack *record = (void *)s;

	record->id = id;
	record->kind = kind;
	record->flags = n >= CONTROL_STACK_DEPTH ? EV_STACK_CUT : 0;
	return emit_copy(c, s, size, EV_STACK, kind == EV_STACK_USER);
}

/* The kernel stack of n addresses in the scratch buffer, written if this epoch has not seen it. */
static __always_inline uint64_t stacks_kernel(const struct control *c, struct stacks_scratch *s,
					      uint32_t n, uint32_t which)
{
	uint64_t id = stacks_hash(which, 0, n);
	uint64_t *seen = seen_slot(id);

	if (seen && *seen != seen_mark(id, c->epoch) && stacks_emit(c, s, n, id, EV_STACK_KERNEL))
		*seen = seen_mark(id, c->epoch);
	return id;
}

static __always_inline uint32_t stacks_unwind(const struct control *c)
{
	uint32_t tgid = bpf_get_current_pid_tgid() >> 32;
	const uint32_t *mode;

	if (c->unwind != CONTROL_UNWIND_AUTO)
		return c->unwind;
	mode = bpf_map_lookup_elem(&unwinds, &tgid);
	return mode ? *mode : CONTROL_UNWIND_COPY;
}

/*
 * What goes with the user stack whose registers are in the scratch buffer of copies,
 * caller being its second address. They are those of the leaf; where that is on a
 * goroutine's stack and C below it, the copy is to begin in C. Global, as what follows,
 * so that it is verified once.
 */
__noinline int stacks_look(uint32_t which, uint64_t caller)
{
	struct stacks_scratch *s = bpf_map_lookup_elem(&scratch, &which);
	struct copy_scratch *copy = bpf_map_lookup_elem(&copies, &which);
	struct go_stack *go = bpf_map_lookup_elem(&go_stacks, &which);
	struct control c;
	uint32_t mode, kind;
	uint64_t sp;

	if (!s || !copy || !go || !control_read(&c))
		return 0;
	mode = stacks_unwind(&c);
	kind = go_stack_take(which);
	sp = COPY_SP(&copy->regs);
	s->go = kind >= GO_STACK_SWITCHED;
	s->end = kind == GO_STACK_OWN ? go->hi : go->end;
	if (kind == GO_STACK_UNKNOWN)
		s->end = copy_end(sp);
	s->copied = mode == CONTROL_UNWIND_COPY ||
		    (mode == CONTROL_UNWIND_GO && s->end && kind != GO_STACK_OWN);
	if (!s->copied || kind == GO_STACK_CALLED)
		s->topped = copy_read_top(sp, caller, &s->top);
	if (s->copied && kind == GO_STACK_CALLED)
		COPY_SP(&copy->regs) = go->first_sp;
	return 0;
}

/* Writes the stack of n addresses that stands in the scratch buffers, and what goes with it. */
__noinline int stacks_emit_user(uint32_t which, uint32_t n, uint64_t id, uint32_t epoch)
{
	struct stacks_scratch *s = bpf_map_lookup_elem(&scratch, &which);
	struct copy_scratch *copy = bpf_map_lookup_elem(&copies, &which);
	struct go_stack *go = bpf_map_lookup_elem(&go_stacks, &which);
	struct control c;

	if (!s || !copy || !go || !control_read(&c))
		return 0;
	c.epoch = epoch;
	if (s->copied)
		copy_parts(which, copy->n_parts, epoch);
	return stacks_emit(&c, s, n, id, EV_STACK_USER) &&
	       (!s->copied || copy_emit(&c, copy, id, copy->n_parts, s->end)) &&
	       (!s->topped || copy_emit_top(&c, id, &s->top)) &&
	       (!s->go || go_stack_emit(&c, go, id));
}

/*
 * The same of the current thread's user stack, and what unwinding it needs: regs says
 * whether the registers are there, in the scratch buffer of copies.
 */
__noinline uint64_t stacks_user(uint32_t which, uint32_t n, uint32_t regs, uint32_t epoch)
{
	struct stacks_scratch *s = bpf_map_lookup_elem(&scratch, &which);
	uint64_t id = stacks_hash(which, seen_seed(), n), *seen;

	if (!s)
		return 0;
	s->copied = false;
	s->topped = false;
	s->go = false;
	if (regs)
		stacks_look(which, n > 1 ? s->ip[1] : 0);
	if (s->copied)
		id = copy_identify(which, id, s->end);
	if (s->topped)
		id = seen_finish(seen_mix(seen_mix(id, s->top.word[0]), s->top.word[1]));
	if (s->go)
		id = go_stack_hash(which, id);
	seen = seen_slot(id);
	if (seen && *seen != seen_mark(id, epoch) && stacks_emit_user(which, n, id, epoch))
		*seen = seen_mark(id, epoch);
	return id;
}

/* The kernel stack that a program on a perf event sees; 0 if there is none. */
static __always_inline uint64_t stacks_take_kernel(struct bpf_perf_event_data *ctx,
						   const struct control *c)
{
	uint32_t zero = 0;
	struct stacks_scratch *s = bpf_map_lookup_elem(&scratch, &zero);
	long bytes;

	if (!s)
		return 0;
	bytes = bpf_get_stack(ctx, s->ip, CONTROL_STACK_DEPTH * sizeof(uint64_t), 0);
	return bytes > 0 ? stacks_kernel(c, s, bytes / sizeof(uint64_t), zero) : 0;
}

/* The user stack, the same. */
static __always_inline uint64_t stacks_take_user(struct bpf_perf_event_data *ctx,
						 const struct control *c)
{
	uint32_t zero = 0;
	struct stacks_scratch *s = bpf_map_lookup_elem(&scratch, &zero);
	struct copy_scratch *copy = bpf_map_lookup_elem(&copies, &zero);
	bool regs;
	long bytes;

	if (!s || !copy)
		return 0;
	bytes = bpf_get_stack(ctx, s->ip, CONTROL_STACK_DEPTH * sizeof(uint64_t), BPF_F_USER_STACK);
	if (bytes <= 0)
		return 0;
	copy_interrupted(ctx, &copy->regs);
	regs = copy_is_user(&copy->regs) || copy_kernel_entry(c, &copy->regs);
	return stacks_user(zero, bytes / sizeof(uint64_t), regs, c->epoch);
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
	struct copy_scratch *copy = bpf_map_lookup_elem(&copies, &which);
	bool user = kind == EV_STACK_USER;
	long bytes;

	if (!s || !copy)
		return 0;
	bytes = bpf_get_task_stack(task, s->ip, CONTROL_STACK_DEPTH * sizeof(uint64_t),
				   user ? BPF_F_USER_STACK : 0);
	if (bytes <= 0)
		return 0;
	if (!user)
		return stacks_kernel(c, s, bytes / sizeof(uint64_t), which);
	return stacks_user(which, bytes / sizeof(uint64_t), copy_kernel_entry(c, &copy->regs),
			   c->epoch);
}

#endif
