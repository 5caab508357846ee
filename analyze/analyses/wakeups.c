// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "wakeups": who ends whose waits, how often, after how long, and by which
 * code; with --chain the critical path of a thread through its wakers.
 *
 * A wait's stack in the profile is that of the waiter, from its root to where it
 * blocked, then "[woken by]", then that of the waker the other way round: first
 * where it woke, last where it began, and its name. So in a flame graph both
 * meet at the wake-up, and wakers of one sort stand together.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/analyses/doubts.h"
#include "analyze/analyses/analysis.h"
#include "analyze/analyses/chain.h"
#include "analyze/analyses/frames.h"
#include "analyze/analyses/who.h"
#include "analyze/analyses/window.h"
#include "analyze/base/map.h"
#include "analyze/base/sum.h"

enum { VALUE_WAITS, VALUE_NS, N_VALUES };

#define MOST_REMEMBERED	   ((size_t)1 << 20)
#define MOST_TRACER_FRAMES 8
/* Pairs of threads beyond share a row. */
#define MOST_ROWS	   ((size_t)1 << 17)
/* Threads beyond are one. */
#define MOST_PERSONS	   ((size_t)1 << 20)

/*
 * Beyond so many samples of the profile, or stacks in it, a wait that would be
 * another one counts without its waker: pairs of threads, times their stacks, may be
 * as many as waits. The table of who woke whom still has it.
 */
#define MOST_SAMPLES ((size_t)1 << 19)
#define MOST_STACKS  ((size_t)1 << 20)

/* How a wait ended. */
enum ending { BY_THREAD, BY_INTERRUPT, BY_UNKNOWN, N_ENDINGS };

/* A thread by tid and name: the same one has another name after an exec. */
struct person {
	uint32_t tid;
	uint32_t tgid;
	uint32_t name;
};

struct row {
	uint32_t waker; /* a person, */
	uint32_t woken;
	uint32_t ending;
	uint64_t count;
	uint64_t ns;
};

struct sum {
	uint64_t count;
	uint64_t ns;
};

struct wakeups {
	const struct analysis_input *in;
	struct spans *spans;
	struct profile *profile;
	struct frames frames;
	struct who who;
	uint64_t min_block_ns;
	struct map joined;	   /* two stacks and the waker, to the stack of both */
	struct map labelled;	   /* label set and waker, to the set with both */
	struct map person_numbers; /* by tid and name */
	VEC(struct person) persons;
	struct map row_numbers; /* by ending and both persons */
	VEC(struct row) rows;
	struct row crowd;	/* pairs that are too many */
	uint64_t without_waker; /* waits that the profile has without theirs */
	struct sum endings[N_ENDINGS];
	struct sum open; /* waits that did not end */
	uint64_t unknown_ns, total_ns;
	struct chain chain;
	uint64_t last_ns;
};

/* --- who --- */

static uint32_t person_of(struct wakeups *s, uint32_t tid, uint32_t tgid, uint32_t name)
{
	const uint64_t key = (uint64_t)tid << 32 | name;
	const uint64_t *number = map_find(&s->person_numbers, key);

	if (number)
		return (uint32_t)*number;
	if (s->persons.n >= MOST_PERSONS)
		return 0;
	*map_add(&s->person_numbers, key, NULL) = s->persons.n;
	*vec_push(&s->persons) = (struct person){ tid, tgid, name };
	return (uint32_t)s->persons.n - 1;
}

static uint32_t waker_of(struct wakeups *s, const struct span *span)
{
	const struct span_waker *w = &span->waker;
	const struct ev_header at = { .time_ns = span->end_ns, .tid = w->tid, .tgid = w->tgid };
	const struct thread *thread = w->tid ? tasks_peek(&s->in->world->tasks, &at) : NULL;

	return person_of(s, w->tid, w->tgid, thread ? thread->name : TASKS_NO_NAME);
}

