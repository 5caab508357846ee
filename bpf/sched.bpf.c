// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Probe group "sched": every switch and wake-up, and the stacks of waits that
 * proved long enough.
 *
 * A stack at each switch would be dear, and most waits are short. So the
 * waiter's kernel stack is taken when it is switched in again (it has not moved)
 * and the length of the wait is known, and its user stack behind the switch,
 * when its memory is there: at the tracepoint sched_exit_tp (Linux 6.17).
 *
 * Before that: at the end of the same system call, inside of which it stands
 * still, or when the thread leaves the CPU once more before that; and outside a
 * call (a page fault, a preemption) at the switch-out.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define STACKS_SCRATCHES 2

#include "maps.bpf.h"
#include "emit.bpf.h"
#include "filter.bpf.h"
#include "stacks.bpf.h"
#include "context.bpf.h"
#include "go.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Scratch buffers: switches and wake-ups run with interrupts off, what follows them does not. */
enum { SCRATCH_SCHED = 0, SCRATCH_AFTER = 1, SCRATCH_NONE = 2 };

/* Outside calls a CPU takes a user stack at most this often. */
#define OUTSIDE_EVERY_NS 100000

/* What the kernel has and the user wants; set before the programs are loaded. */
const volatile bool switch_tells_state; /* sched_switch has a fourth argument: since 5.18 */
const volatile bool has_exit_tp;	/* there is sched_exit_tp */
const volatile uint64_t min_block_ns;
const volatile uint32_t sample_shift; /* one short wait in 2^this has stacks too; 0: none */
const volatile int32_t futex_call;    /* number of futex(2) */

/* One thread's wait: how it began, and what is known of it and not yet written. */
struct wait {
	uint64_t out_ns; /* when it left the CPU; 0: it runs, or that was not seen */
	uint64_t waking_ns;
	uint64_t until_ns; /* a wait that ended then still wants its user stack; 0: none */
	uint64_t kstack;
	uint64_t ustack;
	uint64_t object;
	struct go_running running; /* when it left the CPU */
	uint32_t weight;
	uint32_t epoch; /* in which kstack or ustack was taken */
	uint32_t waker_tid;
	uint32_t waker_tgid;
	uint16_t waker_flags;
	bool blocked; /* not merely preempted */
	bool in_call;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wait);
} waits SEC(".maps");

/* Of one CPU. */
struct place {
	uint64_t outside_ns; /* when it last took a user stack outside a call */
	uint32_t wants_user; /* the thread whose user stack is to be taken behind this switch */
	uint32_t reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct place);
} places SEC(".maps");

/* How a thread leaves its CPU. */
struct leaving {
	uint32_t state;
	int32_t call; /* the system call that it is in; -1: none */
	struct go_running running;
};

/* --- stacks --- */

/* The epoch in which a wait's first stack was taken, if records of it are still accepted. */
static __always_inline bool wait_epoch(const struct wait *w, struct control *c)
{
	if (c->epoch - w->epoch > 1)
		return false;
	c->epoch = w->epoch;
	return true;
}

/* Writes a wait's stacks; which buffer its user stack is taken by, the task being the current one. */
static __always_inline void wait_finish(struct task_struct *task, struct wait *w,
					const struct control *current, uint64_t now, uint32_t which)
{
	struct control c = *current;
	uint64_t ustack = w->ustack;
	struct ev_sched_wait *ev;
	bool fresh = wait_epoch(w, &c);

	if (fresh && which != SCRATCH_NONE)
		ustack = stacks_take_task(task, &c, EV_STACK_USER, which);
	ev = NULL;
	if (go_tell(&c, &w->running, task->pid, now))
		ev = emit_reserve_at(&c, EV_SCHED_WAIT, sizeof(*ev), now);
	else
		emit_lost(EV_SCHED_WAIT);
	if (ev) {
		ev->h.tid = task->pid;
		ev->h.tgid = task->tgid;
		ev->until_ns = w->until_ns;
		ev->kstack = fresh ? w->kstack : 0;
		ev->ustack = fresh ? ustack : 0;
		ev->object = w->object;
		ev->weight = w->weight;
		ev->reserved = 0;
		emit_submit(&c, ev);
	}
	w->until_ns = 0;
	w->ustack = 0;
}

/* 0: no stacks; else how many waits of this length the stacks stand for. */
static __always_inline uint32_t wait_weight(uint64_t wait_ns, uint64_t now)
{
	if (wait_ns >= min_block_ns)
		return 1;
	if (!sample_shift || (now * 0x9e3779b97f4a7c15ull) >> (64 - sample_shift))
		return 0;
	return 1u << sample_shift;
}

