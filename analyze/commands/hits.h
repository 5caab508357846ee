/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What code a tape's stacks are of, whatever events they belong to: what commands
 * about names work on.
 */
#ifndef ANALYZE_COMMANDS_HITS_H
#define ANALYZE_COMMANDS_HITS_H

#include <stdint.h>

#include "analyze/commands/command.h"
#include "analyze/pipeline.h"

struct hits {
	struct pipeline_report report; /* its bundle has the tape's names */
	const struct profile *profile; /* of the report: its frames are what was hit */
	uint64_t *times;	       /* by frame: in how many events' stacks it stands */
	uint32_t *order;	       /* the frames by module, in it by offset; marks are last */
};

/* Reads the job's whole tape. The caller owns what *ret holds. Returns 0, or -errno with *err. */
int hits_find(const struct command_job *job, struct hits *ret, struct tape_error *err);
void hits_done(struct hits *h);

/* Whether a frame is code, and not a mark. */
bool hits_is_code(const struct hits *h, uint32_t frame);

#endif