static const char *name_of(const struct wakeups *s, const struct person *p, uint32_t ending)
{
	if (ending == BY_UNKNOWN)
		return "not known";
	return p->tid ? tasks_name(&s->in->world->tasks, p->name) : "idle";
}

static enum ending ending_of(const struct span *span)
{
	if (!span->waker.known)
		return BY_UNKNOWN;
	if (span->waker.flags & EV_SCHED_IRQ)
		return BY_INTERRUPT;
	return span->waker.tid ? BY_THREAD : BY_UNKNOWN;
}

/* --- the profile --- */

static uint32_t push_mark(struct wakeups *s, uint32_t parent, const char *text)
{
	return profile_stack(s->profile, parent, profile_mark(s->profile, text));
}

static uint32_t waiter_stack(struct wakeups *s, const struct span *span)
{
	if (!span->kstack && !span->ustack && span->end_ns - span->begin_ns < s->min_block_ns)
		return push_mark(s, PROFILE_ROOT, "[short wait]");
	return frames_stack(&s->frames, s->in->world, span->thread->process, span->ustack,
			    span->kstack);
}

static uint32_t waker_stack(struct wakeups *s, const struct span_waker *w)
{
	const struct process *p = tasks_find(&s->in->world->tasks, w->tgid);

	if (!w->kstack && !w->ustack)
		return PROFILE_ROOT;
	return frames_stack(&s->frames, s->in->world, p ? p : &s->in->world->tasks.crowd, w->ustack,
			    w->kstack);
}

/*
 * The waker's stack was taken by a BPF program that watches wake-ups: what stands
 * above its kernel function is our own. Returns the stack without that.
 */
static uint32_t without_tracer(const struct wakeups *s, uint32_t stack)
{
	const struct profile *p = s->profile;
	uint32_t at = stack;

	for (int i = 0; i < MOST_TRACER_FRAMES && at != PROFILE_ROOT; i++) {
		const struct profile_stack *top = profile_get_stack(p, at);
		const struct profile_frame *f = profile_get_frame(p, top->frame);

		at = top->parent;
		/* Its caller is the tracepoint's (bpf_trace_run1 and the like). */
		if (profile_get_module(p, f->module)->kind == MODULE_BPF && at != PROFILE_ROOT)
			return profile_get_stack(p, at)->parent;
	}
	return stack;
}

/* Puts the waker's frames on top, from its leaf to its root, and its name. */
static uint32_t join(struct wakeups *s, uint32_t stack, uint32_t from, const struct row *row)
{
	const struct person *waker = &s->persons.items[row->waker];
	char name[80];

	stack = push_mark(s, stack, "[woken by]");
	if (row->ending == BY_INTERRUPT)
		stack = push_mark(s, stack, "[interrupt]");
	for (uint32_t i = without_tracer(s, from); i != PROFILE_ROOT;) {
		const struct profile_stack at = *profile_get_stack(s->profile, i);

		stack = profile_stack(s->profile, stack, at.frame);
		i = at.parent;
	}
	snprintf(name, sizeof(name), row->ending == BY_INTERRUPT ? "[in %.64s]" : "[%.64s]",
		 name_of(s, waker, row->ending));
	return push_mark(s, stack, name);
}

/* The stack of a wait whose waker is not told. */
static uint32_t lone_stack(struct wakeups *s, uint32_t waiter)
{
	return push_mark(s, push_mark(s, waiter, "[woken by]"), "[one of too many]");
}

static uint32_t joined_stack(struct wakeups *s, const struct span *span, uint32_t waiter,
			     const struct row *row)
{
	uint32_t waker = waker_stack(s, &span->waker);
	uint64_t key = map_mix((uint64_t)waiter << 32 | waker);
	uint64_t *slot;
	bool added;

	if (s->joined.n >= MOST_REMEMBERED)
		map_clear(&s->joined);
	slot = map_add(&s->joined, map_mix(key + ((uint64_t)row->waker << 2 | row->ending)),
		       &added);
	if (added && profile_n_stacks(s->profile) >= MOST_STACKS)
		*slot = lone_stack(s, waiter);
	else if (added)
		*slot = join(s, waiter, waker, row);
	return (uint32_t)*slot;
}

