// SPDX-License-Identifier: BSD-2-Clause
/* See chain.h. What is gathered here is sorted by thread first, then walked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/chain.h"
#include "analyze/analyses/chain_path.h"

void chain_done(struct chain *c)
{
	vec_done(&c->spans);
	vec_done(&c->threads);
	map_done(&c->by_life);
	map_done(&c->by_tid);
}

/* --- gathering --- */

static uint32_t add_thread(struct chain *c, const struct span *span)
{
	uint64_t *latest = map_add(&c->by_tid, span->tid, NULL);

	*vec_push(&c->threads) = (struct chain_thread){
		.tid = span->tid,
		.tgid = span->tgid,
		.before = (uint32_t)*latest,
		.from_ns = span->from_ns,
		.to_ns = span->to_ns,
	};
	*latest = c->threads.n;
	return (uint32_t)c->threads.n - 1;
}

static uint32_t thread_of(struct chain *c, const struct span *span)
{
	bool added;
	uint64_t *index = map_add(&c->by_life, span->life, &added);

	if (added)
		*index = add_thread(c, span);
	return (uint32_t)*index;
}

static uint32_t other_of(const struct span *span)
{
	if (span->state == SPAN_RUNNABLE)
		return span->instead_tid;
	return span->state == SPAN_BLOCKED && span->waker.known ? span->waker.tid : 0;
}

static uint8_t flags_of(const struct span *span)
{
	return (uint8_t)((span->open ? CHAIN_OPEN : 0) |
			 (span->waker.flags & EV_SCHED_IRQ ? CHAIN_INTERRUPT : 0));
}

void chain_span(struct chain *c, const struct span *span, bool passes)
{
	struct chain_thread *t;
	uint32_t thread;

	if (c->spans.n >= CHAIN_MOST_SPANS) {
		c->left_out++;
		return;
	}
	thread = thread_of(c, span);
	t = &c->threads.items[thread];
	t->name = span->thread->name;
	t->passing_ns += passes ? span->to_ns - span->from_ns : 0;
	t->to_ns = span->to_ns;
	if (span->from_ns == span->to_ns)
		return;
	*vec_push(&c->spans) = (struct chain_span){
		.from_ns = span->from_ns,
		.to_ns = span->to_ns,
		.thread = thread,
		.other = other_of(span),
		.waking_ns = span->to_ns == span->end_ns ? span->waker.waking_ns : 0,
		.syscall = span->syscall >= 0 && span->syscall <= INT16_MAX ? (int16_t)span->syscall
									    : -1,
		.state = (uint8_t)span->state,
		.flags = flags_of(span),
	};
	t->n++;
}

void chain_life(struct chain *c, const struct span_life *life)
{
	const uint64_t *index = map_find(&c->by_life, life->life);

	if (!index)
		return;
	c->threads.items[*index].born = life->born;
	c->threads.items[*index].ended = life->ended;
	map_remove(&c->by_life, life->life);
}

/* --- at the end --- */

/* Stable: a thread's spans came in order of time. */
static void sort_by_thread(struct chain *c)
{
	struct chain_span *sorted = memory_resize(NULL, c->spans.n + 1, sizeof(*sorted));
	size_t first = 0;

	vec_for_each (t, &c->threads) {
		t->first = first;
		first += t->n;
		t->n = 0;
	}
	vec_for_each (span, &c->spans) {
		struct chain_thread *t = &c->threads.items[span->thread];

		sorted[t->first + t->n++] = *span;
	}
	free(c->spans.items);
	c->spans.items = sorted;
	c->spans.room = c->spans.n + 1;
}

/* The one that passed longest, the smaller tid of equal ones. NULL: none did. */
static const struct chain_thread *choose(const struct chain *c, size_t *passing)
{
	const struct chain_thread *chosen = NULL;

	*passing = 0;
	vec_for_each (t, &c->threads) {
		if (!t->passing_ns)
			continue;
		++*passing;
		if (!chosen || t->passing_ns > chosen->passing_ns ||
		    (t->passing_ns == chosen->passing_ns && t->tid < chosen->tid))
			chosen = t;
	}
	return chosen;
}

static void add_notes(const struct chain *c, const struct analysis_input *in,
		      const struct chain_thread *chosen, size_t passing, struct result *ret)
{
	char text[400];

	if (!chosen) {
		result_add_note(ret, "no critical path: no thread passes the filters");
		return;
	}
	if (passing > 1) {
		snprintf(text, sizeof(text),
			 "%zu threads pass the filters: the critical path is that of %.64s (%u), "
			 "which lived longest; choose another one with --tid",
			 passing, tasks_name(&in->world->tasks, chosen->name), chosen->tid);
		result_add_note(ret, text);
	}
	if (c->left_out) {
		snprintf(text, sizeof(text),
			 "the critical path has holes: the last %llu of %llu spans in this time "
			 "are too many to keep; choose a shorter time with --from and --to",
			 (unsigned long long)c->left_out,
			 (unsigned long long)(c->left_out + c->spans.n));
		result_add_note(ret, text);
	}
}

void chain_tables(struct chain *c, const struct analysis_input *in, uint64_t from_ns,
		  uint64_t to_ns, struct result *ret)
{
	const struct chain_thread *chosen;
	struct chain_path path = { .chain = c, .world = in->world, .depth = in->options.chain };
	size_t passing;

	sort_by_thread(c);
	chosen = choose(c, &passing);
	add_notes(c, in, chosen, passing, ret);
	if (!chosen)
		return;
	path.from_ns = from_ns;
	path.to_ns = to_ns;
	chain_path_walk(&path, chosen);
	result_take_table(ret, chain_path_sums(&path));
	result_take_table(ret, chain_path_parts(&path));
	if (path.left_out)
		result_add_note(ret, "the critical path has more parts than are shown: only its "
				     "sums are complete");
	chain_path_done(&path);
}
