// SPDX-License-Identifier: BSD-2-Clause
/* What utf8.h promises. */
#include <string.h>

#include "analyze/base/utf8.h"
#include "tests/support/test.h"

static void assert_character(const char *text, size_t size, uint32_t number)
{
	uint32_t c = 0;

	assert_int_equal(utf8_decode((const unsigned char *)text, &c), size);
	assert_int_equal(c, number);
}

static void the_ends_of_each_length_are_characters(void **state)
{
	(void)state;
	assert_character("\x01", 1, 1);
	assert_character("\x7f", 1, 0x7f);
	assert_character("\xc2\x80", 2, 0x80);
	assert_character("\xdf\xbf", 2, 0x7ff);
	assert_character("\xe0\xa0\x80", 3, 0x800);
	assert_character("\xef\xbf\xbf", 3, 0xffff);
	assert_character("\xf0\x90\x80\x80", 4, 0x10000);
	assert_character("\xf4\x8f\xbf\xbf", 4, 0x10ffff);
}

static void what_rfc_3629_forbids_is_none(void **state)
{
	static const char *const none[] = {
		"\x80",
		"\xbf",
		"\xff",
		"\xc0\xaf",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_character(none[i], 0, 0);
}

static void a_character_that_the_text_cuts_short_is_none(void **state)
{
	(void)state;
	assert_character("\xc3", 0, 0);
	assert_character("\xe2\x82", 0, 0);
	assert_character("\xf0\x9f\x98", 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ends_of_each_length_are_characters),
		cmocka_unit_test(what_rfc_3629_forbids_is_none),
		cmocka_unit_test(a_character_that_the_text_cuts_short_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