static uint32_t make_labels(struct wakeups *s, uint32_t set, const struct row *row)
{
	struct profile_label labels[PROFILE_MAX_LABELS];
	const struct person *waker = &s->persons.items[row->waker];
	size_t n;
	const struct profile_label *base = profile_get_labels(s->profile, set, &n);

	for (size_t i = 0; i < n; i++)
		labels[i] = base[i];
	labels[n++] =
		(struct profile_label){ .key = "waker", .text = name_of(s, waker, row->ending) };
	labels[n++] = (struct profile_label){ .key = "waker_tid", .number = waker->tid };
	return profile_labels(s->profile, labels, n);
}

static uint32_t labels_of(struct wakeups *s, const struct span *span, const struct row *row)
{
	uint32_t set = who_labels(&s->who, s->in->world, span->thread, 0);
	uint64_t *slot;
	bool added;

	if (s->labelled.n >= MOST_REMEMBERED)
		map_clear(&s->labelled);
	slot = map_add(&s->labelled, map_mix(((uint64_t)set << 32 | row->waker) * 4 + row->ending),
		       &added);
	if (added)
		*slot = make_labels(s, set, row);
	return (uint32_t)*slot;
}

/* --- waits --- */

static struct row *row_of(struct wakeups *s, const struct row *like)
{
	uint64_t key = ((uint64_t)like->waker * 4 + like->ending) << 32 | like->woken;
	const uint64_t *number = map_find(&s->row_numbers, key);

	if (number)
		return &s->rows.items[*number];
	if (s->rows.n >= MOST_ROWS)
		return &s->crowd;
	*map_add(&s->row_numbers, key, NULL) = s->rows.n;
	*vec_push(&s->rows) = *like;
	return &s->rows.items[s->rows.n - 1];
}

static void add_sample(struct wakeups *s, const struct span *span, const struct row *row,
		       uint64_t ns)
{
	const int64_t values[N_VALUES] = { 1, (int64_t)ns };
	uint32_t waiter = waiter_stack(s, span);
	uint32_t stack = joined_stack(s, span, waiter, row), labels = labels_of(s, span, row);

	if (profile_n_samples(s->profile) >= MOST_SAMPLES &&
	    !profile_has_sample(s->profile, stack, labels)) {
		stack = lone_stack(s, waiter);
		labels = who_labels(&s->who, s->in->world, span->thread, 0);
		s->without_waker++;
	}
	profile_add(s->profile, stack, labels, values);
}

static void add_wait(struct wakeups *s, const struct span *span)
{
	uint64_t ns = span->to_ns - span->from_ns;
	const struct thread *thread = span->thread;
	struct row like = {
		.waker = waker_of(s, span),
		.woken = person_of(s, span->tid, span->tgid, thread->name),
		.ending = ending_of(span),
	};
	struct row *row = row_of(s, &like);

	row->count++;
	row->ns += ns;
	s->endings[like.ending].count++;
	s->endings[like.ending].ns += ns;
	add_sample(s, span, &like, ns);
}

static void on_span(void *arg, const struct span *span)
{
	struct wakeups *s = arg;
	uint64_t ns = span->to_ns - span->from_ns;
	bool passes = s->in->passes(s->in, span->thread);

	if (s->in->options.chain)
		chain_span(&s->chain, span, passes);
	if (!passes)
		return;
	s->total_ns += ns;
	s->unknown_ns += span->state == SPAN_UNKNOWN ? ns : 0;
	if (span->state != SPAN_BLOCKED || span->end_ns - span->begin_ns < s->in->options.min_ns)
		return;
	if (!span->open && span->end_ns == span->to_ns) {
		add_wait(s, span);
		return;
	}
	s->open.count++;
	s->open.ns += ns;
}

