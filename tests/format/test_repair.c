// SPDX-License-Identifier: BSD-2-Clause
/* What <tape/repair.h> promises: a tape that verifies clean and holds all that was left. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tape/repair.h>

#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

static const struct tape_recipe finished = { .epochs = 3, .rings = 2, .flushes = 2, .samples = 5 };
static const struct tape_recipe unfinished = {
	.epochs = 3, .rings = 2, .flushes = 2, .samples = 5, .unfinished = true
};

#define SAMPLES 60

struct bench {
	struct made_tape tape; /* first: made_tape_bench() */
	struct made_tape repaired;
	struct tape_repair_result result;
	struct tape_health health; /* of the repaired tape */
	uint8_t seen[SAMPLES + 1];
	size_t n_losses;
	struct ev_loss losses[8];
	char note[256]; /* the last one */
};

static struct bench *begin(const struct tape_recipe *recipe)
{
	return made_tape_bench(recipe, sizeof(struct bench));
}

static void end(struct bench *b)
{
	made_tape_free(&b->tape);
	made_tape_free(&b->repaired);
	free(b);
}

static size_t offset(const struct bench *b, size_t block)
{
	return made_tape_block(&b->tape, block, NULL);
}

static void look_at(struct bench *b, const struct ev_header *record)
{
	if (record->type == EV_CPU_SAMPLE)
		b->seen[((const struct ev_cpu_sample *)record)->kstack]++;
	if (record->type == EV_LOSS && b->n_losses < 8)
		b->losses[b->n_losses++] = *(const struct ev_loss *)record;
	if (record->type == EV_NOTE)
		snprintf(b->note, sizeof(b->note), "%s", ((const struct ev_note *)record)->text);
}

static void read_repaired(struct bench *b)
{
	struct tape_reader *r;
	struct tape_block *block;

	memset(b->seen, 0, sizeof(b->seen));
	b->n_losses = 0;
	assert_int_equal(tape_reader_open_memory(b->repaired.data, b->repaired.size, 0, &r, NULL),
			 0);
	while (tape_reader_next(r, &block, NULL) == 1) {
		tape_block_for_each (block, record)
			look_at(b, record);
		tape_block_free(block);
	}
	tape_reader_health(r, &b->health);
	b->health.places = NULL;
	tape_reader_close(r);
}

static void repair(struct bench *b)
{
	char *from = made_tape_save(&b->tape), *to = made_tape_name();
	struct tape_error err;

	if (tape_repair(from, to, &b->result, &err) < 0)
		fail_msg("%s", err.text);
	made_tape_free(&b->repaired);
	b->repaired = made_tape_load(to);
	unlink(from);
	unlink(to);
	free(from);
	free(to);
	read_repaired(b);
}

static void assert_clean(const struct bench *b)
{
	assert_int_equal(b->health.n_places, 0);
	assert_int_equal(b->health.lost_blocks, 0);
	assert_true(b->health.complete);
	assert_int_equal(b->health.reason, EV_END_REPAIRED);
}

/* All samples but those from first to last are there, once. */
static void assert_seen_but(const struct bench *b, uint64_t first, uint64_t last)
{
	for (uint64_t n = 1; n <= SAMPLES; n++)
		assert_int_equal(b->seen[n], n < first || n > last);
}

static void the_repaired_tape_of_a_killed_recorder_is_complete(void **state)
{
	struct bench *b = begin(&unfinished);

	(void)state;
	repair(b);
	assert_clean(b);
	assert_seen_but(b, SAMPLES + 1, SAMPLES);
	assert_int_equal(b->n_losses, 0);
	assert_string_equal(b->note, "repaired: 0 blocks lost, 0 bytes left out; "
				     "the recorder had not finished");
	end(b);
}

static void a_lost_block_becomes_a_loss_of_its_time(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_hit(&b->tape, 7);
	repair(b);
	assert_clean(b);
	assert_seen_but(b, 26, 30);
	assert_int_equal(b->n_losses, 1);
	assert_int_equal(b->losses[0].from_ns, 26000);
	assert_int_equal(b->losses[0].to_ns, 30000);
	assert_int_equal(b->losses[0].count, 0);
	assert_int_equal(b->losses[0].source, EV_LOSS_DAMAGE);
	end(b);
}

static void the_note_says_what_was_lost(void **state)
{
	struct bench *b = begin(&finished);
	char expected[200];

	(void)state;
	made_tape_hit(&b->tape, 7);
	repair(b);
	snprintf(expected, sizeof(expected),
		 "repaired: 1 block lost, %zu bytes left out; the recorder had finished",
		 offset(b, 8) - offset(b, 7));
	assert_string_equal(b->note, expected);
	end(b);
}

