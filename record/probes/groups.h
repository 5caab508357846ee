/* SPDX-License-Identifier: BSD-2-Clause */
/* What each file of this folder gives to list.c. */
#ifndef RECORD_PROBES_GROUPS_H
#define RECORD_PROBES_GROUPS_H

#include "record/probes/probe.h"

extern const struct probe_group probe_cpu;
extern const struct probe_group probe_exec;
extern const struct probe_group probe_go;
extern const struct probe_group probe_lock;
extern const struct probe_group probe_sched;
extern const struct probe_group probe_syscall;

#endif
