// SPDX-License-Identifier: BSD-2-Clause
/*
 * The first promise: whatever happens to a tape, every record of the blocks that
 * were not hit is read, exactly once, and it is said that something is missing.
 * The tests hit a tape everywhere and compare the set of samples that come out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/block.h"
#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

#define MAX_BLOCKS  256
#define MAX_SAMPLES 16384

struct subject {
	struct made_tape tape;
	size_t n_samples;
	size_t n_blocks;
	size_t offset[MAX_BLOCKS + 1]; /* the last one: the file's end */
	size_t end[MAX_BLOCKS];	       /* without padding */
	uint16_t kind[MAX_BLOCKS];
	uint16_t block_of[MAX_SAMPLES + 1];
};

static void note_samples(struct subject *s, struct tape_block *b, size_t block)
{
	tape_block_for_each (b, record) {
		if (record->type == EV_CPU_SAMPLE)
			s->block_of[((const struct ev_cpu_sample *)record)->kstack] =
				(uint16_t)block;
	}
}

static struct subject *subject_new(const struct tape_recipe *recipe)
{
	struct subject *s = calloc(1, sizeof(*s));
	struct tape_reader *r;
	struct tape_block *b;

	assert_non_null(s);
	s->tape = made_tape_write(recipe);
	s->n_samples = MADE_TAPE_SAMPLES(recipe);
	assert_true(s->n_samples <= MAX_SAMPLES);
	assert_int_equal(tape_reader_open_memory(s->tape.data, s->tape.size, 0, &r, NULL), 0);
	while (tape_reader_next(r, &b, NULL) == 1) {
		size_t i = s->n_blocks++;

		assert_true(i < MAX_BLOCKS);
		s->offset[i] = b->offset;
		s->end[i] = b->offset + sizeof(b->header) + b->header.packed_size;
		s->kind[i] = b->header.kind;
		note_samples(s, b, i);
		tape_block_free(b);
	}
	s->offset[s->n_blocks] = s->tape.size;
	tape_reader_close(r);
	return s;
}

static void subject_free(struct subject *s)
{
	made_tape_free(&s->tape);
	free(s);
}

struct outcome {
	uint8_t seen[MAX_SAMPLES + 1];
	struct tape_health health;
	bool opened;
	uint64_t lost_from; /* the union of what the places say is affected */
	uint64_t lost_to;
	char place[128]; /* the first place, in words */
};

static void describe(struct outcome *o)
{
	const struct tape_damage *p = o->health.places;

	o->lost_from = UINT64_MAX;
	for (size_t i = 0; i < o->health.n_places; i++) {
		if (p[i].from_ns == 0 && p[i].to_ns == 0)
			continue;
		o->lost_from = p[i].from_ns < o->lost_from ? p[i].from_ns : o->lost_from;
		o->lost_to = p[i].to_ns > o->lost_to ? p[i].to_ns : o->lost_to;
	}
	if (o->health.n_places)
		snprintf(o->place, sizeof(o->place), "%s at %lu, %lu bytes, %lu blocks",
			 tape_damage_name(p->kind), (unsigned long)p->offset,
			 (unsigned long)p->length, (unsigned long)p->blocks);
}

static void read_all(const void *data, size_t size, struct outcome *o)
{
	struct tape_reader *r;
	struct tape_block *b;
	int rc;

	memset(o, 0, sizeof(*o));
	o->opened = tape_reader_open_memory(data, size, 0, &r, NULL) == 0;
	if (!o->opened)
		return;
	while ((rc = tape_reader_next(r, &b, NULL)) == 1) {
		tape_block_for_each (b, record) {
			uint64_t n = ((const struct ev_cpu_sample *)record)->kstack;

			if (record->type == EV_CPU_SAMPLE && n <= MAX_SAMPLES)
				o->seen[n]++;
		}
		tape_block_free(b);
	}
	assert_int_equal(rc, 0);
	tape_reader_health(r, &o->health);
	describe(o);
	tape_reader_close(r);
}

/* What was done to a tape: which of its blocks are not what they were. */
struct hits {
	bool block[MAX_BLOCKS];
	bool any;
	bool between; /* one that is hit is followed by one that is not */
};

static bool stands_at(const struct subject *s, size_t i, const struct made_tape *t, size_t at)
{
	size_t size = s->end[i] - s->offset[i];

	return at <= t->size && size <= t->size - at &&
	       memcmp(t->data + at, s->tape.data + s->offset[i], size) == 0;
}

/* Bytes that were taken out move what is behind them by shift. */
static void find_hits(const struct subject *s, const struct made_tape *t, size_t shift,
		      struct hits *ret)
{
	ret->any = ret->between = false;
	for (size_t i = 0; i < s->n_blocks; i++) {
		ret->block[i] = !stands_at(s, i, t, s->offset[i]) &&
				!stands_at(s, i, t, s->offset[i] - shift);
		ret->between = ret->between || (ret->any && !ret->block[i]);
		ret->any = ret->any || ret->block[i];
	}
}