static void the_result_counts_what_was_kept_and_lost(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_hit(&b->tape, 7);
	repair(b);
	assert_int_equal(b->result.blocks_kept, 14);
	assert_int_equal(b->result.blocks_lost, 1);
	assert_int_equal(b->result.bytes_dropped, offset(b, 8) - offset(b, 7));
	end(b);
}

static void kept_blocks_are_the_same_bytes(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	repair(b);
	assert_memory_equal(b->repaired.data, b->tape.data, offset(b, 15));
	end(b);
}

static void moved_and_doubled_blocks_stand_in_order_once(void **state)
{
	struct bench *b = begin(&finished);
	struct made_tape t = { 0 };
	size_t a = offset(b, 3), c = offset(b, 4), d = offset(b, 5);

	(void)state;
	made_tape_append(&t, b->tape.data, a);
	made_tape_append(&t, b->tape.data + c, d - c);
	made_tape_append(&t, b->tape.data + a, c - a);
	made_tape_append(&t, b->tape.data + a, c - a);
	made_tape_append(&t, b->tape.data + d, b->tape.size - d);
	made_tape_free(&b->tape);
	b->tape = t;
	repair(b);
	assert_clean(b);
	assert_seen_but(b, SAMPLES + 1, SAMPLES);
	assert_int_equal(b->result.bytes_dropped, c - a);
	end(b);
}

static void a_lost_file_header_is_made_anew(void **state)
{
	struct bench *b = begin(&finished);
	const struct tape_file_header *h;
	struct tape_reader *r;
	bool known;

	(void)state;
	memset(b->tape.data, 0, 64);
	repair(b);
	assert_clean(b);
	assert_string_equal(b->note, "repaired: 0 blocks lost, 64 bytes left out, file header "
				     "made anew; the recorder had finished");
	assert_int_equal(tape_reader_open_memory(b->repaired.data, b->repaired.size, 0, &r, NULL),
			 0);
	h = tape_reader_header(r, &known);
	assert_true(known);
	assert_memory_equal(h->uuid, "\x88\x77\x66\x55\x44\x33\x22\x11\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(h->mono_ns, 500);
	assert_int_equal(h->wall_ns, 501);
	tape_reader_close(r);
	end(b);
}

static void a_repaired_tape_that_is_damaged_again_says_what_is_missing_now(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_hit(&b->tape, 7);
	repair(b);
	made_tape_cut_out(&b->repaired, 3, 3);
	read_repaired(b);
	assert_int_equal(b->health.n_places, 1);
	assert_int_equal(b->health.lost_blocks, 1);
	end(b);
}

static void a_repaired_tape_can_be_repaired(void **state)
{
	struct bench *b = begin(&finished);

	(void)state;
	made_tape_hit(&b->tape, 7);
	repair(b);
	made_tape_free(&b->tape);
	b->tape = b->repaired;
	b->repaired = (struct made_tape){ 0 };
	made_tape_hit(&b->tape, 3);
	repair(b);
	assert_clean(b);
	assert_int_equal(b->n_losses, 2);
	assert_int_equal(b->losses[0].from_ns, 26000);
	assert_int_equal(b->losses[1].from_ns, 11000);
	end(b);
}

static void blocks_of_unknown_kinds_are_kept(void **state)
{
	struct bench *b = begin(&unfinished);
	struct ev_cpu_sample sample = made_sample(1);

	(void)state;
	b->tape.sequence = 15;
	made_tape_put(&b->tape, (struct tape_block_header){ .kind = 77 }, &sample, sizeof(sample));
	repair(b);
	assert_int_equal(b->health.unknown_blocks, 1);
	assert_int_equal(b->health.lost_blocks, 0);
	assert_true(b->health.complete);
	end(b);
}

static void records_of_the_repair_are_read_whatever_the_layouts_of_the_tape(void **state)
{
	struct bench b = { .tape = made_tape_begin(TAPE_MAJOR, TAPE_MINOR) };
	uint64_t records[100];
	size_t size = 0;

	(void)state;
	size = made_layout(records, size, EV_NOTE, 80,
			   "note\nnew u64 24 8 ns\ntext char[] 80 0 text\n");
	size = made_layout(records, size, EV_END, 96, "end\nblocks u64 24 8 count\n");
	made_tape_add(&b.tape, (struct tape_block_header){ .kind = TAPE_BLOCK_EPOCH, .epoch = 1 },
		      records, size);
	repair(&b);
	assert_clean(&b);
	assert_int_equal(b.health.bad_records, 0);
	assert_memory_equal(b.note, "repaired: 0 blocks lost", 23);
	made_tape_free(&b.tape);
	made_tape_free(&b.repaired);
}

static void a_tape_of_a_header_only_is_repaired_too(void **state)
{
	struct bench *b = begin(&unfinished);

	(void)state;
	b->tape.size = 64;
	repair(b);
	assert_clean(b);
	end(b);
}

/* Cuts and hits at many places: whatever is left, the repaired tape is clean. */
static void a_block_of_columns_is_copied_as_it_stands(void **state)
{
	struct bench *b = begin(
		&(struct tape_recipe){ .epochs = 1, .rings = 1, .flushes = 1, .samples = SAMPLES });
	struct tape_block_header h;
	size_t at = made_tape_block(&b->tape, 1, &h);

	(void)state;
	assert_int_equal(h.codec, TAPE_CODEC_COLUMNS);
	b->tape.data[8] ^= 1;
	repair(b);
	assert_int_equal(made_tape_block(&b->repaired, 1, NULL), at);
	assert_memory_equal(b->repaired.data + at, b->tape.data + at, sizeof(h) + h.packed_size);
	end(b);
}

static void every_damaged_tape_verifies_clean_after_its_repair(void **state)
{
	struct bench *b = begin(&finished);
	struct made_tape whole = made_tape_copy(&b->tape);

	(void)state;
	for (size_t at = 0; at + 100 < whole.size; at += 61) {
		made_tape_free(&b->tape);
		b->tape = made_tape_copy(&whole);
		memset(b->tape.data + at, at % 2 ? 0xaa : 0, 90);
		repair(b);
		assert_clean(b);
		if (at < 64)
			continue;
		made_tape_free(&b->tape);
		b->tape = made_tape_copy(&whole);
		b->tape.size = at;
		repair(b);
		assert_clean(b);
	}
	made_tape_free(&whole);
	end(b);
}

/* --- failures --- */

static void a_tape_is_not_repaired_onto_itself(void **state)
{
	struct bench *b = begin(&finished);
	char *path = made_tape_save(&b->tape), expected[300];
	struct tape_error err;
	struct stat st;

	(void)state;
	snprintf(expected, sizeof(expected),
		 "%s: is the tape that is to be repaired; name another file", path);
	assert_int_equal(tape_repair(path, path, &b->result, &err), -EINVAL);
	assert_string_equal(err.text, expected);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, b->tape.size);
	unlink(path);
	free(path);
	end(b);
}

