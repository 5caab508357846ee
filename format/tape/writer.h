/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a tape, front to back, never seeking: the file may be a pipe.
 *
 * Records are gathered into one open block for each ring and epoch; a block
 * goes to the file when it is full or at tape_writer_flush(). What was written
 * stays readable whatever comes later, so a caller that is killed loses the
 * open blocks and no more: flush as often as that matters.
 *
 * Each epoch begins with tape_writer_begin_epoch(), which writes how every
 * record is laid out and the constant records (host, config) once more. The
 * epoch before may still be written to until the next one begins.
 *
 * On failure of the file (disk full, pipe closed) the writer cuts the file back
 * to its last whole block if it can, and every later call returns the same
 * error. A pipe that closes is a failure of the file only if the caller ignores
 * SIGPIPE. Not safe for threads.
 */
#ifndef TAPE_WRITER_H
#define TAPE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/block.h>
#include <tape/error.h>
#include <tape/events.h>

struct tape_writer;

struct tape_writer_options {
	uint64_t wall_ns; /* the pair of clocks at the start */
	uint64_t mono_ns;
	uint8_t uuid[TAPE_UUID_SIZE]; /* all zero: a random one is made */
	bool no_compression;
	/* How records are laid out; NULL: as this library knows them. Copied. */
	const struct ev_info *layouts;
	size_t n_layouts;
};

/*
 * Starts a tape at path, made with mode 0600 (an existing file is replaced); "-"
 * is standard output. Writes the file header. The caller owns *ret.
 * Returns 0, or -errno with *err naming the file and the reason.
 */
int tape_writer_open(const char *path, const struct tape_writer_options *options,
		     struct tape_writer **ret, struct tape_error *err);

/*
 * Keeps a record (HOST, CONFIG) to be written at the beginning of every epoch
 * that begins from now on, with the epoch's number and time. Copied.
 */
int tape_writer_add_constant(struct tape_writer *w, const struct ev_header *record,
			     struct tape_error *err);

/*
 * Begins epoch number (1, 2, 3 …): writes out the blocks of the epoch before
 * the last, then a block of kind EPOCH.
 */
int tape_writer_begin_epoch(struct tape_writer *w, uint32_t number, uint64_t mono_ns,
			    uint64_t wall_ns, struct tape_error *err);

/*
 * Adds a record (native byte order, copied) to the open block of ring in epoch,
 * which is the current one or the one before, and not closed. Ring 0 is the
 * caller's own; the greatest is 65535.
 */
int tape_writer_put(struct tape_writer *w, uint32_t ring, uint32_t epoch,
		    const struct ev_header *record, struct tape_error *err);

/* Writes all open blocks to the file. */
int tape_writer_flush(struct tape_writer *w, struct tape_error *err);

/* The same, of one epoch only: nothing more will come for it. */
int tape_writer_close_epoch(struct tape_writer *w, uint32_t epoch, struct tape_error *err);

/*
 * Adds a record to the open SYMBOLS block: SYMBOL, LINE or CFI, and before it the
 * MODULE that it names, which is repeated in each block that needs it. Written out by
 * flush and finish.
 */
int tape_writer_put_symbol(struct tape_writer *w, const struct ev_header *record,
			   struct tape_error *err);

/* Flushes, writes the index and the end mark, and syncs the file. Once, last. */
int tape_writer_finish(struct tape_writer *w, enum ev_end_reason reason, struct tape_error *err);

/* Bytes in the file so far, and what waits in open blocks (not yet packed). */
uint64_t tape_writer_bytes(const struct tape_writer *w);
uint64_t tape_writer_pending(const struct tape_writer *w);

/* Plain bytes put into epoch so far, for a caller that limits its size. */
uint64_t tape_writer_epoch_bytes(const struct tape_writer *w, uint32_t epoch);

/* Closes the file and frees. Open blocks are lost unless flushed. Accepts NULL. */
void tape_writer_close(struct tape_writer *w);

#endif
