// SPDX-License-Identifier: BSD-2-Clause
/*
 * How damage is named: kind, place, blocks and time. That it costs no more than
 * it must is for test_damage.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

/*
 * Blocks of a tape by this recipe, and the times of their samples in thousands:
 *	0 EPOCH 1   1 ring 0: 1-5     2 ring 1: 6-10     3 ring 0: 11-15   4 ring 1: 16-20
 *	5 EPOCH 2   6 ring 0: 21-25   7 ring 1: 26-30    8 ring 0: 31-35   9 ring 1: 36-40
 *	and so on by 20; epoch e begins at 20000 * (e - 1) + 500. Then INDEX and END.
 */
static const struct tape_recipe finished = { .epochs = 5, .rings = 2, .flushes = 2, .samples = 5 };
static const struct tape_recipe unfinished = {
	.epochs = 5, .rings = 2, .flushes = 2, .samples = 5, .unfinished = true
};

#define INDEX_BLOCK 25
#define END_BLOCK   26

struct bench {
	struct made_tape tape; /* first: made_tape_bench() */
	struct tape_health health;
	char words[512]; /* all places, one behind the other */
};

static struct bench *begin(const struct tape_recipe *recipe)
{
	return made_tape_bench(recipe, sizeof(struct bench));
}

static void end(struct bench *b)
{
	made_tape_free(&b->tape);
	free(b);
}

static size_t offset(const struct bench *b, size_t block)
{
	return made_tape_block(&b->tape, block, NULL);
}

static const char *time_text(uint64_t ns, char *text)
{
	sprintf(text, "%lu", (unsigned long)ns);
	return ns == UINT64_MAX ? "end" : text;
}

static void describe(struct bench *b)
{
	char *at = b->words, from[24], to[24];

	*at = '\0';
	for (size_t i = 0; i < b->health.n_places; i++) {
		const struct tape_damage *p = &b->health.places[i];

		at += sprintf(at, "%s%s: %lu blocks, %s to %s", i ? "; " : "",
			      tape_damage_name(p->kind), (unsigned long)p->blocks,
			      time_text(p->from_ns, from), time_text(p->to_ns, to));
	}
}

/* What the reader says of the tape after all was read. */
static const char *read_words(struct bench *b)
{
	struct tape_reader *r;
	struct tape_block *block;

	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &r, NULL), 0);
	while (tape_reader_next(r, &block, NULL) == 1)
		tape_block_free(block);
	tape_reader_health(r, &b->health);
	describe(b);
	b->health.places = NULL;
	tape_reader_close(r);
	return b->words;
}

/* --- payloads --- */

static void a_payload_that_was_hit_is_altered_in_the_time_of_its_block(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_hit(&b->tape, 7);
	assert_string_equal(read_words(b), "altered: 1 blocks, 26000 to 30000");
	assert_int_equal(b->health.lost_blocks, 1);
	assert_int_equal(b->health.lost_bytes, offset(b, 8) - offset(b, 7));
	end(b);
}

static void a_payload_is_checked_when_it_is_read_and_not_before(void **state)
{
	struct bench *b = begin(&finished);
	struct tape_reader *r;
	struct tape_health h;

	(void)state;
	made_tape_hit(&b->tape, 7);
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &r, NULL), 0);
	tape_reader_health(r, &h);
	assert_int_equal(h.n_places, 0);
	tape_reader_close(r);
	end(b);
}

static void a_loss_of_records_without_a_time_affects_no_time(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_hit(&b->tape, INDEX_BLOCK);
	assert_string_equal(read_words(b), "altered: 1 blocks, 0 to 0");
	end(b);
}

static void padding_that_was_hit_costs_nothing_and_is_told(void **state)
{
	struct bench *b = begin(&finished);
	struct tape_block_header h;
	size_t at, i = 1;

	(void)state;
	do
		at = made_tape_block(&b->tape, i++, &h) + sizeof(h) + h.packed_size;
	while (h.packed_size % 8 == 0);
	b->tape.data[at] = 1;
	assert_string_equal(read_words(b), "altered: 0 blocks, 0 to 0");
	assert_int_equal(b->health.lost_bytes, 8 - h.packed_size % 8);
	end(b);
}

/* --- zeros --- */

static void a_tail_of_zeros_is_zeroed(void **state)
{
	struct bench *b = begin(&unfinished);
	size_t at = offset(b, 23) + 100;
	uint8_t zeros[8192] = { 0 };

	(void)state;
	b->tape.size = at;
	made_tape_append(&b->tape, zeros, sizeof(zeros));
	assert_string_equal(read_words(b), "zeroed: 1 blocks, 60500 to end");
	end(b);
}

static void zeros_behind_the_last_block_are_zeroed_and_cost_no_known_block(void **state)
{
	struct bench *b = begin(&unfinished);
	uint8_t zeros[100] = { 0 };

	(void)state;
	made_tape_append(&b->tape, zeros, sizeof(zeros));
	assert_string_equal(read_words(b), "zeroed: 0 blocks, 60500 to end");
	end(b);
}

