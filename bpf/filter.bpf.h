/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Whether the current task is among those that the user asked for. */
#ifndef BPF_FILTER_BPF_H
#define BPF_FILTER_BPF_H

#include "maps.bpf.h"

static __always_inline bool filter_has_target(uint32_t tgid)
{
	return bpf_map_lookup_elem(&targets, &tgid) != NULL;
}

static __always_inline bool filter_allows_current(const struct control *c)
{
	if (c->filter == CONTROL_ALL)
		return true;
	if (c->filter == CONTROL_TARGETS)
		return filter_has_target(bpf_get_current_pid_tgid() >> 32);
	return bpf_current_task_under_cgroup(&cgroup, 0) == 1;
}

#endif
