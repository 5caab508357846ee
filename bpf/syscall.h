/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The table in which the probe group "syscall" counts: its programs fill it, the recorder reads it. */
#ifndef BPF_SYSCALL_H
#define BPF_SYSCALL_H

#include <tape/events/syscall.h>

#define SYSCALL_TABLE_SIZE 32768

struct syscall_key {
	uint32_t tid;
	uint32_t tgid;
	int32_t syscall;
	uint32_t flags;	   /* enum ev_syscall_flags */
	uint64_t start_ns; /* of the thread: its id may be another one's later */
};

struct syscall_value {
	uint64_t first_ns; /* it is there since then, and has counted nothing before */
	uint64_t last_ns;  /* the last call's return */
	uint64_t count;
	uint64_t errors;
	uint64_t total_ns;
	uint64_t max_ns;
	uint32_t epoch; /* it began in */
	uint32_t reserved;
	uint32_t slots[EV_SYSCALL_SLOTS];
};

#endif