static void a_zeroed_sector_makes_its_place_zeroed(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	memset(b->tape.data + 2560, 0, 512);
	assert_memory_equal(read_words(b), "zeroed", 6);
	end(b);
}

static void a_few_zeros_are_an_alteration(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	memset(b->tape.data + offset(b, 7) + 90, 0, 64);
	assert_string_equal(read_words(b), "altered: 1 blocks, 26000 to 30000");
	end(b);
}

/* --- missing numbers --- */

static void the_index_knows_the_time_of_a_block_that_is_missing(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_cut_out(&b->tape, 7, 7);
	assert_string_equal(read_words(b), "missing: 1 blocks, 26000 to 30000");
	assert_int_equal(b->health.lost_blocks, 1);
	assert_int_equal(b->health.lost_bytes, 0);
	end(b);
}

static void the_index_knows_the_time_of_a_block_whose_header_was_hit(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	b->tape.data[offset(b, 7) + 30] ^= 1;
	assert_string_equal(read_words(b), "altered: 1 blocks, 26000 to 30000");
	end(b);
}

static void several_missing_blocks_are_one_place(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_cut_out(&b->tape, 7, 12);
	assert_string_equal(read_words(b), "missing: 6 blocks, 26000 to 50000");
	end(b);
}

static void blocks_missing_at_two_places_are_two_places(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_cut_out(&b->tape, 17, 17);
	made_tape_cut_out(&b->tape, 3, 3);
	assert_string_equal(read_words(b),
			    "missing: 1 blocks, 11000 to 15000; missing: 1 blocks, 66000 to 70000");
	end(b);
}

/* Epoch 2 may have been open still; epoch 4 had not begun, for its block stands behind the gap. */
static void without_an_index_the_epochs_around_a_missing_block_bound_its_time(void **state)
{
	struct bench *b = begin(&unfinished);

	(void)state;
	made_tape_cut_out(&b->tape, 13, 13);
	assert_string_equal(read_words(b), "missing: 1 blocks, 20500 to 60500");
	end(b);
}

static void without_an_index_a_missing_beginning_of_an_epoch_leaves_it_in_doubt(void **state)
{
	struct bench *b = begin(&unfinished);

	(void)state;
	made_tape_cut_out(&b->tape, 15, 15);
	assert_string_equal(read_words(b), "missing: 1 blocks, 20500 to 80500");
	end(b);
}

static void without_an_index_the_end_is_open_where_no_epoch_follows(void **state)
{
	struct bench *b = begin(&unfinished);

	(void)state;
	made_tape_cut_out(&b->tape, 23, 23);
	assert_string_equal(read_words(b), "missing: 1 blocks, 60500 to end");
	end(b);
}

static void an_index_that_lacks_a_piece_is_not_believed(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_hit(&b->tape, INDEX_BLOCK);
	made_tape_cut_out(&b->tape, 13, 13);
	assert_string_equal(read_words(b),
			    "missing: 1 blocks, 20500 to 60500; altered: 1 blocks, 0 to 0");
	end(b);
}

static void a_lost_end_mark_is_no_damage(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	b->tape.size = offset(b, END_BLOCK);
	assert_string_equal(read_words(b), "");
	assert_false(b->health.complete);
	end(b);
}

static void a_tape_without_its_beginning_misses_the_blocks_before(void **state)
{
	struct bench *b = begin(&finished);
	size_t at = offset(b, 5);

	(void)state;
	memmove(b->tape.data, b->tape.data + at, b->tape.size - at);
	b->tape.size -= at;
	assert_string_equal(read_words(b),
			    "header: 0 blocks, 0 to 0; missing: 5 blocks, 500 to 20000");
	end(b);
}

static void numbers_that_the_index_does_not_list_are_not_missing(void **state)
{
	struct made_tape t = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	struct bench b = { 0 };
	struct ev_cpu_sample sample = made_sample(1);
	struct ev_index index = { .h = { .type = EV_INDEX, .units = sizeof(index) / EV_UNIT } };
	struct ev_end mark = { .h = { .type = EV_END, .units = sizeof(mark) / EV_UNIT },
			       .blocks = 2 };

	(void)state;
	index.sequence = 7;
	made_tape_put(&t, (struct tape_block_header){ .sequence = 7 }, &sample, sizeof(sample));
	made_tape_put(&t, (struct tape_block_header){ .sequence = 20, .kind = TAPE_BLOCK_INDEX },
		      &index, sizeof(index));
	made_tape_put(&t, (struct tape_block_header){ .kind = TAPE_BLOCK_END }, &mark,
		      sizeof(mark));
	b.tape = t;
	assert_string_equal(read_words(&b), "");
	assert_true(b.health.complete);
	made_tape_free(&t);
}

static void an_absurd_number_is_counted_and_no_more(void **state)
{
	struct bench b = { .tape = made_tape_begin(TAPE_MAJOR, TAPE_MINOR) };
	struct ev_cpu_sample sample = made_sample(1);

	(void)state;
	made_tape_put(&b.tape, (struct tape_block_header){ .sequence = UINT64_MAX }, &sample,
		      sizeof(sample));
	assert_string_equal(read_words(&b), "missing: 18446744073709551614 blocks, 0 to end");
	made_tape_free(&b.tape);
}

