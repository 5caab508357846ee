/* SPDX-License-Identifier: BSD-2-Clause */
/* What each file of this folder gives to list.c. */
#ifndef RECORD_PROBES_GROUPS_H
#define RECORD_PROBES_GROUPS_H

#include "record/probes/probe.h"

extern const struct probe_group probe_cpu;

#endif
