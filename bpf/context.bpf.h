/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a task is doing at the moment: in which system call it is, with which
 * argument, and whether an interrupt stands on top of it.
 */
#ifndef BPF_CONTEXT_BPF_H
#define BPF_CONTEXT_BPF_H

#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>

const volatile bool context_has_regs; /* bpf_task_pt_regs(): since 5.15 */

static __always_inline bool context_is_user(struct task_struct *task)
{
	return !(task->flags & TASK_NO_USER);
}

/*
 * The number of the system call that a user thread is in; -1 if it is not in
 * one, or that cannot be told. x86: orig_ax is the number in a call and -1 or
 * an error code's place otherwise (arch/x86/entry/entry_64.S).
 */
static __always_inline int32_t context_call(struct task_struct *task)
{
	if (!context_has_regs || !context_is_user(task))
		return -1;
	const struct pt_regs *regs = (void *)bpf_task_pt_regs(task);

#ifdef __TARGET_ARCH_x86
	return regs->orig_ax;
#else
	return regs->syscallno;
#endif
}

/* Whether the system call that a task is in has the numbers of 32-bit programs. */
static __always_inline bool context_is_32bit(struct task_struct *task)
{
#ifdef __TARGET_ARCH_x86
	return task->thread_info.status & 2; /* TS_COMPAT, arch/x86/include/asm/thread_info.h */
#else
	return task->thread_info.flags & 1ul << 22; /* TIF_32BIT, arch/arm64, the same file */
#endif
}

/* The first argument of the call that it is in. */
static __always_inline uint64_t context_first_argument(struct task_struct *task)
{
	const struct pt_regs *regs = (void *)bpf_task_pt_regs(task);

#ifdef __TARGET_ARCH_x86
	return regs->di;
#else
	return regs->orig_x0;
#endif
}

/* The CPU that a task is on, or was last. In thread_info or in task_struct, by the configuration. */
static __always_inline uint16_t context_cpu_of(struct task_struct *task)
{
	struct task_struct___cpu *other = (void *)task;

	if (bpf_core_field_exists(task->thread_info.cpu))
		return task->thread_info.cpu;
	return BPF_CORE_READ(other, cpu);
}

/*
 * Whether this program runs on top of an interrupt and not for the current
 * task. The count that would say so (preempt_count) is out of reach on kernels
 * that do not list their variables, but ctx lies on the stack that is in use:
 * interrupts have one of their own, except those that come from user mode, and
 * then the current thread is in no system call.
 */
static __always_inline bool context_is_interrupt(const void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	uint64_t distance = (uint64_t)ctx - (uint64_t)task;

	/* The verifier lets pointers be subtracted, and nothing else: keep the compiler from it. */
	barrier_var(distance);
	distance += bpf_get_current_task() - (uint64_t)task->stack;
	if (distance >= TASK_STACK_SIZE)
		return true;
	return context_has_regs && context_is_user(task) && context_call(task) < 0;
}

#endif