/* All samples of whole blocks came out once, no others did. */
static void check_samples(const struct subject *s, const struct outcome *o, const struct hits *hits,
			  size_t at)
{
	for (size_t n = 1; n <= s->n_samples; n++) {
		unsigned int expected = !hits->block[s->block_of[n]];

		if (o->seen[n] != expected)
			fail_msg("hit at %zu: sample %zu of block %u: seen %u times", at, n,
				 s->block_of[n], o->seen[n]);
	}
}

/* What is missing was named: with its time, if samples are missing. */
static void check_naming(const struct subject *s, const struct outcome *o, const struct hits *hits,
			 size_t at)
{
	if (hits->any && o->health.n_places == 0)
		fail_msg("hit at %zu: nothing was noticed", at);
	/* Of bytes behind the last block, nobody knows what they were. */
	if (hits->between && o->health.lost_blocks == 0)
		fail_msg("hit at %zu: no block is said to be lost", at);
	for (size_t n = 1; n <= s->n_samples; n++) {
		if (!o->seen[n] && (n * 1000 < o->lost_from || n * 1000 > o->lost_to))
			fail_msg("hit at %zu: sample %zu is not in the time that is named", at, n);
	}
}

/* Reads a tape to which something was done, and checks what comes out. */
static void check_damaged(const struct subject *s, const struct made_tape *t, size_t shift,
			  size_t at, struct outcome *o)
{
	struct hits hits;

	find_hits(s, t, shift, &hits);
	read_all(t->data, t->size, o);
	assert_true(o->opened);
	check_samples(s, o, &hits, at);
	check_naming(s, o, &hits, at);
}

static const struct hits no_hits;

static const struct tape_recipe finished = { .epochs = 4, .rings = 3, .flushes = 2, .samples = 8 };
static const struct tape_recipe unfinished = {
	.epochs = 4, .rings = 3, .flushes = 2, .samples = 8, .unfinished = true
};
static const struct tape_recipe large = { .epochs = 5, .rings = 3, .flushes = 3, .samples = 60 };

/* Cuts the tape in a buffer of just that size, so that ASan sees a byte too many. */
static void read_cut(const struct subject *s, size_t size, struct outcome *o)
{
	uint8_t *copy = malloc(size + !size);

	memcpy(copy, s->tape.data, size);
	read_all(copy, size, o);
	free(copy);
}

static void a_tape_cut_at_any_byte_gives_all_of_its_whole_blocks(void **state)
{
	struct subject *s = subject_new(&large);
	struct outcome *o = malloc(sizeof(*o));

	(void)state;
	for (size_t size = sizeof(struct tape_file_header); size < s->tape.size; size++) {
		struct made_tape t = { .data = s->tape.data, .size = size };
		struct hits hits;

		find_hits(s, &t, 0, &hits);
		read_cut(s, size, o);
		assert_true(o->opened);
		check_samples(s, o, &hits, size);
	}
	free(o);
	subject_free(s);
}

static void a_cut_between_two_blocks_is_no_damage_but_an_open_end(void **state)
{
	struct subject *s = subject_new(&finished);
	struct outcome *o = malloc(sizeof(*o));

	(void)state;
	for (size_t i = 0; i < s->n_blocks; i++) {
		read_cut(s, s->offset[i], o);
		assert_int_equal(o->health.n_places, 0);
		assert_int_equal(o->health.blocks, i);
		assert_false(o->health.complete);
	}
	free(o);
	subject_free(s);
}

static void a_cut_within_a_block_is_called_a_cut_of_one_block(void **state)
{
	struct subject *s = subject_new(&finished);
	struct outcome *o = malloc(sizeof(*o));
	char expected[128];

	(void)state;
	for (size_t i = 0; i < s->n_blocks; i++) {
		for (size_t size = s->offset[i] + 1; size < s->end[i]; size++) {
			snprintf(expected, sizeof(expected), "cut at %zu, %zu bytes, 1 blocks",
				 s->offset[i], size - s->offset[i]);
			read_cut(s, size, o);
			assert_int_equal(o->health.n_places, 1);
			assert_string_equal(o->place, expected);
		}
	}
	free(o);
	subject_free(s);
}

static void flip_every_byte(const struct tape_recipe *recipe)
{
	struct subject *s = subject_new(recipe);
	struct outcome *o = malloc(sizeof(*o));
	struct made_tape t = made_tape_copy(&s->tape);

	for (size_t at = 0; at < t.size; at++) {
		t.data[at] ^= (uint8_t)(1u << (at % 8));
		check_damaged(s, &t, 0, at, o);
		t.data[at] ^= (uint8_t)(1u << (at % 8));
		assert_int_equal(o->health.n_places, 1);
	}
	made_tape_free(&t);
	free(o);
	subject_free(s);
}

