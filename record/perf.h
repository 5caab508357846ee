/* SPDX-License-Identifier: BSD-2-Clause */
/* perf_event_open(2), which libc does not wrap. */
#ifndef RECORD_PERF_H
#define RECORD_PERF_H

#include <errno.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

/* For all processes on one CPU. Returns a file descriptor or -errno. */
static inline int perf_open_cpu(struct perf_event_attr *attr, int cpu)
{
	long fd = syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

#endif
