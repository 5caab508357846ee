// SPDX-License-Identifier: BSD-2-Clause
/*
 * What <tape/writer.h> promises of blocks: which are written, when, and what is in
 * them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/tape_maker.h"
#include "tests/support/test.h"
#include "tests/support/writer_bench.h"

static size_t count_blocks(struct bench *b)
{
	load(b);
	return made_tape_count(&b->tape);
}

static struct tape_block_header header(const struct bench *b, size_t i)
{
	struct tape_block_header h = { 0 };

	assert_true(made_tape_block(&b->tape, i, &h) < b->tape.size);
	return h;
}

/* The types of the records of all blocks of a kind, and how many blocks there are. */
struct listing {
	size_t blocks;
	size_t records;
	uint16_t type[4096];
	uint32_t module[4096];
};

static struct listing *list(struct bench *b, uint16_t kind)
{
	struct listing *l = calloc(1, sizeof(*l));
	struct tape_reader *r;
	struct tape_block *block;

	load(b);
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &r, NULL), 0);
	while (tape_reader_next(r, &block, NULL) == 1) {
		l->blocks += block->header.kind == kind;
		tape_block_for_each (block, record) {
			if (block->header.kind != kind || l->records == 4096)
				continue;
			if (record->type == EV_MODULE)
				l->module[l->records] = ((const struct ev_module *)record)->module;
			l->type[l->records++] = record->type;
		}
		tape_block_free(block);
	}
	tape_reader_close(r);
	return l;
}

static void nothing_but_the_file_header_is_written_at_first(void **state)
{
	struct bench *b = *state;

	load(b);
	assert_int_equal(b->tape.size, 64);
	assert_int_equal(tape_writer_bytes(b->w), 64);
}

static void records_wait_until_they_are_flushed(void **state)
{
	struct bench *b = *state;
	uint64_t bytes;

	begin(b, 1);
	bytes = tape_writer_bytes(b->w);
	put(b, 0, 1, 1);
	put(b, 3, 1, 2);
	assert_int_equal(tape_writer_pending(b->w), 2 * sizeof(struct ev_cpu_sample));
	assert_int_equal(tape_writer_bytes(b->w), bytes);
	assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	assert_int_equal(tape_writer_pending(b->w), 0);
	assert_int_equal(count_blocks(b), 3);
	assert_int_equal(tape_writer_bytes(b->w), b->tape.size);
}

static void each_ring_has_its_own_block(void **state)
{
	struct bench *b = *state;

	begin(b, 1);
	put(b, 7, 1, 1);
	put(b, 2, 1, 2);
	put(b, 7, 1, 3);
	assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	assert_int_equal(count_blocks(b), 3);
	assert_int_equal(header(b, 1).ring, 2);
	assert_int_equal(header(b, 1).records, 1);
	assert_int_equal(header(b, 2).ring, 7);
	assert_int_equal(header(b, 2).records, 2);
}

static void blocks_are_numbered_from_one_on(void **state)
{
	struct bench *b = *state;

	begin(b, 1);
	put(b, 1, 1, 1);
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, NULL), 0);
	assert_int_equal(count_blocks(b), 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(header(b, i).sequence, i + 1);
}

static void a_block_that_is_full_is_written(void **state)
{
	const size_t fit = TAPE_BLOCK_PLAIN / sizeof(struct ev_cpu_sample);
	struct bench *b = *state;

	begin(b, 1);
	for (size_t i = 0; i < fit; i++)
		put(b, 1, 1, i);
	assert_int_equal(count_blocks(b), 1);
	put(b, 1, 1, fit);
	assert_int_equal(count_blocks(b), 2);
	assert_int_equal(header(b, 1).records, fit);
	assert_true(header(b, 1).plain_size <= TAPE_BLOCK_PLAIN);
	assert_int_equal(tape_writer_pending(b->w), sizeof(struct ev_cpu_sample));
}

