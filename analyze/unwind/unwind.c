// SPDX-License-Identifier: BSD-2-Clause
/* What is known of a stack, put together: the copy, the walk, the words on top. */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/unwind/goroutine.h"

struct unwinder *unwinder_new(struct cfi_store *store)
{
	struct unwinder *u = memory_alloc(sizeof(*u));

	u->store = store;
	return u;
}

void unwinder_free(struct unwinder *u)
{
	if (!u)
		return;
	map_done(&u->rows);
	arena_done(&u->arena);
	free(u);
}

/* --- both ways together --- */

static bool is_root(struct walk *k, uint64_t address)
{
	const struct frame_row *row = walk_row(k, address);
	const struct frame_rule *rule = row ? frame_rule(row, row->return_register) : NULL;

	return rule && rule->kind == FRAME_UNDEFINED;
}

/*
 * Whether the last frame is the first that the walk met: code below it left the
 * pointer as it was, so that the walk passed over it. Go's are so, where they call on
 * another stack, which the copy does not have.
 */
static bool hangs_on_pointer(struct walk *k)
{
	const struct frame_row *row = walk_row(k, k->ret->address[k->ret->n - 1]);

	return row && row->cfa.kind == FRAME_REGISTER && row->cfa.reg == k->machine->fp &&
	       row->cfa.offset == 16 && frame_knows(&k->now, k->machine->fp) &&
	       k->now.value[k->machine->fp] == k->leaf_fp;
}

/* What the walk along frame pointers knows beyond the last frame. */
static void go_on_by(struct walk *k, const struct stack *walked)
{
	struct unwound *ret = k->ret;
	uint32_t from = walk_find(ret, walked), before = ret->n;

	if (from == walked->n && hangs_on_pointer(k))
		from = 0;
	for (uint32_t i = from + 1; i < walked->n && ret->n < UNWIND_MOST; i++) {
		uint64_t address = walk_address(walked, i);

		if (!walk_is_code(k, address))
			return;
		ret->address[ret->n++] = address;
		if (is_root(k, address)) {
			ret->end = UNWIND_ROOT;
			return;
		}
	}
	if (ret->n > before && walked->flags & EV_STACK_CUT)
		ret->end = UNWIND_CUT;
}

static void copy_walked(const struct stack *walked, struct unwound *ret)
{
	ret->n = walked->n < UNWIND_MOST ? walked->n : UNWIND_MOST;
	ret->end = walked->flags & EV_STACK_CUT ? UNWIND_CUT : UNWIND_ROOT;
	for (uint32_t i = 0; i < ret->n; i++)
		ret->address[i] = walk_address(walked, i);
}

static void run_copy(struct walk *k, const struct stack *walked)
{
	struct unwound *ret = k->ret;

	walk_run(k, UINT64_MAX);
	if (ret->end != UNWIND_ROOT && walked)
		go_on_by(k, walked);
}

/* --- the top of the stack --- */

/* Which word of the top is the leaf's return address; 2: none of them. */
static unsigned int word_of_caller(const struct frame_row *row)
{
	const struct machine *x86 = machine_of(17);
	const struct frame_rule *caller = frame_rule(row, row->return_register);

	if (row->cfa.kind != FRAME_REGISTER || row->cfa.reg != x86->sp ||
	    row->return_register != x86->pc || !caller || caller->kind != FRAME_AT ||
	    caller->offset != -8)
		return 2;
	if (row->cfa.offset == 8)
		return 0;
	return row->cfa.offset == 16 ? 1 : 2;
}

/* Puts the caller that the walk missed where it belongs. */
static void mend(struct walk *k, const struct unwind_stack *stack)
{
	uint64_t leaf = stack->walked->ip[0];
	const struct frame_row *row = walk_row(k, leaf);
	unsigned int word = row ? word_of_caller(row) : 2;
	uint64_t caller = word < 2 ? stack->top->word[word] : 0;
	struct unwound *ret = k->ret;

	if (!caller || ret->n == UNWIND_MOST || (ret->n > 1 && stack->walked->ip[1] == caller) ||
	    !walk_is_code(k, caller - 1))
		return;
	memmove(&ret->address[2], &ret->address[1], (ret->n - 1) * sizeof(ret->address[0]));
	ret->address[1] = caller - 1;
	ret->n++;
}

void unwinder_run(struct unwinder *u, const struct world *w, const struct process *p,
		  const struct unwind_stack *stack, struct unwound *ret)
{
	struct walk k = { .unwinder = u, .world = w, .process = p, .ret = ret };
	bool copied = stack->copy && walk_begin(&k, stack->copy);

	ret->n = 0;
	ret->end = UNWIND_BROKEN;
	ret->gap = UNWIND_ROOT;
	if (stack->go)
		goroutine_run(&k, stack, copied);
	else if (copied)
		run_copy(&k, stack->walked);
	else if (stack->walked)
		copy_walked(stack->walked, ret);
	if (ret->n && stack->walked && stack->top &&
	    (!copied || (stack->go && stack->go->flags & EV_STACK_GO_CALLED)))
		mend(&k, stack);
}