static void on_life(void *arg, const struct span_life *life)
{
	struct wakeups *s = arg;

	if (s->in->options.chain)
		chain_life(&s->chain, life);
}

static void wakeups_begin(void *state, const struct analysis_input *in)
{
	static const struct profile_head head = {
		.name = "wakeups",
		.title = "Waits by who ended them",
		.n_types = N_VALUES,
		.types = { { "waits", "count" }, { "blocked", "nanoseconds" } },
		.default_type = VALUE_NS,
	};
	struct wakeups *s = state;

	s->in = in;
	s->min_block_ns = facts_find_number(&in->world->config, "sched.min_block_ns");
	s->profile = profile_new(&head);
	frames_init(&s->frames, s->profile, in->unwinder);
	who_init(&s->who, s->profile);
	s->spans = window_spans(in, on_span, on_life, s);
}

static void wakeups_on_event(void *state, const struct analysis_input *in,
			     const struct thread *thread, const struct ev_header *event)
{
	struct wakeups *s = state;

	(void)in;
	(void)thread;
	spans_event(s->spans, event);
	if (event->type != EV_SCHED_WAIT && event->time_ns > s->last_ns)
		s->last_ns = event->time_ns;
}

/* --- the end --- */

static void add_sum(struct table *t, const char *what, const struct sum *sum, uint64_t whole)
{
	union table_cell row[] = {
		{ .text = what },
		{ .integer = (int64_t)sum->count },
		{ .integer = sum->count ? (int64_t)(sum->ns / sum->count) : 0 },
		{ .integer = (int64_t)sum->ns },
		{ .real = whole ? 100.0 * (double)sum->ns / (double)whole : 0 },
	};

	table_add(t, row);
}

/* The unknown time is no wait, but stands among the times so that none is overlooked. */
static struct table *endings_table(const struct wakeups *s)
{
	static const struct table_column columns[] = {
		{ "waits that", "", TABLE_TEXT },	   { "count", "count", TABLE_INTEGER },
		{ "mean", "ns", TABLE_INTEGER },	   { "time", "ns", TABLE_INTEGER },
		{ "of lifetimes", "percent", TABLE_REAL },
	};
	struct table *t = table_new("endings", "How waits ended", columns, 5);
	struct sum unknown = { .ns = s->unknown_ns };

	add_sum(t, "a thread ended", &s->endings[BY_THREAD], s->total_ns);
	add_sum(t, "an interrupt ended", &s->endings[BY_INTERRUPT], s->total_ns);
	add_sum(t, "ended, not known by whom", &s->endings[BY_UNKNOWN], s->total_ns);
	add_sum(t, "did not end", &s->open, s->total_ns);
	add_sum(t, "(unknown time)", &unknown, s->total_ns);
	return t;
}

static int by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	if (x->waker != y->waker)
		return x->waker < y->waker ? -1 : 1;
	if (x->woken != y->woken)
		return x->woken < y->woken ? -1 : 1;
	return x->ending < y->ending ? -1 : x->ending > y->ending;
}

static void add_row(struct table *t, const struct wakeups *s, const struct row *r, uint64_t whole)
{
	static const char *const ways[N_ENDINGS] = { "thread", "interrupt in", "" };
	const struct person *waker = &s->persons.items[r->waker];
	const struct person *woken = &s->persons.items[r->woken];
	bool crowd = r == &s->crowd;
	union table_cell row[] = {
		{ .text = crowd ? "" : ways[r->ending] },
		{ .text = crowd ? "[others]" : name_of(s, waker, r->ending) },
		{ .integer = crowd ? 0 : waker->tid },
		{ .integer = crowd ? 0 : waker->tgid },
		{ .text = crowd ? "[others]" : tasks_name(&s->in->world->tasks, woken->name) },
		{ .integer = crowd ? 0 : woken->tid },
		{ .integer = crowd ? 0 : woken->tgid },
		{ .integer = (int64_t)r->count },
		{ .integer = r->count ? (int64_t)(r->ns / r->count) : 0 },
		{ .integer = (int64_t)r->ns },
		{ .real = whole ? 100.0 * (double)r->ns / (double)whole : 0 },
	};

	table_add(t, row);
}

