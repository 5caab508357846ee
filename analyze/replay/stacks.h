/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The call stacks that events refer to by id. Each epoch of a tape defines what
 * it uses, so only two generations are kept: this epoch's and the one before,
 * for events that were held back.
 */
#ifndef ANALYZE_REPLAY_STACKS_H
#define ANALYZE_REPLAY_STACKS_H

#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#include "analyze/base/arena.h"
#include "analyze/base/map.h"

struct stack {
	uint64_t id;
	uint32_t tgid;	/* 0: a kernel stack */
	uint16_t kind;	/* enum ev_stack_kind */
	uint16_t flags; /* enum ev_stack_flags */
	uint32_t n;
	uint64_t ip[]; /* leaf first */
};

struct stacks_generation {
	struct map by_id; /* to struct stack */
	struct arena arena;
};

/* All zero is an empty one. */
struct stacks {
	struct stacks_generation now;
	struct stacks_generation before;
	uint32_t epoch;
};

void stacks_done(struct stacks *s);

/* Says that records of epoch follow. */
void stacks_begin_epoch(struct stacks *s, uint32_t epoch);

void stacks_define(struct stacks *s, const struct ev_stack *record);

/* NULL if it is not known. Lent until the next stacks_begin_epoch(). */
const struct stack *stacks_find(const struct stacks *s, uint64_t id);

#endif
