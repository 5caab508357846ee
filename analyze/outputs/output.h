/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An output turns a result into bytes. One file an output, one line in list.c.
 * Outputs never see events.
 */
#ifndef ANALYZE_OUTPUTS_OUTPUT_H
#define ANALYZE_OUTPUTS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include <tape/error.h>

#include "analyze/result/result.h"
#include "analyze/symbolize/symbolizer.h"

struct output_options {
	unsigned int top;    /* rows of a text report's tables; 0: the output's default */
	bool brief;	     /* text: functions without the call tree, to fit on one screen */
	bool no_compression; /* pprof: no gzip */
	bool lines;	     /* of profiles: frames are told apart by their source lines */
	bool inlines;	     /* and inlined calls are frames; pprof has both always */
};

struct output_job {
	FILE *out;
	const struct result *result;
	struct symbolizer *names;
	struct output_options options;
	const char *tape; /* its file's name without folders, for titles */
};

struct output {
	const char *name; /* "pprof" */
	const char *help;
	const char *suffixes; /* endings of -o that choose it, space between two: ".pb.gz .pprof" */
	unsigned int shapes;  /* which result shapes it can write: enum result_shape */
	/* Writes all items of the result that it can. Returns 0 or -errno with *err. */
	int (*write)(const struct output_job *job, struct tape_error *err);
};

/* All outputs; *n is their count. Static. */
const struct output *const *output_list(size_t *n);

/* By name, or by a file name's ending. NULL if there is none. Static. */
const struct output *output_by_name(const char *name);
const struct output *output_by_suffix(const char *path);

#endif
