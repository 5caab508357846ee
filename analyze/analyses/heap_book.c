// SPDX-License-Identifier: BSD-2-Clause
/* See heap_book.h. */
#include <math.h>
#include <stdlib.h>

#include "analyze/analyses/heap_book.h"
#include "analyze/base/sum.h"

#define MOST_RATES 16 /* how often a program's totals are made anew since its rate changed */

struct heap_values heap_values_add(struct heap_values a, struct heap_values b)
{
	for (size_t i = 0; i < HEAP_VALUES; i++)
		a.of[i] = sum_add(a.of[i], b.of[i]);
	return a;
}

struct heap_values heap_values_less(struct heap_values a, struct heap_values b)
{
	for (size_t i = 0; i < HEAP_VALUES; i++)
		a.of[i] = sum_add(a.of[i], b.of[i] > INT64_MIN ? -b.of[i] : INT64_MAX);
	return a;
}

static int64_t rounded(double value)
{
	return value < 9e18 ? (int64_t)value : INT64_MAX;
}

static void scale(uint64_t count, uint64_t bytes, uint64_t rate, int64_t ret[2])
{
	double factor = 1;

	ret[0] = ret[1] = 0;
	if (!count || !bytes)
		return;
	if (rate > 1)
		factor = 1 / (1 - exp(-((double)bytes / (double)count) / (double)rate));
	ret[0] = rounded((double)count * factor);
	ret[1] = rounded((double)bytes * factor);
}

struct heap_values heap_book_scale(const struct heap_counts *c, uint64_t rate)
{
	uint64_t count = c->allocs > c->frees ? c->allocs - c->frees : 0;
	uint64_t bytes = c->alloc_bytes > c->free_bytes ? c->alloc_bytes - c->free_bytes : 0;
	struct heap_values v;

	scale(c->allocs, c->alloc_bytes, rate, &v.of[HEAP_ALLOC_OBJECTS]);
	scale(count, bytes, rate, &v.of[HEAP_OBJECTS]);
	return v;
}

/* --- what comes --- */

static struct heap_program *readings_of(struct heap_book *b, uint32_t program)
{
	while (b->readings.n <= program) {
		struct heap_program *p = memory_alloc(sizeof(*p));

		*p = (struct heap_program){ .stride = 1 };
		*vec_push(&b->readings) = p;
	}
	return b->readings.items[program];
}

static struct heap_values sum_up(const struct heap_book *b, const struct heap_program *p)
{
	struct heap_values sum = { { 0 } };

	for (uint32_t at = p->buckets; at; at = b->list.items[at - 1].next)
		sum = heap_values_add(sum, heap_book_scale(&b->list.items[at - 1].now, p->rate));
	return sum;
}

static void on_runtime(struct heap_book *b, uint32_t program)
{
	struct heap_program *p = readings_of(b, program);
	uint64_t rate = b->programs.list.items[program].rate;

	if (!rate || rate == p->rate || p->rates >= MOST_RATES)
		return;
	p->rates++;
	p->rate = rate;
	p->total = sum_up(b, p);
}

static uint64_t key_of(uint32_t program, const struct ev_go_heap *ev)
{
	return map_mix(map_mix(ev->ustack + map_mix(program)) + ev->object_bytes);
}

static struct heap_bucket *find_bucket(struct heap_book *b, uint32_t program,
				       const struct ev_go_heap *ev)
{
	struct heap_program *p = readings_of(b, program);
	uint64_t *slot = map_find(&b->by_key, key_of(program, ev));
	struct heap_bucket *bucket;

	if (slot)
		return &b->list.items[*slot];
	if (b->list.n >= HEAP_BOOK_MOST) {
		b->beyond++;
		return NULL;
	}
	*map_add(&b->by_key, key_of(program, ev), NULL) = b->list.n;
	bucket = vec_push(&b->list);
	*bucket = (struct heap_bucket){ .program = program,
					.next = p->buckets,
					.stack = PROFILE_ROOT,
					.object_bytes = ev->object_bytes };
	p->buckets = (uint32_t)b->list.n;
	return bucket;
}

