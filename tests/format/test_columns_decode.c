// SPDX-License-Identifier: BSD-2-Clause
/*
 * From columns to records: the bytes are those of the specification, and a form
 * that does not hold is refused, whatever it says.
 */
#include <errno.h>

#include "tests/support/columns_decoder.h"
#include "tests/support/test.h"

/* Three records of 5 words and one of 3, with a column of each encoding. */
static const uint8_t form[] = {
	/*  0 */ 4, 0,	  0, 0, 1, 5,	 0, 1,	  0, 1,	   1,
	/* 11 */ 9, 0,	  3, 0, 7, 0,	 2, 0,	  8, 0,	   0, 0, 0,    0, 0, 0,
	6,	    0,	  0, 0, 5, 0,	 0, 0,
	/* 35 */ 0, 128,  0, 5, 0, 1,	 0, 2,	  0,
	/* 44 */ 2, 0x10, 0, 0, 0, 0,	 0, 0,	  1, 0x81, 0, 5, 0xff, 0, 0, 0xff,
	/* 60 */ 1, 1,	  1, 0, 0, 0,	 2, 0,	  0, 0,	   3, 0, 0,    0, 4, 0,
	0,	    0,	  1, 0, 1,
	/* 81 */ 3, 0x82, 1, 2, 3, 0xff, 0, 0x80,
	/* 89 */ 4, 1,	  2, 3, 4, 5,	 6, 7,	  8, 0,	   0, 0, 0,    0, 0, 0,
	0,	    9,	  9, 9, 9, 9,	 9, 9,	  9,
};

static const uint8_t records[] = {
	128, 0, 5, 0, 1, 0, 2, 0,    0x10, 0, 0, 0, 0, 0, 0, 1, 3, 0, 0, 0, 4, 0, 0, 0,
	0,   1, 0, 0, 0, 0, 0, 0xff, 1,	   2, 3, 4, 5, 6, 7, 8,

	9,   0, 3, 0, 7, 0, 2, 0,    8,	   0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 5, 0, 0, 0,

	128, 0, 5, 0, 1, 0, 2, 0,    0x15, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 2, 0, 0, 0,
	0,   2, 0, 0, 0, 0, 0, 0,    0,	   0, 0, 0, 0, 0, 0, 0,

	128, 0, 5, 0, 1, 0, 2, 0,    0x14, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0,
	0,   3, 0, 0, 0, 0, 0, 0x80, 9,	   9, 9, 9, 9, 9, 9, 9,
};

static void the_bytes_of_a_form_are_those_of_the_specification(void **state)
{
	uint8_t plain[sizeof(records)];

	(void)state;
	assert_int_equal(decode(form, sizeof(form), plain, sizeof(plain)), 0);
	assert_memory_equal(plain, records, sizeof(records));
}

static void a_form_with_anything_out_of_range_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *what;
	} lies[] = {
		{ 0, 5, "more records than in the order" },
		{ 0, 3, "fewer records than in the order" },
		{ 3, 255, "more records than the block has room for" },
		{ 4, 0, "an order that names a group too many" },
		{ 4, 2, "a group without a record" },
		{ 5, 2, "records shorter than a header" },
		{ 5, 4, "records that do not fill the block" },
		{ 5, 6, "records that are too long for the block" },
		{ 6, 255, "records much too long" },
		{ 8, 1, "a row that is not in the order" },
		{ 8, 2, "a group that is not there" },
		{ 13, 0, "a row of no length" },
		{ 13, 2, "a row shorter than a header" },
		{ 13, 4, "a row too long" },
		{ 14, 255, "a row much too long" },
		{ 35, 5, "an encoding that does not exist" },
		{ 53, 0, "a plane too many" },
		{ 53, 255, "planes too few" },
		{ 61, 0, "an index beyond the dictionary" },
		{ 61, 255, "a dictionary beyond the end" },
		{ 78, 2, "another index beyond the dictionary" },
		{ 89, 0, "bytes behind the last column" },
	};
	uint8_t copy[sizeof(form)], plain[sizeof(records)];

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		memcpy(copy, form, sizeof(form));
		copy[lies[i].at] = lies[i].value;
		if (decode(copy, sizeof(copy), plain, sizeof(plain)) != -EBADMSG)
			fail_msg("taken: %s", lies[i].what);
	}
}

