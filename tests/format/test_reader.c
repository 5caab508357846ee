// SPDX-License-Identifier: BSD-2-Clause
/*
 * What <tape/reader.h> promises, but for opening (test_open.c), damage
 * (test_damage.c, test_gaps.c) and foreign layouts (test_convert.c).
 */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <lz4.h>

#include "tests/support/refusal.h"
#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

static const struct tape_recipe small = { .epochs = 2, .rings = 2, .flushes = 2, .samples = 5 };

static struct tape_reader *open_tape(const struct made_tape *t, unsigned int flags)
{
	struct tape_error err = { 0 };
	struct tape_reader *r = NULL;

	if (tape_reader_open_memory(t->data, t->size, flags, &r, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

static struct tape_block *next_block(struct tape_reader *r)
{
	struct tape_block *b = NULL;

	assert_int_equal(tape_reader_next(r, &b, NULL), 1);
	return b;
}

static struct tape_health health_of(const struct made_tape *t)
{
	struct tape_reader *r = open_tape(t, 0);
	struct tape_health h;
	size_t samples;

	made_tape_read_rest(r, &samples);
	tape_reader_health(r, &h);
	h.places = NULL;
	tape_reader_close(r);
	return h;
}

static void records_come_out_as_they_were_put_in(void **state)
{
	struct made_tape t = made_tape_write(&small);
	struct tape_reader *r = open_tape(&t, 0);
	uint64_t number = 0;
	struct tape_block *b;

	(void)state;
	while (tape_reader_next(r, &b, NULL) == 1) {
		tape_block_for_each (b, record) {
			struct ev_cpu_sample expected = made_sample(number + 1);

			if (record->type != EV_CPU_SAMPLE)
				continue;
			number++;
			expected.h.epoch = (uint16_t)b->header.epoch;
			assert_memory_equal(record, &expected, sizeof(expected));
		}
		tape_block_free(b);
	}
	assert_int_equal(number, MADE_TAPE_SAMPLES(&small));
	tape_reader_close(r);
	made_tape_free(&t);
}

static void a_block_says_its_ring_epoch_and_times(void **state)
{
	struct made_tape t = made_tape_write(&small);
	struct tape_reader *r = open_tape(&t, 0);
	struct tape_block *b;

	(void)state;
	tape_block_free(next_block(r));
	tape_block_free(next_block(r));
	b = next_block(r);
	assert_int_equal(b->header.kind, TAPE_BLOCK_EVENTS);
	assert_int_equal(b->header.sequence, 3);
	assert_int_equal(b->header.ring, 1);
	assert_int_equal(b->header.epoch, 1);
	assert_int_equal(b->header.records, 5);
	assert_int_equal(b->header.first_ns, 6000);
	assert_int_equal(b->header.last_ns, 10000);
	assert_int_equal(b->offset, made_tape_block(&t, 2, NULL));
	assert_true(b->memory >= 5 * sizeof(struct ev_cpu_sample));
	tape_block_free(b);
	tape_reader_close(r);
	made_tape_free(&t);
}

static void peek_tells_the_header_of_the_block_that_comes_next(void **state)
{
	struct made_tape t = made_tape_write(&small);
	struct tape_reader *r = open_tape(&t, 0);
	struct tape_block_header peeked;
	struct tape_block *b;

	(void)state;
	while (tape_reader_peek(r, &peeked)) {
		b = next_block(r);
		assert_memory_equal(&b->header, &peeked, sizeof(peeked));
		tape_block_free(b);
	}
	assert_int_equal(tape_reader_next(r, &b, NULL), 0);
	tape_reader_close(r);
	made_tape_free(&t);
}

static void rewind_begins_again_at_the_first_block(void **state)
{
	struct made_tape t = made_tape_write(&small);
	struct tape_reader *r = open_tape(&t, 0);
	size_t samples, blocks = made_tape_read_rest(r, &samples);

	(void)state;
	tape_reader_rewind(r);
	assert_int_equal(made_tape_read_rest(r, &samples), blocks);
	assert_int_equal(samples, MADE_TAPE_SAMPLES(&small));
	tape_reader_close(r);
	made_tape_free(&t);
}

static void the_file_header_is_lent(void **state)
{
	struct made_tape t = made_tape_write(&small);
	struct tape_reader *r = open_tape(&t, 0);
	const struct tape_file_header *h;
	bool known = false;

	(void)state;
	h = tape_reader_header(r, &known);
	assert_true(known);
	assert_int_equal(h->major, TAPE_MAJOR);
	assert_int_equal(h->wall_ns, 11);
	assert_int_equal(h->mono_ns, 12);
	tape_reader_close(r);
	made_tape_free(&t);
}

static void a_finished_tape_is_complete_and_clean(void **state)
{
	struct made_tape t = made_tape_write(&small);
	struct tape_health h = health_of(&t);

	(void)state;
	assert_true(h.complete);
	assert_int_equal(h.reason, EV_END_ASKED);
	assert_int_equal(h.blocks, made_tape_count(&t));
	assert_int_equal(h.n_places, 0);
	made_tape_free(&t);
}

static void an_unfinished_tape_is_not_complete_and_clean(void **state)
{
	struct tape_recipe recipe = small;
	struct made_tape t;
	struct tape_health h;

	(void)state;
	recipe.unfinished = true;
	t = made_tape_write(&recipe);
	h = health_of(&t);
	assert_false(h.complete);
	assert_int_equal(h.n_places, 0);
	made_tape_free(&t);
}

static void a_tape_of_a_header_only_has_no_blocks(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	struct tape_reader *r = open_tape(&t, 0);
	struct tape_block *b;

	(void)state;
	assert_int_equal(tape_reader_next(r, &b, NULL), 0);
	tape_reader_close(r);
	made_tape_free(&t);
}

static void raw_records_stand_as_they_do_in_the_file(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	uint64_t records[16];
	size_t size = made_layout(records, 0, EV_TASK, 32, "task\nname char[] 24 8 text\n");
	struct ev_header *task = (struct ev_header *)((char *)records + size);
	struct tape_reader *r;
	struct tape_block *b;

	(void)state;
	memset(task, 'x', 32);
	task->type = htole16(EV_TASK);
	task->units = htole16(4);
	made_tape_add(&t, (struct tape_block_header){ 0 }, records, size + 32);
	r = open_tape(&t, TAPE_READER_RAW);
	b = next_block(r);
	assert_int_equal((char *)b->end - (char *)b->first, size + 32);
	assert_int_equal(ev_next(b->first)->type, EV_TASK);
	assert_memory_equal(ev_next(b->first) + 1, task + 1, 32 - sizeof(*task));
	tape_block_free(b);
	tape_reader_close(r);
	made_tape_free(&t);
}

static void a_record_of_impossible_size_costs_the_rest_of_its_block_and_is_counted(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	struct ev_cpu_sample records[3] = { made_sample(1), made_sample(2), made_sample(3) };
	static const uint16_t sizes[] = { 0, 2, 5, 15, UINT16_MAX };
	struct tape_reader *r;
	struct tape_health h;
	size_t samples;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		records[1].h.units = sizes[i];
		made_tape_put(&t, (struct tape_block_header){ 0 }, records, sizeof(records));
	}
	r = open_tape(&t, 0);
	assert_int_equal(made_tape_read_rest(r, &samples), sizeof(sizes) / sizeof(sizes[0]));
	assert_int_equal(samples, sizeof(sizes) / sizeof(sizes[0]));
	tape_reader_health(r, &h);
	assert_int_equal(h.bad_records, sizeof(sizes) / sizeof(sizes[0]));
	tape_reader_close(r);
	made_tape_free(&t);
}

static void counts_do_not_grow_when_a_block_is_read_again(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	struct ev_header records[2] = { { .type = 999, .units = 3 }, { .type = 999 } };
	struct tape_reader *r;
	struct tape_health h;
	size_t samples;

	(void)state;
	made_tape_put(&t, (struct tape_block_header){ 0 }, records, sizeof(records));
	r = open_tape(&t, 0);
	for (int i = 0; i < 3; i++) {
		made_tape_read_rest(r, &samples);
		tape_reader_rewind(r);
	}
	tape_reader_health(r, &h);
	assert_int_equal(h.bad_records, 1);
	assert_int_equal(h.unknown_records, 1);
	tape_reader_close(r);
	made_tape_free(&t);
}

static void records_that_nobody_explains_are_given_and_counted(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	struct ev_header records[2] = { { .type = 999, .units = 3, .tid = 5 },
					{ .type = 999, .units = 3, .tid = 6 } };
	struct tape_reader *r;
	struct tape_health h;
	struct tape_block *b;

	(void)state;
	made_tape_put(&t, (struct tape_block_header){ 0 }, records, sizeof(records));
	r = open_tape(&t, 0);
	b = next_block(r);
	assert_int_equal(b->first->type, 999);
	assert_int_equal(ev_next(b->first)->tid, 6);
	tape_reader_health(r, &h);
	assert_int_equal(h.unknown_records, 2);
	tape_block_free(b);
	tape_reader_close(r);
	made_tape_free(&t);
}

static void records_that_the_tape_explains_are_not_counted_as_unknown(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	uint64_t records[16] = { 0 };
	size_t size = made_layout(records, 0, 999, 32, "future\nvalue u64 24 8 count\n");

	(void)state;
	((struct ev_header *)((char *)records + size))->type = htole16(999);
	((struct ev_header *)((char *)records + size))->units = htole16(4);
	made_tape_add(&t, (struct tape_block_header){ 0 }, records, size + 32);
	assert_int_equal(health_of(&t).unknown_records, 0);
	made_tape_free(&t);
}

static void a_newer_minor_version_is_read(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR + 7);
	struct ev_cpu_sample sample = made_sample(1);

	(void)state;
	made_tape_put(&t, (struct tape_block_header){ 0 }, &sample, sizeof(sample));
	assert_int_equal(health_of(&t).blocks, 1);
	made_tape_free(&t);
}

static void a_newer_major_version_is_refused_with_the_remedy(void **state)
{
	struct made_tape t = made_tape_begin(2, 0);

	(void)state;
	assert_refused(&t, -EPROTO,
		       "memory: made by format 2.0, this version reads 1.x; use a newer perftape");
	made_tape_free(&t);
}

static void a_newer_major_version_in_a_damaged_header_is_not_believed(void **state)
{
	struct made_tape t = made_tape_begin(2, 0);
	struct ev_cpu_sample sample = made_sample(1);
	struct tape_health h;

	(void)state;
	made_tape_put(&t, (struct tape_block_header){ 0 }, &sample, sizeof(sample));
	t.data[20] ^= 1;
	h = health_of(&t);
	assert_int_equal(h.blocks, 1);
	assert_int_equal(h.n_places, 1);
	made_tape_free(&t);
}

static void a_longer_file_header_is_stepped_over(void **state)
{
	struct made_tape t = { 0 };
	struct made_tape plain = made_tape_write(&small);
	struct tape_health h;

	(void)state;
	made_tape_append(&t, plain.data, sizeof(struct tape_file_header));
	made_tape_set_header_size(&t, 72);
	made_tape_append(&t, "8 bytes!", 8);
	made_tape_append(&t, plain.data + 64, plain.size - 64);
	h = health_of(&t);
	assert_int_equal(h.n_places, 0);
	assert_int_equal(h.blocks, made_tape_count(&plain));
	made_tape_free(&t);
	made_tape_free(&plain);
}

static struct made_tape tape_with_kind(struct tape_block_header h)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	struct ev_cpu_sample sample = made_sample(1);

