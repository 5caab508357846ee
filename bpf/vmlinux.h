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

enum {
	BPF_ANY = 0,
};

enum {
	BPF_F_USER_STACK = 256,
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
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_F_MMAPABLE = 1024,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct {
	int pid;
	int tgid;
	uint32_t self_exec_id; /* 64 bits wide since 5.7 (d1e7fd6462ca): the low half is read */
};

/* The argument of raw tracepoints. */
struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

#pragma clang attribute pop

struct bpf_perf_event_data;

#endif
