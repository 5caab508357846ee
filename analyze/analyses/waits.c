// SPDX-License-Identifier: BSD-2-Clause
/* Finds out what is known of each wait, and puts it into the profile or the pool. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/analyses/waits.h"
#include "analyze/analyses/words.h"
#include "analyze/replay/syscalls.h"

#define MOST_REMEMBERED ((size_t)1 << 20)

const char *waits_state_name(enum waits_state state)
{
	static const char *const names[WAITS_N_STATES] = {
		[WAITS_BLOCKED] = "blocked", [WAITS_SLEEP] = "sleep",
		[WAITS_DISK] = "disk",	     [WAITS_LOCK] = "lock",
		[WAITS_STOPPED] = "stopped", [WAITS_PREEMPTED] = "preempted",
	};

	return names[state];
}

void waits_begin(struct waits *w, const struct analysis_input *in, const struct profile_head *head)
{
	struct profile_head h = *head;

	h.n_types = WAITS_N_VALUES;
	h.types[WAITS_VALUE_COUNT] = (struct profile_type){ "waits", "count" };
	h.default_type = WAITS_VALUE_NS;
	h.drop_leaves = FRAMES_OF_SCHEDULER " " FRAMES_OF_TRACER;
	w->profile = profile_new(&h);
	w->min_block_ns = facts_find_number(&in->world->config, "sched.min_block_ns");
	w->sample_every = facts_find_number(&in->world->config, "sched.sample_every");
	w->min_ns = in->options.min_ns;
	w->states = in->options.states;
	frames_init(&w->frames, w->profile, in->unwinder);
	who_init(&w->who, w->profile);
}

void waits_done(struct waits *w)
{
	frames_done(&w->frames);
	who_done(&w->who);
	map_done(&w->sets);
	pool_done(&w->pool);
	map_done(&w->call_numbers);
	vec_done(&w->calls);
	profile_free(w->profile);
}

/* --- labels --- */

static uint32_t make_labels(struct waits *w, const struct world *world, const struct thread *thread,
			    const char *state, int32_t call)
{
	struct syscall_name name = syscalls_name(world, call);
	struct profile_label more[3] = { { .key = "state", .text = state } };
	size_t n = 1;

	if (call >= 0)
		more[n++] = (struct profile_label){ .key = "syscall", .text = name.text };
	if (w->goid)
		more[n++] = (struct profile_label){ .key = "goid", .number = (int64_t)w->goid };
	return who_labels_more(&w->who, world, thread, more, n);
}

uint32_t waits_labels(struct waits *w, const struct world *world, const struct thread *thread,
		      const char *state, int32_t call)
{
	uint64_t key = map_mix(who_key(world, thread, 0) + (uint32_t)call);
	uint64_t *slot;
	bool added;

	key = map_mix(key + (uintptr_t)state + w->goid);
	who_count(&w->who, thread);
	if (w->sets.n >= MOST_REMEMBERED)
		map_clear(&w->sets);
	slot = map_add(&w->sets, key, &added);
	if (added)
		*slot = make_labels(w, world, thread, state, call);
	return (uint32_t)*slot;
}

/* --- spans --- */

static enum waits_state state_of(const struct span *span)
{
	_Static_assert((int)WAITS_BLOCKED == SPAN_WAIT_UNKNOWN &&
			       (int)WAITS_SLEEP == SPAN_WAIT_SLEEP &&
			       (int)WAITS_STOPPED == SPAN_WAIT_STOPPED &&
			       ANALYSIS_SLEEP == 1 << (WAITS_SLEEP - 1) &&
			       ANALYSIS_PREEMPTED == 1 << (WAITS_PREEMPTED - 1),
		       "spans, options and views number states alike");
	return span->state == SPAN_RUNNABLE ? WAITS_PREEMPTED : (enum waits_state)span->wait;
}

static bool is_asked_for(const struct waits *w, const struct span *span, enum waits_state state)
{
	if (w->states && (state == WAITS_BLOCKED || !(w->states & 1u << (state - 1))))
		return false;
	return span->end_ns - span->begin_ns >= w->min_ns;
}

bool waits_shows(const struct waits *w, const struct span *span)
{
	return (span->state == SPAN_BLOCKED || span->state == SPAN_RUNNABLE) &&
	       is_asked_for(w, span, state_of(span));
}

static void count(struct waits_sum *sum, uint64_t ns)
{
	sum->count++;
	sum->ns += ns;
}

static void count_call(struct waits *w, const struct span *span, uint64_t ns)
{
	bool added;
	uint64_t *slot = map_add(&w->call_numbers, (uint32_t)span->syscall, &added);
	struct waits_call *call;

	if (added) {
		*vec_push(&w->calls) = (struct waits_call){ .number = span->syscall };
		*slot = w->calls.n - 1;
	}
	call = &w->calls.items[*slot];
	count(span->state == SPAN_RUNNABLE ? &call->preempted : &call->waited, ns);
}

