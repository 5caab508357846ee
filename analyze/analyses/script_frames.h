/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts the frames of a script into the native stack of the interpreter that runs it.
 *
 * A native frame in the evaluation loop and the script's frames that this call of the
 * loop runs are the same thing: the script's take its place, and native frames
 * between two loops stay. Calls of the loop are paired off
 * - from the root on, if the native stack has as many or more: what is left over
 *   towards the leaf has no frame of a script yet;
 * - from the leaf on, if it has fewer, as its root is missing or was never found:
 *   the script's other frames then stand at the root, before all native ones;
 * - from the leaf on, if it is the script's root that is missing.
 * So the script's stack is whole and in order in either case.
 */
#ifndef ANALYZE_ANALYSES_SCRIPT_FRAMES_H
#define ANALYZE_ANALYSES_SCRIPT_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/base/map.h"
#include "analyze/base/vec.h"
#include "analyze/replay/world.h"
#include "analyze/result/profile.h"

/* All zero is an empty one. */
struct script_frames {
	struct map known;     /* code and place, to the profile's frame + 1 */
	VEC(uint32_t) frames; /* of the script that was listed last, from the root on */
	VEC(uint32_t) calls;  /* where in frames a call of the loop begins */
	VEC(bool) loops;      /* which of the native frames are in one */
	VEC(uint32_t) merged; /* the answer */
};

/* A native user stack, from the root on, as frames of a profile. */
struct native_frames {
	const uint32_t *frames;
	size_t n;
	const uint32_t *modules; /* the profile's number + 1, by the world's; 0: it has none */
	size_t n_modules;
};

void script_frames_done(struct script_frames *s);

/*
 * Puts the frames of both, from the root on, into s->merged, until the next call.
 * Returns false if the tape does not define the script's stack: the native ones alone
 * are there then.
 */
bool script_frames_merge(struct script_frames *s, struct profile *p, const struct scripts *scripts,
			 uint64_t id, const struct native_frames *native);

#endif