static __always_inline bool outside_is_due(uint64_t now)
{
	uint32_t zero = 0;
	struct place *place = bpf_map_lookup_elem(&places, &zero);

	if (!place || now - place->outside_ns < OUTSIDE_EVERY_NS)
		return false;
	place->outside_ns = now;
	return true;
}

static __always_inline bool want_user(const struct task_struct *task)
{
	uint32_t zero = 0;
	struct place *place = bpf_map_lookup_elem(&places, &zero);

	if (place)
		place->wants_user = task->pid;
	return place;
}

/* --- switches --- */

static __always_inline uint32_t state_of(struct task_struct *task)
{
	if (bpf_core_field_exists(task->__state))
		return task->__state;
	return BPF_CORE_READ((struct task_struct___before_5_14 *)task, state);
}

/* prev leaves the CPU; it is the current task. */
static __always_inline void leave(struct task_struct *prev, const struct control *c, uint64_t now,
				  const struct leaving *how)
{
	struct wait *w = bpf_task_storage_get(&waits, prev, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!w)
		return;
	if (w->until_ns)
		wait_finish(prev, w, c, now, SCRATCH_SCHED);
	w->out_ns = now;
	w->running = how->running;
	w->blocked = how->state != EV_SCHED_RUNNING;
	w->in_call = how->call >= 0;
	w->object = w->in_call && how->call == futex_call ? context_first_argument(prev) : 0;
	w->ustack = 0;
	if (!has_exit_tp && how->call < 0 && context_is_user(prev) && outside_is_due(now)) {
		w->ustack = stacks_take_task(prev, c, EV_STACK_USER, SCRATCH_SCHED);
		w->epoch = c->epoch;
	}
}

/* next takes the CPU; it does not run yet. */
static __always_inline void enter(struct task_struct *next, const struct control *c, uint64_t now)
{
	struct wait *w = bpf_task_storage_get(&waits, next, 0, 0);
	struct control then = *c;

	if (!w || !w->out_ns)
		return;
	w->weight = wait_weight(now - w->out_ns, now);
	w->out_ns = 0;
	if (!w->weight)
		return;
	if (!w->ustack)
		w->epoch = c->epoch;
	if (!wait_epoch(w, &then)) {
		w->ustack = 0;
		w->epoch = c->epoch;
		then = *c;
	}
	w->until_ns = now;
	w->kstack = stacks_take_task(next, &then, EV_STACK_KERNEL, SCRATCH_SCHED);
	if (has_exit_tp ? !context_is_user(next) || !want_user(next) : !w->in_call)
		wait_finish(next, w, c, now, SCRATCH_NONE);
}

static __always_inline int on_switch(struct task_struct *prev, struct task_struct *next,
				     bool preempt, uint32_t state)
{
	struct leaving how = { .state = state, .call = -1 };
	struct ev_sched_switch *ev = NULL;
	uint64_t now = bpf_ktime_get_ns();
	bool prev_in, next_in;
	struct control c;

	if (!control_read(&c) || c.paused)
		return 0;
	prev_in = filter_allows(&c, prev);
	next_in = filter_allows(&c, next);
	if (!prev_in && !next_in)
		return 0;
	if (prev_in && prev->pid) {
		how.call = context_call(prev);
		how.running = go_running();
		leave(prev, &c, now, &how);
	}
	if (go_tell(&c, &how.running, prev->pid, now))
		ev = emit_reserve_at(&c, EV_SCHED_SWITCH, sizeof(*ev), now);
	else
		emit_lost(EV_SCHED_SWITCH);
	if (ev) {
		ev->next_tid = next->pid;
		ev->next_tgid = next->tgid;
		ev->state = state;
		ev->flags = (preempt ? EV_SCHED_PREEMPTED : 0) |
			    (BPF_CORE_READ_BITFIELD(prev, in_iowait) ? EV_SCHED_IOWAIT : 0) |
			    (how.call >= 0 ? EV_SCHED_IN_CALL : 0) |
			    (how.call >= 0 && context_is_32bit(prev) ? EV_SCHED_CALL_32BIT : 0) |
			    (prev_in ? EV_SCHED_PREV_WATCHED : 0) |
			    (next_in ? EV_SCHED_NEXT_WATCHED : 0);
		ev->syscall = how.call;
		emit_submit(&c, ev);
	}
	if (next_in && next->pid)
		enter(next, &c, now);
	return 0;
}

SEC("tp_btf/sched_switch")
int sched_switch(uint64_t *ctx)
{
	struct task_struct *prev = (void *)ctx[1];
	uint32_t state = switch_tells_state ? (uint32_t)ctx[3] : state_of(prev);

	return on_switch(prev, (void *)ctx[2], ctx[0], state);
}