/*
 * The recorder can tell the stacks of a wait whose begin and end it saw. A wait
 * that began before it looked has none, nor has what follows until it runs.
 */
static bool is_headless(struct waits *w, const struct span *span)
{
	if (!span->first && (w->headless_life != span->life ||
			     w->headless_until != span->begin_ns || span->state != SPAN_RUNNABLE))
		return false;
	w->headless_life = span->life;
	w->headless_until = span->end_ns;
	return true;
}

/* Why a wait has no stacks; NULL: it is short. */
static const char *why_none(const struct waits *w, const struct span *span, bool headless)
{
	if (headless)
		return "[before the tape]";
	if (span->cause == SPAN_NEW)
		return "[new thread]";
	if (span->open)
		return "[still waiting]";
	return span->end_ns - span->begin_ns < w->min_block_ns ? NULL : "[stack lost]";
}

static uint32_t stack_of(struct waits *w, const struct world *world, const struct span *span)
{
	if (!span->kstack && !span->ustack)
		return frames_mark(&w->frames, "[stack lost]");
	return frames_stack(&w->frames, world, span->thread->process, span->ustack, span->kstack);
}

static void add_wait(struct waits *w, const struct world *world, const struct span *span,
		     bool headless)
{
	enum waits_state state = state_of(span);
	uint64_t ns = span->to_ns - span->from_ns;
	const int64_t values[WAITS_N_VALUES] = { 1, (int64_t)ns };
	uint32_t labels =
		waits_labels(w, world, span->thread, waits_state_name(state), span->syscall);
	const char *why = span->weight ? NULL : why_none(w, span, headless);

	if (span->weight == 1)
		profile_add(w->profile, stack_of(w, world, span), labels, values);
	else if (why)
		profile_add(w->profile, frames_mark(&w->frames, why), labels, values);
	else
		pool_add(&w->pool, labels, 1, ns);
	if (span->weight > 1)
		pool_sample(&w->pool, labels, stack_of(w, world, span), ns);
}

void waits_span(struct waits *w, const struct analysis_input *in, const struct span *span)
{
	uint64_t ns = span->to_ns - span->from_ns;
	enum waits_state state;
	bool headless;

	w->ns[span->state] += ns;
	if (span->state != SPAN_BLOCKED && span->state != SPAN_RUNNABLE)
		return;
	state = state_of(span);
	headless = is_headless(w, span);
	if (!waits_shows(w, span))
		return;
	count(&w->sums[state][span->cause], ns);
	count_call(w, span, ns);
	add_wait(w, in->world, span, headless);
}

/* --- the end --- */

static void add_part(char *text, size_t size, const char *what, uint64_t part, uint64_t whole)
{
	size_t length = strlen(text);

	if (part)
		snprintf(text + length, size - length, "%s %s %s", length ? "," : "",
			 words_share(part, whole).text, what);
}

static void add_note(const struct waits *w, const struct pool_shares *shares, struct result *ret)
{
	uint64_t pool =
		shares->own + shares->kin[0] + shares->kin[1] + shares->kin[2] + shares->none;
	char parts[256] = "", often[64] = "no stacks", text[600];

	if (!pool)
		return;
	add_part(parts, sizeof(parts), "of the same thread", shares->own + shares->kin[0], pool);
	add_part(parts, sizeof(parts), "of its process", shares->kin[1], pool);
	add_part(parts, sizeof(parts), "of processes of its name", shares->kin[2], pool);
	add_part(parts, sizeof(parts), "on none", shares->none, pool);
	if (w->sample_every)
		snprintf(often, sizeof(often), "stacks once in %" PRIu64, w->sample_every);
	snprintf(text, sizeof(text),
		 "waits shorter than %s have %s: their time (%s of all) is exact, and is shared "
		 "out by stacks that were taken:%s",
		 words_duration(w->min_block_ns).text, often,
		 words_share(pool, (uint64_t)profile_total(w->profile, WAITS_VALUE_NS)).text,
		 parts);
	result_add_note(ret, text);
}

void waits_finish(struct waits *w, const struct analysis_input *in, struct result *ret)
{
	static const char *const kin[] = { "pid tid state syscall", "pid comm state syscall",
					   "comm state syscall", NULL };
	uint64_t duration = in->to_ns > in->from_ns ? in->to_ns - in->from_ns : 0;
	struct pool_shares shares;

	pool_spread(&w->pool, w->profile, kin, frames_mark(&w->frames, "[no stack taken]"),
		    &shares);
	add_note(w, &shares, ret);
	profile_set_time(w->profile, world_wall_ns(in->world, in->from_ns), duration);
	result_coverage(ret)->unknown_stacks += w->frames.unknown_stacks;
	result_coverage(ret)->unknown_names += w->who.unknown_names;
	stack_ends_note(&w->frames.ends, w->profile, ret);
}

struct profile *waits_take_profile(struct waits *w)
{
	struct profile *p = w->profile;

	w->profile = NULL;
	return p;
}