static struct table *wakers_table(struct wakeups *s)
{
	static const struct table_column columns[] = {
		{ "by", "", TABLE_TEXT },	    { "waker", "", TABLE_TEXT },
		{ "waker tid", "", TABLE_INTEGER }, { "waker pid", "", TABLE_INTEGER },
		{ "woken", "", TABLE_TEXT },	    { "woken tid", "", TABLE_INTEGER },
		{ "woken pid", "", TABLE_INTEGER }, { "waits", "count", TABLE_INTEGER },
		{ "mean", "ns", TABLE_INTEGER },    { "time", "ns", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },
	};
	struct table *t = table_new("wakers", "Who woke whom, and how long that one had waited",
				    columns, sizeof(columns) / sizeof(*columns));
	uint64_t whole = 0;

	for (size_t i = 0; i < N_ENDINGS; i++)
		whole += s->endings[i].ns;
	if (s->rows.n)
		qsort(s->rows.items, s->rows.n, sizeof(*s->rows.items), by_time);
	vec_for_each (row, &s->rows) {
		add_row(t, s, row, whole);
	}
	if (s->crowd.count)
		add_row(t, s, &s->crowd, whole);
	return t;
}

static void add_notes(const struct wakeups *s, struct result *ret)
{
	const struct doubts doubts = { s->spans, s->unknown_ns, s->total_ns };

	doubts_add(&doubts, ret);
	if (s->crowd.count)
		result_add_note(ret, "there are too many threads to tell all of them apart");
	if (s->without_waker)
		result_add_note(ret, "there are too many different waits: the profile has some "
				     "without their wakers, the table has all");
}

static void wakeups_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct wakeups *s = state;
	uint64_t from = window_from(in, s->spans), to;

	spans_finish(s->spans, in->health.complete);
	to = window_to(in, s->spans, s->last_ns);
	to = to > from ? to : from;
	if (in->options.chain)
		chain_tables(&s->chain, in, from, to, ret);
	result_take_table(ret, endings_table(s));
	result_take_table(ret, wakers_table(s));
	profile_set_time(s->profile, world_wall_ns(in->world, from), to - from);
	result_coverage(ret)->unknown_stacks += s->frames.unknown_stacks;
	result_coverage(ret)->unknown_names += s->who.unknown_names;
	stack_ends_note(&s->frames.ends, s->profile, ret);
	result_take_profile(ret, s->profile);
	s->profile = NULL;
	add_notes(s, ret);
}

static void wakeups_done(void *state)
{
	struct wakeups *s = state;

	spans_free(s->spans);
	profile_free(s->profile);
	frames_done(&s->frames);
	who_done(&s->who);
	map_done(&s->joined);
	map_done(&s->labelled);
	map_done(&s->person_numbers);
	vec_done(&s->persons);
	map_done(&s->row_numbers);
	vec_done(&s->rows);
	chain_done(&s->chain);
}

extern const struct analysis analysis_wakeups;

const struct analysis analysis_wakeups = {
	.name = "wakeups",
	.help = "who ends whose waits, and by which code; --chain: a critical path",
	.title = "Who woke whom",
	.wants = (const uint16_t[]){ SPANS_WANTS, 0 },
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.needs_gaps = true,
	.state_size = sizeof(struct wakeups),
	.begin = wakeups_begin,
	.on_event = wakeups_on_event,
	.finish = wakeups_finish,
	.done = wakeups_done,
};