static void the_largest_records_fit(void **state)
{
	struct bench *b = *state;
	struct ev_header *record = calloc(1, EV_MAX_SIZE);

	record->type = 999;
	record->units = UINT16_MAX;
	begin(b, 1);
	for (int i = 0; i < 5; i++)
		assert_int_equal(tape_writer_put(b->w, 1, 1, record, NULL), 0);
	free(record);
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, NULL), 0);
	assert_int_equal(count_blocks(b), 1 + 3 + 2);
}

static void a_record_of_impossible_size_is_refused(void **state)
{
	struct bench *b = *state;
	struct ev_header record = { .type = EV_EXIT, .units = 2 };
	struct tape_error err;
	char expected[200];

	begin(b, 1);
	snprintf(expected, sizeof(expected), "%s: a record of type 23 has an impossible size",
		 b->path);
	assert_int_equal(tape_writer_put(b->w, 1, 1, &record, &err), -EINVAL);
	assert_string_equal(err.text, expected);
	put(b, 1, 1, 1);
}

static void a_block_bears_the_times_of_the_records_that_have_one(void **state)
{
	struct bench *b = *state;

	begin(b, 1);
	put(b, 1, 1, 0);
	put(b, 1, 1, 9);
	put(b, 1, 1, 4);
	put(b, 2, 1, 0);
	assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	load(b);
	assert_int_equal(header(b, 1).first_ns, 4000);
	assert_int_equal(header(b, 1).last_ns, 9000);
	assert_int_equal(header(b, 2).first_ns, 0);
	assert_int_equal(header(b, 2).last_ns, 0);
}

static void what_shrinks_is_packed_and_what_does_not_is_not(void **state)
{
	struct bench *b = *state;
	uint64_t record[512] = { 0 };
	struct ev_header *h = (struct ev_header *)record;

	begin(b, 1);
	h->type = 999;
	h->units = 512;
	assert_int_equal(tape_writer_put(b->w, 1, 1, h, NULL), 0);
	for (uint64_t i = 3, x = 88172645463325252u; i < 512; i++) {
		x ^= x << 13; /* xorshift64 */
		x ^= x >> 7;
		x ^= x << 17;
		record[i] = x;
	}
	assert_int_equal(tape_writer_put(b->w, 2, 1, h, NULL), 0);
	assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	load(b);
	assert_int_equal(header(b, 1).codec, TAPE_CODEC_LZ4);
	assert_true(header(b, 1).packed_size < 200);
	assert_int_equal(header(b, 2).codec, TAPE_CODEC_NONE);
	assert_int_equal(header(b, 2).packed_size, sizeof(record));
}

static void an_epoch_begins_with_its_record_all_layouts_and_the_constants(void **state)
{
	struct bench *b = *state;
	uint64_t host[8] = { 0 };
	struct listing *l;
	size_t n;

	((struct ev_header *)host)->type = EV_HOST;
	((struct ev_header *)host)->units = 8;
	memcpy(((struct ev_host *)host)->text, "a=b", 4);
	assert_int_equal(tape_writer_add_constant(b->w, (struct ev_header *)host, NULL), 0);
	begin(b, 1);
	l = list(b, TAPE_BLOCK_EPOCH);
	ev_all(&n);
	assert_int_equal(l->blocks, 1);
	assert_int_equal(l->records, n + 2);
	assert_int_equal(l->type[0], EV_EPOCH);
	for (size_t i = 1; i <= n; i++)
		assert_int_equal(l->type[i], EV_LAYOUT);
	assert_int_equal(l->type[n + 1], EV_HOST);
	free(l);
}

static void constants_are_repeated_in_every_epoch(void **state)
{
	struct bench *b = *state;
	struct ev_exit constant = { .h = { .type = EV_EXIT, .units = 4 } };
	struct listing *l;
	size_t found = 0;

	assert_int_equal(tape_writer_add_constant(b->w, &constant.h, NULL), 0);
	for (uint32_t epoch = 1; epoch <= 3; epoch++)
		begin(b, epoch);
	l = list(b, TAPE_BLOCK_EPOCH);
	for (size_t i = 0; i < l->records; i++)
		found += l->type[i] == EV_EXIT;
	assert_int_equal(found, 3);
	free(l);
}

