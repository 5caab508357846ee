// SPDX-License-Identifier: BSD-2-Clause
/* See chain_path.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/chain_path.h"
#include "analyze/analyses/words.h"
#include "analyze/replay/syscalls.h"

/* Parts beyond are only in the sums. */
#define MOST_PARTS  ((size_t)1 << 17)
/* Sums beyond are joined to the last one. */
#define MOST_SUMS   ((size_t)1 << 17)
/* Beyond so many parts no waker is followed any more. */
#define MOST_WALKED ((uint64_t)1 << 24)
/* Lives of one tid that are looked through for the one at a time. */
#define MOST_LIVES  1000

void chain_path_done(struct chain_path *p)
{
	vec_done(&p->parts);
	vec_done(&p->sums);
	map_done(&p->sum_numbers);
}

/* --- parts --- */

static uint64_t key_of(const struct chain_part *part)
{
	uint64_t key = map_mix((uint64_t)part->thread << 32 | part->other);

	return map_mix(key + ((uint64_t)(uint16_t)part->syscall << 24 | (uint64_t)part->kind << 16 |
			      (uint64_t)part->flags << 8 | part->depth));
}

static struct chain_sum *sum_of(struct chain_path *p, const struct chain_part *part)
{
	uint64_t key = key_of(part);
	const uint64_t *number = map_find(&p->sum_numbers, key);

	if (number)
		return &p->sums.items[*number];
	if (p->sums.n >= MOST_SUMS)
		return &p->sums.items[p->sums.n - 1];
	*map_add(&p->sum_numbers, key, NULL) = p->sums.n;
	*vec_push(&p->sums) = (struct chain_sum){ .like = *part };
	return &p->sums.items[p->sums.n - 1];
}

static void add_part(struct chain_path *p, const struct chain_part *part)
{
	struct chain_sum *sum;

	if (part->from_ns >= part->to_ns)
		return;
	if (p->parts.n < MOST_PARTS)
		*vec_push(&p->parts) = *part;
	else
		p->left_out++;
	sum = sum_of(p, part);
	sum->ns += part->to_ns - part->from_ns;
	sum->count++;
}

/* --- the walk --- */

static const struct chain_span *spans_of(const struct chain_path *p, const struct chain_thread *t)
{
	return p->chain->spans.items + t->first;
}

