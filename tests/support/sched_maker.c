// SPDX-License-Identifier: BSD-2-Clause
/* See sched_maker.h. Thread n has pid 100 + n. */
#include <string.h>

#include "tests/support/sched_maker.h"

uint64_t sched_maker_random(uint64_t *seed)
{
	/* xorshift64* (Vigna 2016). */
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1dull;
}

static uint32_t below(struct sched_maker *m, uint32_t n)
{
	return (uint32_t)(sched_maker_random(&m->seed) >> 33) % n;
}

static void change(struct sched_maker *m, uint32_t tid, enum made_state state)
{
	m->truth[m->n_truth++] = (struct made_stretch){ tid, m->threads[tid].state,
							m->threads[tid].since_ns, m->now_ns };
	m->threads[tid].state = state;
	m->threads[tid].since_ns = m->now_ns;
}

static union made_event *add_event(struct sched_maker *m, uint16_t type, uint16_t cpu, uint32_t tid,
				   size_t size)
{
	union made_event *ev = &m->events[m->n_events++];

	memset(ev, 0, sizeof(*ev));
	ev->h = (struct ev_header){ .type = type,
				    .units = (uint16_t)(size / EV_UNIT),
				    .cpu = cpu,
				    .time_ns = m->now_ns,
				    .tid = tid,
				    .tgid = tid ? 100 + tid : 0 };
	return ev;
}

static uint32_t pick(struct sched_maker *m, enum made_state state)
{
	uint32_t start = below(m, SCHED_MAKER_THREADS);

	for (uint32_t i = 0; i < SCHED_MAKER_THREADS; i++) {
		uint32_t tid = 1 + (start + i) % SCHED_MAKER_THREADS;

		if (m->threads[tid].state == state)
			return tid;
	}
	return 0;
}

static void do_switch(struct sched_maker *m)
{
	uint16_t cpu = (uint16_t)below(m, SCHED_MAKER_CPUS);
	uint32_t prev = m->running[cpu], next = pick(m, MADE_RUNNABLE);
	bool sleeps = below(m, 2);
	struct ev_sched_switch *ev;

	if (prev == next)
		return;
	ev = &add_event(m, EV_SCHED_SWITCH, cpu, prev, sizeof(*ev))->sw;
	ev->next_tid = next;
	ev->next_tgid = next ? 100 + next : 0;
	ev->state = prev && sleeps ? EV_SCHED_INTERRUPTIBLE : 0;
	ev->flags = (uint16_t)(EV_SCHED_PREV_WATCHED | EV_SCHED_NEXT_WATCHED |
			       (prev && !sleeps ? EV_SCHED_PREEMPTED : 0));
	ev->syscall = -1;
	if (prev)
		change(m, prev, sleeps ? MADE_BLOCKED : MADE_RUNNABLE);
	if (next) {
		change(m, next, MADE_RUNNING);
		m->threads[next].cpu = cpu;
	}
	m->running[cpu] = next;
}

static void do_wakeup(struct sched_maker *m)
{
	uint32_t tid = pick(m, MADE_BLOCKED);
	uint16_t cpu = (uint16_t)below(m, SCHED_MAKER_CPUS);
	struct ev_sched_wakeup *ev;

	if (!tid)
		return;
	ev = &add_event(m, EV_SCHED_WAKEUP, cpu, tid, sizeof(*ev))->wakeup;
	ev->waker_tid = m->running[cpu];
	ev->waker_tgid = m->running[cpu] ? 100 + m->running[cpu] : 0;
	ev->target_cpu = cpu;
	change(m, tid, MADE_RUNNABLE);
}

void sched_maker_run(struct sched_maker *ret, uint64_t seed)
{
	memset(ret, 0, sizeof(*ret));
	ret->seed = seed * 0x9e3779b97f4a7c15ull + 1;
	ret->now_ns = ret->begin_ns = 1000000;
	for (uint32_t tid = 1; tid <= SCHED_MAKER_THREADS; tid++) {
		ret->threads[tid].state = below(ret, 2) ? MADE_RUNNABLE : MADE_BLOCKED;
		ret->threads[tid].since_ns = ret->begin_ns;
	}
	while (ret->n_events < SCHED_MAKER_EVENTS) {
		ret->now_ns += 1 + below(ret, 1000);
		if (below(ret, 3))
			do_switch(ret);
		else
			do_wakeup(ret);
	}
	ret->now_ns += 500;
	for (uint32_t tid = 1; tid <= SCHED_MAKER_THREADS; tid++)
		change(ret, tid, MADE_BLOCKED);
}
