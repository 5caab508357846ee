// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Probe group "exec": programs that are started, and how processes end. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "maps.bpf.h"
#include "emit.bpf.h"
#include "filter.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define PATH_SIZE 1024
#define ARGS_SIZE 4096 /* a power of two */

#define SIGNAL_GROUP_EXIT 4 /* include/linux/sched/signal.h */

/* What there is room for; the record then ends where its text does. */
#define TEXT_SIZE   (PATH_SIZE + ARGS_SIZE + EV_UNIT)
#define RECORD_SIZE (sizeof(struct ev_exec_args) + TEXT_SIZE)

/* Processes whose end was told: threads that end together may all be the last. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, uint64_t); /* when it began, and its tgid */
	__type(value, uint8_t);
} ended SEC(".maps");

/* The arguments, as they stand in the new program's memory. Returns their size. */
static __always_inline uint32_t read_arguments(struct ev_exec_args *ev, uint32_t at,
					       struct task_struct *task)
{
	uint64_t start = BPF_CORE_READ(task, mm, arg_start);
	uint64_t size = BPF_CORE_READ(task, mm, arg_end) - start;

	if (size > ARGS_SIZE) {
		size = ARGS_SIZE;
		ev->flags |= EV_EXEC_CUT;
	}
	if (at > PATH_SIZE || bpf_probe_read_user(ev->args + at, size, (void *)start) < 0)
		return 0;
	return size;
}

SEC("tp_btf/sched_process_exec")
int process_exec(uint64_t *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	const struct linux_binprm *program = (void *)ctx[2];
	struct ev_exec_args *ev;
	struct control c;
	uint32_t size;
	long length;

	if (!control_read(&c) || c.paused || !filter_allows_current(&c))
		return 0;
	ev = emit_reserve(&c, EV_EXEC_ARGS, RECORD_SIZE);
	if (!ev)
		return 0;
	ev->ppid = BPF_CORE_READ(task, real_parent, tgid);
	ev->flags = 0;
	length = bpf_probe_read_kernel_str(ev->args, PATH_SIZE, program->filename);
	if (length <= 0) {
		ev->args[0] = 0;
		length = 1;
	}
	size = length & (PATH_SIZE * 2 - 1);
	size += read_arguments(ev, size, task);
	if (size > PATH_SIZE + ARGS_SIZE)
		size = PATH_SIZE + ARGS_SIZE;
	/* What was cut has no NUL of its own; the padding is NULs too. */
	__builtin_memset(ev->args + size, 0, EV_UNIT);
	ev->h.units = (sizeof(*ev) + size) / EV_UNIT + 1;
	emit_submit(&c, ev);
	return 0;
}

/* As do_wait() gives it (kernel/exit.c, wait_task_zombie()). */
static __always_inline uint32_t status_of(struct task_struct *leader)
{
	if (BPF_CORE_READ(leader, signal, flags) & SIGNAL_GROUP_EXIT)
		return BPF_CORE_READ(leader, signal, group_exit_code);
	return BPF_CORE_READ(leader, exit_code);
}

SEC("tp_btf/sched_process_exit")
int process_exit(uint64_t *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	uint64_t key = BPF_CORE_READ(leader, start_time) << 22 | task->tgid;
	struct ev_exec_exit *ev;
	struct control c;
	uint8_t one = 1;

	if (!control_read(&c) || c.paused || !filter_allows_current(&c))
		return 0;
	if (BPF_CORE_READ(task, signal, live.counter) > 0 ||
	    bpf_map_update_elem(&ended, &key, &one, BPF_NOEXIST) < 0)
		return 0;
	ev = emit_reserve(&c, EV_EXEC_EXIT, sizeof(*ev));
	if (!ev)
		return 0;
	ev->status = status_of(leader);
	ev->reserved = 0;
	emit_submit(&c, ev);
	return 0;
}