/* How many of its spans begin before a time. */
static size_t spans_before(const struct chain_path *p, const struct chain_thread *t, uint64_t ns)
{
	const struct chain_span *spans = spans_of(p, t);
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spans[middle].from_ns < ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The life of a tid at a time; NULL if it is not known. */
static const struct chain_thread *find(const struct chain_path *p, uint32_t tid, uint64_t ns)
{
	const uint64_t *latest = map_find(&p->chain->by_tid, tid);
	size_t number = latest ? (size_t)*latest : 0;

	for (size_t i = 0; number && i < MOST_LIVES; i++) {
		const struct chain_thread *t = &p->chain->threads.items[number - 1];

		if (t->from_ns < ns && ns <= t->to_ns)
			return t;
		number = t->before;
	}
	return NULL;
}

struct stretch {
	const struct chain_thread *thread;
	uint64_t from_ns;
	uint64_t to_ns;
	unsigned int depth;
	const struct chain_part *waiting; /* whose wait it is, for what the thread does not tell */
};

static void walk(struct chain_path *p, const struct stretch *stretch);

static struct chain_part part_of(const struct chain_path *p, const struct stretch *s,
				 enum chain_kind kind)
{
	return (struct chain_part){
		.from_ns = s->from_ns,
		.to_ns = s->to_ns,
		.thread = (uint32_t)(s->thread - p->chain->threads.items),
		.syscall = -1,
		.kind = (uint8_t)kind,
		.depth = (uint8_t)s->depth,
	};
}

/* The waker was not there: the waiter was blocked, that is all. */
static void add_absence(struct chain_path *p, const struct stretch *s)
{
	const struct chain_thread *t = s->thread;
	bool known = (t->born && s->to_ns <= t->from_ns) || (t->ended && s->from_ns >= t->to_ns);
	struct chain_part part = part_of(p, s, known ? CHAIN_NOT_THERE : CHAIN_UNKNOWN);

	if (s->waiting) {
		part = *s->waiting;
		part.from_ns = s->from_ns;
		part.to_ns = s->to_ns;
	}
	add_part(p, &part);
}

static void follow(struct chain_path *p, const struct stretch *s, struct chain_part *part,
		   uint64_t asked)
{
	struct stretch before = {
		.from_ns = s->from_ns, .to_ns = part->to_ns, .depth = s->depth + 1, .waiting = part
	};

	if (asked < part->to_ns) {
		struct chain_part waking = *part;

		waking.kind = CHAIN_WAKING;
		waking.from_ns = asked > s->from_ns ? asked : s->from_ns;
		add_part(p, &waking);
		before.to_ns = part->to_ns = waking.from_ns;
	}
	if (before.from_ns >= before.to_ns)
		return;
	before.thread = find(p, part->other, asked);
	if (before.thread && before.thread != s->thread)
		walk(p, &before);
	else
		add_part(p, part);
}

static void add_wait(struct chain_path *p, const struct stretch *s, const struct chain_span *span)
{
	struct chain_part part = part_of(p, s, CHAIN_BLOCKED);
	uint64_t asked = span->to_ns > span->waking_ns ? span->to_ns - span->waking_ns : 0;

	/* Whom an interrupt hit does not matter. */
	part.other = span->flags & CHAIN_INTERRUPT ? 0 : span->other;
	part.syscall = span->syscall;
	part.flags = span->flags;
	if (s->depth < p->depth && p->left_out < MOST_WALKED && part.other &&
	    !(span->flags & CHAIN_OPEN))
		follow(p, s, &part, asked);
	else
		add_part(p, &part);
}

/* A stretch that lies in one span. */
static void add_span(struct chain_path *p, const struct stretch *s, const struct chain_span *span)
{
	static const enum chain_kind kinds[SPAN_N_STATES] = {
		[SPAN_UNKNOWN] = CHAIN_UNKNOWN,
		[SPAN_RUNNING] = CHAIN_RUNNING,
		[SPAN_RUNNABLE] = CHAIN_RUNNABLE,
	};
	struct chain_part part;

	if (span->state == SPAN_BLOCKED) {
		add_wait(p, s, span);
		return;
	}
	part = part_of(p, s, kinds[span->state]);
	part.other = span->other;
	add_part(p, &part);
}

/* Calls itself for the wakers' time: as deep as the user said. */
static void walk(struct chain_path *p, const struct stretch *stretch)
{
	const struct chain_span *spans = spans_of(p, stretch->thread);
	size_t i = spans_before(p, stretch->thread, stretch->to_ns);
	struct stretch rest = *stretch;

	while (rest.to_ns > stretch->from_ns) {
		const struct chain_span *span = i > 0 ? &spans[i - 1] : NULL;
		struct stretch now = rest;

		if (span && span->to_ns >= rest.to_ns) {
			now.from_ns = span->from_ns;
			i--;
		} else {
			now.from_ns = span ? span->to_ns : 0;
		}
		if (now.from_ns < stretch->from_ns)
			now.from_ns = stretch->from_ns;
		if (span && span->to_ns >= rest.to_ns)
			add_span(p, &now, span);
		else
			add_absence(p, &now);
		rest.to_ns = now.from_ns;
	}
}

void chain_path_walk(struct chain_path *p, const struct chain_thread *thread)
{
	const struct stretch whole = { .thread = thread, .from_ns = p->from_ns, .to_ns = p->to_ns };

	p->of = thread;
	if (p->from_ns < p->to_ns)
		walk(p, &whole);
}

/* --- tables --- */

struct part_text {
	char text[160];
};

static const char *name_of(const struct chain_path *p, uint32_t tid, uint64_t ns)
{
	const struct chain_thread *t = find(p, tid, ns);
	const uint64_t *slot = t ? NULL : map_find(&p->world->tasks.by_tid, tid);

	if (slot) /* it is known who that is, but not what it did */
		return tasks_name(&p->world->tasks, ((struct thread *)(uintptr_t)*slot)->name);
	return t ? tasks_name(&p->world->tasks, t->name) : "[unknown]";
}

static void append(struct part_text *t, const char *format, const char *name, uint32_t tid)
{
	size_t length = strlen(t->text);

	snprintf(t->text + length, sizeof(t->text) - length, format, name, tid);
}

static struct part_text wait_text(const struct chain_path *p, const struct chain_part *part)
{
	struct syscall_name call = syscalls_name(p->world, part->syscall);
	struct part_text t;

	snprintf(t.text, sizeof(t.text), "blocked%s%s", part->syscall >= 0 ? " in " : "",
		 part->syscall >= 0 ? call.text : "");
	if (part->flags & CHAIN_OPEN)
		append(&t, ", %s", "until the end", 0);
	else if (part->flags & CHAIN_INTERRUPT)
		append(&t, ", woken by %s", "an interrupt", 0);
	else if (part->other)
		append(&t, ", woken by %.64s (%u)", name_of(p, part->other, part->to_ns),
		       part->other);
	return t;
}

static struct part_text text_of(const struct chain_path *p, const struct chain_part *part)
{
	static const char *const kinds[] = {
		[CHAIN_RUNNING] = "running", [CHAIN_RUNNABLE] = "runnable",
		[CHAIN_BLOCKED] = "blocked", [CHAIN_WAKING] = "being woken",
		[CHAIN_UNKNOWN] = "unknown", [CHAIN_NOT_THERE] = "not there",
	};
	struct part_text t;

	if (part->kind == CHAIN_BLOCKED)
		return wait_text(p, part);
	snprintf(t.text, sizeof(t.text), "%s", kinds[part->kind]);
	if (part->kind == CHAIN_RUNNABLE && part->other)
		append(&t, ", %.64s (%u) ran", name_of(p, part->other, part->to_ns), part->other);
	return t;
}

static double share_of(const struct chain_path *p, uint64_t ns)
{
	return 100.0 * (double)ns / (double)(p->to_ns - p->from_ns);
}

static int by_time(const void *a, const void *b)
{
	const struct chain_sum *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	/* No two have the same beginning. */
	return x->like.from_ns < y->like.from_ns ? -1 : 1;
}

struct table *chain_path_sums(struct chain_path *p)
{
	static const struct table_column columns[] = {
		{ "time", "ns", TABLE_INTEGER }, { "share", "percent", TABLE_REAL },
		{ "depth", "", TABLE_INTEGER },	 { "thread", "", TABLE_TEXT },
		{ "tid", "", TABLE_INTEGER },	 { "parts", "count", TABLE_INTEGER },
		{ "what", "", TABLE_TEXT },
	};
	char title[200];
	struct table *t;

	snprintf(title, sizeof(title), "What %s of %.64s (%u) went to, on the critical path",
		 words_duration(p->to_ns - p->from_ns).text,
		 tasks_name(&p->world->tasks, p->of->name), p->of->tid);
	t = table_new("chain", title, columns, sizeof(columns) / sizeof(*columns));
	if (p->sums.n)
		qsort(p->sums.items, p->sums.n, sizeof(*p->sums.items), by_time);
	vec_for_each (sum, &p->sums) {
		const struct chain_thread *who = &p->chain->threads.items[sum->like.thread];
		struct part_text text = text_of(p, &sum->like);

		table_add(t,
			  (union table_cell[]){ { .integer = (int64_t)sum->ns },
						{ .real = share_of(p, sum->ns) },
						{ .integer = sum->like.depth },
						{ .text = tasks_name(&p->world->tasks, who->name) },
						{ .integer = who->tid },
						{ .integer = (int64_t)sum->count },
						{ .text = text.text } });
	}
	return t;
}

struct table *chain_path_parts(const struct chain_path *p)
{
	static const struct table_column columns[] = {
		{ "after", "ns", TABLE_INTEGER },   { "time", "ns", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL }, { "depth", "", TABLE_INTEGER },
		{ "thread", "", TABLE_TEXT },	    { "tid", "", TABLE_INTEGER },
		{ "what", "", TABLE_TEXT },
	};
	struct table *t = table_new("path", "The critical path in order of time", columns,
				    sizeof(columns) / sizeof(*columns));

	for (size_t i = p->parts.n; i-- > 0;) {
		const struct chain_part *part = &p->parts.items[i];
		const struct chain_thread *who = &p->chain->threads.items[part->thread];
		struct part_text text = text_of(p, part);
		uint64_t ns = part->to_ns - part->from_ns;

		table_add(t,
			  (union table_cell[]){ { .integer = (int64_t)(part->from_ns -
								       world_start_ns(p->world)) },
						{ .integer = (int64_t)ns },
						{ .real = share_of(p, ns) },
						{ .integer = part->depth },
						{ .text = tasks_name(&p->world->tasks, who->name) },
						{ .integer = who->tid },
						{ .text = text.text } });
	}
	return t;
}