static void a_group_without_a_record_is_refused(void **state)
{
	uint8_t plain[sizeof(records)], longer[sizeof(form) + 2];

	(void)state;
	memcpy(longer, form, 7);
	longer[4] = 2;
	longer[7] = 3;
	longer[8] = 0;
	memcpy(longer + 9, form + 7, sizeof(form) - 7);
	assert_int_equal(decode(longer, sizeof(longer), plain, sizeof(plain)), -EBADMSG);
}

static void more_records_than_the_block_has_room_for_are_refused(void **state)
{
	uint8_t many[7 + 100] = { 100, 0, 0, 0, 1, 5, 0 }, plain[144];

	(void)state;
	memset(many + 7, 1, 100);
	assert_int_equal(decode(many, sizeof(many), plain, sizeof(plain)), -EBADMSG);
}

static void records_that_are_shorter_than_a_header_are_refused(void **state)
{
	static const uint8_t rows[5 + 2 + 48] = { 2, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, [25] = 4 };
	uint8_t group[7 + 18 + 9] = { 18, 0, 0, 0, 1, 1, 0 }, plain[144];

	(void)state;
	memset(group + 7, 1, 18);
	group[7 + 18] = TAPE_COLUMNS_CONSTANT;
	assert_int_equal(decode(group, sizeof(group), plain, sizeof(plain)), -EBADMSG);
	assert_int_equal(decode(rows, sizeof(rows), plain, 48), -EBADMSG);
}

static void a_row_behind_the_end_of_the_block_is_refused(void **state)
{
	static const uint8_t late[10 + 48 + 45] = {
		3, 0, 0, 0, 1, 5, 0, 0, 1, 0, 1, 0, 3, 0, [10 + 24] = 1, 0, 3, 0
	};
	uint8_t *plain = malloc(48);

	(void)state;
	assert_int_equal(decode(late, sizeof(late), plain, 48), -EBADMSG);
	free(plain);
}

static void a_form_that_is_cut_anywhere_or_goes_on_is_refused(void **state)
{
	uint8_t plain[sizeof(records)], longer[sizeof(form) + 1] = { 0 };

	(void)state;
	for (size_t size = 0; size < sizeof(form); size++)
		assert_int_equal(decode(form, size, plain, sizeof(plain)), -EBADMSG);
	memcpy(longer, form, sizeof(form));
	assert_int_equal(decode(longer, sizeof(longer), plain, sizeof(plain)), -EBADMSG);
}

static void a_form_of_another_size_than_the_block_is_refused(void **state)
{
	uint8_t plain[sizeof(records) + 8];

	(void)state;
	for (size_t size = 0; size <= sizeof(plain); size++) {
		if (size != sizeof(records))
			assert_int_equal(decode(form, sizeof(form), plain, size), -EBADMSG);
	}
}

/* Every byte, every value: the decoder never leaves its memory. */
static void damage_at_any_byte_does_no_harm(void **state)
{
	uint8_t copy[sizeof(form)], *plain = malloc(sizeof(records));
	size_t refused = 0;

	(void)state;
	for (size_t at = 0; at < sizeof(form); at++) {
		memcpy(copy, form, sizeof(form));
		for (unsigned int value = 0; value < 256; value++) {
			copy[at] = (uint8_t)value;
			refused += decode(copy, sizeof(copy), plain, sizeof(records)) != 0;
		}
	}
	assert_true(refused > 1000);
	free(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_of_a_form_are_those_of_the_specification),
		cmocka_unit_test(a_form_with_anything_out_of_range_is_refused),
		cmocka_unit_test(a_group_without_a_record_is_refused),
		cmocka_unit_test(more_records_than_the_block_has_room_for_are_refused),
		cmocka_unit_test(records_that_are_shorter_than_a_header_are_refused),
		cmocka_unit_test(a_row_behind_the_end_of_the_block_is_refused),
		cmocka_unit_test(a_form_that_is_cut_anywhere_or_goes_on_is_refused),
		cmocka_unit_test(a_form_of_another_size_than_the_block_is_refused),
		cmocka_unit_test(damage_at_any_byte_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
