/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When the tape does not tell everything: intervals in which events were lost,
 * in which recording was paused, or which stood in damaged parts of the file.
 */
#ifndef ANALYZE_REPLAY_GAPS_H
#define ANALYZE_REPLAY_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>
#include <tape/reader.h>

#include "analyze/base/vec.h"

enum gap_kind { GAP_LOSS, GAP_PAUSE, GAP_DAMAGE };

struct gap {
	enum gap_kind kind;
	uint32_t of_type; /* of a loss; 0: not known */
	uint32_t source;  /* of a loss: enum ev_loss_source */
	uint64_t from_ns;
	uint64_t to_ns; /* UINT64_MAX: to the end */
	uint64_t count; /* of a loss, records; of damage, blocks */
};

/* All zero is an empty one. */
struct gaps {
	VEC(struct gap) list; /* in order of the records that told of them */
	bool paused;
};

void gaps_done(struct gaps *g);

void gaps_loss(struct gaps *g, const struct ev_loss *record);
void gaps_pause(struct gaps *g, const struct ev_pause *record);
void gaps_damage(struct gaps *g, const struct tape_damage *damage);

/* How long the gaps of a kind are together between from and to; none counts twice. */
uint64_t gaps_covered_ns(const struct gaps *g, enum gap_kind kind, uint64_t from_ns,
			 uint64_t to_ns);

/* How many records were lost in intervals that touch from to to. */
uint64_t gaps_lost_events(const struct gaps *g, uint64_t from_ns, uint64_t to_ns);

/* "lost events". Static. */
const char *gaps_kind_name(enum gap_kind kind);

#endif