	made_tape_put(&t, (struct tape_block_header){ 0 }, &sample, sizeof(sample));
	made_tape_put(&t, h, &sample, sizeof(sample));
	made_tape_put(&t, (struct tape_block_header){ 0 }, &sample, sizeof(sample));
	return t;
}

static void a_block_of_an_unknown_kind_is_passed_over_and_counted(void **state)
{
	struct made_tape t = tape_with_kind((struct tape_block_header){ .kind = 77 });
	struct tape_reader *r = open_tape(&t, 0);
	struct tape_health h;
	size_t samples;

	(void)state;
	assert_int_equal(made_tape_read_rest(r, &samples), 2);
	tape_reader_health(r, &h);
	assert_int_equal(h.unknown_blocks, 1);
	assert_int_equal(h.lost_blocks, 0);
	assert_int_equal(h.n_places, 1);
	assert_int_equal(h.places[0].kind, TAPE_DAMAGE_UNKNOWN);
	tape_reader_close(r);
	made_tape_free(&t);
}

static void a_block_of_an_unknown_codec_is_passed_over_and_counted(void **state)
{
	struct made_tape t = tape_with_kind((struct tape_block_header){ 0 });
	struct tape_block_header h;
	size_t at = made_tape_block(&t, 1, &h);

	(void)state;
	h.codec = 9;
	made_tape_set_header(&t, at, h);
	assert_int_equal(health_of(&t).unknown_blocks, 1);
	assert_int_equal(health_of(&t).blocks, 3);
	made_tape_free(&t);
}

