/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of events from the rings into the tape. Each record goes to the
 * writer as it stands; what it means for identity (a thread was seen, a stack
 * wants names) is put in order of time with the side band and given to
 * processes.c.
 *
 * A pass reads the rings first and the side band behind them, so that the
 * mapping or fork that an event depends on is there; and it only settles what
 * is older than the pass, so that nothing later has changed the picture.
 */
#ifndef RECORD_DRAIN_H
#define RECORD_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <tape/error.h>
#include <tape/writer.h>

#include "record/cgroups.h"
#include "record/core.h"
#include "record/processes.h"
#include "record/sideband.h"

struct drain;

/* All borrowed. */
struct drain_tools {
	const struct core *core;
	struct sideband *sideband;
	struct processes *processes;
	struct cgroups *cgroups;
	struct records *records;
	bool keep_hits;
};

struct drain_counts {
	uint64_t events; /* records of probe groups */
	uint64_t stacks;
	uint64_t lost; /* as LOSS records tell */
};

int drain_new(const struct drain_tools *tools, struct drain **ret, struct tape_error *err);
void drain_free(struct drain *d); /* accepts NULL */

/* Readable when a ring is half full. */
int drain_fd(const struct drain *d);

/* The epoch that events now carry; the one before may still come. */
void drain_set_epoch(struct drain *d, uint32_t epoch);

/* One pass. all: the probes are off, so everything may be settled. */
int drain_pass(struct drain *d, bool all, struct tape_error *err);

/*
 * Puts the record that stands ended in the recorder's own room into an epoch, the current
 * one or the one before, and heeds what it means as if it came from a ring.
 */
int drain_put(struct drain *d, uint32_t epoch, struct tape_error *err);

/* Code that a record of this time speaks of: ips as in processes_hit(). */
int drain_hit(struct drain *d, const struct ev_header *at, const uint64_t *ips, size_t n,
	      struct tape_error *err);

void drain_counts(const struct drain *d, struct drain_counts *ret);

/* LOSS records for what the rings could not tell themselves. Call it last. */
int drain_put_losses(struct drain *d, struct tape_error *err);

#endif
