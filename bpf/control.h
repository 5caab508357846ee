/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the recorder and its BPF programs share besides the rings: one struct in
 * a memory-mapped map, and the account of losses. Included by both sides.
 */
#ifndef BPF_CONTROL_H
#define BPF_CONTROL_H

#ifndef __VMLINUX_H__
#include <stdint.h>
#endif

enum control_filter {
	CONTROL_ALL = 0,
	CONTROL_TARGETS = 1, /* processes in the map "targets", and what they fork */
	CONTROL_CGROUP = 2,  /* tasks below the control group in the map "cgroup" */
};

/* How user stacks are made whole where a walk along frame pointers may not be. */
enum control_unwind {
	CONTROL_UNWIND_AUTO = 0, /* as the map "unwinds" says of the process, else by copies */
	CONTROL_UNWIND_COPY = 1,
	CONTROL_UNWIND_FP = 2, /* the words on top of the stack, no copy */
	CONTROL_UNWIND_GO = 3, /* copies of threads' own stacks, FP of goroutines' */
};

/* What is not to be used though the kernel may have it. */
enum control_without {
	CONTROL_WITHOUT_PT_REGS = 1, /* bpf_task_pt_regs() */
};

/* Written by the recorder, read by the programs. */
struct control {
	uint32_t epoch;
	uint32_t paused;
	uint32_t filter;     /* enum control_filter */
	uint32_t ring_shift; /* cpu >> ring_shift is its ring */
	uint64_t wake_bytes; /* a ring that holds more wakes the recorder */
	uint64_t cgroup_id;  /* of CONTROL_CGROUP: the same control group, by its id */
	uint32_t unwind;     /* enum control_unwind */
	uint32_t without;    /* enum control_without */
};

/* One for each CPU: what could not be put into its ring since the last LOSS record. */
struct control_loss {
	uint64_t count;
	uint64_t from_ns;
	uint64_t to_ns;
	uint32_t type; /* 0: of several types */
	uint32_t reserved;
};

#define CONTROL_MAX_RINGS   256
#define CONTROL_RING_APART  CONTROL_MAX_RINGS /* see emit.bpf.h */
#define CONTROL_MAX_TARGETS 65536
#define CONTROL_MAX_UNWINDS 8192
#define CONTROL_STACK_SLOTS 65536 /* a power of two */
#define CONTROL_STACK_DEPTH 127	  /* the kernel's default kernel.perf_event_max_stack */

#endif
