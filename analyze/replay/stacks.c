// SPDX-License-Identifier: BSD-2-Clause
/* Two generations; see stacks.h. */
#include <string.h>

#include "analyze/replay/stacks.h"

/* A generation that outgrew this is the last one, even within an epoch. */
#define GENERATION_LIMIT ((size_t)64 << 20)

static void generation_done(struct stacks_generation *g)
{
	map_done(&g->by_id);
	arena_done(&g->arena);
}

void stacks_done(struct stacks *s)
{
	generation_done(&s->now);
	generation_done(&s->before);
}

void stacks_begin_epoch(struct stacks *s, uint32_t epoch)
{
	if (epoch == s->epoch && s->now.arena.total < GENERATION_LIMIT)
		return;
	generation_done(&s->before);
	s->before = s->now;
	s->now = (struct stacks_generation){ 0 };
	s->epoch = epoch;
}

void stacks_define(struct stacks *s, const struct ev_stack *record)
{
	uint32_t bytes = ev_tail_size(&record->h, sizeof(*record));
	uint64_t *slot = map_add(&s->now.by_id, record->id, NULL);
	struct stack *stack;

	if (*slot)
		return;
	stack = arena_alloc(&s->now.arena, sizeof(*stack) + bytes);
	stack->id = record->id;
	stack->tgid = record->h.tgid;
	stack->kind = (uint16_t)record->kind;
	stack->flags = (uint16_t)record->flags;
	stack->n = bytes / sizeof(uint64_t);
	memcpy(stack->ip, record->ip, stack->n * sizeof(uint64_t));
	*slot = (uintptr_t)stack;
}

const struct stack *stacks_find(const struct stacks *s, uint64_t id)
{
	uint64_t *slot = map_find(&s->now.by_id, id);

	if (!slot)
		slot = map_find(&s->before.by_id, id);
	return slot ? (const struct stack *)(uintptr_t)*slot : NULL;
}