static void the_epoch_before_is_written_to_until_the_next_one_begins(void **state)
{
	struct bench *b = *state;
	struct ev_cpu_sample sample = made_sample(1);
	struct tape_error err;
	char expected[200];

	begin(b, 1);
	begin(b, 2);
	put(b, 1, 1, 1);
	assert_int_equal(count_blocks(b), 2);
	begin(b, 3);
	assert_int_equal(count_blocks(b), 4);
	assert_int_equal(header(b, 2).epoch, 1);
	assert_int_equal(header(b, 3).epoch, 3);
	snprintf(expected, sizeof(expected), "%s: epoch 1 is not open", b->path);
	assert_int_equal(tape_writer_put(b->w, 1, 1, &sample.h, &err), -EINVAL);
	assert_string_equal(err.text, expected);
}

static void epochs_only_count_upwards(void **state)
{
	struct bench *b = *state;
	struct tape_error err;
	char expected[200];

	begin(b, 2);
	snprintf(expected, sizeof(expected), "%s: epoch 2 cannot begin behind epoch 2", b->path);
	assert_int_equal(tape_writer_begin_epoch(b->w, 2, 1, 1, &err), -EINVAL);
	assert_string_equal(err.text, expected);
}

static void closing_an_epoch_writes_its_blocks_only(void **state)
{
	struct bench *b = *state;

	begin(b, 1);
	begin(b, 2);
	put(b, 1, 1, 1);
	put(b, 1, 2, 2);
	assert_int_equal(tape_writer_close_epoch(b->w, 1, NULL), 0);
	assert_int_equal(count_blocks(b), 3);
	assert_int_equal(header(b, 2).epoch, 1);
	assert_int_equal(tape_writer_pending(b->w), sizeof(struct ev_cpu_sample));
}

static void the_bytes_of_an_epoch_are_counted(void **state)
{
	struct bench *b = *state;

	begin(b, 1);
	put(b, 1, 1, 1);
	begin(b, 2);
	put(b, 1, 2, 1);
	put(b, 2, 2, 1);
	assert_int_equal(tape_writer_epoch_bytes(b->w, 1), sizeof(struct ev_cpu_sample));
	assert_int_equal(tape_writer_epoch_bytes(b->w, 2), 2 * sizeof(struct ev_cpu_sample));
	assert_int_equal(tape_writer_epoch_bytes(b->w, 3), 0);
}

static void the_layouts_of_the_options_are_written(void **state)
{
	struct bench *b = *state;
	static const struct ev_field fields[] = {
		{ "speed", "m/s", NULL, 24, 4, EV_S32, 0 },
		{ "tags", "text", NULL, 28, 4, EV_CHAR, 1 },
		{ "trail", "m", NULL, 32, 0, EV_U64, 1 },
	};
	static const struct ev_info info = { 999, "car", "help", 32, 3, fields };
	struct tape_writer_options options = { .layouts = &info, .n_layouts = 1 };
	const struct ev_layout *layout;
	struct tape_reader *r;
	struct tape_block *block;

	tape_writer_close(b->w);
	assert_int_equal(tape_writer_open(b->path, &options, &b->w, NULL), 0);
	begin(b, 1);
	load(b);
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &r, NULL), 0);
	assert_int_equal(tape_reader_next(r, &block, NULL), 1);
	assert_int_equal(block->header.records, 2);
	layout = (const struct ev_layout *)ev_next(block->first);
	assert_int_equal(layout->of_type, 999);
	assert_int_equal(layout->fixed_size, 32);
	assert_string_equal(layout->text, "car\nspeed s32 24 4 m/s\ntags char[] 28 4 text\n"
					  "trail u64[] 32 0 m\n");
	tape_block_free(block);
	tape_reader_close(r);
}

static void put_symbol(struct bench *b, uint16_t type, uint32_t module)
{
	union {
		struct ev_module module;
		struct ev_symbol symbol;
		char bytes[72];
	} record = { 0 };

	record.module.h.type = type;
	record.module.h.units = sizeof(record) / EV_UNIT;
	if (type == EV_MODULE)
		record.module.module = module;
	else
		record.symbol.module = module;
	assert_int_equal(tape_writer_put_symbol(b->w, &record.module.h, NULL), 0);
}

