/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a tape that is another one but for its SYMBOLS blocks: names taken away
 * or added. All blocks that are not touched are copied byte for byte; what is
 * added stands behind them. A tape that is damaged or has no end is refused, since
 * what it lacks would no longer be seen: repair it first.
 */
#ifndef TAPE_EDIT_H
#define TAPE_EDIT_H

#include <stdbool.h>

#include <tape/error.h>
#include <tape/events.h>
#include <tape/writer.h>

struct tape_edit {
	/*
	 * Whether a record of a SYMBOLS block stays, as this version's struct. NULL: all
	 * do. Is not asked of MODULEs, which stay where something that stays names them.
	 */
	bool (*keep)(void *context, const struct ev_header *record);
	/* Adds what it wants by tape_writer_put_symbol(), no more. NULL: nothing. */
	int (*add)(void *context, struct tape_writer *w, struct tape_error *err);
	void *context;
};

/*
 * from and to must differ; to is replaced if it is there. Returns 0, or -errno with
 * *err; -EBADMSG: the tape is damaged or has no end. What is at to is then no tape.
 */
int tape_edit(const char *from, const char *to, const struct tape_edit *edit,
	      struct tape_error *err);

#endif
