// SPDX-License-Identifier: BSD-2-Clause
/* See timeline_store.h. */
#include <stdio.h>

#include "analyze/analyses/timeline_store.h"
#include "analyze/replay/syscalls.h"

#define MOST_TEXTS ((size_t)1 << 20)
/* What may be told of a time when there was room still: a few slices of each thread. */
#define MOST_LATE  ((size_t)1 << 20)

void timeline_store_init(struct timeline_store *s, const struct world *world,
			 struct timeline *timeline)
{
	*s = (struct timeline_store){
		.world = world,
		.timeline = timeline,
		.to_ns = UINT64_MAX,
		.most = TIMELINE_STORE_MOST,
	};
}

void timeline_store_done(struct timeline_store *s)
{
	for (size_t i = 0; i < TIMELINE_TEXT_KINDS; i++)
		map_done(&s->known[i]);
}

void timeline_store_add(struct timeline_store *s, struct timeline_slices *list,
			struct timeline_span slice)
{
	bool instant = slice.start_ns == slice.end_ns;

	if (slice.end_ns < s->from_ns || (!instant && slice.end_ns == s->from_ns))
		return;
	/* What is told from now on may have begun before: that part still belongs to it. */
	if (s->n == s->most && s->world->last_ns < s->to_ns)
		s->to_ns = s->world->last_ns;
	if (slice.start_ns >= s->to_ns || s->n >= s->most + MOST_LATE) {
		s->left_out += s->n >= s->most;
		return;
	}
	if (slice.start_ns < s->from_ns)
		slice.start_ns = s->from_ns;
	if (slice.end_ns > s->to_ns)
		slice.end_ns = s->to_ns;
	*vec_push(list) = slice;
	s->n++;
}

void timeline_store_give(struct timeline_store *s, uint32_t track, struct timeline_slices *list)
{
	timeline_add_spans(s->timeline, track, list->items, list->n);
	vec_done(list);
}

/* --- texts --- */

static const char *cause_name(unsigned int cause)
{
	static const char *const names[] = {
		[SPAN_NO_CAUSE] = "",	    [SPAN_WOKEN] = "woken", [SPAN_PREEMPTED] = "preempted",
		[SPAN_YIELDED] = "yielded", [SPAN_NEW] = "new",
	};

	return names[cause];
}

static void print_wait(char *text, size_t size, const struct world *world, uint32_t wait,
		       int32_t call)
{
	const char *name = wait == SPAN_WAIT_UNKNOWN ? "blocked" : spans_wait_name(wait);
	struct syscall_name syscall = syscalls_name(world, call);

	snprintf(text, size, "%s%s%s", name, syscall.text[0] ? " " : "", syscall.text);
}

static void print_text(char *text, size_t size, const struct world *world, unsigned int kind,
		       const uint32_t of[2])
{
	const struct tasks *tasks = &world->tasks;
	const char *cause;

	switch (kind) {
	case TIMELINE_TEXT_STATE:
		snprintf(text, size, "%s", spans_state_name(of[0]));
		break;
	case TIMELINE_TEXT_WAIT:
		print_wait(text, size, world, of[0], (int32_t)of[1]);
		break;
	case TIMELINE_TEXT_CPU:
		snprintf(text, size, "CPU %u", of[0]);
		break;
	case TIMELINE_TEXT_TID:
		snprintf(text, size, "thread %u", of[0]);
		break;
	case TIMELINE_TEXT_NAME:
		snprintf(text, size, "%s", tasks_name(tasks, of[0]));
		break;
	case TIMELINE_TEXT_WOKEN:
		snprintf(text, size, "woken by %s (%u)", tasks_name(tasks, of[0]), of[1]);
		break;
	case TIMELINE_TEXT_CAUSE:
		snprintf(text, size, "%s", cause_name(of[0]));
		break;
	default:
		cause = cause_name(kind - TIMELINE_TEXT_INSTEAD);
		snprintf(text, size, "%s%s%s (%u) ran", cause, *cause ? ", " : "",
			 tasks_name(tasks, of[0]), of[1]);
	}
}

uint32_t timeline_store_text(struct timeline_store *s, unsigned int kind, uint32_t a, uint32_t b)
{
	uint64_t key = (uint64_t)a << 32 | b;
	uint64_t *number = map_find(&s->known[kind], key);
	char text[128];

	if (number)
		return (uint32_t)*number;
	if (s->texts >= MOST_TEXTS)
		return TIMELINE_NO_TEXT;
	s->texts++;
	print_text(text, sizeof(text), s->world, kind, (const uint32_t[]){ a, b });
	number = map_add(&s->known[kind], key, NULL);
	*number = timeline_add_text(s->timeline, text);
	return (uint32_t)*number;
}

uint32_t timeline_store_name(const struct timeline_store *s, uint32_t tid, uint32_t tgid,
			     uint64_t at_ns)
{
	const struct ev_header at = { .time_ns = at_ns, .tid = tid, .tgid = tgid };
	const struct thread *thread = tid ? tasks_peek(&s->world->tasks, &at) : NULL;

	return thread ? thread->name : TASKS_NO_NAME;
}
