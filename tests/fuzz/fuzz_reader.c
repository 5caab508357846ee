// SPDX-License-Identifier: BSD-2-Clause
/*
 * Feeds the reader with anything, and touches all that it gives. Checksums would
 * keep a fuzzer out, so the input's first byte chooses how it becomes a tape:
 *
 *	0  it is one, as it stands
 *	1  a tape whose hashes are made right, wherever a sync word stands in it
 *	2  the payloads of an EPOCH and an EVENTS block: 2 bytes size of the first
 *	3  an LZ4 payload of an EVENTS block: 4 bytes plain size, then the payload
 *	4  the same arranged by columns, before LZ4: 4 bytes plain size, then the form
 *	5  the records of an EVENTS block, which the writer's way of packing them must keep
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "format/block.h"
#include "format/bytes.h"
#include "tests/support/tape_maker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t sink;

/* By the struct's table, as the users of the records do. */
static void touch_native(const struct ev_header *record, const struct ev_info *info)
{
	const uint8_t *bytes = (const uint8_t *)record;

	assert(ev_size(record) >= info->fixed_size);
	for (uint32_t i = 0; i < info->n_fields; i++) {
		const struct ev_field *f = &info->fields[i];
		size_t n = f->size ? f->size : ev_tail_size(record, f->offset);

		if (f->kind == EV_CHAR)
			assert(memchr(bytes + f->offset, 0, n));
		for (size_t b = 0; b < n; b++)
			sink += bytes[f->offset + b];
	}
}

static void touch_raw(const struct ev_header *record, const struct ev_info *layout)
{
	for (uint32_t i = 0; i < layout->n_fields; i++) {
		const struct ev_field *f = &layout->fields[i];
		size_t n = tape_field_count(record, f);

		assert(strlen(f->name) + strlen(f->unit) > 0);
		for (size_t e = 0; e <= n; e++)
			sink += tape_field_value(record, f, e);
	}
}

static void touch_block(const struct tape_reader *r, const struct tape_block *b, unsigned int flags)
{
	tape_block_for_each (b, record) {
		const struct ev_info *native = ev_info(record->type);
		const struct ev_info *layout = tape_reader_layout(r, record->type);

		assert(ev_next(record) <= b->end);
		if (!(flags & TAPE_READER_RAW) && native)
			touch_native(record, native);
		if ((flags & TAPE_READER_RAW) && layout)
			touch_raw(record, layout);
	}
}

static size_t read_blocks(struct tape_reader *r, unsigned int flags)
{
	struct tape_block_header next;
	struct tape_block *b;
	size_t n = 0;

	while (tape_reader_next(r, &b, NULL) == 1) {
		touch_block(r, b, flags);
		tape_block_free(b);
		sink += (uint64_t)tape_reader_peek(r, &next);
		n++;
	}
	return n;
}

static void touch_health(const struct tape_reader *r, size_t n_places)
{
	struct tape_health h;

	tape_reader_health(r, &h);
	assert(n_places == SIZE_MAX || n_places == h.n_places);
	for (size_t i = 0; i < h.n_places; i++) {
		assert(i == 0 || h.places[i - 1].offset <= h.places[i].offset);
		assert(h.places[i].from_ns <= h.places[i].to_ns || h.places[i].from_ns);
		sink += strlen(tape_damage_name(h.places[i].kind));
	}
}

static void read_tape(const uint8_t *data, size_t size, unsigned int flags)
{
	struct tape_error err = { 0 };
	struct tape_reader *r;
	struct tape_health h;
	size_t n;

	if (tape_reader_open_memory(data, size, flags, &r, &err) < 0) {
		assert(err.code < 0 && err.text[0]);
		return;
	}
	n = read_blocks(r, flags);
	tape_reader_health(r, &h);
	touch_health(r, SIZE_MAX);
	tape_reader_rewind(r);
	assert(read_blocks(r, flags) == n);
	touch_health(r, h.n_places); /* nothing is counted twice */
	tape_reader_close(r);
}

