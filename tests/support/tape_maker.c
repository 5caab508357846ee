// SPDX-License-Identifier: BSD-2-Clause
/* Tapes for tests: by the writer through a temporary file, or by hand. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "format/block.h"
#include "format/bytes.h"
#include "format/layout.h"
#include "tests/support/tape_maker.h"

static void must(bool fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "tape_maker: %s\n", what);
	abort();
}

struct ev_cpu_sample made_sample(uint64_t number)
{
	return (struct ev_cpu_sample){
		.h = { .type = EV_CPU_SAMPLE,
		       .units = sizeof(struct ev_cpu_sample) / EV_UNIT,
		       .time_ns = number * 1000,
		       .tid = 7,
		       .tgid = 7 },
		.kstack = number,
		.ustack = number * 0x9e3779b97f4a7c15u, /* does not pack well */
	};
}

static void put_block(struct tape_writer *w, uint32_t ring, uint32_t epoch, uint64_t *number,
		      uint32_t samples)
{
	for (uint32_t i = 0; i < samples; i++) {
		struct ev_cpu_sample sample = made_sample(++*number);

		sample.h.epoch = (uint16_t)epoch;
		must(tape_writer_put(w, ring, epoch, &sample.h, NULL) == 0, "put");
	}
}

static void write_epochs(struct tape_writer *w, const struct tape_recipe *recipe)
{
	uint64_t number = 0;

	for (uint32_t e = 1; e <= recipe->epochs; e++) {
		uint64_t start = (number + 1) * 1000 - 500;

		must(tape_writer_begin_epoch(w, e, start, start + 1, NULL) == 0, "begin_epoch");
		for (uint32_t f = 0; f < recipe->flushes; f++) {
			for (uint32_t r = 0; r < recipe->rings; r++)
				put_block(w, r, e, &number, recipe->samples);
			must(tape_writer_flush(w, NULL) == 0, "flush");
		}
	}
}

struct made_tape made_tape_write(const struct tape_recipe *recipe)
{
	struct tape_writer_options options = {
		.wall_ns = 11,
		.mono_ns = 12,
		.no_compression = recipe->no_compression,
	};
	struct made_tape t;
	struct tape_writer *w;
	char *path = made_tape_name();

	memset(options.uuid, 0xab, sizeof(options.uuid));
	bytes_put64(options.uuid, MADE_TAPE_ID);
	must(tape_writer_open(path, &options, &w, NULL) == 0, "open");
	write_epochs(w, recipe);
	if (!recipe->unfinished)
		must(tape_writer_finish(w, EV_END_ASKED, NULL) == 0, "finish");
	tape_writer_close(w);
	t = made_tape_load(path);
	unlink(path);
	free(path);
	return t;
}

char *made_tape_name(void)
{
	const char *folder = getenv("TMPDIR");
	char *path;
	int fd;

	must(asprintf(&path, "%s/made-XXXXXX", folder ? folder : "/tmp") > 0, "asprintf");
	fd = mkstemp(path);
	must(fd >= 0, "mkstemp");
	close(fd);
	return path;
}

char *made_tape_save(const struct made_tape *t)
{
	char *path = made_tape_name();
	FILE *f = fopen(path, "w");

	must(f && fwrite(t->data, 1, t->size, f) == t->size, "write");
	fclose(f);
	return path;
}

struct made_tape made_tape_load(const char *path)
{
	struct made_tape t = { 0 };
	FILE *f = fopen(path, "r");
	struct stat st;

	must(f && fstat(fileno(f), &st) == 0, "open for reading");
	t.size = (size_t)st.st_size;
	t.data = malloc(t.size + 1);
	must(t.data && fread(t.data, 1, t.size, f) == t.size, "read");
	fclose(f);
	return t;
}

struct made_tape made_tape_begin(uint16_t major, uint16_t minor)
{
	struct tape_file_header h = { .major = major, .minor = minor };
	struct made_tape t = { 0 };
	uint8_t bytes[sizeof(h)];

	bytes_put64(h.uuid, MADE_TAPE_ID);
	tape_file_header_encode(&h, bytes);
	made_tape_append(&t, bytes, sizeof(bytes));
	return t;
}

/* How many records there are, as far as their sizes are possible. */
static uint32_t count_records(const uint8_t *records, size_t size)
{
	uint32_t n = 0;

	while (size >= sizeof(struct ev_header)) {
		size_t length = (size_t)bytes_get16(records + 2) * EV_UNIT;

		if (length < sizeof(struct ev_header) || length > size)
			break;
		records += length;
		size -= length;
		n++;
	}
	return n;
}

