/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recorded machine at one moment: who runs, what stands where in memory,
 * which stacks are known, and what the tape says about itself.
 *
 * Apply a tape's records in the order of replay/order.h, and ask in between.
 * What is asked about is the moment of the last record that was applied.
 */
#ifndef ANALYZE_REPLAY_WORLD_H
#define ANALYZE_REPLAY_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/replay/copies.h"
#include "analyze/replay/facts.h"
#include "analyze/replay/gaps.h"
#include "analyze/replay/modules.h"
#include "analyze/replay/order.h"
#include "analyze/replay/running.h"
#include "analyze/replay/scripts.h"
#include "analyze/replay/stacks.h"
#include "analyze/replay/tasks.h"

/* A moment by both clocks. */
struct world_clock {
	uint64_t epoch; /* that began then; 0: the file itself */
	uint64_t mono_ns;
	uint64_t wall_ns;
};

/* When a probe group's records are complete, but for gaps. */
struct world_watch {
	uint32_t group;	  /* its name, interned */
	uint64_t from_ns; /* 0: not known */
	uint64_t to_ns;	  /* 0: not known */
};

/* Lent parts may be read by whoever has the world; only this file changes them. */
struct world {
	struct tasks tasks;
	struct modules modules;
	struct stacks stacks;
	struct copies copies; /* of some of them */
	struct scripts scripts;
	struct running running; /* which goroutines */
	struct gaps gaps;
	bool gaps_closed;
	struct facts host;
	struct facts config;
	struct facts cost;
	struct facts notes;
	struct intern cgroup_paths;
	struct map cgroups; /* id to number of its path + 1 */
	VEC(struct world_clock) clocks;
	struct intern group_names;
	VEC(struct world_watch) watches;
	uint64_t counts[256]; /* records by type; [0]: of greater types */
	uint64_t records;
	uint64_t start_ns; /* of the tape; 0: not known */
	uint64_t first_ns; /* earliest and latest time of a record */
	uint64_t last_ns;
};

struct world *world_new(void);	  /* never NULL */
void world_free(struct world *w); /* accepts NULL */

/* What the file header says: when the tape was begun. */
void world_set_start(struct world *w, uint64_t mono_ns, uint64_t wall_ns);

/* Learns clock, host and configuration from a record that is applied later once more. */
void world_preview(struct world *w, const struct ev_header *record);

/*
 * Learns of a loss, a pause, or a probe group's beginning and end. Once gaps are
 * closed, those that are applied later are known and not learnt again.
 */
void world_preview_gap(struct world *w, const struct ev_header *record);
void world_close_gaps(struct world *w);

/* Applies a batch's definitions. */
void world_begin_batch(struct world *w, const struct order_batch *batch);
void world_apply(struct world *w, const struct ev_header *record);

/* An address of a process, or of the kernel, as (module, offset). */
struct world_place {
	uint32_t module; /* modules_get(), or MODULES_NONE: the offset is the address */
	uint64_t offset;
};

struct world_place world_resolve(const struct world *w, const struct process *p, uint64_t address);

/* When a probe group recorded; zeroes where that is not known. */
struct world_watch world_watch(const struct world *w, const char *group);

/* NULL if it is not known. Lent. */
const char *world_cgroup_path(const struct world *w, uint64_t id);

/* CLOCK_REALTIME at a moment, and the other way round; 0 if the tape has no pair of clocks. */
uint64_t world_wall_ns(const struct world *w, uint64_t mono_ns);
uint64_t world_mono_ns(const struct world *w, uint64_t wall_ns);

/* The tape's first moment, by CLOCK_MONOTONIC; 0 if it has none. */
uint64_t world_start_ns(const struct world *w);

#endif
