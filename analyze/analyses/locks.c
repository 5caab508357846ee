// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "locks": which locks threads waited for, how long, in which stacks, and
 * who ended the waits. Waits for locks of programs are futex calls that blocked
 * (probe group sched); those for the kernel's own are told by it (group lock).
 */
#include <inttypes.h>
#include <stdio.h>

#include "analyze/analyses/doubts.h"
#include "analyze/analyses/locks.h"
#include "analyze/analyses/window.h"
#include "analyze/analyses/words.h"
#include "analyze/base/sum.h"

/* What is beyond these stands in one row, or is no longer told apart. */
#define MOST_LOCKS	65536
#define MOST_PAIRS	((size_t)1 << 20)
#define MOST_REMEMBERED ((size_t)1 << 20)

/* --- locks --- */

static struct locks_lock *find_lock(struct locks *l, const struct locks_lock *like, uint64_t owner)
{
	const bool full = l->list.n >= MOST_LOCKS;
	uint64_t key = map_mix(map_mix(like->address) + owner * 2 + like->kernel);
	uint64_t *slot = map_find(&l->by_key, key);
	bool added = false;

	if (!slot)
		slot = map_add(&l->by_key, full ? like->kernel : key, &added);
	if (added) {
		*slot = l->list.n;
		*vec_push(&l->list) =
			full ? (struct locks_lock){ .rest = true, .kernel = like->kernel } : *like;
		l->list.items[*slot].number = *slot;
	}
	return &l->list.items[*slot];
}

static void add_wait(struct locks *l, struct locks_lock *lock, uint32_t tid, uint64_t ns)
{
	int64_t value = ns < INT64_MAX ? (int64_t)ns : INT64_MAX;
	bool added = false;

	lock->waits++;
	lock->total_ns = sum_add(lock->total_ns, value);
	if (value > lock->max_ns)
		lock->max_ns = value;
	if (l->waiters.keys.n < MOST_PAIRS)
		pairs_number(&l->waiters, (uint32_t)lock->number, tid, &added);
	lock->threads += added;
}

static void add_release(struct locks *l, const struct locks_lock *lock, const struct thread *by)
{
	uint32_t index;
	bool added;

	if (l->releases.n >= MOST_PAIRS)
		return;
	index = pairs_number(&l->releaser_numbers, (uint32_t)lock->number, by->tid, &added);
	if (added)
		*vec_push(&l->releases) = (struct locks_release){ .lock = (uint32_t)lock->number,
								  .tid = by->tid,
								  .name = by->name };
	l->releases.items[index].count++;
}

/* --- profiles --- */

static void profile_begin(struct locks_profile *p, const struct analysis_input *in,
			  const char *name, const char *title)
{
	const struct profile_head head = {
		.name = name,
		.title = title,
		.n_types = LOCKS_N_VALUES,
		.types = { { "waits", "count" }, { "waited", "nanoseconds" } },
		.default_type = LOCKS_VALUE_NS,
		.period_type = { "waited", "nanoseconds" },
		.drop_leaves = FRAMES_OF_SCHEDULER " " FRAMES_OF_TRACER,
	};

	p->profile = profile_new(&head);
	frames_init(&p->frames, p->profile, in->unwinder);
	who_init(&p->who, p->profile);
}

static void profile_done(struct locks_profile *p)
{
	frames_done(&p->frames);
	who_done(&p->who);
	map_done(&p->sets);
	profile_free(p->profile);
}

static uint32_t labels_of(struct locks_profile *p, const struct world *w,
			  const struct thread *thread, const struct locks_lock *lock)
{
	uint64_t key = map_mix(who_key(w, thread, 0) + lock->number);
	char address[24] = "(others)";
	uint64_t *slot;
	bool added;

	who_count(&p->who, thread);
	if (p->sets.n >= MOST_REMEMBERED)
		map_clear(&p->sets);
	slot = map_add(&p->sets, key, &added);
	if (added) {
		const struct profile_label more[] = {
			{ .key = "lock", .text = address },
			{ .key = "kind", .text = lock->kernel ? locks_kind(lock->flags) : "futex" },
		};

		if (!lock->rest)
			snprintf(address, sizeof(address), "0x%" PRIx64, lock->address);
		*slot = who_labels_more(&p->who, w, thread, more, 2);
	}
	return (uint32_t)*slot;
}