void made_tape_add(struct made_tape *t, struct tape_block_header h, const void *records,
		   size_t size)
{
	uint8_t header[sizeof(h)], zero[8] = { 0 };
	uint8_t *packed = malloc(TAPE_BLOCK_PACKED);

	must(packed && size <= TAPE_BLOCK_PLAIN, "block size");
	h.sequence = h.sequence ? h.sequence : t->sequence + 1;
	h.tape_id = h.tape_id ? h.tape_id : MADE_TAPE_ID;
	h.kind = h.kind ? h.kind : TAPE_BLOCK_EVENTS;
	h.records = h.records ? h.records : count_records(records, size);
	h.plain_size = (uint32_t)size;
	tape_block_pack(&h, records, /* encoder= */ NULL, packed);
	tape_block_encode(&h, header);
	made_tape_append(t, header, sizeof(header));
	made_tape_append(t, packed, size);
	made_tape_append(t, zero, bytes_align8(size) - size);
	t->sequence = h.sequence;
	free(packed);
}

void made_tape_put(struct made_tape *t, struct tape_block_header h, const void *records,
		   size_t size)
{
	uint8_t *copy = malloc(size + 1);
	size_t at = 0;

	must(copy, "memory");
	memcpy(copy, records, size);
	while (size - at >= sizeof(struct ev_header)) {
		const struct ev_header *record = (const void *)((const uint8_t *)records + at);
		uint32_t length = ev_size(record);
		bool fits = length >= sizeof(*record) && length <= size - at;

		tape_layout_to_disk(copy + at, fits ? length : sizeof(*record),
				    ev_info(record->type));
		at += fits ? length : size - at;
	}
	made_tape_add(t, h, copy, size);
	free(copy);
}

void made_tape_append(struct made_tape *t, const void *bytes, size_t size)
{
	t->data = realloc(t->data, t->size + size + 1);
	must(t->data, "memory");
	memcpy(t->data + t->size, bytes, size);
	t->size += size;
}

struct made_tape made_tape_copy(const struct made_tape *t)
{
	struct made_tape copy = { .sequence = t->sequence };

	made_tape_append(&copy, t->data, t->size);
	return copy;
}

void made_tape_free(struct made_tape *t)
{
	free(t->data);
	*t = (struct made_tape){ 0 };
}

size_t made_tape_block(const struct made_tape *t, size_t i, struct tape_block_header *ret)
{
	size_t at = sizeof(struct tape_file_header);
	struct tape_block_header h;

	while (at + sizeof(h) <= t->size && tape_block_decode(t->data + at, &h) == 0) {
		if (i-- == 0) {
			if (ret)
				*ret = h;
			return at;
		}
		at += tape_block_length(&h);
	}
	return t->size;
}

size_t made_tape_count(const struct made_tape *t)
{
	size_t n = 0;

	while (made_tape_block(t, n, NULL) < t->size)
		n++;
	return n;
}

void made_tape_set_header(struct made_tape *t, size_t offset, struct tape_block_header h)
{
	tape_block_encode(&h, t->data + offset);
}

void made_tape_set_header_size(struct made_tape *t, uint32_t size)
{
	const size_t hash = offsetof(struct tape_file_header, hash);

	size = htole32(size);
	memcpy(t->data + offsetof(struct tape_file_header, header_size), &size, sizeof(size));
	bytes_put64(t->data + hash, XXH3_64bits(t->data, hash));
}

size_t made_layout(void *records, size_t size, uint16_t type, uint32_t fixed_size, const char *text)
{
	struct ev_layout *record = (struct ev_layout *)((char *)records + size);
	size_t length = bytes_align8(sizeof(*record) + strlen(text) + 1);

	memset(record, 0, length);
	record->h.type = htole16(EV_LAYOUT);
	record->h.units = htole16((uint16_t)(length / EV_UNIT));
	record->of_type = htole32(type);
	record->fixed_size = htole32(fixed_size);
	memcpy(record->text, text, strlen(text));
	return size + length;
}

size_t made_tape_read_rest(struct tape_reader *r, size_t *samples)
{
	struct tape_block *b;
	size_t n = 0;

	*samples = 0;
	for (; tape_reader_next(r, &b, NULL) == 1; n++) {
		tape_block_for_each (b, record)
			*samples += record->type == EV_CPU_SAMPLE;
		tape_block_free(b);
	}
	return n;
}

void made_tape_hit(struct made_tape *t, size_t i)
{
	t->data[made_tape_block(t, i, NULL) + sizeof(struct tape_block_header) + 20] ^= 1;
}

void made_tape_cut_out(struct made_tape *t, size_t first, size_t last)
{
	size_t from = made_tape_block(t, first, NULL), to = made_tape_block(t, last + 1, NULL);

	memmove(t->data + from, t->data + to, t->size - to);
	t->size -= to - from;
}

void *made_tape_bench(const struct tape_recipe *recipe, size_t size)
{
	struct made_tape *t = calloc(1, size);

	if (!t)
		abort();
	*t = made_tape_write(recipe);
	return t;
}
