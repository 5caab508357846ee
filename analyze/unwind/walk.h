/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One stack that is being unwound, frame by frame, from registers and memory: what
 * unwind.c and goroutine.c are made of. Private to this room.
 */
#ifndef ANALYZE_UNWIND_WALK_H
#define ANALYZE_UNWIND_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/base/arena.h"
#include "analyze/base/map.h"
#include "analyze/unwind/frame.h"
#include "analyze/unwind/image.h"
#include "analyze/unwind/machine.h"
#include "analyze/unwind/unwind.h"

struct unwinder {
	struct cfi_store *store;
	struct map rows; /* by address and mappings: struct frame_row, or 0 if there is none */
	struct arena arena;
};

struct walk {
	struct unwinder *unwinder;
	const struct world *world;
	const struct process *process;
	const struct machine *machine;
	struct image image;
	struct frame_memory memory;
	struct frame_registers now;
	uint64_t leaf_fp;
	bool exact;    /* the program stood at pc, and did not call there */
	bool by_chain; /* the last step was one along frame pointers */
	struct unwound *ret;
};

/* The row of an address; NULL if there is none. Lent until the next question. */
const struct frame_row *walk_row(struct walk *k, uint64_t address);

/* Whether something is mapped there. */
bool walk_is_code(const struct walk *k, uint64_t address);

/* Stands at the leaf of a copy. Returns false if its machine is not known. */
bool walk_begin(struct walk *k, const struct copy *copy);

/* The address of a frame of a walk along frame pointers. */
static inline uint64_t walk_address(const struct stack *walked, uint32_t i)
{
	return walked->ip[i] - (i > 0);
}

/*
 * Where in walked the last frame of ret is; walked->n if it is not. A function that
 * calls itself is there more than once: the same of them is meant in both.
 */
uint32_t walk_find(const struct unwound *ret, const struct stack *walked);

/* Each returns 1 with the caller in k, or 0 with ret->end; address is that of the frame's code. */
int walk_step(struct walk *k, uint64_t address);
int walk_enter(struct walk *k, uint64_t pc, uint64_t sp,
	       uint64_t fp); /* of which only these are known */

/*
 * Adds frames from where k stands on until it cannot go on, or the next one's sp would
 * be above limit. k stands at the last one then, and ret->end says why.
 */
void walk_run(struct walk *k, uint64_t limit);

#endif