static void a_flipped_bit_costs_the_block_that_it_hits_and_no_other(void **state)
{
	(void)state;
	flip_every_byte(&finished);
}

static void a_flipped_bit_costs_one_block_of_an_unfinished_tape_too(void **state)
{
	(void)state;
	flip_every_byte(&unfinished);
}

static void overwrite_everywhere(const struct tape_recipe *recipe, size_t length, size_t step,
				 int byte)
{
	struct subject *s = subject_new(recipe);
	struct outcome *o = malloc(sizeof(*o));

	for (size_t at = 0; at + length <= s->tape.size; at += step) {
		struct made_tape t = made_tape_copy(&s->tape);

		memset(t.data + at, byte, length);
		check_damaged(s, &t, 0, at, o);
		made_tape_free(&t);
	}
	free(o);
	subject_free(s);
}

static void zeroed_bytes_cost_the_blocks_that_they_hit_and_no_other(void **state)
{
	(void)state;
	overwrite_everywhere(&finished, 64, 3, 0);
	overwrite_everywhere(&unfinished, 64, 7, 0);
}

static void a_hole_of_pages_costs_the_blocks_that_it_hits_and_no_other(void **state)
{
	(void)state;
	overwrite_everywhere(&large, 4096, 501, 0);
	overwrite_everywhere(&large, 8192, 4096, 0);
}

static void bytes_of_another_file_cost_the_blocks_that_they_hit_and_no_other(void **state)
{
	(void)state;
	overwrite_everywhere(&large, 1000, 333, 0xe5);
}

/* Puts the bytes of the blocks in another order. */
static struct made_tape rearranged(const struct subject *s, const size_t *blocks, size_t n)
{
	struct made_tape t = { 0 };

	made_tape_append(&t, s->tape.data, sizeof(struct tape_file_header));
	for (size_t i = 0; i < n; i++)
		made_tape_append(&t, s->tape.data + s->offset[blocks[i]],
				 s->offset[blocks[i] + 1] - s->offset[blocks[i]]);
	return t;
}

static void two_swapped_blocks_lose_nothing_and_are_called_moved(void **state)
{
	struct subject *s = subject_new(&finished);
	struct outcome *o = malloc(sizeof(*o));
	size_t order[MAX_BLOCKS];

	(void)state;
	for (size_t a = 0; a < s->n_blocks; a++) {
		for (size_t b = a + 1; b < s->n_blocks; b++) {
			struct made_tape t;

			for (size_t i = 0; i < s->n_blocks; i++)
				order[i] = i == a ? b : i == b ? a : i;
			t = rearranged(s, order, s->n_blocks);
			read_all(t.data, t.size, o);
			check_samples(s, o, &no_hits, 0);
			assert_int_equal(o->health.n_places, b == a + 1 ? 1 : 2);
			assert_memory_equal(o->place, "moved", 5);
			assert_int_equal(o->health.lost_blocks, 0);
			assert_true(o->health.complete);
			made_tape_free(&t);
		}
	}
	free(o);
	subject_free(s);
}

static void a_doubled_block_is_read_once_wherever_its_double_stands(void **state)
{
	struct subject *s = subject_new(&finished);
	struct outcome *o = malloc(sizeof(*o));
	size_t order[MAX_BLOCKS + 1];

	(void)state;
	for (size_t a = 0; a < s->n_blocks; a++) {
		for (size_t to = 0; to <= s->n_blocks; to++) {
			struct made_tape t;

			for (size_t i = 0, from = 0; i <= s->n_blocks; i++)
				order[i] = i == to ? a : from++;
			t = rearranged(s, order, s->n_blocks + 1);
			read_all(t.data, t.size, o);
			check_samples(s, o, &no_hits, 0);
			assert_int_equal(o->health.lost_blocks, 0);
			assert_int_equal(o->health.blocks, s->n_blocks);
			assert_true(o->health.n_places >= 1);
			made_tape_free(&t);
		}
	}
	free(o);
	subject_free(s);
}

static void the_double_of_a_damaged_block_takes_its_place(void **state)
{
	struct subject *s = subject_new(&finished);
	struct outcome *o = malloc(sizeof(*o));
	size_t order[MAX_BLOCKS + 1];

	(void)state;
	for (size_t a = 0; a < s->n_blocks; a++) {
		struct made_tape t;

		for (size_t i = 0; i < s->n_blocks; i++)
			order[i + (i > a)] = i;
		order[a + 1] = a;
		t = rearranged(s, order, s->n_blocks + 1);
		t.data[s->offset[a] + sizeof(struct tape_block_header)] ^= 1;
		read_all(t.data, t.size, o);
		check_samples(s, o, &no_hits, 0);
		assert_int_equal(o->health.n_places, 1);
		assert_int_equal(o->health.lost_blocks, 0);
		assert_memory_equal(o->place, "altered", 7);
		made_tape_free(&t);
	}
	free(o);
	subject_free(s);
}

