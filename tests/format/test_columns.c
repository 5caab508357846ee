// SPDX-License-Identifier: BSD-2-Clause
/*
 * Records arranged by columns: what goes in comes out, by the encoding that suits it.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/bytes.h"
#include "format/columns.h"
#include "tests/support/columns_decoder.h"
#include "tests/support/test.h"

#define WORDS_MAX (TAPE_BLOCK_PLAIN / 8)

struct bench {
	struct tape_columns_encoder *encoder;
	uint64_t random;
	uint64_t plain[WORDS_MAX]; /* the records, in the tape's byte order */
	size_t words;
	uint8_t *form; /* lent by the encoder */
	size_t form_size;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->encoder = tape_columns_encoder_new();
	b->random = 88172645463325252u;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	tape_columns_encoder_free(b->encoder);
	free(b);
	return 0;
}

static uint64_t next_random(struct bench *b)
{
	b->random ^= b->random << 13; /* xorshift64 */
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return b->random;
}

/* Adds a record of units words and returns it; its words are put by put_word(). */
static uint64_t *add(struct bench *b, uint16_t type, uint16_t units)
{
	uint64_t *record = b->plain + b->words;

	assert_true(units <= WORDS_MAX - b->words);
	memset(record, 0, units * sizeof(*record));
	bytes_put64(record, type | (uint64_t)units << 16);
	b->words += units;
	return record;
}

static void put_word(uint64_t *record, size_t word, uint64_t value)
{
	bytes_put64(record + word, value);
}

static size_t encode(struct bench *b)
{
	b->form_size = tape_columns_encode(b->encoder, (const uint8_t *)b->plain,
					   b->words * sizeof(uint64_t), &b->form);
	return b->form_size;
}

static void assert_comes_back(struct bench *b)
{
	size_t size = b->words * sizeof(uint64_t);
	uint8_t *plain = malloc(size);

	memset(plain, 0x5a, size);
	assert_int_equal(decode(b->form, b->form_size, plain, size), 0);
	assert_memory_equal(plain, b->plain, size);
	free(plain);
}

/* --- round trips --- */

enum style {
	SAME,
	FEW,
	RISING,
	FALLING,
	AROUND, /* the end of the numbers */
	LOW_BYTES,
	TWO_HALVES,
	MANY_AGAIN,
	ANYTHING,
	STYLES,
};

struct kind {
	uint16_t type;
	uint16_t units;
	uint8_t style[64];
	uint64_t last[64];
};

static uint64_t value_of(struct bench *b, struct kind *k, uint16_t word)
{
	uint64_t r = next_random(b), *last = &k->last[word];

	switch ((enum style)k->style[word]) {
	case SAME:
		return *last;
	case FEW:
		return r % 200 * 0x9e3779b97f4a7c15u;
	case RISING:
		return *last += r % 70000;
	case FALLING:
		return *last -= r % 300;
	case AROUND:
		*last = *last ? *last : UINT64_MAX - 5000;
		return *last += r % 1000;
	case LOW_BYTES:
		return r % 5000;
	case TWO_HALVES:
		return r & 0x1ff000001ff;
	case MANY_AGAIN:
		return (r % 400 + 1) * 0x9e3779b97f4a7c15u;
	default:
		return r;
	}
}

static struct kind make_kind(struct bench *b, size_t number)
{
	struct kind k = { .type = (uint16_t)(number + 1) };
	uint64_t most = next_random(b) % 8 ? 8 : 62;

	k.units = (uint16_t)(3 + next_random(b) % (most - 2));
	for (size_t i = 0; i < sizeof(k.style); i++) {
		k.style[i] = (uint8_t)(next_random(b) % STYLES);
		k.last[i] = i % 3 ? next_random(b) : 0;
	}
	return k;
}

/* Some kinds of records, in an order that is more or less mixed. */
static void make_records(struct bench *b)
{
	size_t n_kinds = 1 + next_random(b) % (1u << next_random(b) % 10);
	size_t words = 1u << (7 + next_random(b) % 11), now = 0;
	uint64_t run = 1 + next_random(b) % 20;
	struct kind *kinds = calloc(n_kinds, sizeof(*kinds));

	for (size_t i = 0; i < n_kinds; i++)
		kinds[i] = make_kind(b, i);
	b->words = 0;
	while (words - b->words >= 64) {
		uint64_t *record;

		if (next_random(b) % run == 0)
			now = next_random(b) % n_kinds;
		record = add(b, kinds[now].type, kinds[now].units);
		for (uint16_t w = 1; w < kinds[now].units; w++)
			put_word(record, w, value_of(b, &kinds[now], w));
	}
	free(kinds);
}

