/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which blocks a file holds, in which order they are read, and where it is not
 * as it was written. Private.
 */
#ifndef FORMAT_SCAN_H
#define FORMAT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/block.h>
#include <tape/error.h>
#include <tape/reader.h>

#include "format/columns.h"
#include "format/input.h"

#pragma GCC visibility push(hidden)

enum tape_slot_state {
	TAPE_SLOT_UNREAD, /* the payload was not looked at yet */
	TAPE_SLOT_GOOD,
	TAPE_SLOT_BAD,
};

/* One block header that holds. */
struct tape_slot {
	struct tape_block_header header;
	uint64_t offset;
	size_t place; /* of a BAD one, while the scan runs */
	uint8_t state;
	bool counted; /* its records are in the reader's counts */
};

struct tape_scan {
	struct tape_input in;
	struct tape_file_header file_header;
	bool header_known;
	uint64_t tape_id;
	struct tape_slot *slots; /* by their sequence numbers, each number once */
	size_t n_slots;
	size_t slots_room;
	struct tape_damage *places;
	size_t n_places;
	size_t places_room;
	bool places_unsorted;
	bool complete;
	uint32_t reason; /* enum ev_end_reason */
	uint64_t end_ns; /* no record is later; UINT64_MAX: not known */
	uint8_t *packed; /* the payload that was loaded last */
	size_t packed_room;
	struct tape_columns_decoder columns;
	uint8_t *plain; /* what tape_scan_unpack_own() unpacked last */
	size_t plain_room;
};

/* Takes in, also on failure. The caller closes *ret. */
int tape_scan_open(struct tape_input *in, struct tape_scan **ret, struct tape_error *err);
void tape_scan_close(struct tape_scan *s);

/*
 * Brings the slot's payload into s->packed and checks it. Returns 1; 0 if it does
 * not hold, which is then noted; or -errno.
 */
int tape_scan_load(struct tape_scan *s, struct tape_slot *slot, struct tape_error *err);

/* The same, unpacked to plain. */
int tape_scan_unpack(struct tape_scan *s, struct tape_slot *slot, void *plain,
		     struct tape_error *err);

/* The same, unpacked to s->plain. */
int tape_scan_unpack_own(struct tape_scan *s, struct tape_slot *slot, struct tape_error *err);

/* By offset, for tape_health. */
void tape_scan_sort_places(struct tape_scan *s);

/* --- between the files of the scan: walk.c, order.c, gaps.c in this order --- */

int tape_scan_add_place(struct tape_scan *s, struct tape_damage place, struct tape_error *err);

/* Finds all block headers, in order of their offsets, and all bytes that are no block. */
int tape_scan_walk(struct tape_scan *s, struct tape_error *err);

/* Leaves the blocks of this tape, in order of their sequence numbers. */
int tape_scan_order(struct tape_scan *s, struct tape_error *err);

/* Finds the end mark, and the numbers that are missing. */
int tape_scan_gaps(struct tape_scan *s, struct tape_error *err);

/* What the bytes look like: TAPE_DAMAGE_ZEROED or TAPE_DAMAGE_ALTERED; or -errno. */
int tape_scan_classify(const struct tape_scan *s, uint64_t offset, uint64_t length,
		       struct tape_error *err);

#pragma GCC visibility pop

#endif
