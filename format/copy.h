/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new tape of another one's blocks, each byte for byte: what repair and edit
 * have in common. Private.
 */
#ifndef FORMAT_COPY_H
#define FORMAT_COPY_H

#include <stdint.h>

#include <tape/reader.h>
#include <tape/writer.h>

#include "format/scan.h"

#pragma GCC visibility push(hidden)

/* All zero is an empty one. */
struct tape_copy {
	struct tape_reader *from;
	struct tape_writer *to;
	uint8_t *block;	 /* one block as it goes to the file */
	uint64_t end_ns; /* latest time that was copied */
	uint32_t epoch;	 /* the last that was copied */
	uint64_t blocks; /* copied */
};

/*
 * Opens both; flags are the reader's. The new tape begins with the old file header,
 * or with one made anew if that is lost. Returns 0, or -errno with *err.
 */
int tape_copy_open(const char *from, unsigned int flags, const char *to, struct tape_copy *ret,
		   struct tape_error *err);
void tape_copy_done(struct tape_copy *c);

/*
 * Copies the block, unless it is index or end mark or its bytes do not hold. Returns
 * 1 if it did, 0 if not, or -errno.
 */
int tape_copy_slot(struct tape_copy *c, struct tape_slot *slot, struct tape_error *err);

/* Behind all blocks: what the writer adds now gets their last epoch and higher numbers. */
void tape_copy_adopt(struct tape_copy *c);

/* States how this version lays out a type, in the last epoch. */
int tape_copy_put_layout(struct tape_copy *c, uint16_t type, struct tape_error *err);

#pragma GCC visibility pop

#endif
