/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes that a tape is read from: a file, a pipe, or memory. Private.
 */
#ifndef FORMAT_INPUT_H
#define FORMAT_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <tape/error.h>

#pragma GCC visibility push(hidden)

struct tape_input {
	char *name;
	int fd; /* -1: memory */
	const uint8_t *data;
	uint64_t size; /* as it was when it was opened */
};

/* "-" and pipes are first read to their end. The caller closes *ret. */
int tape_input_open(struct tape_input *ret, const char *path, struct tape_error *err);
int tape_input_open_memory(struct tape_input *ret, const void *data, size_t size,
			   struct tape_error *err);
void tape_input_close(struct tape_input *in);

/*
 * Reads up to size bytes at offset; those that the disk has lost are zeros. Returns how many there are, which is less at
 * the end, or -errno.
 */
ssize_t tape_input_read(const struct tape_input *in, uint64_t offset, void *buffer, size_t size,
			struct tape_error *err);

#pragma GCC visibility pop

#endif
