/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What unwinding needs besides a walk along frame pointers: the registers of
 * user mode with a copy of the stack's memory, or the words on top of the stack.
 *
 * A stack's end is where its thread began: the kernel knows it of a process'
 * first thread, and the C libraries keep a thread's own data behind its stack.
 * That costs no look at the mappings (bpf_find_vma() takes their lock, and works
 * once an interrupt). Of other stacks, those of coroutines or signals, less is
 * copied.
 */
#ifndef BPF_COPY_BPF_H
#define BPF_COPY_BPF_H

#include "emit.bpf.h"
#include "seen.bpf.h"
#include <bpf/bpf_core_read.h>

#define COPY_PARTS	 128 /* 64 KiB */
#define COPY_PARTS_BLIND 24  /* where the stack's end is not known */
#define COPY_GAP	 16  /* after so many unreadable parts it ends: two pages */
#define COPY_PART_WORDS	 (EV_STACK_PART_SIZE / 8)
#define COPY_WORDS	 256 /* room: registers, parts; a power of two, for the verifier */
#define COPY_HEAD	 sizeof(struct ev_stack_copy)
#define COPY_FAR	 (128ul << 20) /* no stack is larger: what is farther away is not its end */

#ifdef __TARGET_ARCH_x86
#define COPY_REGISTERS 17
#else
#define COPY_REGISTERS 33
#endif

/* A STACK_COPY record with its tail. */
struct copy_scratch {
	struct user_regs regs;
	uint64_t in_use; /* of the stack, bytes from sp on; a guess where its end is not known */
	uint64_t code;	 /* of the program, without libraries */
	uint64_t code_size;
	uint32_t n_parts; /* of words, behind the registers */
	uint32_t missing;
	uint8_t head[COPY_HEAD];
	uint64_t words[COPY_WORDS];
};

/* A STACK_PART record, and as much room again, for the verifier. */
struct copy_part {
	uint8_t head[sizeof(struct ev_stack_part)];
	uint64_t words[COPY_PART_WORDS];
	uint64_t room[COPY_PART_WORDS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STACKS_SCRATCHES);
	__type(key, uint32_t);
	__type(value, struct copy_scratch);
} copies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STACKS_SCRATCHES);
	__type(key, uint32_t);
	__type(value, struct copy_part);
} parts SEC(".maps");

/* --- registers --- */

#ifdef __TARGET_ARCH_x86
#define COPY_SP(r) ((r)->sp)
#define COPY_IP(r) ((r)->ip)
#define COPY_FP(r) ((r)->bp)
#define COPY_BX(r) ((r)->bx)

/* 64-bit code: what the kernel calls __USER32_CS is not. */
static __always_inline bool copy_is_user(const struct user_regs *regs)
{
	return (regs->cs & 3) == 3 && (regs->cs & 0xffff) != 0x23 && regs->sp;
}

/* In DWARF's order (System V ABI for x86-64, 3.6.2). */
static __always_inline void copy_registers(const struct user_regs *regs, uint64_t *to)
{
	to[0] = regs->ax;
	to[1] = regs->dx;
	to[2] = regs->cx;
	to[3] = regs->bx;
	to[4] = regs->si;
	to[5] = regs->di;
	to[6] = regs->bp;
	to[7] = regs->sp;
	to[8] = regs->r8;
	to[9] = regs->r9;
	to[10] = regs->r10;
	to[11] = regs->r11;
	to[12] = regs->r12;
	to[13] = regs->r13;
	to[14] = regs->r14;
	to[15] = regs->r15;
	to[16] = regs->ip;
}
#else
#define COPY_SP(r) ((r)->sp)
#define COPY_IP(r) ((r)->pc)
#define COPY_FP(r) ((r)->regs[29])
#define COPY_BX(r) ((r)->regs[30])