static void symbols_go_into_a_block_of_their_own(void **state)
{
	struct bench *b = *state;
	struct listing *l;

	begin(b, 1);
	put_symbol(b, EV_MODULE, 5);
	put_symbol(b, EV_SYMBOL, 5);
	put_symbol(b, EV_SYMBOL, 5);
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, NULL), 0);
	l = list(b, TAPE_BLOCK_SYMBOLS);
	assert_int_equal(l->blocks, 1);
	assert_int_equal(l->records, 3);
	assert_int_equal(l->type[0], EV_MODULE);
	assert_int_equal(l->type[1], EV_SYMBOL);
	free(l);
}

static void lines_and_call_frames_go_with_the_symbols(void **state)
{
	struct bench *b = *state;
	struct listing *l;

	begin(b, 1);
	put_symbol(b, EV_MODULE, 5);
	put_symbol(b, EV_LINE, 5);
	put_symbol(b, EV_CFI, 5);
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, NULL), 0);
	l = list(b, TAPE_BLOCK_SYMBOLS);
	assert_int_equal(l->records, 3);
	assert_int_equal(l->type[1], EV_LINE);
	assert_int_equal(l->type[2], EV_CFI);
	free(l);
}

static void each_block_of_symbols_repeats_the_modules_that_it_names(void **state)
{
	struct bench *b = *state;
	struct listing *l;

	begin(b, 1);
	put_symbol(b, EV_MODULE, 1);
	put_symbol(b, EV_MODULE, 2);
	assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	put_symbol(b, EV_SYMBOL, 2);
	put_symbol(b, EV_SYMBOL, 2);
	put_symbol(b, EV_SYMBOL, 1);
	assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	l = list(b, TAPE_BLOCK_SYMBOLS);
	assert_int_equal(l->blocks, 2);
	assert_int_equal(l->records, 2 + 5);
	assert_int_equal(l->module[2], 2);
	assert_int_equal(l->type[3], EV_SYMBOL);
	assert_int_equal(l->type[4], EV_SYMBOL);
	assert_int_equal(l->module[5], 1);
	assert_int_equal(l->type[6], EV_SYMBOL);
	free(l);
}

static void a_full_block_of_symbols_is_followed_by_one_with_its_module(void **state)
{
	struct bench *b = *state;
	struct tape_reader *r;
	struct tape_block *block;
	size_t blocks = 0;

	begin(b, 1);
	put_symbol(b, EV_MODULE, 5);
	for (size_t i = 0; i < 2 * TAPE_BLOCK_PLAIN / 72; i++)
		put_symbol(b, EV_SYMBOL, 5);
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, NULL), 0);
	load(b);
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &r, NULL), 0);
	while (tape_reader_next(r, &block, NULL) == 1) {
		if (block->header.kind == TAPE_BLOCK_SYMBOLS) {
			blocks++;
			assert_int_equal(block->first->type, EV_MODULE);
		}
		tape_block_free(block);
	}
	assert_int_equal(blocks, 3);
	tape_reader_close(r);
}

static void what_is_no_symbol_is_refused_among_symbols(void **state)
{
	struct bench *b = *state;
	struct ev_cpu_sample sample = made_sample(1);
	struct tape_error err;
	char expected[200];

	snprintf(expected, sizeof(expected), "%s: record type 128 is no symbol", b->path);
	assert_int_equal(tape_writer_put_symbol(b->w, &sample.h, &err), -EINVAL);
	assert_string_equal(err.text, expected);
}

