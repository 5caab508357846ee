// SPDX-License-Identifier: BSD-2-Clause
/*
 * Most events have a stack that was seen before, in an address space that has
 * not changed: those cost one look-up. Of the others most are a user stack and a
 * kernel stack that were seen before, but not together: their frames are kept as
 * lists. Stack ids are equal throughout a tape, so epochs do not matter here.
 * Copies of stacks are nearly all different, but what they unwind to is not: those
 * lists are kept by their addresses.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/frames.h"

/* Beyond this the memory of what was asked begins anew. */
#define MOST_REMEMBERED ((size_t)1 << 20)
#define MOST_LISTED	((size_t)4 << 20)

void frames_init(struct frames *f, struct profile *profile, struct unwinder *unwinder)
{
	*f = (struct frames){ .profile = profile, .unwinder = unwinder };
	f->unwound = memory_alloc(sizeof(*f->unwound));
}

void frames_done(struct frames *f)
{
	map_done(&f->stacks);
	map_done(&f->chains);
	vec_done(&f->lists);
	vec_done(&f->modules);
	stack_ends_done(&f->ends);
	script_frames_done(&f->scripts);
	free(f->unwound);
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

uint32_t frames_mark(struct frames *f, const char *text)
{
	return profile_stack(f->profile, PROFILE_ROOT, profile_mark(f->profile, text));
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

uint32_t frames_address(struct frames *f, const struct world *w, const struct process *p,
			uint64_t address)
{
	struct world_place at = world_resolve(w, p, address);

	return profile_frame(f->profile, number_of_module(f, w, at.module), at.offset);
}

/* Adds a stack to the lists, from its root to its leaf. */
static void list_stack(struct frames *f, const struct world *w, const struct process *p,
		       const struct stack *stack)
{
	*vec_push(&f->lists) = stack->n + !!(stack->flags & EV_STACK_CUT);
	if (stack->flags & EV_STACK_CUT)
		*vec_push(&f->lists) = profile_mark(f->profile, "[cut]");
	for (uint32_t i = stack->n; i-- > 0;) {
		/* A return address may belong to the line, even the function, after the call. */
		uint32_t frame = frames_address(f, w, p, stack->ip[i] - (i > 0));

		*vec_push(&f->lists) = frame;
	}
}

static uint32_t mark_of(struct frames *f, enum unwind_end end)
{
	bool cut = end == UNWIND_CUT || end == UNWIND_DEEP;

	return profile_mark(f->profile, cut ? "[cut]" : "[incomplete]");
}

/* The same of one that was unwound. What stands for its root says that there is more. */
static void list_unwound(struct frames *f, const struct world *w, const struct process *p)
{
	const struct unwound *u = f->unwound;

	*vec_push(&f->lists) = u->n + (u->end != UNWIND_ROOT);
	if (u->end != UNWIND_ROOT)
		*vec_push(&f->lists) = mark_of(f, u->end);
	for (uint32_t i = u->n; i-- > 0;) {
		uint32_t frame = u->address[i] == UNWIND_GAP
					 ? mark_of(f, u->gap)
					 : frames_address(f, w, p, u->address[i]);

		*vec_push(&f->lists) = frame;
	}
}

static uint64_t add_maps(uint64_t key, const struct world *w, const struct process *p)
{
	key = map_mix(key + map_mix(mappings_content(&p->maps)));
	return map_mix(key + mappings_content(&w->tasks.kernel.maps));
}

/* Where the list of key stands, or is to be put; *known says which. */
static size_t begin_list(struct frames *f, uint64_t key, bool *known)
{
	const uint64_t *begin = map_find(&f->chains, key);

	*known = begin != NULL;
	if (begin)
		return *begin;
	if (f->lists.n >= MOST_LISTED) {
		map_clear(&f->chains);
		f->lists.n = 0;
	}
	*map_add(&f->chains, key, NULL) = f->lists.n;
	return f->lists.n;
}

static uint64_t hash_unwound(const struct unwound *u)
{
	uint64_t hash = u->end + ((uint64_t)u->gap << 8);

	for (uint32_t i = 0; i < u->n; i++)
		hash = map_mix(hash + u->address[i]);
	return hash;
}

static void count_end(struct frames *f, const struct world *w, const struct process *p)
{
	const struct unwound *u = f->unwound;
	struct world_place at = { .module = MODULES_NONE };
	enum unwind_end end = u->gap != UNWIND_ROOT ? u->gap : u->end;
	uint32_t n = u->n;

	for (uint32_t i = 0; u->gap != UNWIND_ROOT && i < n; i++) {
		if (u->address[i] == UNWIND_GAP)
			n = i;
	}
	if (n && end != UNWIND_ROOT)
		at = world_resolve(w, p, u->address[n - 1]);
	stack_ends_count(&f->ends, end, end == UNWIND_ROOT ? 0 : number_of_module(f, w, at.module));
}

static size_t find_unwound(struct frames *f, const struct world *w, const struct process *p,
			   const struct unwind_stack *stack)
{
	bool known;
	size_t begin;

	unwinder_run(f->unwinder, w, p, stack, f->unwound);
	if (stack->copy)
		count_end(f, w, p);
	begin = begin_list(f, add_maps(hash_unwound(f->unwound), w, p), &known);
	if (!known)
		list_unwound(f, w, p);
	return begin;
}

/* The list of a stack, which is a number of frames and they. NULL: the tape does not define it. */
static const uint32_t *find_list(struct frames *f, const struct world *w, const struct process *p,
				 uint64_t id)
{
	uint64_t key = add_maps(id, w, p);
	const uint64_t *listed = map_find(&f->chains, key);
	struct unwind_stack stack;
	size_t begin;
	bool known;

	if (listed)
		return &f->lists.items[*listed];
	stack = (struct unwind_stack){
		.walked = stacks_find(&w->stacks, id),
		.copy = copies_find(&w->copies, id),
		.top = copies_top(&w->copies, id),
		.go = copies_go(&w->copies, id),
	};
	if (!stack.walked && !stack.copy)
		return NULL;
	if (f->unwinder && (stack.copy || stack.top || stack.go)) {
		begin = find_unwound(f, w, p, &stack);
	} else if (stack.walked) {
		begin = begin_list(f, key, &known);
		list_stack(f, w, p, stack.walked);
	} else {
		return NULL;
	}
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
		return profile_stack(f->profile, parent, profile_mark(f->profile, "[stack lost]"));
	}
	for (uint32_t i = 1; i <= list[0]; i++)
		parent = profile_stack(f->profile, parent, list[i]);
	return parent;
}

/* The same of a user stack and the stack of the script that runs in it. */
static uint32_t push_script(struct frames *f, const struct world *w, const struct process *p,
			    const struct frames_ids *ids)
{
	const uint32_t *list = ids->ustack ? find_list(f, w, p, ids->ustack) : NULL;
	struct native_frames native = { .modules = f->modules.items, .n_modules = f->modules.n };
	uint32_t parent = PROFILE_ROOT;

	if (ids->ustack && !list) {
		f->unknown_ids++;
		parent =
			profile_stack(f->profile, parent, profile_mark(f->profile, "[stack lost]"));
	}
	if (list) {
		native.frames = list + 1;
		native.n = list[0];
	}
	if (!script_frames_merge(&f->scripts, f->profile, &w->scripts, ids->script, &native)) {
		f->unknown_ids++;
		parent = profile_stack(f->profile, parent,
				       profile_mark(f->profile, "[script lost]"));
	}
	vec_for_each (frame, &f->scripts.merged)
		parent = profile_stack(f->profile, parent, *frame);
	return parent;
}

uint64_t frames_ids_key(const struct world *w, const struct process *p,
			const struct frames_ids *ids)
{
	uint64_t key = ids->ustack + map_mix(ids->kstack);

	return add_maps(ids->script ? map_mix(key) + ids->script : key, w, p);
}

uint64_t frames_key(const struct world *w, const struct process *p, uint64_t ustack,
		    uint64_t kstack)
{
	return frames_ids_key(w, p, &(struct frames_ids){ ustack, kstack, 0 });
}

uint32_t frames_ids_stack(struct frames *f, const struct world *w, const struct process *p,
			  const struct frames_ids *ids)
{
	uint64_t key = frames_ids_key(w, p, ids);
	const uint64_t *known = map_find(&f->stacks, key);
	uint64_t unknown = f->unknown_ids;
	uint32_t stack = PROFILE_ROOT;

	if (known)
		return (uint32_t)*known;
	stack = ids->script ? push_script(f, w, p, ids) : push_id(f, w, p, ids->ustack, stack);
	stack = push_id(f, w, &w->tasks.kernel, ids->kstack, stack);
	if (f->unknown_ids != unknown) {
		f->unknown_stacks++;
		return stack;
	}
	/* No id, or stacks without a single address. */
	if (stack == PROFILE_ROOT)
		stack = profile_stack(f->profile, PROFILE_ROOT,
				      profile_mark(f->profile, "[no stack]"));
	if (f->stacks.n >= MOST_REMEMBERED)
		map_clear(&f->stacks);
	*map_add(&f->stacks, key, NULL) = stack;
	return stack;
}

uint32_t frames_stack(struct frames *f, const struct world *w, const struct process *p,
		      uint64_t ustack, uint64_t kstack)
{
	return frames_ids_stack(f, w, p, &(struct frames_ids){ ustack, kstack, 0 });
}
