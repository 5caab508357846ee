// SPDX-License-Identifier: BSD-2-Clause
/*
 * See goroutine.h. The parts of a stack are put one behind the other: C's and the
 * runtime's by their copy or the walk, the goroutine's as the recorder read them.
 */
#include "analyze/unwind/goroutine.h"

/* How far below where it changed stacks a function's sp is, at most: of asmcgocall before 1.21. */
#define SWITCH_ROOM 72

static void put(struct unwound *ret, uint64_t address)
{
	if (ret->n < UNWIND_MOST)
		ret->address[ret->n++] = address;
	else
		ret->end = UNWIND_DEEP;
}

static void put_gap(struct unwound *ret, enum unwind_end why)
{
	if (ret->gap == UNWIND_ROOT)
		ret->gap = why == UNWIND_ROOT ? UNWIND_BROKEN : why;
	put(ret, UNWIND_GAP);
}

static bool is_at_switch(const struct walk *k, uint64_t switch_sp)
{
	return switch_sp - k->now.value[k->machine->sp] <= SWITCH_ROOM;
}

static void put_walked(struct unwound *ret, const struct stack *walked, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; walked && i < walked->n && i < to; i++)
		put(ret, walk_address(walked, i));
}

/* What the walk knows of the frames up to the switch. Returns whether that is all of them. */
static bool go_on_to_switch(const struct unwind_stack *stack, struct unwound *ret)
{
	uint32_t from;

	if (!stack->walked || !ret->n || !(stack->go->flags & EV_STACK_GO_JOINED))
		return false;
	from = walk_find(ret, stack->walked);
	if (from >= stack->go->n_walked || from == stack->walked->n)
		return false;
	put_walked(ret, stack->walked, from + 1, stack->go->n_walked);
	return true;
}

/* The frames above the goroutine's. Returns whether those follow. */
static bool run_to_switch(struct walk *k, const struct unwind_stack *stack, bool copied)
{
	const struct copy_go *go = stack->go;
	struct unwound *ret = k->ret;

	if (!copied || go->flags & EV_STACK_GO_CALLED) {
		put_walked(ret, stack->walked, 0, go->n_walked);
		if (!(go->flags & (EV_STACK_GO_JOINED | EV_STACK_GO_CALLED)))
			put_gap(ret, UNWIND_NO_CFI);
		return true;
	}
	walk_run(k, go->switch_sp);
	/* Who waits where the thread begins, or parks another one, was not called from there. */
	if (ret->end == UNWIND_ROOT && !(go->flags & EV_STACK_GO_PARKS))
		return false;
	if (!is_at_switch(k, go->switch_sp) && !go_on_to_switch(stack, ret))
		put_gap(ret, ret->end);
	return true;
}

/*
 * Frames of C that called the last one; at: as in EV_STACK_GO. Returns whether the
 * goroutine's follow.
 */
static bool run_c(struct walk *k, const uint64_t at[4], bool copied)
{
	struct unwound *ret = k->ret;
	uint64_t pc = ret->n ? ret->address[ret->n - 1] + 1 : 0;

	if (!copied || pc <= 1) {
		ret->end = UNWIND_NO_CFI;
	} else if (walk_enter(k, pc, at[0], at[1])) {
		k->by_chain = false;
		if (walk_step(k, pc - 1))
			walk_run(k, at[2] ? at[2] : UINT64_MAX);
	}
	if (!at[2])
		return false;
	if (!copied || !is_at_switch(k, at[2])) {
		put_gap(ret, ret->end);
		return true;
	}
	ret->end = UNWIND_BROKEN;
	return !at[3] ||
	       (frame_knows(&k->now, k->machine->fp) && k->now.value[k->machine->fp] == at[3]);
}

static void put_words(struct walk *k, const struct copy_go *go, bool copied)
{
	struct unwound *ret = k->ret;

	for (uint32_t i = 0; i < go->n; i++) {
		uint64_t word = go->words[i];

		if (word && walk_is_code(k, word - 1)) {
			put(ret, word - 1);
		} else if (word || go->n - i < 5) {
			ret->end = UNWIND_BROKEN;
			return;
		} else if (run_c(k, &go->words[i + 1], copied)) {
			i += 4;
		} else {
			return;
		}
	}
	if (go->flags & (EV_STACK_GO_CUT | EV_STACK_GO_LOST))
		ret->end = go->flags & EV_STACK_GO_CUT ? UNWIND_CUT : UNWIND_BROKEN;
	else
		ret->end = ret->n < UNWIND_MOST ? UNWIND_ROOT : UNWIND_DEEP;
}

/* A thread that runs no goroutine begins at the switch, from where another one parked. */
static void run_idle(struct walk *k, const struct unwind_stack *stack, bool copied)
{
	struct unwound *ret = k->ret;

	if (copied) {
		walk_run(k, UINT64_MAX);
		if (ret->end == UNWIND_ROOT || !is_at_switch(k, stack->go->switch_sp))
			return;
	} else {
		put_walked(ret, stack->walked, 0, stack->go->n_walked);
	}
	ret->end = UNWIND_ROOT;
}

void goroutine_run(struct walk *k, const struct unwind_stack *stack, bool copied)
{
	if (stack->go->flags & EV_STACK_GO_IDLE)
		return run_idle(k, stack, copied);
	if (run_to_switch(k, stack, copied))
		put_words(k, stack->go, copied);
}
