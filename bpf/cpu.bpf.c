// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Probe group "cpu": the thread that a timer or a cycle counter found on the
 * CPU, and its stacks. The idle task is not recorded.
 */
#include "maps.bpf.h"
#include "emit.bpf.h"
#include "filter.bpf.h"
#include "stacks.bpf.h"
#include "go.bpf.h"
#include "python.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *ctx)
{
	struct control c;
	struct ev_cpu_sample *ev;
	struct go_running running;
	uint64_t kstack, ustack, script;

	if (!control_read(&c) || c.paused || !(uint32_t)bpf_get_current_pid_tgid() ||
	    !filter_allows_current(&c))
		return 0;
	/* Before the event: whoever reads the event finds the stacks before it in the ring. */
	kstack = stacks_take_kernel(ctx, &c);
	ustack = stacks_take_user(ctx, &c);
	script = python_take(&c);
	running = go_running();
	if (!go_tell(&c, &running, bpf_get_current_pid_tgid(), 0)) {
		emit_lost(EV_CPU_SAMPLE);
		return 0;
	}

	ev = emit_reserve(&c, EV_CPU_SAMPLE, sizeof(*ev));
	if (!ev)
		return 0; /* emit_reserve() has counted it */
	ev->kstack = kstack;
	ev->ustack = ustack;
	ev->cgroup = bpf_get_current_cgroup_id();
	ev->script = script;
	emit_submit(&c, ev);
	return 0;
}