/* A block written over the place of another: both neighbours may be hit. */
static void a_block_written_over_others_costs_no_more_than_those(void **state)
{
	struct subject *s = subject_new(&finished);
	struct outcome *o = malloc(sizeof(*o));

	(void)state;
	for (size_t a = 0; a < s->n_blocks; a++) {
		size_t length = s->offset[a + 1] - s->offset[a];

		for (size_t at = 64; at + length <= s->tape.size; at += 40) {
			struct made_tape t = made_tape_copy(&s->tape);

			if (at + length > s->offset[a] && at < s->offset[a + 1]) {
				made_tape_free(&t);
				continue;
			}
			memcpy(t.data + at, s->tape.data + s->offset[a], length);
			check_damaged(s, &t, 0, at, o);
			assert_true(o->health.n_places >= 1);
			made_tape_free(&t);
		}
	}
	free(o);
	subject_free(s);
}

static void removed_bytes_cost_the_blocks_that_they_were_of_and_no_other(void **state)
{
	struct subject *s = subject_new(&finished);
	struct outcome *o = malloc(sizeof(*o));

	(void)state;
	for (size_t at = 0; at + 37 <= s->tape.size; at += 5) {
		struct made_tape t = { 0 };

		made_tape_append(&t, s->tape.data, at);
		made_tape_append(&t, s->tape.data + at + 37, s->tape.size - at - 37);
		check_damaged(s, &t, 37, at, o);
		made_tape_free(&t);
	}
	free(o);
	subject_free(s);
}

static void a_removed_block_is_called_missing_with_its_time(void **state)
{
	struct subject *s = subject_new(&finished);
	struct outcome *o = malloc(sizeof(*o));
	size_t order[MAX_BLOCKS];

	(void)state;
	for (size_t a = 0; a + 1 < s->n_blocks; a++) {
		struct made_tape t;

		for (size_t i = 0, n = 0; i < s->n_blocks; i++) {
			if (i != a)
				order[n++] = i;
		}
		t = rearranged(s, order, s->n_blocks - 1);
		check_damaged(s, &t, s->offset[a + 1] - s->offset[a], a, o);
		assert_string_equal(o->place, "missing at 0, 0 bytes, 1 blocks");
		made_tape_free(&t);
	}
	free(o);
	subject_free(s);
}

static void inserted_bytes_lose_nothing_between_blocks(void **state)
{
	struct subject *s = subject_new(&finished);
	struct outcome *o = malloc(sizeof(*o));

	(void)state;
	for (size_t a = 0; a <= s->n_blocks; a++) {
		struct made_tape t = { 0 };

		made_tape_append(&t, s->tape.data, s->offset[a]);
		made_tape_append(&t, "thirteen byte", 13);
		made_tape_append(&t, s->tape.data + s->offset[a], s->tape.size - s->offset[a]);
		read_all(t.data, t.size, o);
		check_samples(s, o, &no_hits, 0);
		assert_int_equal(o->health.n_places, 1);
		assert_int_equal(o->health.lost_blocks, 0);
		assert_int_equal(o->health.lost_bytes, 13);
		made_tape_free(&t);
	}
	free(o);
	subject_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tape_cut_at_any_byte_gives_all_of_its_whole_blocks),
		cmocka_unit_test(a_cut_between_two_blocks_is_no_damage_but_an_open_end),
		cmocka_unit_test(a_cut_within_a_block_is_called_a_cut_of_one_block),
		cmocka_unit_test(a_flipped_bit_costs_the_block_that_it_hits_and_no_other),
		cmocka_unit_test(a_flipped_bit_costs_one_block_of_an_unfinished_tape_too),
		cmocka_unit_test(zeroed_bytes_cost_the_blocks_that_they_hit_and_no_other),
		cmocka_unit_test(a_hole_of_pages_costs_the_blocks_that_it_hits_and_no_other),
		cmocka_unit_test(bytes_of_another_file_cost_the_blocks_that_they_hit_and_no_other),
		cmocka_unit_test(two_swapped_blocks_lose_nothing_and_are_called_moved),
		cmocka_unit_test(a_doubled_block_is_read_once_wherever_its_double_stands),
		cmocka_unit_test(the_double_of_a_damaged_block_takes_its_place),
		cmocka_unit_test(a_block_written_over_others_costs_no_more_than_those),
		cmocka_unit_test(removed_bytes_cost_the_blocks_that_they_were_of_and_no_other),
		cmocka_unit_test(a_removed_block_is_called_missing_with_its_time),
		cmocka_unit_test(inserted_bytes_lose_nothing_between_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