static void a_kind_that_must_be_known_and_is_not_is_refused(void **state)
{
	struct made_tape t = tape_with_kind(
		(struct tape_block_header){ .kind = 77, .flags = TAPE_BLOCK_MUST_KNOW });

	(void)state;
	assert_refused(&t, -EPROTO,
		       "memory: it cannot be read without knowing blocks of kind 77, which this "
		       "version does not; use a newer perftape");
	made_tape_free(&t);
}

static void a_kind_that_must_be_known_and_is_known_is_read(void **state)
{
	struct made_tape t = tape_with_kind((struct tape_block_header){
		.kind = TAPE_BLOCK_EVENTS, .flags = TAPE_BLOCK_MUST_KNOW });

	(void)state;
	assert_int_equal(health_of(&t).n_places, 0);
	made_tape_free(&t);
}

/* --- blocks that lie under a hash that is right --- */

/* A tape of a good block and one whose header was changed by hand to h's codec and size. */
static struct made_tape tape_with_lie(uint8_t codec, uint32_t plain_size)
{
	struct made_tape t = tape_with_kind((struct tape_block_header){ 0 });
	struct tape_block_header h;
	size_t at = made_tape_block(&t, 1, &h);

	h.codec = codec;
	h.plain_size = plain_size;
	made_tape_set_header(&t, at, h);
	return t;
}

