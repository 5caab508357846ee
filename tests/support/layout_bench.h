/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of records that are laid out otherwise than by this version: a block
 * of them made by hand, and read.
 */
#ifndef TESTS_SUPPORT_LAYOUT_BENCH_H
#define TESTS_SUPPORT_LAYOUT_BENCH_H

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

/* A block of LAYOUT records and records of bytes, as they stand in a file. */
struct bench {
	uint8_t bytes[1 << 16];
	size_t size;
	struct made_tape tape;
	struct tape_reader *reader;
	struct tape_block *block;
};

static inline int setup(void **state)
{
	*state = calloc(1, sizeof(struct bench));
	return *state ? 0 : -1;
}

static inline int teardown(void **state)
{
	struct bench *b = *state;

	tape_block_free(b->block);
	tape_reader_close(b->reader);
	made_tape_free(&b->tape);
	free(b);
	return 0;
}

static inline void lay_out(struct bench *b, uint16_t type, uint32_t fixed_size, const char *text)
{
	b->size = made_layout(b->bytes, b->size, type, fixed_size, text);
}

/* Adds a record of size bytes, all of them fill behind the header; returns its bytes. */
static inline uint8_t *add(struct bench *b, uint16_t type, size_t size, int fill)
{
	uint8_t *record = b->bytes + b->size;
	uint16_t units = htole16((uint16_t)(size / EV_UNIT));

	memset(record, 0, sizeof(struct ev_header));
	memset(record + sizeof(struct ev_header), fill, size - sizeof(struct ev_header));
	type = htole16(type);
	memcpy(record, &type, sizeof(type));
	memcpy(record + 2, &units, sizeof(units));
	b->size += size;
	return record;
}

static inline void put64(uint8_t *p, uint64_t value)
{
	value = htole64(value);
	memcpy(p, &value, sizeof(value));
}

static inline void put32(uint8_t *p, uint32_t value)
{
	value = htole32(value);
	memcpy(p, &value, sizeof(value));
}

static inline void read_block(struct bench *b, unsigned int flags)
{
	b->tape = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	made_tape_add(&b->tape, (struct tape_block_header){ 0 }, b->bytes, b->size);
	assert_int_equal(
		tape_reader_open_memory(b->tape.data, b->tape.size, flags, &b->reader, NULL), 0);
	assert_int_equal(tape_reader_next(b->reader, &b->block, NULL), 1);
}

/* The first record of that type, which must be there. */
static inline const void *find(const struct bench *b, uint16_t type)
{
	tape_block_for_each (b->block, record) {
		if (record->type == type)
			return record;
	}
	fail_msg("no record of type %u", type);
	return NULL;
}

static inline size_t count(const struct bench *b, uint16_t type)
{
	size_t n = 0;

	tape_block_for_each (b->block, record)
		n += record->type == type;
	return n;
}

#endif
