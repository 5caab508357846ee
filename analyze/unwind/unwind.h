/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole stacks of programs without frame pointers: from a copy of registers and
 * memory, frame by frame, by call frame information; where there is none, by the
 * frame pointer. What cannot be known is not guessed: the unwinding ends there and
 * says why.
 */
#ifndef ANALYZE_UNWIND_UNWIND_H
#define ANALYZE_UNWIND_UNWIND_H

#include <stdint.h>

#include "analyze/replay/world.h"
#include "analyze/unwind/cfi_store.h"

#define UNWIND_MOST 1024 /* frames */
#define UNWIND_GAP  0	 /* in place of an address: frames are missing there */

enum unwind_end {
	UNWIND_ROOT,   /* where the thread began */
	UNWIND_CUT,    /* deeper than was copied */
	UNWIND_NO_CFI, /* code that nobody knows how to leave */
	UNWIND_LOST,   /* a part of the copy was not readable, or was lost */
	UNWIND_BROKEN, /* memory that contradicts itself: it was not what it seemed */
	UNWIND_DEEP,   /* more frames than we follow */
	UNWIND_N_ENDS,
};

/* Leaf first. */
struct unwound {
	enum unwind_end end;
	enum unwind_end gap; /* why there is the first UNWIND_GAP; ROOT: there is none */
	uint32_t n;
	/*
	 * Addresses by which a frame's code is named: the leaf's own and of what a
	 * signal interrupted, else the return address less 1, which is in the call.
	 */
	uint64_t address[UNWIND_MOST];
};

struct unwinder;

/* store: borrowed until free. Never NULL. */
struct unwinder *unwinder_new(struct cfi_store *store);
void unwinder_free(struct unwinder *u); /* accepts NULL */

/* What is known of one stack: a copy, or a walk, or both. The rest is NULL. */
struct unwind_stack {
	const struct stack *walked; /* along frame pointers */
	const struct copy *copy;
	const struct copy_top *top; /* of walked */
	const struct copy_go *go;
};

/*
 * Unwinds a stack of p as w has it now. Where a copy ends, walked goes on, if both
 * have the frame. Without a copy it is walked alone, and the caller that it misses
 * where the leaf has not yet set up its frame, or never does; its end is CUT as the
 * stack's flags say, else ROOT.
 *
 * With go, the frames of the thread's own stack and the goroutine's are put together.
 * Where those that should lead from one to the other are not known there is a gap.
 */
void unwinder_run(struct unwinder *u, const struct world *w, const struct process *p,
		  const struct unwind_stack *stack, struct unwound *ret);

#endif