/* PSR_MODE_EL0t, and not PSR_MODE32_BIT (arch/arm64/include/uapi/asm/ptrace.h). */
static __always_inline bool copy_is_user(const struct user_regs *regs)
{
	return !(regs->pstate & 0x1f) && regs->sp;
}

static __always_inline void copy_registers(const struct user_regs *regs, uint64_t *to)
{
	for (int i = 0; i < 31; i++)
		to[i] = regs->regs[i];
	to[31] = regs->sp;
	to[32] = regs->pc;
}
#endif

/* Those that a perf event interrupted: of user mode or of the kernel. */
static __always_inline void copy_interrupted(struct bpf_perf_event_data *ctx, struct user_regs *ret)
{
#ifdef __TARGET_ARCH_x86
	ret->r15 = ctx->regs.r15;
	ret->r14 = ctx->regs.r14;
	ret->r13 = ctx->regs.r13;
	ret->r12 = ctx->regs.r12;
	ret->bp = ctx->regs.bp;
	ret->bx = ctx->regs.bx;
	ret->r11 = ctx->regs.r11;
	ret->r10 = ctx->regs.r10;
	ret->r9 = ctx->regs.r9;
	ret->r8 = ctx->regs.r8;
	ret->ax = ctx->regs.ax;
	ret->cx = ctx->regs.cx;
	ret->dx = ctx->regs.dx;
	ret->si = ctx->regs.si;
	ret->di = ctx->regs.di;
	ret->ip = ctx->regs.ip;
	ret->cs = ctx->regs.cs;
	ret->sp = ctx->regs.sp;
#else
#pragma unroll
	for (int i = 0; i < 31; i++)
		ret->regs[i] = ctx->regs.regs[i];
	ret->sp = ctx->regs.sp;
	ret->pc = ctx->regs.pc;
	ret->pstate = ctx->regs.pstate;
#endif
}

/* Those with which the current thread entered the kernel. */
static __always_inline bool copy_kernel_entry(const struct control *c, struct user_regs *ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	uint64_t at;

	if (BPF_CORE_READ(task, flags) & TASK_NO_USER)
		return false;
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs) &&
	    !(c->without & CONTROL_WITHOUT_PT_REGS))
		at = bpf_task_pt_regs(bpf_get_current_task_btf());
	else
		at = (uint64_t)BPF_CORE_READ(task, stack) + TASK_STACK_SIZE - sizeof(*ret);
	return bpf_probe_read_kernel(ret, sizeof(*ret), (void *)at) == 0 && copy_is_user(ret);
}

/* --- parts --- */

/* Reads a part from its word `skip` on; those before are 0. Without a loop: the verifier would walk each skip. */
static __always_inline bool copy_read(struct copy_part *p, uint64_t at, uint32_t skip)
{
	skip &= COPY_PART_WORDS - 1;
	if (skip)
		__builtin_memset(p->words, 0, sizeof(p->words));
	return !bpf_probe_read_user(p->words + skip, (COPY_PART_WORDS - skip) * sizeof(uint64_t),
				    (void *)(at + skip * sizeof(uint64_t)));
}

/*
 * Reads a part and writes it to the ring if this epoch has not seen it; its first
 * words are taken as 0. Returns its id, 0 if it is not readable. Global, so that the
 * verifier walks its loop once and not for each part.
 */
__noinline uint64_t copy_part(uint32_t which, uint64_t at, uint32_t skip, uint32_t epoch)
{
	struct copy_part *p = bpf_map_lookup_elem(&parts, &which);
	uint64_t id = seen_mix(0x6a09e667f3bcc909ull, seen_seed());
	struct ev_stack_part *record = (void *)p;
	uint64_t *seen;
	struct control c;

	if (!p || !copy_read(p, at, skip))
		return 0;
	for (uint32_t i = 0; i < COPY_PART_WORDS; i++)
		id = seen_mix(id, p->words[i]);
	id = seen_finish(id);
	seen = seen_slot(id);
	if (!seen || *seen == seen_mark(id, epoch) || !control_read(&c))
		return id;
	c.epoch = epoch;
	record->id = id;
	if (emit_copy(&c, p, sizeof(*p) - sizeof(p->room), EV_STACK_PART, true))
		*seen = seen_mark(id, epoch);
	return id;
}

