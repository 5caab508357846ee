/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The kernel types that our BPF programs touch, and no more of them than that:
 * libbpf relocates each access to the running kernel's layout (CO-RE), so a
 * struct here lists only the fields that are read, in any order. Written by
 * hand, so that no kernel's BTF is needed to build.
 *
 * Names and types: include/linux/sched.h, include/uapi/linux/bpf.h.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

typedef __u8 uint8_t;
typedef __u16 uint16_t;
typedef __u32 uint32_t;
typedef __u64 uint64_t;
typedef __s8 int8_t;
typedef __s16 int16_t;
typedef __s32 int32_t;
typedef __s64 int64_t;
typedef _Bool bool;

enum { false = 0, true = 1 };

#define NULL	   ((void *)0)
#define UINT16_MAX 65535
#define UINT32_MAX 4294967295u

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
};

enum {
	BPF_F_USER_STACK = 256,
};

enum {
	BPF_F_NO_PREALLOC = 1,
};

enum {
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
};

enum {
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
};

enum {
	BPF_RB_AVAIL_DATA = 0,
};

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

enum {
	BPF_F_MMAPABLE = 1024,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	__u64 id;
};

/* The first member of struct cgroup, so a pointer to the one is one to the other. */
struct cgroup_subsys_state {
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct thread_info {
	unsigned int cpu;
	unsigned long flags;
	unsigned int status; /* of x86 */
};

struct mm_struct {
	unsigned long start_code;
	unsigned long end_code;
	unsigned long start_stack;
	unsigned long arg_start;
	unsigned long arg_end;
};

struct linux_binprm {
	const char *filename;
};

typedef struct {
	int counter;
} atomic_t;

struct upid {
	int nr;
	void *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1]; /* level + 1 of them */
};

struct signal_struct {
	atomic_t live;
	unsigned int flags;
	int group_exit_code;
};

#ifdef __TARGET_ARCH_x86
struct thread_struct {
	unsigned long fsbase;
};
#else
struct thread_struct {
	struct {
		unsigned long tp_value;
	} uw;
};
#endif

/* include/linux/sched.h: threads without a user mode of their own, PF_KTHREAD and PF_IO_WORKER. */
#define TASK_NO_USER	(0x00200000 | 0x00000010)
#define TASK_STACK_SIZE 16384 /* THREAD_SIZE of x86 and arm64 without KASAN */

struct task_struct {
	struct thread_info thread_info;
	struct thread_struct thread;
	int pid;
	int tgid;
	uint32_t self_exec_id; /* 64 bits wide since 5.7 (d1e7fd6462ca): the low half is read */
	unsigned int flags;
	unsigned int __state; /* since 5.14 (2f064a59a11f) */
	unsigned int in_iowait : 1;
	uint64_t start_boottime;
	struct css_set *cgroups;
	void *stack;
	int exit_code;
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct pid *thread_pid;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	__u64 start_time;
};

struct task_struct___before_5_14 {
	long state;
};

/* Without CONFIG_THREAD_INFO_IN_TASK's cpu, or before 5.16 (bcf9033e5449). */
struct task_struct___cpu {
	unsigned int cpu;
};

#ifdef __TARGET_ARCH_x86
struct pt_regs {
	unsigned long orig_ax;
	unsigned long di;
};
#else
struct pt_regs {
	int syscallno;
	unsigned long orig_x0;
};
#endif

/* The argument of raw tracepoints. */
struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

#pragma clang attribute pop

/* What a kernel may not have yet, asked for by CO-RE: the numbers stand for nothing. */
enum bpf_func_id {
	BPF_FUNC_task_pt_regs = 175,
};

/*
 * The registers of user mode, as the machine's uapi has them (asm/ptrace.h): of
 * one layout in all kernels.
 */
#ifdef __TARGET_ARCH_x86
struct user_regs {
	__u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
	__u64 ip, cs, flags, sp, ss;
};
#else
struct user_regs {
	__u64 regs[31];
	__u64 sp, pc, pstate;
};
#endif

/* The argument of programs on perf events. Not relocated: a context is read as it stands. */
struct bpf_perf_event_data {
	struct user_regs regs;
	__u64 sample_period;
	__u64 addr;
};

#endif
