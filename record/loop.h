/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time between attaching and finishing: drain the rings every now and then,
 * begin a new epoch when the old one is full, heed signals, limits and the end
 * of what is recorded.
 */
#ifndef RECORD_LOOP_H
#define RECORD_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <tape/cleanup.h>
#include <tape/error.h>

#include "record/child.h"
#include "record/cost.h"
#include "record/drain.h"
#include "record/go.h"
#include "record/groups.h"
#include "record/options.h"
#include "record/session.h"

struct loop;

/* All borrowed. */
struct loop_tools {
	const struct options *options;
	const struct session_ui *ui;
	const struct core *core;
	struct drain *drain;
	struct sideband *sideband;
	struct processes *processes;
	struct records *records;
	struct groups *groups;
	struct cost_meter *meter;
	struct child *child;
	struct go *go; /* NULL: nobody asked for it */
};

/*
 * From here on signals wait until the loop reads them, so that one that comes
 * while everything is still set up ends the recording cleanly too.
 */
void loop_hold_signals(void);

/* Reads the signals that are held from now on. The caller owns *ret. */
int loop_new(const struct loop_tools *tools, struct loop **ret, struct tape_error *err);
void loop_free(struct loop *l); /* accepts NULL */

DEFINE_CLEANUP(loop_free, struct loop);

/* Begins the next epoch, the first time too. */
int loop_begin_epoch(struct loop *l, struct tape_error *err);

/* Runs until a signal, a limit, or the end of all targets. */
int loop_run(struct loop *l, struct tape_error *err);

uint32_t loop_epoch(const struct loop *l);
enum ev_end_reason loop_reason(const struct loop *l);

/* The user asked a second time: do not even finish the tape. */
bool loop_quit_now(const struct loop *l);

#endif
