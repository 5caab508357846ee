// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Probe group "lock": waits for the kernel's own locks.
 *
 * Waits nest: a thread that waits for a mutex goes through the scheduler's
 * locks, and an interrupt may wait on top of both. Waits for spinning locks end
 * on the CPU on which they began and are remembered by CPU, those that sleep by
 * thread; in maps that take no lock of the kernel's to change, since these
 * programs run inside its slow paths. For the same reason records go through a
 * ring of their own: the lock that was waited for may be another ring's.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define STACKS_SCRATCHES 4
#define EMIT_APART

#include "maps.bpf.h"
#include "emit.bpf.h"
#include "filter.bpf.h"
#include "stacks.bpf.h"
#include "context.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define NESTED	    4
#define MAX_THREADS 16384 /* that wait for a sleeping lock at one time */

const volatile uint64_t min_block_ns;

struct wait {
	uint64_t lock;
	uint64_t start_ns;
	uint32_t flags;
	uint32_t reserved;
};

/* Those that have begun and not ended, the innermost last. */
struct waits {
	uint32_t n;
	uint32_t reserved;
	struct wait at[NESTED];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct waits);
} of_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_THREADS);
	__type(key, uint32_t); /* tid */
	__type(value, struct waits);
} of_thread SEC(".maps");

/* How many of these programs stand on top of each other: each has a scratch buffer. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, uint32_t);
} depth SEC(".maps");

static __always_inline struct waits *waits_of_cpu(void)
{
	uint32_t zero = 0;

	return bpf_map_lookup_elem(&of_cpu, &zero);
}

static __always_inline struct waits *waits_of_thread(bool create)
{
	static const struct waits none;
	uint32_t tid = bpf_get_current_pid_tgid();
	struct waits *w = bpf_map_lookup_elem(&of_thread, &tid);

	if (w || !create)
		return w;
	bpf_map_update_elem(&of_thread, &tid, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&of_thread, &tid);
}

/* The place of a lock among them; -1: none. */
static __always_inline int find(const struct waits *w, uint64_t lock)
{
	int found = -1;

	for (int i = 0; i < NESTED; i++) {
		if ((uint32_t)i < w->n && w->at[i].lock == lock)
			found = i;
	}
	return found;
}

/*
 * A mutex that is first spun for and then slept for begins twice and ends once
 * (since 6.0: dc1f7893a70f). Any other second beginning means that an end was
 * missed, as happens to programs that interrupt themselves.
 */
static __always_inline bool goes_on(const struct wait *w, uint32_t flags)
{
	return (w->flags & EV_LOCK_MUTEX) && (w->flags & EV_LOCK_SPIN) && (flags & EV_LOCK_MUTEX) &&
	       !(flags & EV_LOCK_SPIN);
}

static __always_inline void push(struct waits *w, uint64_t lock, uint32_t flags)
{
	int i = find(w, lock);
	bool same = i >= 0;

	if (!same)
		i = w->n < NESTED ? w->n : 0;
	i &= NESTED - 1;
	if (!same || !goes_on(&w->at[i], flags))
		w->at[i].start_ns = bpf_ktime_get_ns();
	w->at[i].lock = lock;
	w->at[i].flags = flags;
	w->n = i + 1;
}

static __always_inline bool pop(struct waits *w, uint64_t lock, struct wait *ret)
{
	int i = find(w, lock);

	if (i < 0)
		return false;
	i &= NESTED - 1;
	*ret = w->at[i];
	w->n = i;
	return true;
}

SEC("tp_btf/contention_begin")
int contention_begin(uint64_t *ctx)
{
	uint32_t flags = ctx[1];
	bool spins = (flags & EV_LOCK_SPIN) && !(flags & EV_LOCK_MUTEX);
	struct control c;
	struct waits *w;

	if (!control_read(&c) || c.paused || !filter_allows_current(&c))
		return 0;
	w = spins ? waits_of_cpu() : waits_of_thread(true);
	if (w)
		push(w, ctx[0], flags);
	else
		emit_lost(EV_LOCK_CONTENDED);
	return 0;
}

static __always_inline void write_wait(const struct control *c, const struct wait *w, uint64_t now,
				       int32_t ret, uint32_t which)
{
	struct task_struct *task = bpf_get_current_task_btf();
	uint64_t wait_ns = now - w->start_ns, kstack = 0, ustack = 0;
	struct ev_lock_contended *ev;

	if (wait_ns >= min_block_ns) {
		kstack = stacks_take_task(task, c, EV_STACK_KERNEL, which);
		if (context_is_user(task))
			ustack = stacks_take_task(task, c, EV_STACK_USER, which);
	}
	ev = emit_reserve_at(c, EV_LOCK_CONTENDED, sizeof(*ev), now);
	if (!ev)
		return;
	ev->lock = w->lock;
	ev->wait_ns = wait_ns;
	ev->kstack = kstack;
	ev->ustack = ustack;
	ev->flags = w->flags;
	ev->ret = ret;
	emit_submit(c, ev);
}

/* Takes the wait that ends from where it was remembered. */
static __always_inline bool take(uint64_t lock, struct wait *ret)
{
	uint32_t tid = bpf_get_current_pid_tgid();
	struct waits *w = waits_of_cpu();

	if (w && pop(w, lock, ret))
		return true;
	w = waits_of_thread(false);
	if (!w || !pop(w, lock, ret))
		return false;
	if (!w->n)
		bpf_map_delete_elem(&of_thread, &tid);
	return true;
}

SEC("tp_btf/contention_end")
int contention_end(uint64_t *ctx)
{
	uint64_t now = bpf_ktime_get_ns();
	uint32_t zero = 0, *running = bpf_map_lookup_elem(&depth, &zero);
	struct control c;
	struct wait w;

	if (!running || !take(ctx[0], &w) || !control_read(&c) || c.paused)
		return 0;
	if (*running < STACKS_SCRATCHES) {
		uint32_t which = (*running)++;

		write_wait(&c, &w, now, ctx[1], which & (STACKS_SCRATCHES - 1));
		(*running)--;
	} else {
		emit_lost(EV_LOCK_CONTENDED);
	}
	return 0;
}