/* Where the thread's stack ends; 0: not known, or sp is in another one. */
static __always_inline uint64_t copy_end(uint64_t sp)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	uint64_t end;

	if (BPF_CORE_READ(task, pid) == BPF_CORE_READ(task, tgid))
		end = BPF_CORE_READ(task, mm, start_stack);
	else
#ifdef __TARGET_ARCH_x86
		end = BPF_CORE_READ(task, thread.fsbase);
#else
		end = BPF_CORE_READ(task, thread.uw.tp_value);
#endif
	return end > sp && end - sp < COPY_FAR ? end : 0;
}

/*
 * Whether a word may be a return address: a call stands before it. Much cheaper
 * than asking the mappings, and says more. Global, so that it is verified once.
 */
__noinline bool copy_is_return(uint64_t word)
{
#ifdef __TARGET_ARCH_x86
	uint8_t b[8];

	if (word < 65536 || word >> 47 || bpf_probe_read_user(b, sizeof(b), (void *)(word - 8)) < 0)
		return false;
	/* E8: call rel32; FF /2: call of a register or of memory, with 0 to 5 bytes of address. */
	return b[3] == 0xe8 || (b[6] == 0xff && (b[7] & 0x38) == 0x10) ||
	       (b[5] == 0xff && (b[6] & 0x38) == 0x10) || (b[4] == 0xff && (b[5] & 0x38) == 0x10) ||
	       (b[2] == 0xff && (b[3] & 0x38) == 0x10) || (b[1] == 0xff && (b[2] & 0x38) == 0x10);
#else
	uint32_t call;

	if (word < 65536 || word & 3 || word >> 52 ||
	    bpf_probe_read_user(&call, sizeof(call), (void *)(word - 4)) < 0)
		return false;
	return call >> 26 == 0x25 || (call & 0xfffffc1f) == 0xd63f0000; /* BL, BLR */
#endif
}

/*
 * What a word of a stack tells whoever unwinds it: a place in code or on the stack.
 * All else counts as 0, so that stacks that differ in data alone are one. Where a
 * signal found a library is not told apart either.
 */
static __always_inline uint64_t copy_meaning(const struct copy_scratch *s, uint64_t word)
{
	if (word - COPY_SP(&s->regs) < s->in_use || word - s->code < s->code_size)
		return word;
	return copy_is_return(word) ? word : 0;
}

/* The hash of what a part's words mean, those before skip left out; 0: it is not readable. */
__noinline uint64_t copy_hash(uint32_t which, uint64_t at, uint32_t skip)
{
	struct copy_part *p = bpf_map_lookup_elem(&parts, &which);
	struct copy_scratch *s = bpf_map_lookup_elem(&copies, &which);
	uint64_t hash = seen_mix(0x6a09e667f3bcc909ull, at);

	if (!p || !s || !copy_read(p, at, skip))
		return 0;
	for (uint32_t i = 0; i < COPY_PART_WORDS; i++)
		hash = seen_mix(hash, copy_meaning(s, p->words[i]));
	return seen_finish(hash);
}

/*
 * The id of the stack that s->regs stand on, hash being that of its walk. Which parts
 * there are is left in the scratch buffer.
 *
 * Of the registers, those that tell two equal copies' frames apart are enough. What
 * the loop counts stands in memory: the verifier would walk each of its values.
 */