/* Makes the hashes of file header and blocks right, as far as they lie in the tape. */
static void mend(uint8_t *data, size_t size)
{
	const size_t begin = offsetof(struct tape_block_header, tape_id);

	if (size >= sizeof(struct tape_file_header))
		bytes_put64(data + 56, XXH3_64bits(data, 56));
	for (size_t at = 0; at + sizeof(struct tape_block_header) <= size; at++) {
		size_t packed;

		if (memcmp(data + at, TAPE_SYNC, 8) != 0)
			continue;
		packed = bytes_get32(data + at + offsetof(struct tape_block_header, packed_size));
		if (packed <= size - at - sizeof(struct tape_block_header))
			bytes_put64(data + at + offsetof(struct tape_block_header, payload_hash),
				    XXH3_64bits(data + at + sizeof(struct tape_block_header),
						packed));
		bytes_put64(data + at + 8, XXH3_64bits(data + at + begin,
						       sizeof(struct tape_block_header) - begin));
	}
}

static struct made_tape make_mended(const uint8_t *data, size_t size)
{
	struct made_tape t = { 0 };

	made_tape_append(&t, data, size);
	mend(t.data, t.size);
	return t;
}

static struct made_tape make_payloads(const uint8_t *data, size_t size)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	size_t first = size < 2 ? 0 : bytes_get16(data);

	data += size < 2 ? size : 2;
	size -= size < 2 ? size : 2;
	first = first < size ? first : size;
	made_tape_add(&t, (struct tape_block_header){ .kind = TAPE_BLOCK_EPOCH, .epoch = 1 }, data,
		      first);
	made_tape_add(&t, (struct tape_block_header){ .epoch = 1 }, data + first, size - first);
	return t;
}

/* A tape of one block with this payload, whatever it is. */
static struct made_tape make_block(uint8_t codec, uint32_t plain_size, const void *payload,
				   size_t size)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	struct tape_block_header h = { .epoch = 1 };
	size_t at = t.size;

	made_tape_add(&t, h, payload, size);
	made_tape_block(&t, 0, &h);
	h.plain_size = plain_size;
	h.codec = codec;
	made_tape_set_header(&t, at, h);
	return t;
}

static struct made_tape make_packed(const uint8_t *data, size_t size)
{
	if (size < 4)
		return made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	return make_block(TAPE_CODEC_LZ4, bytes_get32(data) % (TAPE_BLOCK_PLAIN + 1), data + 4,
			  size - 4);
}

/* An LZ4 block of nothing but literals; returns its size. */
static size_t pack_literals(const uint8_t *data, size_t size, uint8_t *out)
{
	size_t n = 0, rest = size;

	out[n++] = (uint8_t)((size < 15 ? size : 15) << 4);
	if (size >= 15) {
		for (rest -= 15; rest >= 255; rest -= 255)
			out[n++] = 255;
		out[n++] = (uint8_t)rest;
	}
	memcpy(out + n, data, size);
	return n + size;
}

static struct made_tape make_form(const uint8_t *data, size_t size)
{
	uint8_t *packed = malloc(size + size / 255 + 16);
	struct made_tape t = { 0 };

	if (size < 4)
		t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	else
		t = make_block(TAPE_CODEC_COLUMNS, bytes_get32(data) % (TAPE_BLOCK_PLAIN + 1),
			       packed, pack_literals(data + 4, size - 4, packed));
	free(packed);
	return t;
}

static struct made_tape make_records(const uint8_t *data, size_t size)
{
	static struct tape_columns_encoder *encoder;
	struct tape_columns_decoder decoder = { 0 };
	struct tape_block_header h = { .kind = TAPE_BLOCK_EVENTS, .plain_size = (uint32_t)size };
	uint8_t *packed = malloc(TAPE_BLOCK_PACKED), *plain = malloc(size + 1);
	struct made_tape t;

	encoder = encoder ? encoder : tape_columns_encoder_new();
	tape_block_pack(&h, data, encoder, packed);
	assert(tape_block_unpack(&h, packed, &decoder, plain) == 0);
	assert(memcmp(plain, data, size) == 0);
	t = make_block(h.codec, h.plain_size, packed, h.packed_size);
	tape_columns_decoder_done(&decoder);
	free(packed);
	free(plain);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct made_tape (*const makers[])(const uint8_t *, size_t) = {
		make_mended, make_payloads, make_packed, make_form, make_records,
	};
	struct made_tape t = { 0 };

	if (size == 0)
		return 0;
	if (data[0] % 6)
		t = makers[data[0] % 6 - 1](data + 1, size - 1);
	else
		made_tape_append(&t, data + 1, size - 1);
	read_tape(t.data, t.size, 0);
	read_tape(t.data, t.size, TAPE_READER_RAW);
	made_tape_free(&t);
	return 0;
}
