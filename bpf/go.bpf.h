/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which goroutine the current thread runs. Go's runtime keeps the g that a thread is
 * on in the thread's own storage (TLS); its m.curg is the goroutine, also while the
 * thread is on another g: in the scheduler, in C, in a signal.
 *
 * That this is so is asked at each read: m.procid must be the thread's number.
 * x86-64 only, as the offsets are (symbols/go_offsets.h). On arm64 g is in x28 as long
 * as Go runs, and in TLS while C does: both would be wanted.
 */
#ifndef BPF_GO_BPF_H
#define BPF_GO_BPF_H

#include "emit.bpf.h"
#include "seen.bpf.h"
#include <bpf/bpf_core_read.h>

#define GO_EXITING     4      /* PF_EXITING, include/linux/sched.h */
#define GO_DEAD	       6      /* runtime.g.atomicstatus, in all versions */
#define GO_DEAD_EXTRA  11     /* since 1.26; of threads of C that have called Go */
#define GO_STATUS_SCAN 0x1000 /* a bit of it */

/* What a thread runs. Addresses of a g or m: 0: none. */
struct go_current {
	uint64_t g;    /* the one that it is on */
	uint64_t m;    /* its own */
	uint64_t curg; /* the goroutine's */
	uint64_t goid; /* the goroutine; 0: none; EV_GO_UNKNOWN */
};

static __always_inline bool go_word(uint64_t address, uint64_t *ret)
{
	return bpf_probe_read_user(ret, sizeof(*ret), (void *)address) == 0;
}

/* What the recorder knows of the current process; NULL: no Go, or it is not read. */
static __always_inline struct go_layout *go_layout(void)
{
#ifdef __TARGET_ARCH_x86
	uint32_t tgid = bpf_get_current_pid_tgid() >> 32;

	return bpf_map_lookup_elem(&gos, &tgid);
#else
	return NULL;
#endif
}

/* The current thread's number in its own pid namespace, which gettid(2) gives it. */
static __always_inline uint32_t go_own_number(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	uint32_t level = BPF_CORE_READ(pid, level);
	uint32_t number = 0;

	bpf_probe_read_kernel(&number, sizeof(number),
			      (void *)__builtin_preserve_access_index(&pid->numbers[0].nr) +
				      level * bpf_core_type_size(struct upid));
	return number;
}

static __always_inline bool go_is_dead(uint32_t status)
{
	status &= ~GO_STATUS_SCAN;
	return status == GO_DEAD || status == GO_DEAD_EXTRA;
}

/* Reads ret->m, and what it runs. Returns false where something is not as it must be. */
static __always_inline bool go_read_m(const struct go_layout *l, struct go_current *ret)
{
	uint64_t procid, of_g[2];

	if (!go_word(ret->m + l->m_procid, &procid) || !go_word(ret->m + l->m_curg, &ret->curg))
		return false;
	if (procid != (uint32_t)bpf_get_current_pid_tgid() && procid != go_own_number())
		return false;
	if (!ret->curg)
		return true;
	if (bpf_probe_read_user(of_g, sizeof(of_g), (void *)(ret->curg + l->g_status)) ||
	    (l->g_goid != l->g_status + sizeof(of_g[0]) &&
	     !go_word(ret->curg + l->g_goid, &of_g[1])))
		return false;
	if (go_is_dead(of_g[0]))
		ret->curg = 0;
	else
		ret->goid = of_g[1];
	return true;
}

/* The g that the current thread is on, into *ret: 0: none. Returns false where it cannot be read. */
static __always_inline bool go_read_g(const struct go_layout *l, uint64_t *ret)
{
#ifdef __TARGET_ARCH_x86
	struct task_struct *task = (void *)bpf_get_current_task();

	return go_word(BPF_CORE_READ(task, thread.fsbase) + l->tls, ret);
#else
	return false;
#endif
}

static __always_inline void go_believe(struct go_layout *l)
{
	if (l->doubts)
		l->doubts = 0;
}

/*
 * What the current thread runs, into *ret. Returns false where that cannot be told:
 * then goid is EV_GO_UNKNOWN, and addresses mean nothing.
 */
static __always_inline bool go_current(struct go_layout *l, struct go_current *ret)
{
	*ret = (struct go_current){ 0 };
	if (go_read_g(l, &ret->g) &&
	    (!ret->g || (go_word(ret->g + l->g_m, &ret->m) && go_read_m(l, ret)))) {
		go_believe(l);
		return true;
	}
	ret->goid = EV_GO_UNKNOWN;
	if (l->doubts < GO_DOUBTS)
		l->doubts++;
	return false;
}

/* The m of the last thread that fell on a slot. Held against the thread at each use. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, GO_SLOTS);
	__type(key, uint32_t);
	__type(value, uint64_t);
} go_threads SEC(".maps");

/* What a thread runs. */
struct go_running {
	uint64_t program; /* as in struct go_layout; 0: it is of no Go program */
	uint64_t goid;
};

static __always_inline bool go_is_on(const struct go_layout *l, uint64_t m)
{
	uint64_t g, of_g;

	return go_read_g(l, &g) && g && go_word(g + l->g_m, &of_g) && of_g == m;
}

/*
 * The same without g, of a thread whose m was found before: half the reads. An m that
 * is no longer the thread's has another thread's number in it, or runs nothing.
 */
static __noinline bool go_current_again(struct go_layout *l, struct go_current *ret)
{
	uint32_t slot = (uint32_t)bpf_get_current_pid_tgid() & (GO_SLOTS - 1);
	uint64_t *known = bpf_map_lookup_elem(&go_threads, &slot);

	*ret = (struct go_current){ 0 };
	if (!known)
		return go_current(l, ret);
	ret->m = *known;
	if (ret->m && go_read_m(l, ret) && (ret->curg || go_is_on(l, ret->m))) {
		go_believe(l);
		return true;
	}
	if (!go_current(l, ret))
		return false;
	*known = ret->m;
	return true;
}

/* What the current thread runs, as far as it is to be told; program is 0 where it is not. */
static __always_inline struct go_running go_running(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct go_running ret = { 0 };
	struct go_layout *l = go_layout();
	struct go_current now;

	/* The memory of a thread that ends goes before it does. */
	if (!l || (!go_current_again(l, &now) && BPF_CORE_READ(task, flags) & GO_EXITING))
		return ret;
	ret.program = l->program;
	ret.goid = now.goid;
	return ret;
}

/*
 * Writes what a thread of that program runs, unless this epoch knows; now is 0 or the
 * record's time. Returns whether the tape has it: what comes behind it would else be
 * taken for another goroutine's.
 */
static __always_inline bool go_tell(const struct control *c, const struct go_running *what,
				    uint32_t tid, uint64_t now)
{
	uint32_t slot = tid & (GO_SLOTS - 1);
	struct ev_go_running *ev;
	uint64_t *told, mark;

	if (!what->program)
		return true;
	told = bpf_map_lookup_elem(&go_told, &slot);
	if (!told)
		return true;
	mark = seen_mark(seen_mix(seen_mix(what->program, tid), what->goid), c->epoch);
	if (*told == mark)
		return true;
	ev = emit_reserve_at(c, EV_GO_RUNNING, sizeof(*ev), now ? now : bpf_ktime_get_ns());
	if (!ev)
		return false;
	ev->h.tid = tid;
	ev->h.tgid = what->program;
	ev->goid = what->goid;
	emit_submit(c, ev);
	*told = mark;
	return true;
}

#endif