static void a_file_that_is_no_tape_leaves_the_other_file_alone(void **state)
{
	struct made_tape text = { 0 };
	char *from, *to, expected[300];
	struct tape_repair_result result;
	struct tape_error err;
	struct stat st;

	(void)state;
	made_tape_append(&text, "a text", 6);
	from = made_tape_save(&text);
	to = made_tape_save(&text);
	snprintf(expected, sizeof(expected),
		 "%s: not a tape: it does not begin with PERFTAPE, and no block was found in it",
		 from);
	assert_int_equal(tape_repair(from, to, &result, &err), -EBADMSG);
	assert_string_equal(err.text, expected);
	assert_int_equal(stat(to, &st), 0);
	assert_int_equal(st.st_size, 6);
	unlink(from);
	unlink(to);
	free(from);
	free(to);
	made_tape_free(&text);
}

static void a_full_disk_is_named(void **state)
{
	struct bench *b = begin(&finished);
	char *path = made_tape_save(&b->tape);
	struct tape_error err;

	(void)state;
	assert_int_equal(tape_repair(path, "/dev/full", &b->result, &err), -ENOSPC);
	assert_string_equal(err.text, "/dev/full: No space left on device");
	unlink(path);
	free(path);
	end(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_repaired_tape_of_a_killed_recorder_is_complete),
		cmocka_unit_test(a_lost_block_becomes_a_loss_of_its_time),
		cmocka_unit_test(the_note_says_what_was_lost),
		cmocka_unit_test(the_result_counts_what_was_kept_and_lost),
		cmocka_unit_test(kept_blocks_are_the_same_bytes),
		cmocka_unit_test(moved_and_doubled_blocks_stand_in_order_once),
		cmocka_unit_test(a_lost_file_header_is_made_anew),
		cmocka_unit_test(a_repaired_tape_that_is_damaged_again_says_what_is_missing_now),
		cmocka_unit_test(a_repaired_tape_can_be_repaired),
		cmocka_unit_test(blocks_of_unknown_kinds_are_kept),
		cmocka_unit_test(records_of_the_repair_are_read_whatever_the_layouts_of_the_tape),
		cmocka_unit_test(a_tape_of_a_header_only_is_repaired_too),
		cmocka_unit_test(a_block_of_columns_is_copied_as_it_stands),
		cmocka_unit_test(every_damaged_tape_verifies_clean_after_its_repair),
		cmocka_unit_test(a_tape_is_not_repaired_onto_itself),
		cmocka_unit_test(a_file_that_is_no_tape_leaves_the_other_file_alone),
		cmocka_unit_test(a_full_disk_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
