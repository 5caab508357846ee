/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a stretch of time is free of gaps that matter to some record types:
 * asked for millions of spans, so the gaps are joined and sorted once.
 */
#ifndef ANALYZE_REPLAY_COVER_H
#define ANALYZE_REPLAY_COVER_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/base/vec.h"
#include "analyze/replay/gaps.h"

struct cover_hole {
	uint64_t from_ns; /* both ends belong to it */
	uint64_t to_ns;
};

/* All zero has no hole. */
struct cover {
	VEC(struct cover_hole) holes; /* in order of time; they do not touch */
	size_t last;		      /* where the last question ended: most come in order */
};

/* types: the record types that matter, 0 behind the last. */
void cover_init(struct cover *c, const struct gaps *gaps, const uint16_t *types);
void cover_done(struct cover *c);

/* Whether nothing that matters is missing between from and to, both included. */
bool cover_is_whole(struct cover *c, uint64_t from_ns, uint64_t to_ns);

#endif
