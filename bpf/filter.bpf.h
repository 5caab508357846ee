/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Whether a task is among those that the user asked for. */
#ifndef BPF_FILTER_BPF_H
#define BPF_FILTER_BPF_H

#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>

#define FILTER_CGROUP_DEPTH 32

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

static __noinline bool filter_below_cgroup(const struct task_struct *task, uint64_t id)
{
	const struct cgroup *cg = BPF_CORE_READ(task, cgroups, dfl_cgrp);

	for (int i = 0; i < FILTER_CGROUP_DEPTH && cg; i++) {
		if (BPF_CORE_READ(cg, kn, id) == id)
			return true;
		cg = (void *)BPF_CORE_READ((const struct cgroup_subsys_state *)cg, parent);
	}
	return false;
}

/* The same of any task. */
static __always_inline bool filter_allows(const struct control *c, const struct task_struct *task)
{
	if (c->filter == CONTROL_ALL)
		return true;
	if (c->filter == CONTROL_TARGETS)
		return filter_has_target(BPF_CORE_READ(task, tgid));
	return filter_below_cgroup(task, c->cgroup_id);
}

#endif
