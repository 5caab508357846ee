/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The records of one open block, before they are packed. Private.
 */
#ifndef FORMAT_BATCH_H
#define FORMAT_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <tape/block.h>
#include <tape/events.h>

#include "format/bytes.h"
#include "format/layout.h"

struct tape_batch {
	uint16_t kind;
	uint32_t ring;
	uint32_t epoch;
	uint32_t records;
	uint64_t first_ns; /* of the records that have a time; 0: none has */
	uint64_t last_ns;
	uint8_t *data;
	size_t used;
	size_t room;
};

/* Also needed before its first use. Keeps the buffer. */
static inline void tape_batch_begin(struct tape_batch *b, uint16_t kind, uint32_t ring,
				    uint32_t epoch)
{
	*b = (struct tape_batch){
		.kind = kind, .ring = ring, .epoch = epoch, .data = b->data, .room = b->room
	};
}

static inline void tape_batch_done(struct tape_batch *b)
{
	free(b->data);
	b->data = NULL;
}

static inline bool tape_batch_fits(const struct tape_batch *b, size_t size)
{
	return b->used + size <= TAPE_BLOCK_PLAIN;
}

/* info is needed on big-endian machines only. Returns 0 or -ENOMEM. */
static inline int tape_batch_add(struct tape_batch *b, const struct ev_header *record,
				 const struct ev_info *info)
{
	uint32_t size = ev_size(record);
	uint64_t time = record->time_ns;

	if (b->used + size > b->room && bytes_grow(&b->data, &b->room, b->used + size, 1) < 0)
		return -ENOMEM;
	memcpy(b->data + b->used, record, size);
	tape_layout_to_disk(b->data + b->used, size, info);
	b->used += size;
	b->records++;
	if (time) {
		if (!b->first_ns || time < b->first_ns)
			b->first_ns = time;
		if (time > b->last_ns)
			b->last_ns = time;
	}
	return 0;
}

#endif
