/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns the stacks that events refer to into stacks of a profile: user frames
 * from the root on, then kernel frames towards the leaf. Shared by every analysis
 * that makes a profile.
 */
#ifndef ANALYZE_ANALYSES_FRAMES_H
#define ANALYZE_ANALYSES_FRAMES_H

#include <stdint.h>

#include "analyze/base/map.h"
#include "analyze/base/vec.h"
#include "analyze/replay/world.h"
#include "analyze/result/profile.h"

struct frames {
	struct profile *profile; /* borrowed */
	struct map stacks;	 /* what was asked before, to its number in the profile */
	VEC(uint32_t) modules;	 /* number in the profile + 1, by the world's index */
	uint64_t unknown_ids;	 /* uses of stacks that the tape does not define, */
	uint64_t unknown_stacks; /* and events that have such a one */
};

void frames_init(struct frames *f, struct profile *profile);
void frames_done(struct frames *f);

/* The profile's number for both stacks of an event; an id of 0 is none. */
uint32_t frames_stack(struct frames *f, const struct world *w, const struct process *p,
		      uint64_t ustack, uint64_t kstack);

/* As results and symbolizers know it. The path is lent. */
struct module frames_module(const struct tape_module *m);

#endif
