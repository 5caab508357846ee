// SPDX-License-Identifier: BSD-2-Clause
/* Which codec the payload of a block gets. */
#include <string.h>

#include "format/block.h"
#include "tests/support/writer_bench.h"

static struct tape_block_header header(const struct bench *b, size_t i)
{
	struct tape_block_header h = { 0 };

	assert_true(made_tape_block(&b->tape, i, &h) < b->tape.size);
	return h;
}

static void events_that_are_alike_are_packed_by_columns(void **state)
{
	struct bench *b = *state;
	struct tape_reader *r;
	struct tape_block *block;
	uint64_t n = 0;

	begin(b, 1);
	for (uint64_t i = 1; i <= 30000; i++)
		put(b, 1, 1, i);
	assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	load(b);
	assert_int_not_equal(header(b, 0).codec, TAPE_CODEC_COLUMNS); /* the epoch's */
	assert_int_equal(header(b, 1).codec, TAPE_CODEC_COLUMNS);
	assert_int_equal(header(b, 2).codec, TAPE_CODEC_COLUMNS);
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &r, NULL), 0);
	while (tape_reader_next(r, &block, NULL) == 1) {
		tape_block_for_each (block, record) {
			struct ev_cpu_sample sample = made_sample(n + 1);

			if (record->type != EV_CPU_SAMPLE)
				continue;
			assert_memory_equal(record, &sample, sizeof(sample));
			n++;
		}
		tape_block_free(block);
	}
	assert_int_equal(n, 30000);
	tape_reader_close(r);
}

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13; /* xorshift64 */
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* Short records that repeat words of long ones, which LZ4 sees only where rows stay rows. */
static void columns_are_not_used_where_plain_records_are_packed_better(void **state)
{
	struct bench *b = *state;
	uint64_t long_one[50] = { 0 }, short_one[8], x = 88172645463325252u;
	struct ev_header *h = (struct ev_header *)long_one;

	begin(b, 1);
	for (size_t i = 0; i < 100; i++) {
		*h = (struct ev_header){ .type = 998, .units = 50 };
		for (size_t w = 1; w < 50; w++)
			long_one[w] = next_random(&x);
		assert_int_equal(tape_writer_put(b->w, 1, 1, h, NULL), 0);
		for (size_t k = 8; k < 50; k += 7) {
			struct ev_header alike = { .type = 999, .units = 8 };

			memcpy(short_one, &alike, sizeof(short_one[0]));
			memcpy(short_one + 1, long_one + k - 7, 7 * sizeof(short_one[0]));
			assert_int_equal(tape_writer_put(b->w, 1, 1, (struct ev_header *)short_one,
							 NULL),
					 0);
		}
	}
	assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	load(b);
	assert_int_equal(header(b, 1).codec, TAPE_CODEC_LZ4);
}

static void blocks_without_events_are_never_arranged_by_columns(void **state)
{
	struct bench *b = *state;

	begin(b, 1);
	for (size_t i = 0; i < 100; i++) {
		put(b, 1, 1, i);
		assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	}
	assert_int_equal(tape_writer_finish(b->w, EV_END_ASKED, NULL), 0);
	load(b);
	assert_int_equal(header(b, 101).kind, TAPE_BLOCK_INDEX);
	assert_int_equal(header(b, 101).codec, TAPE_CODEC_LZ4);
}

static void a_block_never_grows_more_than_LZ4_could_make_it(void **state)
{
	struct bench *b = *state;

	begin(b, 1);
	for (size_t i = 0; i < 20000; i++)
		put(b, 1, 1, 1);
	assert_int_equal(tape_writer_flush(b->w, NULL), 0);
	load(b);
	assert_int_equal(header(b, 1).codec, TAPE_CODEC_LZ4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_that_are_alike_are_packed_by_columns),
		TEST(columns_are_not_used_where_plain_records_are_packed_better),
		TEST(blocks_without_events_are_never_arranged_by_columns),
		TEST(a_block_never_grows_more_than_LZ4_could_make_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