static void records_of_any_mixture_come_back_as_they_were(void **state)
{
	struct bench *b = *state;
	size_t arranged = 0;

	for (size_t round = 0; round < 300; round++) {
		make_records(b);
		if (!encode(b))
			continue;
		assert_true(b->form_size <= b->words * sizeof(uint64_t));
		assert_comes_back(b);
		arranged++;
	}
	assert_true(arranged > 200);
}

/* n records of type 1 and 6 units; words from 2 on are value(i). */
static void add_records(struct bench *b, size_t n, uint64_t (*value)(struct bench *b, size_t i))
{
	for (size_t i = 0; i < n; i++) {
		uint64_t *record = add(b, 1, 6);

		for (size_t w = 2; w < 6; w++)
			put_word(record, w, value(b, i));
	}
}

static uint64_t same(struct bench *b, size_t i)
{
	(void)b, (void)i;
	return 0x1234567890;
}

static void a_block_of_the_largest_size_comes_back(void **state)
{
	struct bench *b = *state;

	while (WORDS_MAX - b->words >= 3)
		put_word(add(b, 1, WORDS_MAX - b->words < 6 ? 5 : 3), 2, next_random(b));
	assert_int_equal(b->words, WORDS_MAX);
	assert_true(encode(b) > 0);
	assert_comes_back(b);
}

static void the_same_records_make_the_same_bytes(void **state)
{
	struct bench *b = *state;
	struct bench *other;
	uint8_t *form;

	make_records(b);
	while (!encode(b))
		make_records(b);
	form = memcpy(malloc(b->form_size), b->form, b->form_size);
	setup((void **)&other);
	make_records(other); /* what the encoder did before does not show */
	make_records(other);
	encode(other);
	memcpy(other->plain, b->plain, sizeof(b->plain));
	other->words = b->words;
	assert_int_equal(encode(other), b->form_size);
	assert_memory_equal(other->form, form, b->form_size);
	free(form);
	teardown((void **)&other);
}

/* --- what the encoder makes --- */

/* Steps over a column of n values; returns the one behind it. */
static const uint8_t *column_end(const uint8_t *column, size_t n)
{
	const uint8_t *p = column + 1;

	switch (column[0]) {
	case TAPE_COLUMNS_CONSTANT:
		return p + 8;
	case TAPE_COLUMNS_DICTIONARY:
		return p + 1 + (p[0] + 1u) * 8 + n;
	case TAPE_COLUMNS_DELTA:
		p += 8;
		/* fall through */
	case TAPE_COLUMNS_PLANES:
		return p + 1 + (size_t)__builtin_popcount(*p) * n;
	default:
		return p + n * 8;
	}
}

/* The encoding of a word of a form with one group of n records and no rows. */
static uint8_t encoding_of(const struct bench *b, size_t n, size_t word)
{
	const uint8_t *column = b->form + 7 + n;

	assert_int_equal(b->form[4], 1);
	while (word--)
		column = column_end(column, n);
	return column[0];
}

static void assert_encoding(struct bench *b, uint64_t (*value)(struct bench *b, size_t i),
			    uint8_t encoding)
{
	add_records(b, 1000, value);
	assert_true(encode(b) > 0);
	assert_int_equal(encoding_of(b, 1000, 2), encoding);
	assert_comes_back(b);
}

static void what_never_changes_is_a_constant(void **state)
{
	assert_encoding(*state, same, TAPE_COLUMNS_CONSTANT);
}

static uint64_t few(struct bench *b, size_t i)
{
	(void)i;
	return next_random(b) % 100 * 0x9e3779b97f4a7c15u;
}

static void a_few_values_make_a_dictionary(void **state)
{
	assert_encoding(*state, few, TAPE_COLUMNS_DICTIONARY);
}

static uint64_t rising(struct bench *b, size_t i)
{
	return 5000000000000 + i * 3000 + next_random(b) % 2000;
}

