// SPDX-License-Identifier: BSD-2-Clause
/* See gc_book.h. */
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/gc_book.h"

static const char *const keys[GC_FIGURES] = {
	[GC_CYCLES] = "gc.cycles_count",
	[GC_PAUSE_NS] = "gc.pause_ns",
	[GC_LAST_NS] = "gc.last_ns",
	[GC_SHARE_PPB] = "gc.cpu_share_ppb",
	[GC_CPU_NS] = "gc.cpu_ns",
	[GC_CPU_IDLE_NS] = "gc.cpu_idle_ns",
	[GC_CPU_TOTAL_NS] = "gc.cpu_total_ns",
	[GC_LIVE_BYTES] = "heap.live_bytes",
	[GC_MARKED_BYTES] = "heap.marked_bytes",
	[GC_GOAL_BYTES] = "heap.goal_bytes",
	[GC_THREADS] = "sched.threads_count",
	[GC_IDLE_THREADS] = "sched.idle_threads_count",
	[GC_IDLE_PROCESSORS] = "sched.idle_processors_count",
	[GC_QUEUE] = "sched.queue_count",
	[GC_RESIZED_NS] = "sched.resized_ns",
	[GC_RESIZED_TOTAL_NS] = "sched.cpu_total_ns",
};

static struct gc_program *program_of(struct gc_book *b, uint32_t index)
{
	while (b->list.n <= index) {
		struct gc_program *p = memory_alloc(sizeof(*p));

		p->stride = 1;
		*vec_push(&b->list) = p;
	}
	return b->list.items[index];
}

static void on_figure(struct gc_program *p, const struct ev_go_figure *ev)
{
	size_t room = ev_tail_size(&ev->h, sizeof(*ev)), length = strnlen(ev->key, room);

	for (size_t i = 0; i < GC_FIGURES; i++) {
		if (strlen(keys[i]) != length || memcmp(keys[i], ev->key, length) != 0)
			continue;
		p->now.of[i] = ev->value;
		p->now.known |= 1u << i;
	}
}

/* A cycle is told once, by the snapshot behind it: those of the first may have ended before. */
static void on_cycle(struct gc_program *p, const struct ev_go_cycle *ev)
{
	if (ev->after_bytes) {
		p->now.before_bytes = ev->before_bytes;
		p->now.after_bytes = ev->after_bytes;
		p->now.goal_bytes = ev->goal_bytes;
	}
	if (!p->begun || ev->number <= p->last_cycle)
		return;
	if (!p->first_cycle)
		p->first_cycle = ev->number;
	p->last_cycle = ev->number;
	histogram_add(&p->pauses, ev->pause_ns);
}

/* Every second one goes when they are full. */
static void keep_moment(struct gc_program *p)
{
	if (p->seen++ % p->stride)
		return;
	if (p->n == GC_BOOK_MOMENTS) {
		for (size_t i = 0; i < GC_BOOK_MOMENTS / 2; i++)
			p->moments[i] = p->moments[2 * i];
		p->n = GC_BOOK_MOMENTS / 2;
		p->stride *= 2;
		if ((p->seen - 1) % p->stride)
			return;
	}
	p->moments[p->n++] = p->now;
}

static void on_snapshot(struct gc_program *p, const struct analysis_input *in, uint64_t ns)
{
	p->now.ns = ns;
	if (ns < in->from_ns || !p->now.known)
		return;
	if (!p->begun || !gc_moment_knows(&p->first, GC_CYCLES))
		p->first = p->now;
	p->begun = true;
	keep_moment(p);
}

void gc_book_event(struct gc_book *b, const struct analysis_input *in, const struct thread *thread,
		   const struct ev_header *event)
{
	struct gc_program *p;
	uint32_t index;

	if (event->time_ns > in->until_ns || !in->passes(in, thread))
		return;
	index = goprograms_event(&b->programs, thread->process, event);
	if (index == GOPROGRAMS_NONE)
		return;
	p = program_of(b, index);
	if (event->type == EV_GO_FIGURE)
		on_figure(p, (const struct ev_go_figure *)event);
	else if (event->type == EV_GO_CYCLE)
		on_cycle(p, (const struct ev_go_cycle *)event);
	else if (event->type == EV_GO_SNAPSHOT)
		on_snapshot(p, in, event->time_ns);
}

void gc_book_done(struct gc_book *b)
{
	vec_for_each (p, &b->list) {
		histogram_done(&(*p)->pauses);
		free(*p);
	}
	vec_done(&b->list);
	goprograms_done(&b->programs);
}

int64_t gc_book_growth(const struct gc_moment *from, const struct gc_moment *to, enum gc_figure f)
{
	if (!gc_moment_knows(from, f) || !gc_moment_knows(to, f) || to->of[f] < from->of[f] ||
	    to->of[f] - from->of[f] > INT64_MAX)
		return -1;
	return (int64_t)(to->of[f] - from->of[f]);
}

/* What time the CPUs had been given when the last collection ended; 0: there was none. */
static double total_at(const struct gc_moment *m, double cpus)
{
	if (!m->of[GC_LAST_NS])
		return 0;
	return (double)m->of[GC_RESIZED_TOTAL_NS] -
	       ((double)m->of[GC_RESIZED_NS] - (double)m->of[GC_LAST_NS]) * cpus;
}

/* Before 1.20 there is nothing but the share since the program's beginning. */
static double share_by_fractions(const struct gc_moment *from, const struct gc_moment *to)
{
	const uint32_t needs = 1u << GC_LAST_NS | 1u << GC_SHARE_PPB | 1u << GC_RESIZED_NS |
			       1u << GC_RESIZED_TOTAL_NS;
	int64_t time = gc_book_growth(from, to, GC_RESIZED_NS);
	int64_t given = gc_book_growth(from, to, GC_RESIZED_TOTAL_NS);
	double begun, ended, used;

	if ((from->known & to->known & needs) != needs || time <= 0 || given <= 0 ||
	    to->of[GC_LAST_NS] <= from->of[GC_LAST_NS])
		return -1;
	begun = total_at(from, (double)given / (double)time);
	ended = total_at(to, (double)given / (double)time);
	used = (double)to->of[GC_SHARE_PPB] * ended - (double)from->of[GC_SHARE_PPB] * begun;
	if (ended <= begun)
		return -1;
	return used > 0 ? used / (ended - begun) / 1e7 : 0;
}

double gc_book_share(const struct gc_moment *from, const struct gc_moment *to)
{
	int64_t used = gc_book_growth(from, to, GC_CPU_NS);
	int64_t idle = gc_book_growth(from, to, GC_CPU_IDLE_NS);
	int64_t total = gc_book_growth(from, to, GC_CPU_TOTAL_NS);

	if (used < 0 || idle < 0 || total < 0)
		return share_by_fractions(from, to);
	return total && used >= idle ? 100.0 * (double)(used - idle) / (double)total : -1;
}
