/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The records of a block, arranged by columns: what codec 2 (TAPE_CODEC_COLUMNS)
 * gives to LZ4 instead of the records themselves. The plain bytes stay what they
 * are: the decoder makes exactly those that the encoder was given. Private.
 *
 * This is the specification; docs/format.md has it in prose. All numbers are
 * little-endian and stand at any address, without padding.
 *
 *	form    = records (4)  how many; at least 1
 *	          groups  (1)  how many; group 0, the rows, is not counted
 *	          units   (2)  of each group, from 1 on: what its records' sizes are
 *	          order   (1)  of each record of the block: its group
 *	          rows         all records of group 0, one behind the other, as they are
 *	          columns      of each group, of each word of its records: one column
 *	column  = encoding (1), then what it needs for the values of all n records:
 *
 *	0 CONSTANT    value (8): all have it
 *	1 DICTIONARY  count - 1 (1), count values (8 each), n indexes (1 each)
 *	2 DELTA       start (8), mask (1), planes: of each value minus the one before;
 *	              start stands before the first
 *	3 PLANES      mask (1), planes: of each value
 *	4 WHOLE       n values (8 each)
 *
 * A word is 8 bytes of a record: word 0 is type, units, cpu and epoch. Plane k is
 * byte k, counted from the least, of n numbers: n bytes. Only planes whose bit is
 * in the mask are there, from the least on; all others are zero. Differences wrap
 * around at 64 bits; the encoder starts with the first value itself.
 *
 * A form holds if nothing in it is out of range, every group has a record, units
 * are 3 or more, the form ends with the last column, and its records take exactly
 * the block's plain_size, which the form's own size does not exceed. A block holds
 * if its packed_size is at least plain_size / 255, too.
 */
#ifndef FORMAT_COLUMNS_H
#define FORMAT_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include <tape/block.h>
#include <tape/events/event.h>

#pragma GCC visibility push(hidden)

enum tape_columns_encoding {
	TAPE_COLUMNS_CONSTANT,
	TAPE_COLUMNS_DICTIONARY,
	TAPE_COLUMNS_DELTA,
	TAPE_COLUMNS_PLANES,
	TAPE_COLUMNS_WHOLE,
};

#define TAPE_COLUMNS_GROUPS  255
#define TAPE_COLUMNS_RECORDS (TAPE_BLOCK_PLAIN / sizeof(struct ev_header)) /* most in a block */

/* What the encoder works in; some 2 MB. */
struct tape_columns_encoder;

struct tape_columns_encoder *tape_columns_encoder_new(void);
void tape_columns_encoder_free(struct tape_columns_encoder *e);

/*
 * Arranges size bytes of records, at most TAPE_BLOCK_PLAIN, as they stand in a
 * file. Returns the form's size and lends it by *form until the next call, also to
 * be written to: it has room for TAPE_BLOCK_PACKED. Returns 0 if the bytes are no
 * whole records, or the form would be larger than they are.
 */
size_t tape_columns_encode(struct tape_columns_encoder *e, const uint8_t *plain, size_t size,
			   uint8_t **form);

/* What the decoder works in; begins zeroed, and grows to 5/4 of the largest block. */
struct tape_columns_decoder {
	uint8_t *form;
	size_t form_room;
	uint32_t *offsets; /* of records in plain, group by group */
	size_t offsets_room;
};

void tape_columns_decoder_done(struct tape_columns_decoder *d);

/* Makes room for the form of size bytes of records, in d->form. Returns 0 or -ENOMEM. */
int tape_columns_reserve(struct tape_columns_decoder *d, size_t size);

/*
 * Makes the size bytes of records of the form_size bytes in d->form. All of plain
 * is written, or its bytes are of no use. Returns 0 or -EBADMSG.
 */
int tape_columns_decode(struct tape_columns_decoder *d, size_t form_size, uint8_t *plain,
			size_t size);

#pragma GCC visibility pop

#endif
