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

/* A target's child is a target. Runs in the parent, before the child does. */
SEC("raw_tp/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *ctx)
{
	const struct task_struct *parent = (void *)ctx->args[0];
	const struct task_struct *child = (void *)ctx->args[1];
	struct control c;
	uint32_t from, to;
	uint8_t one = 1;

	if (!control_read(&c) || c.filter != CONTROL_TARGETS)
		return 0;
	from = BPF_CORE_READ(parent, tgid);
	to = BPF_CORE_READ(child, tgid);
	if (from != to && filter_has_target(from))
		bpf_map_update_elem(&targets, &to, &one, BPF_ANY);
	return 0;
}