/* --- the file header, and other tapes --- */

static void a_damaged_file_header_costs_nothing(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	b->tape.data[17] ^= 1;
	assert_string_equal(read_words(b), "header: 0 blocks, 0 to 0");
	assert_int_equal(b->health.lost_bytes, 64);
	assert_int_equal(b->health.blocks, 27);
	end(b);
}

static void a_damaged_file_header_and_first_block_are_one_place(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	memset(b->tape.data + 50, 0xee, 50);
	assert_string_equal(read_words(b), "header: 1 blocks, 500 to 500");
	end(b);
}

static void blocks_of_another_tape_are_foreign_and_not_read(void **state)
{
	struct bench *b = begin(&finished);
	struct ev_cpu_sample sample = made_sample(1);

	(void)state;
	b->tape.sequence = 27;
	made_tape_put(&b->tape, (struct tape_block_header){ .tape_id = 5 }, &sample,
		      sizeof(sample));
	assert_string_equal(read_words(b), "foreign: 0 blocks, 0 to 0");
	assert_int_equal(b->health.blocks, 27);
	end(b);
}

static void without_a_file_header_the_majority_says_which_blocks_are_foreign(void **state)
{
	struct bench b = { .tape = made_tape_begin(TAPE_MAJOR, TAPE_MINOR) };
	struct ev_cpu_sample sample = made_sample(1);

	(void)state;
	for (uint64_t i = 1; i <= 5; i++)
		made_tape_put(&b.tape,
			      (struct tape_block_header){ .sequence = i,
							  .tape_id = i == 1 ? 9 : 0 },
			      &sample, sizeof(sample));
	b.tape.data[0] = 'X';
	read_words(&b);
	assert_int_equal(b.health.blocks, 4);
	made_tape_free(&b.tape);
}

static void places_are_in_order_of_their_offsets(void **state)
{
	struct bench *b = begin(&unfinished);

	(void)state;
	made_tape_hit(&b->tape, 20);
	made_tape_hit(&b->tape, 10);
	b->tape.data[3] ^= 1;
	assert_string_equal(read_words(b),
			    "header: 0 blocks, 0 to 0; altered: 1 blocks, 40500 to 40500; "
			    "altered: 1 blocks, 80500 to 80500");
	end(b);
}

static void every_kind_of_damage_has_a_name(void **state)
{
	static const char *const names[] = { "header", "altered",   "zeroed",  "cut",	 "missing",
					     "moved",  "duplicate", "foreign", "unknown" };

	(void)state;
	for (int kind = TAPE_DAMAGE_HEADER; kind <= TAPE_DAMAGE_UNKNOWN; kind++)
		assert_string_equal(tape_damage_name(kind), names[kind]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payload_that_was_hit_is_altered_in_the_time_of_its_block),
		cmocka_unit_test(a_payload_is_checked_when_it_is_read_and_not_before),
		cmocka_unit_test(a_loss_of_records_without_a_time_affects_no_time),
		cmocka_unit_test(padding_that_was_hit_costs_nothing_and_is_told),
		cmocka_unit_test(a_tail_of_zeros_is_zeroed),
		cmocka_unit_test(zeros_behind_the_last_block_are_zeroed_and_cost_no_known_block),
		cmocka_unit_test(a_zeroed_sector_makes_its_place_zeroed),
		cmocka_unit_test(a_few_zeros_are_an_alteration),
		cmocka_unit_test(the_index_knows_the_time_of_a_block_that_is_missing),
		cmocka_unit_test(the_index_knows_the_time_of_a_block_whose_header_was_hit),
		cmocka_unit_test(several_missing_blocks_are_one_place),
		cmocka_unit_test(blocks_missing_at_two_places_are_two_places),
		cmocka_unit_test(without_an_index_the_epochs_around_a_missing_block_bound_its_time),
		cmocka_unit_test(
			without_an_index_a_missing_beginning_of_an_epoch_leaves_it_in_doubt),
		cmocka_unit_test(without_an_index_the_end_is_open_where_no_epoch_follows),
		cmocka_unit_test(an_index_that_lacks_a_piece_is_not_believed),
		cmocka_unit_test(a_lost_end_mark_is_no_damage),
		cmocka_unit_test(a_tape_without_its_beginning_misses_the_blocks_before),
		cmocka_unit_test(numbers_that_the_index_does_not_list_are_not_missing),
		cmocka_unit_test(an_absurd_number_is_counted_and_no_more),
		cmocka_unit_test(a_damaged_file_header_costs_nothing),
		cmocka_unit_test(a_damaged_file_header_and_first_block_are_one_place),
		cmocka_unit_test(blocks_of_another_tape_are_foreign_and_not_read),
		cmocka_unit_test(without_a_file_header_the_majority_says_which_blocks_are_foreign),
		cmocka_unit_test(places_are_in_order_of_their_offsets),
		cmocka_unit_test(every_kind_of_damage_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
