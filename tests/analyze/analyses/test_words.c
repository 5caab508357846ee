// SPDX-License-Identifier: BSD-2-Clause
/* Texts for cells that mix units: shares of what is too large to be multiplied. */
#include "analyze/analyses/words.h"
#include "tests/support/test.h"

static void a_share_has_two_decimals(void **state)
{
	(void)state;
	assert_string_equal(words_share(1, 3).text, "33.33 %");
}

static void a_share_of_nothing_is_no_text(void **state)
{
	(void)state;
	assert_string_equal(words_share(0, 0).text, "");
}

static void a_share_of_weeks_of_threads_time_is_right(void **state)
{
	(void)state;
	assert_string_equal(words_share(3000000000000000, 4000000000000000).text, "75.00 %");
	assert_string_equal(words_share(UINT64_MAX, UINT64_MAX).text, "100.00 %");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_has_two_decimals),
		cmocka_unit_test(a_share_of_nothing_is_no_text),
		cmocka_unit_test(a_share_of_weeks_of_threads_time_is_right),
	};

	return cmocka_run_group_tests_name("analyze/analyses/words", tests, NULL, NULL);
}
