/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What repair needs of the writer beyond <tape/writer.h>: to go on with a tape
 * that another writer began. Private.
 */
#ifndef FORMAT_WRITER_H
#define FORMAT_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include <tape/writer.h>

#pragma GCC visibility push(hidden)

/* Starts a tape with this file header, size bytes as they stand. */
int tape_writer_open_copy(const char *path, const uint8_t *header, size_t size,
			  struct tape_writer **ret, struct tape_error *err);

/*
 * Writes a whole block, length bytes as they stand, whose header is h. Blocks
 * come in order; those that the writer makes itself are numbered behind them.
 */
int tape_writer_copy_block(struct tape_writer *w, const struct tape_block_header *h,
			   const void *block, size_t length, struct tape_error *err);

/* Opens epoch for tape_writer_put(), without a block that begins it. */
void tape_writer_adopt_epoch(struct tape_writer *w, uint32_t epoch);

/* The least number that a block of the writer's own may get. */
void tape_writer_skip_to(struct tape_writer *w, uint64_t sequence);

#pragma GCC visibility pop

#endif
