// SPDX-License-Identifier: BSD-2-Clause
/* What analyze/symbolize/plain.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "analyze/symbolize/plain.h"

static void assert_plain(const char *text, const char *want)
{
	char copy[128];

	snprintf(copy, sizeof(copy), "%s", text);
	assert_string_equal(plain_text(copy), want);
}

static void what_may_be_shown_stays(void **state)
{
	(void)state;
	assert_plain("", "");
	assert_plain("std::map<int, char>::at(int&) ~!", "std::map<int, char>::at(int&) ~!");
	assert_plain("grüße საჭმელად €", "grüße საჭმელად €");
	assert_plain("\xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf", "\xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf");
}

static void control_characters_are_replaced(void **state)
{
	(void)state;
	assert_plain("a\x1b[31mb\n\tc\x7f", "a?[31mb??c?");
	assert_plain("\xc2\x9b"
		     "31m",
		     "??31m");
}

static void bytes_that_are_no_utf_8_are_replaced(void **state)
{
	(void)state;
	assert_plain("\x80z\xff", "?z?");
	assert_plain("\xc0\xaf", "??");
	assert_plain("\xe0\x9f\xbf", "???");
	assert_plain("\xed\xa0\x80", "???");
	assert_plain("\xf4\x90\x80\x80", "????");
}

static void a_character_cut_short_is_replaced(void **state)
{
	(void)state;
	assert_plain("\xc3", "?");
	assert_plain("\xe2\x82", "??");
	assert_plain("\xf0\x9f\x98", "???");
	assert_plain("\xe2\x82z", "??z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_shown_stays),
		cmocka_unit_test(control_characters_are_replaced),
		cmocka_unit_test(bytes_that_are_no_utf_8_are_replaced),
		cmocka_unit_test(a_character_cut_short_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