__noinline uint64_t copy_identify(uint32_t which, uint64_t hash, uint64_t end)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct copy_scratch *s = bpf_map_lookup_elem(&copies, &which);
	uint32_t n_parts = COPY_PARTS_BLIND, gap = end ? COPY_GAP : 0;
	uint64_t sp, first;

	if (!s)
		return 0;
	sp = COPY_SP(&s->regs);
	first = sp & -(uint64_t)EV_STACK_PART_SIZE;
	s->in_use = end ? end - sp : COPY_PARTS_BLIND * EV_STACK_PART_SIZE;
	s->code = BPF_CORE_READ(task, mm, start_code);
	s->code_size = BPF_CORE_READ(task, mm, end_code) - s->code;
	s->n_parts = 0;
	s->missing = 0;
	if (end)
		n_parts = (end - first + EV_STACK_PART_SIZE - 1) / EV_STACK_PART_SIZE;
	hash = seen_mix(seen_mix(hash, sp), COPY_IP(&s->regs));
	hash = seen_mix(seen_mix(hash, copy_meaning(s, COPY_FP(&s->regs))),
			copy_meaning(s, COPY_BX(&s->regs)));
	for (uint32_t i = 0; i < COPY_PARTS; i++) {
		uint64_t part;

		if (i >= n_parts)
			break;
		part = copy_hash(which, first + i * EV_STACK_PART_SIZE,
				 i ? 0 : (sp - first) / sizeof(uint64_t));
		hash = seen_mix(hash, part);
		s->missing = part ? 0 : s->missing + 1;
		if (part)
			s->n_parts = i + 1;
		if (s->missing > gap)
			break;
	}
	return seen_finish(hash);
}

/* Writes the n parts of a stack that copy_identify() found, and puts their ids into the scratch buffer. */
__noinline int copy_parts(uint32_t which, uint32_t n, uint32_t epoch)
{
	struct copy_scratch *s = bpf_map_lookup_elem(&copies, &which);
	uint64_t sp, first;

	if (!s)
		return 0;
	sp = COPY_SP(&s->regs);
	first = sp & -(uint64_t)EV_STACK_PART_SIZE;
	for (uint32_t i = 0; i < COPY_PARTS; i++) {
		if (i >= n)
			break;
		s->words[COPY_REGISTERS + i] =
			copy_part(which, first + i * EV_STACK_PART_SIZE,
				  i ? 0 : (sp - first) / sizeof(uint64_t), epoch);
	}
	return 0;
}

static __always_inline bool copy_emit(const struct control *c, struct copy_scratch *s, uint64_t id,
				      uint32_t n, uint64_t end)
{
	struct ev_stack_copy *record = (void *)s->head;

	copy_registers(&s->regs, s->words);
	record->id = id;
	record->in_use = end ? end - COPY_SP(&s->regs) : 0;
	record->n_registers = COPY_REGISTERS;
	record->flags = 0;
	return emit_copy(c, s->head,
			 COPY_HEAD + ((COPY_REGISTERS + n) & (COPY_WORDS - 1)) * sizeof(uint64_t),
			 EV_STACK_COPY, true);
}

/* --- the top of the stack --- */

struct copy_top {
	uint64_t word[2];
};

/* The words at [sp] and [sp + 8] that may be a caller's which the walk does not have. */
static __always_inline bool copy_read_top(uint64_t sp, uint64_t caller, struct copy_top *ret)
{
	if (bpf_probe_read_user(ret, sizeof(*ret), (void *)sp) < 0)
		return false;
	for (int i = 0; i < 2; i++) {
		if (ret->word[i] == caller || !copy_is_return(ret->word[i]))
			ret->word[i] = 0;
	}
	return ret->word[0] || ret->word[1];
}

static __always_inline bool copy_emit_top(const struct control *c, uint64_t id,
					  const struct copy_top *top)
{
	struct ev_stack_top *ev = emit_reserve(c, EV_STACK_TOP, sizeof(*ev));

	if (!ev)
		return false;
	ev->h.tid = 0;
	ev->id = id;
	ev->word[0] = top->word[0];
	ev->word[1] = top->word[1];
	emit_submit(c, ev);
	return true;
}

#endif
