/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From records as a tape lays them out to this version's structs. Private.
 */
#ifndef FORMAT_CONVERT_H
#define FORMAT_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#pragma GCC visibility push(hidden)

struct tape_type;

/* What is known of the record types of one tape. Begins zeroed. */
struct tape_layouts {
	struct tape_type *types; /* by number */
	size_t n_types;
	struct ev_info **retired; /* replaced by another layout, but lent to someone */
	size_t n_retired;
	size_t retired_room;
	size_t memory; /* of all layouts; bounded */
};

void tape_layouts_done(struct tape_layouts *l);

/* As the tape says; NULL if it does not. */
const struct ev_info *tape_layouts_find(const struct tape_layouts *l, uint16_t type);

struct tape_records {
	size_t size;	  /* bytes of whole records; behind them is none */
	uint64_t bad;	  /* 1: there are more bytes, which are no record */
	uint64_t unknown; /* of types that nobody explains */
	bool must_convert;
};

/*
 * Looks through the records of one block, learns the layouts among them, and ends
 * their texts with a NUL where no conversion is needed. With raw, records stay as
 * they are but for their header, which gets this machine's byte order.
 * Returns 0 or -ENOMEM.
 */
int tape_layouts_check(struct tape_layouts *l, uint8_t *plain, size_t size, bool raw,
		       struct tape_records *ret);

struct tape_bytes {
	uint8_t *data;
	size_t size;
};

/*
 * Converts the records that a check found to need it, size bytes, into a new
 * buffer, behind ret->size bytes that are left to the caller. Sets ret->size to
 * the end of the records. The caller frees ret->data.
 * Returns 0 or -ENOMEM.
 */
int tape_layouts_convert(const struct tape_layouts *l, const uint8_t *plain, size_t size,
			 struct tape_bytes *ret);

/* A little-endian number of that kind; signed kinds are sign-extended. */
uint64_t tape_field_load(uint8_t kind, const void *p);

#pragma GCC visibility pop

#endif
