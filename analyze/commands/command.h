/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command looks at the tape itself rather than at what it recorded. One file a
 * command, one line in list.c.
 */
#ifndef ANALYZE_COMMANDS_COMMAND_H
#define ANALYZE_COMMANDS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <tape/error.h>

struct command_job {
	const char *tape; /* "-": standard input */
	const char *path; /* of -o; NULL: none was given, or "-" */
	bool to_stdout;	  /* -o - was given */
	FILE *out;	  /* where the report goes */
	bool json;
	bool blocks; /* dump: headers of blocks */
	bool lines;  /* symbols: source lines too */
	bool no_files;
	bool debuginfod;
	const char *symfs; /* NULL: none was given */
};

struct command {
	const char *name; /* one word, or two: "symbols list" */
	const char *help;
	const char *formats; /* space between two; "": none */
	bool writes_path;    /* makes the file of -o itself; out is standard output */
	/* Returns the program's exit status, 0 or 1, or -errno with *err. */
	int (*run)(const struct command_job *job, struct tape_error *err);
};

/* All commands; *n is their count. Static. */
const struct command *const *command_list(size_t *n);

/* NULL if there is none. Static. */
const struct command *command_by_name(const char *name);

/* The command of these two words; NULL if there is none. Static. */
const struct command *command_by_words(const char *first, const char *second);

#endif
