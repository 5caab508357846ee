/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes with some user stacks: registers and memory (STACK_COPY and its parts),
 * the words at the stack's pointer (STACK_TOP), frames of a goroutine (STACK_GO). As in
 * stacks.h, two generations are kept: this epoch's and the one before.
 */
#ifndef ANALYZE_REPLAY_COPIES_H
#define ANALYZE_REPLAY_COPIES_H

#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#include "analyze/base/arena.h"
#include "analyze/base/map.h"

/* As EV_STACK_COPY: registers, and then the ids of parts in order of address. */
struct copy {
	uint64_t id;
	uint64_t in_use; /* bytes from sp to the end of the stack; 0: not known */
	uint32_t n_registers;
	uint32_t n_parts;
	uint64_t words[]; /* registers, parts */
};

#define COPY_PART_WORDS (EV_STACK_PART_SIZE / sizeof(uint64_t))

/* words[0] and [1] of a STACK_TOP. */
struct copy_top {
	uint64_t word[2];
};

/* As EV_STACK_GO. */
struct copy_go {
	uint64_t switch_sp;
	uint32_t n_walked;
	uint32_t flags;
	uint32_t n;
	uint64_t words[];
};

struct copies_generation {
	struct map by_id; /* to struct copy */
	struct map parts; /* to COPY_PART_WORDS words */
	struct map tops;  /* to struct copy_top */
	struct map gos;	  /* to struct copy_go */
	struct arena arena;
};

/* All zero is an empty one. */
struct copies {
	struct copies_generation now;
	struct copies_generation before;
	uint32_t epoch;
};

void copies_done(struct copies *c);

/* Says that records of epoch follow. */
void copies_begin_epoch(struct copies *c, uint32_t epoch);

/* The first of an id counts. What makes no sense is left out. */
void copies_define(struct copies *c, const struct ev_stack_copy *record);
void copies_define_part(struct copies *c, const struct ev_stack_part *record);
void copies_define_top(struct copies *c, const struct ev_stack_top *record);
void copies_define_go(struct copies *c, const struct ev_stack_go *record);

/* Each NULL if it is not known. Lent until the next copies_begin_epoch(). */
const struct copy *copies_find(const struct copies *c, uint64_t id);
const uint64_t *copies_part(const struct copies *c, uint64_t id); /* COPY_PART_WORDS words */
const struct copy_top *copies_top(const struct copies *c, uint64_t id);
const struct copy_go *copies_go(const struct copies *c, uint64_t id);

#endif
