// SPDX-License-Identifier: BSD-2-Clause
/* What clean.h promises: whatever a name holds, what is shown is plain, visible UTF-8. */
#include <string.h>

#include "analyze/outputs/clean.h"
#include "tests/support/test.h"

static struct arena arena;

static int free_arena(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void plain_text_is_given_back_itself(void **state)
{
	const char *text = "std::vector<int>::push_back(int&&) const";

	(void)state;
	assert_ptr_equal(clean_text(&arena, text), text);
}

static void utf8_is_kept(void **state)
{
	(void)state;
	assert_string_equal(clean_text(&arena, "größe.日本.😀"), "größe.日本.😀");
}

static void terminal_escapes_are_shown_and_not_sent(void **state)
{
	(void)state;
	assert_string_equal(clean_text(&arena, "a\x1b[31mb\r\n\t\x7f"),
			    "a\\x1b[31mb\\x0d\\x0a\\x09\\x7f");
}

static void c1_controls_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(clean_text(&arena, "\xc2\x9b"
					       "31m"),
			    "\\u009b31m");
}

static void marks_of_reading_direction_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(clean_text(&arena, "a\u202eb\u200bc\ufeff"),
			    "a\\u202eb\\u200bc\\ufeff");
}

static void invisible_tags_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(clean_text(&arena, "\U000e0041"), "\\U000e0041");
}

static void bytes_that_are_no_character_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(clean_text(&arena, "\xff|\xc3|\xe2\x82|\xf0\x9f\x98"),
			    "\\xff|\\xc3|\\xe2\\x82|\\xf0\\x9f\\x98");
}

static void long_forms_and_surrogates_are_no_characters(void **state)
{
	(void)state;
	assert_string_equal(clean_text(&arena, "\xc0\xaf"), "\\xc0\\xaf");
	assert_string_equal(clean_text(&arena, "\xed\xa0\x80"), "\\xed\\xa0\\x80");
	assert_string_equal(clean_text(&arena, "\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

static void what_xml_forbids_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(clean_text(&arena, "\xef\xbf\xbe\xef\xbf\xbf"), "\\ufffe\\uffff");
}

static void nothing_is_an_empty_text(void **state)
{
	(void)state;
	assert_string_equal(clean_text(&arena, NULL), "");
}

static void columns_are_characters(void **state)
{
	(void)state;
	assert_int_equal(clean_columns("größe"), 5);
}

static void clip_takes_from_the_middle(void **state)
{
	(void)state;
	assert_string_equal(clean_clip(&arena, "abcdefghij", 10), "abcdefghij");
	assert_string_equal(clean_clip(&arena, "abcdefghij", 9), "abcd…ghij");
	assert_string_equal(clean_clip(&arena, "äöüßäöüß", 4), "äö…ß");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(plain_text_is_given_back_itself, free_arena),
		cmocka_unit_test_teardown(utf8_is_kept, free_arena),
		cmocka_unit_test_teardown(terminal_escapes_are_shown_and_not_sent, free_arena),
		cmocka_unit_test_teardown(c1_controls_are_escaped, free_arena),
		cmocka_unit_test_teardown(marks_of_reading_direction_are_escaped, free_arena),
		cmocka_unit_test_teardown(invisible_tags_are_escaped, free_arena),
		cmocka_unit_test_teardown(bytes_that_are_no_character_are_escaped, free_arena),
		cmocka_unit_test_teardown(long_forms_and_surrogates_are_no_characters, free_arena),
		cmocka_unit_test_teardown(what_xml_forbids_is_escaped, free_arena),
		cmocka_unit_test_teardown(nothing_is_an_empty_text, free_arena),
		cmocka_unit_test_teardown(columns_are_characters, free_arena),
		cmocka_unit_test_teardown(clip_takes_from_the_middle, free_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
