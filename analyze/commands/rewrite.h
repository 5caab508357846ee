/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tape with other names in place of itself: written beside its place and moved
 * there when it is whole. On failure what was there stays.
 */
#ifndef ANALYZE_COMMANDS_REWRITE_H
#define ANALYZE_COMMANDS_REWRITE_H

#include <tape/edit.h>

#include "analyze/commands/command.h"

/*
 * To job->path, or over job->tape if there is none; then it keeps its mode. name is the
 * command's, for errors. Returns 0, or -errno with *err.
 */
int rewrite_tape(const struct command_job *job, const char *name, const struct tape_edit *edit,
		 struct tape_error *err);

/* Refuses what cannot be rewritten: standard input and output. Returns 0 or -EINVAL. */
int rewrite_check(const struct command_job *job, const char *name, struct tape_error *err);

#endif
