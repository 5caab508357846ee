/* SPDX-License-Identifier: BSD-2-Clause */
/* Does what the command line asks for: a view, written by an output, or a command. */
#ifndef ANALYZE_RUN_H
#define ANALYZE_RUN_H

#include "analyze/options.h"

#define RUN_ALARM 3 /* the exit status when --fail says so */

/*
 * standard_output is where a report goes without -o. Returns the program's exit
 * status, 0, 1 or RUN_ALARM, or -errno with *err.
 */
int run(const struct options *options, FILE *standard_output, struct tape_error *err);

#endif