static void assert_one_block_is_lost(struct made_tape *t)
{
	struct tape_health h = health_of(t);

	assert_int_equal(h.blocks, 2);
	assert_int_equal(h.lost_blocks, 1);
	assert_int_equal(h.n_places, 1);
	made_tape_free(t);
}

static void a_block_that_claims_more_than_a_mebibyte_is_none(void **state)
{
	struct made_tape t = tape_with_lie(TAPE_CODEC_LZ4, TAPE_BLOCK_PLAIN + 8);

	(void)state;
	assert_one_block_is_lost(&t);
}

static void a_plain_block_of_another_size_than_its_payload_is_none(void **state)
{
	struct made_tape t = tape_with_lie(TAPE_CODEC_NONE, sizeof(struct ev_cpu_sample) + 8);

	(void)state;
	assert_one_block_is_lost(&t);
}

static void a_payload_that_does_not_unpack_is_lost(void **state)
{
	struct made_tape t = tape_with_lie(TAPE_CODEC_LZ4, sizeof(struct ev_cpu_sample));

	(void)state;
	assert_one_block_is_lost(&t);
}

static void a_payload_that_unpacks_to_another_size_is_lost(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	struct made_tape packed = made_tape_write(&small);
	struct tape_block_header h;
	size_t at = made_tape_block(&packed, 1, &h);

	(void)state;
	assert_int_equal(h.codec, TAPE_CODEC_LZ4);
	h.plain_size += 8;
	made_tape_append(&t, packed.data + at, made_tape_block(&packed, 2, NULL) - at);
	made_tape_set_header(&t, 64, h);
	assert_int_equal(health_of(&t).blocks, 0);
	made_tape_free(&t);
	made_tape_free(&packed);
}

/* A tape of one block of columns: what is packed in it stands as in a file. */
static struct made_tape tape_with_columns(const void *form, size_t size, uint32_t plain_size)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	struct tape_block_header h = { .epoch = 1 };
	char packed[1000];
	int n = LZ4_compress_default(form, packed, (int)size, sizeof(packed));

	assert_true(n > 0);
	made_tape_add(&t, h, packed, (size_t)n);
	made_tape_block(&t, 0, &h);
	h.codec = TAPE_CODEC_COLUMNS;
	h.plain_size = plain_size;
	made_tape_set_header(&t, sizeof(struct tape_file_header), h);
	return t;
}

/* A form of n records of 3 words that are all the same; returns its size. */
static size_t make_form(uint8_t *form, uint32_t n)
{
	uint32_t disk = htole32(n);

	memset(form, 0, 7 + n + 27);
	memcpy(form, &disk, sizeof(disk));
	form[4] = 1;
	form[5] = 3;
	memset(form + 7, 1, n);
	form[7 + n + 1] = 99; /* type and units */
	form[7 + n + 3] = 3;
	return 7 + n + 27;
}

