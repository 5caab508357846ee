/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which goroutine each thread runs, as GO_RUNNING records tell: for events of threads
 * (CPU_SAMPLE, SCHED_SWITCH of the one that leaves, SCHED_WAIT), in the event's epoch.
 *
 * A thread runs what was told of it last, until its process becomes another program. Where a part of the tape is damaged, or nothing was recorded, a
 * record may be missing: then it is not known until the next one. Losses leave no
 * doubt (tape/events/go.h), but the world must know its gaps from the beginning for
 * the rest (struct analysis' needs_gaps); if it does not, damage is not heeded.
 */
#ifndef ANALYZE_REPLAY_RUNNING_H
#define ANALYZE_REPLAY_RUNNING_H

#include <stdint.h>

#include <tape/events.h>

#include "analyze/base/map.h"
#include "analyze/base/vec.h"
#include "analyze/replay/cover.h"

#define RUNNING_NONE	0		    /* it is in the scheduler, or in C of its own */
#define RUNNING_UNKNOWN EV_GO_UNKNOWN	    /* some goroutine, or none */
#define RUNNING_NO_GO	(EV_GO_UNKNOWN - 1) /* it is of no Go program, or of one that is not read */

/* What a thread was told to run. */
struct running_told {
	uint32_t tid;
	uint32_t tgid;
	uint64_t goid;
	uint64_t ns;
};

struct running_epoch {
	uint32_t number;
	uint64_t from_ns;  /* 0: not known */
	struct map by_tid; /* to index */
	VEC(struct running_told) list;
};

/* Part of the world (world.h). All zero knows nothing. */
struct running {
	struct running_epoch epochs[2]; /* by number & 1 */
	struct map programs; /* by tgid: whether anything was told of it since its last exec */
	struct cover *holes; /* NULL: none, as far as is known */
};

void running_done(struct running *r);

/* The gaps are complete: those that matter are copied. */
void running_set_gaps(struct running *r, const struct gaps *gaps);

/* In order of time: an epoch's beginning, GO_RUNNING, EXEC. */
void running_begin_epoch(struct running *r, const struct ev_epoch *record);
void running_tell(struct running *r, const struct ev_go_running *record);
void running_exec(struct running *r, const struct ev_exec *record);

/* What an event's thread runs: a goroutine's number, or one of RUNNING_…. */
uint64_t running_goid(const struct running *r, const struct ev_header *event);

#endif
