/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that appears whole or not at all: it is written under another name
 * beside its place and moved there at the end.
 */
#ifndef ANALYZE_SAVE_H
#define ANALYZE_SAVE_H

#include <stdio.h>

#include <tape/error.h>

struct save {
	FILE *file;
	const char *path; /* borrowed */
	char *temporary;  /* NULL: what is at path is no regular file and is written to directly */
};

/* tape is the file that must not be written over. Returns 0, or -errno with *err. */
int save_open(const char *path, const char *tape, struct save *ret, struct tape_error *err);

/* Closes it and moves it to its place. Returns 0, or -errno with *err. */
int save_commit(struct save *s, struct tape_error *err);

/* Drops what was not committed. All zero is fine. */
void save_done(struct save *s);

#endif