static void profile_wait(struct locks_profile *p, uint32_t stack, uint32_t labels, uint64_t ns)
{
	const int64_t values[LOCKS_N_VALUES] = { 1, ns < INT64_MAX ? (int64_t)ns : INT64_MAX };

	profile_add(p->profile, stack, labels, values);
}

static const char *why_no_stack(const struct locks *l, const struct span *span)
{
	if (span->first)
		return "[before the tape]";
	if (span->open)
		return "[still waiting]";
	return span->end_ns - span->begin_ns < l->user_stacks_from_ns ? "[short wait]"
								      : "[stack lost]";
}

/* --- locks of programs --- */

static void add_waker(struct locks *l, const struct span *span, struct locks_lock *lock)
{
	const struct span_waker *waker = &span->waker;
	const struct ev_header at = { .time_ns = span->end_ns,
				      .tid = waker->tid,
				      .tgid = waker->tgid };
	struct locks_profile *p = &l->releasing;
	const struct world *w = l->in->world;
	const struct thread *by;
	uint32_t stack;

	if (!waker->known)
		return;
	if (waker->flags & EV_SCHED_IRQ) {
		lock->interrupts++;
		return;
	}
	by = waker->tid ? tasks_peek(&w->tasks, &at) : NULL;
	if (!by)
		return;
	add_release(l, lock, by);
	stack = waker->kstack || waker->ustack
			? frames_stack(&p->frames, w, by->process, waker->ustack, waker->kstack)
			: frames_mark(&p->frames, "[short wait]");
	profile_wait(p, stack, labels_of(p, w, by, lock), span->to_ns - span->from_ns);
}

static void on_span(void *arg, const struct span *span)
{
	struct locks *l = arg;
	const struct process *process = span->thread->process;
	const struct locks_lock like = { .address = span->object,
					 .tgid = span->tgid,
					 .name = process->name };
	uint64_t ns = span->to_ns - span->from_ns;
	struct locks_profile *p = &l->waiting;
	struct locks_lock *lock;
	uint32_t stack;

	if (span->state != SPAN_BLOCKED || span->wait != SPAN_WAIT_LOCK ||
	    span->end_ns - span->begin_ns < l->min_ns || !l->in->passes(l->in, span->thread))
		return;
	lock = find_lock(l, &like, process->number);
	add_wait(l, lock, span->tid, ns);
	stack = span->kstack || span->ustack ? frames_stack(&p->frames, l->in->world, process,
							    span->ustack, span->kstack)
					     : frames_mark(&p->frames, why_no_stack(l, span));
	profile_wait(p, stack, labels_of(p, l->in->world, span->thread, lock), ns);
	add_waker(l, span, lock);
}

/* --- locks of the kernel --- */

static void on_contended(struct locks *l, const struct thread *thread,
			 const struct ev_lock_contended *ev)
{
	const struct locks_lock like = { .address = ev->lock, .kernel = true };
	struct locks_profile *p = &l->waiting;
	struct locks_lock *lock;
	uint32_t stack;

	if (ev->h.time_ns < l->in->from_ns || ev->h.time_ns > l->in->until_ns ||
	    ev->wait_ns < l->min_ns || !l->in->passes(l->in, thread))
		return;
	lock = find_lock(l, &like, 0);
	lock->flags |= ev->flags;
	add_wait(l, lock, thread->tid, ev->wait_ns);
	stack = ev->kstack || ev->ustack
			? frames_stack(&p->frames, l->in->world, thread->process, ev->ustack,
				       ev->kstack)
			: frames_mark(&p->frames, ev->wait_ns < l->kernel_stacks_from_ns
							  ? "[short wait]"
							  : "[stack lost]");
	profile_wait(p, stack, labels_of(p, l->in->world, thread, lock), ev->wait_ns);
}

