/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MODULE records that SYMBOLS blocks name, kept so that each block can
 * repeat those that it needs. Private.
 */
#ifndef FORMAT_MODULES_H
#define FORMAT_MODULES_H

#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#pragma GCC visibility push(hidden)

struct tape_module {
	struct ev_header *record; /* NULL: not known */
	uint64_t block;		  /* the caller's: the last block that has it */
};

struct tape_modules {
	struct tape_module *by_number;
	size_t room;
};

/* Keeps a copy. Returns 0, -EINVAL (a number beyond all reason) or -ENOMEM. */
int tape_modules_keep(struct tape_modules *m, const struct ev_module *record);
void tape_modules_done(struct tape_modules *m);

/* The module of that number, or NULL. */
struct tape_module *tape_modules_find(struct tape_modules *m, uint32_t number);

/* A copy of the record that the caller frees, or NULL: out of memory. */
struct ev_header *tape_record_copy(const struct ev_header *record);

#pragma GCC visibility pop

#endif