static void the_index_lists_every_block_and_the_end_counts_them(void **state)
{
	struct bench *b = *state;
	struct tape_reader *r;
	struct tape_block *block;
	size_t listed = 0;

	begin(b, 1);
	put(b, 1, 1, 9);
	put(b, 2, 1, 4);
	put_symbol(b, EV_MODULE, 5);
	assert_int_equal(tape_writer_finish(b->w, EV_END_SIZE, NULL), 0);
	load(b);
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &r, NULL), 0);
	while (tape_reader_next(r, &block, NULL) == 1) {
		tape_block_for_each (block, record) {
			const struct ev_index *entry = (const struct ev_index *)record;
			const struct ev_end *end = (const struct ev_end *)record;
			struct tape_block_header h;

			if (record->type == EV_INDEX) {
				assert_int_equal(entry->offset,
						 made_tape_block(&b->tape, listed++, &h));
				assert_int_equal(entry->sequence, h.sequence);
				assert_int_equal(entry->first_ns, h.first_ns);
				assert_int_equal(entry->last_ns, h.last_ns);
				assert_int_equal(entry->block_epoch, h.epoch);
				assert_int_equal(entry->kind, h.kind);
			}
			if (record->type == EV_END) {
				assert_int_equal(end->blocks, 5);
				assert_int_equal(end->bytes, block->offset);
				assert_int_equal(end->reason, EV_END_SIZE);
			}
		}
		tape_block_free(block);
	}
	assert_int_equal(listed, 4);
	tape_reader_close(r);
}

static void a_long_index_is_written_in_pieces(void **state)
{
	const size_t entries = TAPE_BLOCK_PLAIN / sizeof(struct ev_index);
	struct bench *b = *state;
	struct tape_reader *r;
	struct tape_block *block;
	struct tape_health h;
	size_t pieces = 0;

	begin(b, 1);
	for (size_t i = 0; i < entries + 100; i++) {
		put(b, 1, 1, i + 1);
		assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	}
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, NULL), 0);
	assert_int_equal(tape_reader_open(b->path, 0, &r, NULL), 0);
	while (tape_reader_next(r, &block, NULL) == 1) {
		pieces += block->header.kind == TAPE_BLOCK_INDEX;
		tape_block_free(block);
	}
	tape_reader_health(r, &h);
	assert_int_equal(pieces, 2);
	assert_int_equal(h.n_places, 0);
	assert_true(h.complete);
	tape_reader_close(r);
}

static void nothing_can_be_put_behind_the_end(void **state)
{
	struct bench *b = *state;
	struct ev_cpu_sample sample = made_sample(1);
	struct tape_error err;
	char expected[200];

	begin(b, 1);
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, NULL), 0);
	snprintf(expected, sizeof(expected), "%s: the tape is finished", b->path);
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, &err), -EINVAL);
	assert_string_equal(err.text, expected);
	assert_int_equal(tape_writer_put(b->w, 0, 1, &sample.h, NULL), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_but_the_file_header_is_written_at_first),
		TEST(records_wait_until_they_are_flushed),
		TEST(each_ring_has_its_own_block),
		TEST(blocks_are_numbered_from_one_on),
		TEST(a_block_that_is_full_is_written),
		TEST(the_largest_records_fit),
		TEST(a_record_of_impossible_size_is_refused),
		TEST(a_block_bears_the_times_of_the_records_that_have_one),
		TEST(what_shrinks_is_packed_and_what_does_not_is_not),
		TEST(an_epoch_begins_with_its_record_all_layouts_and_the_constants),
		TEST(constants_are_repeated_in_every_epoch),
		TEST(the_epoch_before_is_written_to_until_the_next_one_begins),
		TEST(epochs_only_count_upwards),
		TEST(closing_an_epoch_writes_its_blocks_only),
		TEST(the_bytes_of_an_epoch_are_counted),
		TEST(the_layouts_of_the_options_are_written),
		TEST(symbols_go_into_a_block_of_their_own),
		TEST(lines_and_call_frames_go_with_the_symbols),
		TEST(each_block_of_symbols_repeats_the_modules_that_it_names),
		TEST(a_full_block_of_symbols_is_followed_by_one_with_its_module),
		TEST(what_is_no_symbol_is_refused_among_symbols),
		TEST(the_index_lists_every_block_and_the_end_counts_them),
		TEST(a_long_index_is_written_in_pieces),
		TEST(nothing_can_be_put_behind_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
