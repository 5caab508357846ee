// SPDX-License-Identifier: BSD-2-Clause
/* See script_frames.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/analyses/script_frames.h"
#include "analyze/base/memory.h"

#define MOST_REMEMBERED ((size_t)1 << 20)
#define PLACE_MASK	UINT32_MAX

void script_frames_done(struct script_frames *s)
{
	map_done(&s->known);
	vec_done(&s->frames);
	vec_done(&s->calls);
	vec_done(&s->loops);
	vec_done(&s->merged);
}

/* A function is a module, and a line an offset in it: see MODULE_SCRIPT. */
static uint32_t code_frame(struct profile *p, const struct script_code *code, uint64_t place)
{
	size_t size = strlen(code->name) + strlen(code->file) + 32;
	char *path = memory_alloc(size);
	const struct module module = { .kind = MODULE_SCRIPT, .path = path };
	uint32_t frame;

	snprintf(path, size, "%s\t%" PRIu32 "\t%s", code->name, code->lines.first_line, code->file);
	frame = profile_frame(p, profile_module(p, &module),
			      script_lines_find(&code->lines, place));
	free(path);
	return frame;
}

static uint32_t frame_of(struct script_frames *s, struct profile *p, const struct scripts *scripts,
			 const uint64_t *pair)
{
	uint64_t place = pair[1] & PLACE_MASK, key = map_mix(pair[0] + map_mix(place));
	const uint64_t *known = map_find(&s->known, key);
	const struct script_code *code;
	uint32_t frame;

	if (known)
		return (uint32_t)*known;
	code = scripts_code(scripts, pair[0]);
	if (!code)
		return profile_mark(p, "[function lost]");
	frame = code_frame(p, code, place);
	if (s->known.n >= MOST_REMEMBERED)
		map_clear(&s->known);
	*map_add(&s->known, key, NULL) = frame;
	return frame;
}

static void list(struct script_frames *s, struct profile *p, const struct scripts *scripts,
		 const struct script_stack *stack)
{
	s->frames.n = s->calls.n = 0;
	if (stack->flags & (EV_SCRIPT_CUT | EV_SCRIPT_TORN)) {
		uint32_t mark = profile_mark(p, stack->flags & EV_SCRIPT_CUT ? "[script cut]"
									     : "[script torn]");

		*vec_push(&s->frames) = mark;
	}
	if (s->frames.n || stack->n)
		*vec_push(&s->calls) = 0;
	for (uint32_t i = stack->n; i-- > 0;) {
		const uint64_t *pair = &stack->words[2 * i];

		/* The first has begun already, with the mark of a cut if there is one. */
		if (i + 1 < stack->n && pair[1] & EV_SCRIPT_ENTRY)
			*vec_push(&s->calls) = (uint32_t)s->frames.n;
		*vec_push(&s->frames) = frame_of(s, p, scripts, pair);
	}
}

/* The frames of the calls from one on, up to another. */
static void push_calls(struct script_frames *s, size_t from, size_t to)
{
	size_t i = from < s->calls.n ? s->calls.items[from] : s->frames.n;
	size_t end = to < s->calls.n ? s->calls.items[to] : s->frames.n;

	for (; i < end; i++)
		*vec_push(&s->merged) = s->frames.items[i];
}

static bool is_loop(const struct profile *p, const struct scripts *scripts,
		    const struct native_frames *native, uint32_t number)
{
	const struct profile_frame *frame = profile_get_frame(p, number);

	vec_for_each (r, &scripts->runtimes) {
		if (r->module < native->n_modules &&
		    native->modules[r->module] == frame->module + 1 &&
		    scripts_is_loop(r, frame->offset))
			return true;
	}
	return false;
}

/* Which of the native frames are in a loop, and how many. */
static size_t find_loops(struct script_frames *s, const struct profile *p,
			 const struct scripts *scripts, const struct native_frames *native)
{
	size_t n = 0;

	s->loops.n = 0;
	for (size_t i = 0; i < native->n; i++) {
		bool loop = is_loop(p, scripts, native, native->frames[i]);

		n += loop;
		*vec_push(&s->loops) = loop;
	}
	return n;
}

/* The native frames with calls, from one on, in the place of loops behind the first spare ones. */
static void merge(struct script_frames *s, const bool *loops, const struct native_frames *native,
		  size_t call, size_t spare)
{
	for (size_t i = 0; i < native->n; i++) {
		if (loops[i] && !spare && call < s->calls.n) {
			push_calls(s, call, call + 1);
			call++;
			continue;
		}
		spare -= loops[i] && spare;
		*vec_push(&s->merged) = native->frames[i];
	}
}

bool script_frames_merge(struct script_frames *s, struct profile *p, const struct scripts *scripts,
			 uint64_t id, const struct native_frames *native)
{
	const struct script_stack *stack = scripts_stack(scripts, id);
	size_t loops = find_loops(s, p, scripts, native), ahead = 0, spare = 0;

	s->merged.n = s->frames.n = s->calls.n = 0;
	if (stack)
		list(s, p, scripts, stack);
	if (s->calls.n > loops)
		ahead = s->calls.n - loops;
	else if (stack && stack->flags)
		spare = loops - s->calls.n;
	push_calls(s, 0, ahead);
	merge(s, s->loops.items, native, ahead, spare);
	return stack != NULL;
}
