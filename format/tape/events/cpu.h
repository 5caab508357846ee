/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probe group "cpu": what ran when a timer or a counter fired. Numbers 128 to 143.
 */
#ifndef TAPE_EVENTS_CPU_H
#define TAPE_EVENTS_CPU_H

#include <tape/events/event.h>

#define EV_CPU_SAMPLE_FIELDS(F, A, T)                                                              \
	F(uint64_t, kstack, "stack", "the kernel stack; 0: it ran in user mode")                   \
	F(uint64_t, ustack, "stack", "the user stack; 0: a kernel thread, or it was not readable") \
	F(uint64_t, cgroup, "cgroup", "the control group that it ran in (v2); 0: not known")       \
	F(uint64_t, script, "script", "the interpreter's stack; 0: none")
EV_STRUCT(cpu_sample, EV_CPU_SAMPLE_FIELDS);

#define EV_CPU_EVENTS(X)                                                                           \
	X(CPU_SAMPLE, 128, cpu_sample, EV_CPU_SAMPLE_FIELDS, "a thread was seen on a CPU")

#endif
