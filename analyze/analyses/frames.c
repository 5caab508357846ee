// SPDX-License-Identifier: BSD-2-Clause
/*
 * Most events have a stack that was seen before, in an address space that has
 * not changed: those cost one look-up. Of the others most are a user stack and a
 * kernel stack that were seen before, but not together: their frames are kept as
 * lists. Stack ids are equal throughout a tape, so epochs do not matter here.
 */
#include <string.h>

#include "analyze/analyses/frames.h"

/* Beyond this the memory of what was asked begins anew. */
#define MOST_REMEMBERED ((size_t)1 << 20)
#define MOST_LISTED	((size_t)4 << 20)

void frames_init(struct frames *f, struct profile *profile)
{
	*f = (struct frames){ .profile = profile };
}

void frames_done(struct frames *f)
{
	map_done(&f->stacks);
	map_done(&f->chains);
	vec_done(&f->lists);
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

/* The frame of what is not code: "[stack lost]". */
static uint32_t mark_frame(struct frames *f, const char *text)
{
	struct module mark = { .kind = MODULE_MARK, .path = text };

	return profile_frame(f->profile, profile_module(f->profile, &mark), 0);
}

uint32_t frames_mark(struct frames *f, const char *text)
{
	return profile_stack(f->profile, PROFILE_ROOT, mark_frame(f, text));
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

/* Adds a stack to the lists, from its root to its leaf. */
static void list_stack(struct frames *f, const struct world *w, const struct process *p,
		       const struct stack *stack)
{
	*vec_push(&f->lists) = stack->n + !!(stack->flags & EV_STACK_CUT);
	if (stack->flags & EV_STACK_CUT)
		*vec_push(&f->lists) = mark_frame(f, "[cut]");
	for (uint32_t i = stack->n; i-- > 0;) {
		/* A return address may belong to the line, even the function, after the call. */
		uint64_t address = stack->ip[i] - (i > 0);
		struct world_place at = world_resolve(w, p, address);
		uint32_t module = number_of_module(f, w, at.module);

		*vec_push(&f->lists) = profile_frame(f->profile, module, at.offset);
	}
}

static uint64_t add_maps(uint64_t key, const struct world *w, const struct process *p)
{
	key = map_mix(key + map_mix(mappings_content(&p->maps)));
	return map_mix(key + mappings_content(&w->tasks.kernel.maps));
}

/* The list of a stack, which is a number of frames and they. NULL: the tape does not define it. */
static const uint32_t *find_list(struct frames *f, const struct world *w, const struct process *p,
				 uint64_t id)
{
	uint64_t key = add_maps(id, w, p);
	const uint64_t *known = map_find(&f->chains, key);
	const struct stack *stack;
	size_t begin;

	if (known)
		return &f->lists.items[*known];
	stack = stacks_find(&w->stacks, id);
	if (!stack)
		return NULL;
	if (f->lists.n >= MOST_LISTED) {
		map_clear(&f->chains);
		f->lists.n = 0;
	}
	begin = f->lists.n;
	list_stack(f, w, p, stack);
	*map_add(&f->chains, key, NULL) = begin;
	return &f->lists.items[begin];
}

/* Puts the stack of an id on top of parent; 0 is none. */
static uint32_t push_id(struct frames *f, const struct world *w, const struct process *p,
			uint64_t id, uint32_t parent)
{
	const uint32_t *list;

	if (!id)
		return parent;
	list = find_list(f, w, p, id);
	if (!list) {
		f->unknown_ids++;
		return profile_stack(f->profile, parent, mark_frame(f, "[stack lost]"));
	}
	for (uint32_t i = 1; i <= list[0]; i++)
		parent = profile_stack(f->profile, parent, list[i]);
	return parent;
}

uint64_t frames_key(const struct world *w, const struct process *p, uint64_t ustack,
		    uint64_t kstack)
{
	return add_maps(ustack + map_mix(kstack), w, p);
}

uint32_t frames_stack(struct frames *f, const struct world *w, const struct process *p,
		      uint64_t ustack, uint64_t kstack)
{
	uint64_t key = frames_key(w, p, ustack, kstack);
	const uint64_t *known = map_find(&f->stacks, key);
	uint64_t unknown = f->unknown_ids;
	uint32_t stack = PROFILE_ROOT;

	if (known)
		return (uint32_t)*known;
	stack = push_id(f, w, p, ustack, stack);
	stack = push_id(f, w, &w->tasks.kernel, kstack, stack);
	if (f->unknown_ids != unknown) {
		f->unknown_stacks++;
		return stack;
	}
	/* No id, or stacks without a single address. */
	if (stack == PROFILE_ROOT)
		stack = profile_stack(f->profile, PROFILE_ROOT, mark_frame(f, "[no stack]"));
	if (f->stacks.n >= MOST_REMEMBERED)
		map_clear(&f->stacks);
	*map_add(&f->stacks, key, NULL) = stack;
	return stack;
}
