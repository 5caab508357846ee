// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What every recording needs, whatever it probes: the shared maps, and the
 * children of the targets. Its BTF holds every record struct: the layouts that
 * go into the tape are made from it.
 */
#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>
#include <tape/events.h>
#include "filter.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define KEEP(NAME, number, name, FIELDS, help) struct ev_##name *keep_##name;
EV_ALL(KEEP)

/* A target's child is a target, and is unwound as it is. Runs in the parent, before the child does. */
SEC("raw_tp/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *ctx)
{
	const struct task_struct *parent = (void *)ctx->args[0];
	const struct task_struct *child = (void *)ctx->args[1];
	const uint32_t *unwind;
	struct control c;
	uint32_t from, to;
	uint64_t start;

	from = BPF_CORE_READ(parent, tgid);
	to = BPF_CORE_READ(child, tgid);
	if (from == to || !control_read(&c))
		return 0;
	unwind = bpf_map_lookup_elem(&unwinds, &from);
	if (unwind)
		bpf_map_update_elem(&unwinds, &to, unwind, BPF_ANY);
	if (c.filter != CONTROL_TARGETS || !filter_has_target(from))
		return 0;
	start = BPF_CORE_READ(child, start_boottime);
	bpf_map_update_elem(&targets, &to, &start, BPF_ANY);
	return 0;
}

/* Another program: what was found out of the one before is not true of it. */
SEC("raw_tp/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *ctx)
{
	uint32_t tgid = bpf_get_current_pid_tgid() >> 32;

	(void)ctx;
	bpf_map_delete_elem(&unwinds, &tgid);
	bpf_map_delete_elem(&gos, &tgid);
	return 0;
}

/*
 * A process is gone: it is no target any more, unless its id has been given to
 * another one that is. Only here can that be told apart without a race.
 */
SEC("raw_tp/sched_process_free")
int on_free(struct bpf_raw_tracepoint_args *ctx)
{
	const struct task_struct *task = (void *)ctx->args[0];
	uint32_t tgid = BPF_CORE_READ(task, tgid);
	const uint64_t *start;
	struct control c;

	if ((uint32_t)BPF_CORE_READ(task, pid) != tgid || !control_read(&c))
		return 0;
	/* If it was the next one's already: without it there are copies, which are right for all. */
	bpf_map_delete_elem(&unwinds, &tgid);
	if (c.filter != CONTROL_TARGETS)
		return 0;
	start = bpf_map_lookup_elem(&targets, &tgid);
	if (start && *start == BPF_CORE_READ(task, start_boottime))
		bpf_map_delete_elem(&targets, &tgid);
	return 0;
}
