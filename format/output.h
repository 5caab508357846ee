/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that a tape is written to: whole pieces or nothing, and the first
 * failure is the last word. Private.
 */
#ifndef FORMAT_OUTPUT_H
#define FORMAT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/error.h>

#pragma GCC visibility push(hidden)

struct tape_output {
	int fd; /* -1: not open */
	char *path;
	uint64_t bytes;		   /* of whole pieces */
	struct tape_error failure; /* code 0: none yet */
};

/* "-" is standard output. */
int tape_output_open(struct tape_output *out, const char *path, struct tape_error *err);
void tape_output_close(struct tape_output *out);

/*
 * Writes all of it. On failure the file is cut back to where the piece began, if
 * it is a regular file, and every later call returns the same failure.
 */
int tape_output_write(struct tape_output *out, const void *data, size_t size,
		      struct tape_error *err);

/* Sees to it that all of it is on the disk. Pipes and the like have none: 0. */
int tape_output_sync(struct tape_output *out, struct tape_error *err);

/* Returns a failure of before once more, else 0. */
int tape_output_failed(const struct tape_output *out, struct tape_error *err);

#pragma GCC visibility pop

#endif
