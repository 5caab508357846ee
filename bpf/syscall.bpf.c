// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Probe group "syscall": how often and how long each thread made each system
 * call, counted here; or every call as a record of its own.
 *
 * Counted, too, a thread's first call of a number in an epoch is a record of its
 * own. It goes through the ring at its time, so the recorder states who the
 * thread is while it knows; and what does not fit into the table of counts has a
 * way into the tape.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "maps.bpf.h"
#include "context.bpf.h"
#include "emit.bpf.h"
#include "filter.bpf.h"
#include "syscall.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define MAX_ERRNO 4095 /* include/linux/err.h */

const volatile bool trace_calls;
const volatile int32_t sigreturn_call; /* it gives back the interrupted code's register */

/* The call that a thread is in. */
struct call {
	uint64_t entry_ns; /* 0: none that is recorded */
	int32_t number;
	uint32_t flags;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call);
} calls SEC(".maps");

/*
 * The table that is counted into. The recorder puts an empty one in its place:
 * the kernel then waits for programs that still use the old one (since 4.19:
 * 1ae80cf31938), so that counts are whole when they are read.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_HASH);
			__uint(max_entries, SYSCALL_TABLE_SIZE);
			__uint(key_size, sizeof(struct syscall_key));
			__uint(value_size, sizeof(struct syscall_value));
		});
} tables SEC(".maps");

SEC("tp_btf/sys_enter")
int sys_enter(uint64_t *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct control c;
	struct call *call;

	if (!control_read(&c) || c.paused || !filter_allows_current(&c))
		return 0;
	call = bpf_task_storage_get(&calls, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!call) {
		emit_lost(EV_SYSCALL);
		return 0;
	}
	call->number = ctx[1];
	call->flags = context_is_32bit(task) ? EV_SYSCALL_32BIT : 0;
	call->entry_ns = bpf_ktime_get_ns();
	return 0;
}

static __always_inline bool is_error(int32_t number, int64_t ret)
{
	return ret < 0 && ret >= -MAX_ERRNO && number != sigreturn_call;
}

static __always_inline uint32_t slot_of(uint64_t ns)
{
	uint32_t slot = 0;

	for (uint32_t width = 32; width; width >>= 1) {
		if (ns >> width) {
			ns >>= width;
			slot += width;
		}
	}
	return slot < EV_SYSCALL_SLOTS ? slot : EV_SYSCALL_SLOTS - 1;
}

/* Only the thread itself writes to its counts. */
static __always_inline void count(struct syscall_value *v, uint64_t now, uint64_t ns, bool error)
{
	v->last_ns = now;
	v->count++;
	v->errors += error;
	v->total_ns += ns;
	if (ns > v->max_ns)
		v->max_ns = ns;
	v->slots[slot_of(ns) & (EV_SYSCALL_SLOTS - 1)]++;
}

static __always_inline bool write_call(const struct control *c, const struct call *call,
				       uint64_t now, int64_t ret)
{
	struct ev_syscall *ev = emit_reserve_at(c, EV_SYSCALL, sizeof(*ev), now);

	if (!ev)
		return false;
	ev->duration_ns = now - call->entry_ns;
	ev->ret = ret;
	ev->syscall = call->number;
	ev->flags = call->flags;
	emit_submit(c, ev);
	return true;
}

static __always_inline void add_call(const struct control *c, const struct call *call, uint64_t now,
				     int64_t ret)
{
	static const struct syscall_value empty;
	uint64_t id = bpf_get_current_pid_tgid();
	struct syscall_key key = {
		.tid = id,
		.tgid = id >> 32,
		.syscall = call->number,
		.flags = call->flags,
		.start_ns = bpf_get_current_task_btf()->start_time,
	};
	struct syscall_value *v;
	uint32_t zero = 0;
	void *table = bpf_map_lookup_elem(&tables, &zero);

	if (!table)
		return;
	v = bpf_map_lookup_elem(table, &key);
	/* One of the epoch before is left alone until the recorder has fetched it. */
	if (v && v->epoch == c->epoch) {
		count(v, now, now - call->entry_ns, is_error(call->number, ret));
		return;
	}
	if (!write_call(c, call, now, ret) || v)
		return;
	if (bpf_map_update_elem(table, &key, &empty, BPF_NOEXIST) < 0)
		return;
	v = bpf_map_lookup_elem(table, &key);
	if (!v)
		return;
	v->first_ns = now;
	v->epoch = c->epoch;
}

SEC("tp_btf/sys_exit")
int sys_exit(uint64_t *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct call *stored = bpf_task_storage_get(&calls, task, 0, 0);
	uint64_t now = bpf_ktime_get_ns();
	struct control c;
	struct call call;

	if (!stored || !stored->entry_ns)
		return 0;
	call = *stored;
	stored->entry_ns = 0;
	if (!control_read(&c) || c.paused)
		return 0;
	if (trace_calls)
		write_call(&c, &call, now, ctx[1]);
	else
		add_call(&c, &call, now, ctx[1]);
	return 0;
}
