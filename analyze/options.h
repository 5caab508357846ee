/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of analyze, parsed once; nobody changes it afterwards. */
#ifndef ANALYZE_OPTIONS_H
#define ANALYZE_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include <tape/error.h>

#include "analyze/analyses/analysis.h"
#include "analyze/commands/command.h"
#include "analyze/filter.h"
#include "analyze/outputs/output.h"

/* All texts are borrowed from the arguments. */
struct options {
	/* What to do: one of the two is set, unless help or version is. */
	const struct analysis *analysis;
	const struct command *command;
	const char *tape;
	const char *format;	     /* NULL: not said */
	const struct output *output; /* of a view */
	const char *path;	     /* of -o; NULL: standard output */
	bool to_stdout;		     /* -o - says so */
	struct filter filter;
	struct analysis_options options;
	const char *symfs;
	bool no_files;
	bool debuginfod;
	bool lines;
	bool inlines;
	bool blocks;
	bool help;
	bool version;
};

/* Returns 0, or -EINVAL with *err: the user wrote something that is not understood. */
int options_parse(int argc, char **argv, struct options *ret, struct tape_error *err);

/* What --help says. */
void options_help(FILE *out);

#endif