/* --- the analysis --- */

static void locks_begin(void *state, const struct analysis_input *in)
{
	struct locks *l = state;

	l->min_ns = in->options.min_ns;
	l->user_stacks_from_ns = facts_find_number(&in->world->config, "sched.min_block_ns");
	l->kernel_stacks_from_ns = facts_find_number(&in->world->config, "lock.min_block_ns");
	l->spans = window_spans(in, on_span, NULL, l);
	profile_begin(&l->waiting, in, "locks", "Time waited for locks");
	profile_begin(&l->releasing, in, "releases", "Time waited, by who ended it");
}

static void locks_on_event(void *state, const struct analysis_input *in,
			   const struct thread *thread, const struct ev_header *event)
{
	struct locks *l = state;

	l->in = in;
	if (event->type == EV_LOCK_CONTENDED)
		on_contended(l, thread, (const struct ev_lock_contended *)event);
	else
		spans_event(l->spans, event);
}

static bool user_locks_lack_addresses(const struct locks *l)
{
	vec_for_each (lock, &l->list) {
		if (!lock->kernel && !lock->address && !lock->rest)
			return true;
	}
	return false;
}

static bool has_kernel_locks(const struct world *w)
{
	return w->counts[EV_LOCK_CONTENDED] || facts_find(&w->config, "lock.min_block_ns");
}

static void add_notes(const struct locks *l, const struct world *w, struct result *ret)
{
	struct spans_counts counts;
	char text[300];

	spans_get_counts(l->spans, &counts);
	doubts_add(&(struct doubts){ l->spans, counts.unknown_ns, counts.total_ns }, ret);
	if (user_locks_lack_addresses(l)) {
		snprintf(text, sizeof(text),
			 "of waits for locks of programs shorter than %s the address is known of "
			 "a few only: the others stand at address 0",
			 words_duration(l->user_stacks_from_ns).text);
		result_add_note(ret, text);
	}
	if (!has_kernel_locks(w))
		result_add_note(ret, "waits for locks of the kernel were not recorded; record with "
				     "--probes lock");
}

static void take_profile(struct locks_profile *p, const struct analysis_input *in,
			 struct result *ret)
{
	uint64_t duration = in->to_ns > in->from_ns ? in->to_ns - in->from_ns : 0;

	profile_set_time(p->profile, world_wall_ns(in->world, in->from_ns), duration);
	result_coverage(ret)->unknown_stacks += p->frames.unknown_stacks;
	result_coverage(ret)->unknown_names += p->who.unknown_names;
	result_take_profile(ret, p->profile);
	p->profile = NULL;
}

static void locks_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct locks *l = state;

	l->in = in;
	spans_finish(l->spans, in->health.complete);
	stack_ends_note(&l->waiting.frames.ends, l->waiting.profile, ret);
	take_profile(&l->waiting, in, ret);
	result_take_table(ret, locks_table(l, false));
	if (has_kernel_locks(in->world))
		result_take_table(ret, locks_table(l, true));
	if (profile_n_samples(l->releasing.profile))
		take_profile(&l->releasing, in, ret);
	add_notes(l, in->world, ret);
}

static void locks_done(void *state)
{
	struct locks *l = state;

	spans_free(l->spans);
	map_done(&l->by_key);
	vec_done(&l->list);
	pairs_done(&l->waiters);
	pairs_done(&l->releaser_numbers);
	vec_done(&l->releases);
	profile_done(&l->waiting);
	profile_done(&l->releasing);
}

extern const struct analysis analysis_locks;

static const uint16_t wants[] = { SPANS_WANTS, EV_LOCK_CONTENDED, 0 };

const struct analysis analysis_locks = {
	.name = "locks",
	.help = "which locks threads wait for, and who holds them",
	.title = "Which locks threads waited for",
	.wants = wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.unfiltered = true,
	.needs_gaps = true,
	.state_size = sizeof(struct locks),
	.begin = locks_begin,
	.on_event = locks_on_event,
	.finish = locks_finish,
	.done = locks_done,
};