static void a_block_of_columns_is_read(void **state)
{
	uint8_t form[100];
	struct made_tape t = tape_with_columns(form, make_form(form, 5), 5 * 24);
	struct tape_health h = health_of(&t);

	(void)state;
	assert_int_equal(h.n_places, 0);
	assert_int_equal(h.unknown_records, 5);
	made_tape_free(&t);
}

static void a_block_of_columns_that_do_not_hold_is_lost(void **state)
{
	uint8_t form[100];
	size_t size = make_form(form, 5);
	struct made_tape t;

	(void)state;
	form[7] = 2;
	t = tape_with_columns(form, size, 5 * 24);
	assert_int_equal(health_of(&t).lost_blocks, 1);
	assert_int_equal(health_of(&t).blocks, 0);
	made_tape_free(&t);
}

static void a_block_of_columns_without_a_record_is_lost(void **state)
{
	uint8_t form[100];
	struct made_tape t = tape_with_columns(form, make_form(form, 5), 0);

	(void)state;
	assert_int_equal(health_of(&t).lost_blocks, 1);
	made_tape_free(&t);
	t = tape_with_columns("", 0, 0);
	assert_int_equal(health_of(&t).lost_blocks, 1);
	made_tape_free(&t);
}

static void columns_that_make_more_of_a_file_than_LZ4_could_are_lost(void **state)
{
	static uint8_t form[TAPE_BLOCK_PLAIN];
	const uint32_t n = TAPE_BLOCK_PLAIN / 24;
	struct made_tape t = tape_with_columns(form, make_form(form, n), n * 24);

	(void)state;
	assert_int_equal(health_of(&t).lost_blocks, 1);
	made_tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_out_as_they_were_put_in),
		cmocka_unit_test(a_block_says_its_ring_epoch_and_times),
		cmocka_unit_test(peek_tells_the_header_of_the_block_that_comes_next),
		cmocka_unit_test(rewind_begins_again_at_the_first_block),
		cmocka_unit_test(the_file_header_is_lent),
		cmocka_unit_test(a_finished_tape_is_complete_and_clean),
		cmocka_unit_test(an_unfinished_tape_is_not_complete_and_clean),
		cmocka_unit_test(a_tape_of_a_header_only_has_no_blocks),
		cmocka_unit_test(raw_records_stand_as_they_do_in_the_file),
		cmocka_unit_test(
			a_record_of_impossible_size_costs_the_rest_of_its_block_and_is_counted),
		cmocka_unit_test(counts_do_not_grow_when_a_block_is_read_again),
		cmocka_unit_test(records_that_nobody_explains_are_given_and_counted),
		cmocka_unit_test(records_that_the_tape_explains_are_not_counted_as_unknown),
		cmocka_unit_test(a_newer_minor_version_is_read),
		cmocka_unit_test(a_newer_major_version_is_refused_with_the_remedy),
		cmocka_unit_test(a_newer_major_version_in_a_damaged_header_is_not_believed),
		cmocka_unit_test(a_longer_file_header_is_stepped_over),
		cmocka_unit_test(a_block_of_an_unknown_kind_is_passed_over_and_counted),
		cmocka_unit_test(a_block_of_an_unknown_codec_is_passed_over_and_counted),
		cmocka_unit_test(a_kind_that_must_be_known_and_is_not_is_refused),
		cmocka_unit_test(a_kind_that_must_be_known_and_is_known_is_read),
		cmocka_unit_test(a_block_that_claims_more_than_a_mebibyte_is_none),
		cmocka_unit_test(a_plain_block_of_another_size_than_its_payload_is_none),
		cmocka_unit_test(a_payload_that_does_not_unpack_is_lost),
		cmocka_unit_test(a_payload_that_unpacks_to_another_size_is_lost),
		cmocka_unit_test(a_block_of_columns_is_read),
		cmocka_unit_test(a_block_of_columns_that_do_not_hold_is_lost),
		cmocka_unit_test(a_block_of_columns_without_a_record_is_lost),
		cmocka_unit_test(columns_that_make_more_of_a_file_than_LZ4_could_are_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
