// SPDX-License-Identifier: BSD-2-Clause
/*
 * What replay/script_lines.h promises, of tables that CPython 3.9, 3.10 and 3.12 made
 * of one function: a header of two lines, a loop, a return of two lines, and another
 * one 200 lines below.
 */
#include "analyze/replay/script_lines.h"
#include "tests/support/test.h"

static const uint8_t of_3_9[] = { 0, 2, 12, 1, 10, 2, 6, 1, 2, 255, 4, 127, 0, 76 };
static const uint8_t of_3_10[] = { 12, 2, 10, 1, 6, 2, 2, 1, 4, 255, 0, 127, 4, 76 };
static const uint8_t of_3_12[] = { 128, 0,  228, 13,  18, 144, 49, 139, 88,  242, 0, 1,	  5,   15,
				   136, 1,  216, 8,   9,  136, 81, 137, 6,   137, 1, 240, 3,   1,
				   5,	15, 241, 6,   0,  8,   9,  144, 33,  216, 8, 9,	  241, 3,
				   1,	19, 10,	 240, 0,  1,   11, 11,	240, 86,  6, 0,	  16,  20 };

static uint32_t line_of(uint32_t version, const uint8_t *table, size_t size, uint64_t place)
{
	const struct script_lines lines = { version, 1, table, size };

	return script_lines_find(&lines, place);
}

#define LINE_OF(version, table, place) line_of(version, table, sizeof(table), place)

static void a_line_of_3_9_holds_until_the_next(void **state)
{
	(void)state;
	assert_int_equal(LINE_OF(309, of_3_9, 0), 3);
	assert_int_equal(LINE_OF(309, of_3_9, 10), 3);
	assert_int_equal(LINE_OF(309, of_3_9, 12), 4);
	assert_int_equal(LINE_OF(309, of_3_9, 28), 7);
}

static void lines_of_3_9_go_back_and_far_ahead(void **state)
{
	(void)state;
	assert_int_equal(LINE_OF(309, of_3_9, 30), 6);
	assert_int_equal(LINE_OF(309, of_3_9, 34), 209);
	assert_int_equal(LINE_OF(308, of_3_9, 40), 209);
}

static void a_range_of_3_10_has_its_line(void **state)
{
	(void)state;
	assert_int_equal(LINE_OF(310, of_3_10, 0), 3);
	assert_int_equal(LINE_OF(310, of_3_10, 20), 4);
	assert_int_equal(LINE_OF(310, of_3_10, 28), 7);
	assert_int_equal(LINE_OF(310, of_3_10, 30), 6);
	assert_int_equal(LINE_OF(310, of_3_10, 36), 209);
}

static void a_range_of_3_10_may_have_no_line(void **state)
{
	static const uint8_t table[] = { 2, 1, 2, 128, 2, 1 };

	(void)state;
	assert_int_equal(LINE_OF(310, table, 0), 2);
	assert_int_equal(LINE_OF(310, table, 2), 0);
	assert_int_equal(LINE_OF(310, table, 4), 3);
}

static void a_location_of_3_12_has_its_line(void **state)
{
	(void)state;
	assert_int_equal(LINE_OF(312, of_3_12, 0), 1);
	assert_int_equal(LINE_OF(312, of_3_12, 28), 3);
	assert_int_equal(LINE_OF(312, of_3_12, 30), 4);
	assert_int_equal(LINE_OF(312, of_3_12, 42), 3);
	assert_int_equal(LINE_OF(312, of_3_12, 50), 7);
	assert_int_equal(LINE_OF(312, of_3_12, 58), 209);
}

static void a_location_may_be_none(void **state)
{
	static const uint8_t table[] = { 0x80 | 15 << 3, 0x80 | 13 << 3, 2 };

	(void)state;
	assert_int_equal(LINE_OF(311, table, 0), 0);
	assert_int_equal(LINE_OF(311, table, 2), 2);
}

static void a_place_behind_a_table_has_no_line(void **state)
{
	(void)state;
	assert_int_equal(LINE_OF(310, of_3_10, 38), 0);
	assert_int_equal(LINE_OF(312, of_3_12, 60), 0);
}

static void without_a_table_nothing_is_known(void **state)
{
	(void)state;
	assert_int_equal(line_of(312, of_3_12, 0, 0), 0);
}

static void a_table_that_is_cut_says_what_it_has(void **state)
{
	(void)state;
	assert_int_equal(line_of(312, of_3_12, 16, 30), 0);
	assert_int_equal(line_of(312, of_3_12, 16, 28), 3);
	assert_int_equal(line_of(310, of_3_10, 3, 12), 0);
}

static void lines_before_the_first_are_none(void **state)
{
	static const uint8_t table[] = { 2, 0x81 };

	(void)state;
	assert_int_equal(LINE_OF(310, table, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_3_9_holds_until_the_next),
		cmocka_unit_test(lines_of_3_9_go_back_and_far_ahead),
		cmocka_unit_test(a_range_of_3_10_has_its_line),
		cmocka_unit_test(a_range_of_3_10_may_have_no_line),
		cmocka_unit_test(a_location_of_3_12_has_its_line),
		cmocka_unit_test(a_location_may_be_none),
		cmocka_unit_test(a_place_behind_a_table_has_no_line),
		cmocka_unit_test(without_a_table_nothing_is_known),
		cmocka_unit_test(a_table_that_is_cut_says_what_it_has),
		cmocka_unit_test(lines_before_the_first_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
