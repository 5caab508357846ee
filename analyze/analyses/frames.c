// SPDX-License-Identifier: BSD-2-Clause
/*
 * Most events have a stack that was seen before, in an address space that has
 * not changed: those cost one look-up. Stack ids are equal throughout a tape,
 * so epochs do not matter here.
 */
#include <string.h>

#include "analyze/analyses/frames.h"

/* Beyond this the memory of what was asked begins anew. */
#define MOST_REMEMBERED ((size_t)1 << 20)

void frames_init(struct frames *f, struct profile *profile)
{
	*f = (struct frames){ .profile = profile };
}

void frames_done(struct frames *f)
{
	map_done(&f->stacks);
	vec_done(&f->modules);
}

struct module frames_module(const struct tape_module *m)
{
	struct module module = {
		.kind = m->kind <= EV_MODULE_ANON ? (enum module_kind)m->kind : MODULE_UNKNOWN,
		.path = m->path,
		.build_id_size = m->build_id_size,
		.start = m->start,
		.end = m->end,
		.file_offset = m->file_offset,
	};

	_Static_assert((int)MODULE_FILE == (int)EV_MODULE_FILE &&
			       (int)MODULE_ANON == (int)EV_MODULE_ANON &&
			       MODULE_BUILD_ID_SIZE == EV_BUILD_ID_SIZE,
		       "results and tapes number the kinds of modules alike");
	memcpy(module.build_id, m->build_id, sizeof(module.build_id));
	return module;
}

/* What is not code: "[stack lost]". */
static uint32_t push_mark(struct frames *f, uint32_t parent, const char *text)
{
	struct module mark = { .kind = MODULE_MARK, .path = text };
	uint32_t module = profile_module(f->profile, &mark);

	return profile_stack(f->profile, parent, profile_frame(f->profile, module, 0));
}

static uint32_t number_of_module(struct frames *f, const struct world *w, uint32_t index)
{
	static const struct module unknown = { .kind = MODULE_UNKNOWN, .path = "[unknown]" };
	struct module module;

	if (index == MODULES_NONE)
		return profile_module(f->profile, &unknown);
	while (f->modules.n <= index)
		*vec_push(&f->modules) = 0;
	if (!f->modules.items[index]) {
		module = frames_module(modules_get(&w->modules, index));
		f->modules.items[index] = profile_module(f->profile, &module) + 1;
	}
	return f->modules.items[index] - 1;
}

/* Puts a stack on top of parent, from its root to its leaf. */
static uint32_t push_stack(struct frames *f, const struct world *w, const struct process *p,
			   const struct stack *stack, uint32_t parent)
{
	if (stack->flags & EV_STACK_CUT)
		parent = push_mark(f, parent, "[cut]");
	for (uint32_t i = stack->n; i-- > 0;) {
		/* A return address may belong to the line, even the function, after the call. */
		uint64_t address = stack->ip[i] - (i > 0);
		struct world_place at = world_resolve(w, p, address);
		uint32_t module = number_of_module(f, w, at.module);

		parent = profile_stack(f->profile, parent,
				       profile_frame(f->profile, module, at.offset));
	}
	return parent;
}

/* The same for an id, 0 being none. */
static uint32_t push_id(struct frames *f, const struct world *w, const struct process *p,
			uint64_t id, uint32_t parent)
{
	const struct stack *stack;

	if (!id)
		return parent;
	stack = stacks_find(&w->stacks, id);
	if (stack)
		return push_stack(f, w, p, stack, parent);
	f->unknown_ids++;
	return push_mark(f, parent, "[stack lost]");
}

uint32_t frames_stack(struct frames *f, const struct world *w, const struct process *p,
		      uint64_t ustack, uint64_t kstack)
{
	uint64_t key = map_mix(ustack + map_mix(kstack + map_mix(mappings_content(&p->maps))));
	const uint64_t *known;
	uint64_t unknown = f->unknown_ids;
	uint32_t stack = PROFILE_ROOT;

	key = map_mix(key + mappings_content(&w->tasks.kernel.maps));
	known = map_find(&f->stacks, key);
	if (known)
		return (uint32_t)*known;

	if (!ustack && !kstack)
		return push_mark(f, PROFILE_ROOT, "[no stack]");
	stack = push_id(f, w, p, ustack, stack);
	stack = push_id(f, w, &w->tasks.kernel, kstack, stack);
	if (f->unknown_ids != unknown) {
		f->unknown_stacks++;
		return stack;
	}
	if (stack == PROFILE_ROOT) /* defined, but without a single address */
		stack = push_mark(f, PROFILE_ROOT, "[no stack]");
	if (f->stacks.n >= MOST_REMEMBERED)
		map_clear(&f->stacks);
	*map_add(&f->stacks, key, NULL) = stack;
	return stack;
}
