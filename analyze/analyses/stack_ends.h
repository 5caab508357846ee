/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far the copies of stacks were unwound: how many to their root, and where and
 * why the others ended. Says nothing about tapes without copies.
 */
#ifndef ANALYZE_ANALYSES_STACK_ENDS_H
#define ANALYZE_ANALYSES_STACK_ENDS_H

#include <stdint.h>

#include "analyze/base/map.h"
#include "analyze/base/vec.h"
#include "analyze/result/result.h"
#include "analyze/unwind/unwind.h"

struct stack_end {
	enum unwind_end end;
	uint32_t module; /* of the profile: of the last frame; 0 of ROOT */
	uint64_t stacks;
};

/* All zero is an empty one. */
struct stack_ends {
	struct map numbers; /* to index in list */
	VEC(struct stack_end) list;
	uint64_t stacks;
};

void stack_ends_done(struct stack_ends *e);

void stack_ends_count(struct stack_ends *e, enum unwind_end end, uint32_t module);

/* One line of the report, and a table with a row for each end; p: whose modules these are. */
void stack_ends_note(const struct stack_ends *e, const struct profile *p, struct result *ret);
struct table *stack_ends_table(const struct stack_ends *e, const struct profile *p); /* or NULL */

#endif
