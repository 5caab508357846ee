/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One look at /proc: what a process is now. Used once for those that run when
 * recording begins, and for one whose beginning the side band lost; everything
 * later comes from the side band.
 */
#ifndef RECORD_PROC_H
#define RECORD_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <tape/events/process.h>

#define PROC_CMDLINE_MAX 2048

struct proc_info {
	uint64_t start_ns; /* CLOCK_BOOTTIME, to a clock tick */
	uint32_t ppid;
	uint32_t ns_pid;
	bool kernel_thread;
	char comm[EV_COMM_SIZE];
	char cmdline[PROC_CMDLINE_MAX];
};

struct proc_mapping {
	uint64_t start, end, file_offset;
	uint64_t device, inode; /* inode 0: no file */
	const char *path;	/* lent during the call; "" for none */
};

/* Returns 0 or -errno: -ENOENT or -ESRCH when it is gone. */
int proc_read(pid_t pid, struct proc_info *ret);

/* Calls fn for each executable mapping, until it returns non-zero, which is returned. */
int proc_mappings(pid_t pid, int (*fn)(void *context, const struct proc_mapping *m), void *context);

/* Calls fn for each thread. */
int proc_threads(pid_t pid, int (*fn)(void *context, pid_t tid, const char *comm), void *context);

/* Calls fn for each process. */
int proc_each(int (*fn)(void *context, pid_t pid), void *context);

/* Its path below the cgroup2 mount ("/system.slice/x"), or -errno. */
int proc_cgroup(pid_t pid, char *ret, size_t size);

#endif