static void rising_numbers_are_told_by_their_differences(void **state)
{
	assert_encoding(*state, rising, TAPE_COLUMNS_DELTA);
}

static uint64_t low_bytes(struct bench *b, size_t i)
{
	(void)i;
	return 0x5500000000 + next_random(b) % 60000;
}

static void numbers_with_the_same_upper_bytes_are_split_into_planes(void **state)
{
	assert_encoding(*state, low_bytes, TAPE_COLUMNS_PLANES);
}

static uint64_t anything(struct bench *b, size_t i)
{
	(void)i;
	return next_random(b);
}

static void hashes_stay_whole(void **state)
{
	assert_encoding(*state, anything, TAPE_COLUMNS_WHOLE);
}

static void records_that_are_few_or_long_are_rows(void **state)
{
	struct bench *b = *state;

	add_records(b, 300, same);
	for (size_t i = 0; i < 15; i++)
		add(b, 2, 4);
	for (size_t i = 0; i < 20; i++)
		add(b, 3, 33);
	assert_true(encode(b) > 0);
	assert_int_equal(b->form[4], 1);
	assert_comes_back(b);
}

static void kinds_beyond_the_255th_are_rows(void **state)
{
	struct bench *b = *state;

	for (uint16_t i = 0; i < 20 * 300; i++)
		add(b, i / 20, 4);
	assert_true(encode(b) > 0);
	assert_int_equal(b->form[4], 255);
	assert_comes_back(b);
}

static void kinds_beyond_those_that_the_encoder_tells_apart_are_rows(void **state)
{
	struct bench *b = *state;

	add_records(b, 3000, same);
	for (uint16_t i = 2; i < 3000; i++)
		add(b, i, 4);
	add_records(b, 3000, same);
	for (uint16_t i = 0; i < 100; i++)
		add(b, 3000, 4);
	assert_true(encode(b) > 0);
	assert_int_equal(b->form[4], 1);
	assert_comes_back(b);
}

static void bytes_that_are_no_whole_records_are_not_arranged(void **state)
{
	struct bench *b = *state;

	assert_int_equal(encode(b), 0);
	add_records(b, 100, same);
	b->words--;
	assert_int_equal(encode(b), 0);
	b->words++;
	put_word(b->plain, 0, 2 << 16);
	assert_int_equal(encode(b), 0);
}

static void what_would_be_longer_is_not_arranged(void **state)
{
	struct bench *b = *state;

	for (uint16_t i = 0; i < 100; i++)
		add(b, i, 4);
	assert_int_equal(encode(b), 0);
}

static void damage_to_a_form_of_the_encoder_does_no_harm(void **state)
{
	struct bench *b = *state;
	uint8_t *plain, *copy;
	size_t size;

	add_records(b, 40, few);
	add_records(b, 20, rising);
	add(b, 7, 9);
	assert_true(encode(b) > 0);
	size = b->words * sizeof(uint64_t);
	plain = malloc(size);
	copy = memcpy(malloc(b->form_size), b->form, b->form_size);
	for (size_t at = 0; at < b->form_size; at++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			int rc;

			copy[at] ^= (uint8_t)(1u << bit);
			rc = decode(copy, b->form_size, plain, size);
			assert_true(rc == 0 || rc == -EBADMSG);
			copy[at] ^= (uint8_t)(1u << bit);
		}
	}
	free(copy);
	free(plain);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_of_any_mixture_come_back_as_they_were),
		TEST(a_block_of_the_largest_size_comes_back),
		TEST(the_same_records_make_the_same_bytes),
		TEST(what_never_changes_is_a_constant),
		TEST(a_few_values_make_a_dictionary),
		TEST(rising_numbers_are_told_by_their_differences),
		TEST(numbers_with_the_same_upper_bytes_are_split_into_planes),
		TEST(hashes_stay_whole),
		TEST(records_that_are_few_or_long_are_rows),
		TEST(kinds_beyond_the_255th_are_rows),
		TEST(kinds_beyond_those_that_the_encoder_tells_apart_are_rows),
		TEST(bytes_that_are_no_whole_records_are_not_arranged),
		TEST(what_would_be_longer_is_not_arranged),
		TEST(damage_to_a_form_of_the_encoder_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