static __always_inline int finish_current(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wait *w = bpf_task_storage_get(&waits, task, 0, 0);
	struct control c;

	if (w && w->until_ns && control_read(&c) && !c.paused)
		wait_finish(task, w, &c, bpf_ktime_get_ns(), SCRATCH_AFTER);
	return 0;
}

/* Behind a switch: the current task is the one that was switched in. */
SEC("tp_btf/sched_exit_tp")
int sched_exit(void *ctx)
{
	uint32_t zero = 0;
	struct place *place = bpf_map_lookup_elem(&places, &zero);

	(void)ctx;
	if (!place || !place->wants_user)
		return 0;
	place->wants_user = 0;
	return finish_current();
}

/* Behind the last switch-in of a call. */
SEC("tp_btf/sys_exit")
int sys_exit(void *ctx)
{
	(void)ctx;
	return finish_current();
}

/* --- wake-ups --- */

static __always_inline void write_waker(struct task_struct *woken, const struct control *c)
{
	struct task_struct *waker = bpf_get_current_task_btf();
	uint64_t kstack = stacks_take_task(waker, c, EV_STACK_KERNEL, SCRATCH_SCHED);
	uint64_t ustack = 0;
	struct ev_sched_waker *ev;

	if (context_is_user(waker))
		ustack = stacks_take_task(waker, c, EV_STACK_USER, SCRATCH_SCHED);
	ev = emit_reserve(c, EV_SCHED_WAKER, sizeof(*ev));
	if (!ev)
		return;
	ev->woken_tid = woken->pid;
	ev->woken_tgid = woken->tgid;
	ev->kstack = kstack;
	ev->ustack = ustack;
	emit_submit(c, ev);
}

SEC("tp_btf/sched_waking")
int sched_waking(uint64_t *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	uint64_t id = bpf_get_current_pid_tgid();
	uint64_t now = bpf_ktime_get_ns();
	bool interrupt = context_is_interrupt(ctx);
	struct control c;
	struct wait *w;

	if (!control_read(&c) || c.paused || !filter_allows(&c, task))
		return 0;
	w = bpf_task_storage_get(&waits, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!w)
		return 0;
	w->waking_ns = now;
	w->waker_tid = id;
	w->waker_tgid = id >> 32;
	w->waker_flags = interrupt ? EV_SCHED_IRQ : 0;
	if (w->blocked && w->out_ns && now - w->out_ns >= min_block_ns)
		write_waker(task, &c);
	return 0;
}

static __always_inline int on_wakeup(struct task_struct *task, bool is_new)
{
	struct ev_sched_wakeup *ev;
	struct control c;
	struct wait *w;

	if (!control_read(&c) || c.paused || !filter_allows(&c, task))
		return 0;
	ev = emit_reserve(&c, EV_SCHED_WAKEUP, sizeof(*ev));
	if (!ev)
		return 0;
	/* A new thread's maker is the current one. */
	ev->waker_tid = is_new ? ev->h.tid : 0;
	ev->waker_tgid = is_new ? ev->h.tgid : 0;
	ev->waking_ns = 0;
	ev->flags = is_new ? EV_SCHED_NEW : 0;
	ev->target_cpu = context_cpu_of(task);
	ev->h.tid = task->pid;
	ev->h.tgid = task->tgid;
	w = is_new ? NULL : bpf_task_storage_get(&waits, task, 0, 0);
	if (w && w->waking_ns) {
		uint64_t waking_ns = ev->h.time_ns - w->waking_ns;

		ev->waker_tid = w->waker_tid;
		ev->waker_tgid = w->waker_tgid;
		ev->flags = w->waker_flags;
		ev->waking_ns = waking_ns < UINT32_MAX ? waking_ns : UINT32_MAX;
		w->waking_ns = 0;
	}
	emit_submit(&c, ev);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int sched_wakeup(uint64_t *ctx)
{
	return on_wakeup((void *)ctx[0], false);
}

SEC("tp_btf/sched_wakeup_new")
int sched_wakeup_new(uint64_t *ctx)
{
	return on_wakeup((void *)ctx[0], true);
}

SEC("tp_btf/sched_migrate_task")
int sched_migrate_task(uint64_t *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct ev_sched_migrate *ev;
	struct control c;

	if (!control_read(&c) || c.paused || !filter_allows(&c, task))
		return 0;
	ev = emit_reserve(&c, EV_SCHED_MIGRATE, sizeof(*ev));
	if (!ev)
		return 0;
	ev->h.tid = task->pid;
	ev->h.tgid = task->tgid;
	ev->from_cpu = context_cpu_of(task);
	ev->to_cpu = ctx[1];
	ev->reserved = 0;
	emit_submit(&c, ev);
	return 0;
}