static void on_heap(struct heap_book *b, const struct analysis_input *in,
		    const struct process *process, uint32_t program, const struct ev_go_heap *ev)
{
	struct heap_program *p = readings_of(b, program);
	struct heap_bucket *bucket = find_bucket(b, program, ev);

	p->received++;
	if (!bucket)
		return;
	/* A stack that the tape lacks may be there in the next epoch. */
	if (bucket->stack == PROFILE_ROOT)
		bucket->stack = frames_stack(&b->frames, in->world, process, ev->ustack, 0);
	p->total = heap_values_less(p->total, heap_book_scale(&bucket->now, p->rate));
	bucket->now =
		(struct heap_counts){ ev->allocs, ev->alloc_bytes, ev->frees, ev->free_bytes };
	p->total = heap_values_add(p->total, heap_book_scale(&bucket->now, p->rate));
}

/* --- readings --- */

static void take_base(struct heap_book *b, struct heap_program *p, uint64_t ns)
{
	for (uint32_t at = p->buckets; at; at = b->list.items[at - 1].next)
		b->list.items[at - 1].base = b->list.items[at - 1].now;
	p->based = true;
	p->base_ns = ns;
}

/* Every second one goes when they are full. */
static void keep_moment(struct heap_program *p, uint64_t ns)
{
	if (p->seen++ % p->stride)
		return;
	if (p->n == HEAP_BOOK_MOMENTS) {
		for (size_t i = 0; i < HEAP_BOOK_MOMENTS / 2; i++)
			p->moments[i] = p->moments[2 * i];
		p->n = HEAP_BOOK_MOMENTS / 2;
		p->stride *= 2;
		if ((p->seen - 1) % p->stride)
			return;
	}
	p->moments[p->n++] = (struct heap_moment){ ns, p->total };
}

/* The heap profile is read with snapshots that state all, and with the last one. */
static void on_snapshot(struct heap_book *b, const struct analysis_input *in, uint32_t program,
			const struct ev_go_snapshot *ev)
{
	struct heap_program *p = readings_of(b, program);
	bool read = p->received || (ev->whole && p->buckets);

	p->received = 0;
	if (!read)
		return;
	p->last_ns = ev->h.time_ns;
	if (ev->h.time_ns < in->from_ns)
		return;
	if (!p->based)
		take_base(b, p, ev->h.time_ns);
	keep_moment(p, ev->h.time_ns);
}

/* --- the three of an analysis --- */

void heap_book_begin(struct heap_book *b, const struct analysis_input *in, struct profile *p)
{
	b->profile = p;
	frames_init(&b->frames, p, in->unwinder);
}

void heap_book_event(struct heap_book *b, const struct analysis_input *in,
		     const struct thread *thread, const struct ev_header *event)
{
	const struct process *p = thread->process;
	uint32_t program;

	if (event->time_ns > in->until_ns || !in->passes(in, thread))
		return;
	program = goprograms_event(&b->programs, p, event);
	if (program == GOPROGRAMS_NONE)
		return;
	if (event->type == EV_GO_RUNTIME)
		on_runtime(b, program);
	else if (event->type == EV_GO_HEAP)
		on_heap(b, in, p, program, (const struct ev_go_heap *)event);
	else if (event->type == EV_GO_SNAPSHOT)
		on_snapshot(b, in, program, (const struct ev_go_snapshot *)event);
}

void heap_book_done(struct heap_book *b)
{
	vec_for_each (p, &b->readings) {
		free(*p);
	}
	vec_done(&b->readings);
	vec_done(&b->list);
	map_done(&b->by_key);
	goprograms_done(&b->programs);
	frames_done(&b->frames);
}
