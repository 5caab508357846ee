/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of frames and stacks that stand in cells of tables. Texts are clean. */
#ifndef ANALYZE_OUTPUTS_CELLS_H
#define ANALYZE_OUTPUTS_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/base/arena.h"
#include "analyze/result/profile.h"
#include "analyze/symbolize/symbolizer.h"

struct cells {
	struct symbolizer *names;
	const struct profile *profile; /* of the table; may be NULL */
	struct arena *arena;	       /* for the texts */
};

/* "main.work main.go:42"; without the line where it is not known, "-" of no frame. */
const char *cells_frame(const struct cells *c, int64_t frame);

/* The calls that a frame is, with those that are inlined in it. */
void cells_calls(const struct cells *c, uint32_t frame, struct frame_lines *ret);
const char *cells_call(const struct cells *c, const struct frame_line *call);

/*
 * Whether a stack of a program in Go is shown without the calls that Go's own tracebacks
 * leave out, and whether a call is one: of the runtime, or what the compiler put around
 * a go statement's call. The latter stays where lines are not known: the call itself
 * may be inlined there.
 */
bool cells_trims(const struct cells *c, int64_t stack);
bool cells_is_trimmed(const struct frame_line *call);

/* Its functions, the leaf first, with an arrow between two; "-" of no stack. */
const char *cells_stack(const struct cells *c, int64_t stack);

/* Whether a cell's stack, or what is left of it, has a frame. */
bool cells_next(const struct cells *c, const int64_t *stack);

#endif
