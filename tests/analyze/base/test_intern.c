// SPDX-License-Identifier: BSD-2-Clause
/* What base/intern.h promises. */
#include <stdio.h>

#include "analyze/base/intern.h"
#include "tests/support/test.h"

static void numbers_are_given_in_order_of_first_sight(void **state)
{
	struct intern s = { 0 };

	(void)state;
	assert_int_equal(intern_text(&s, "b"), 0);
	assert_int_equal(intern_text(&s, "a"), 1);
	assert_int_equal(intern_text(&s, "b"), 0);
	assert_int_equal(intern_text(&s, ""), 2);
	assert_int_equal(intern_count(&s), 3);
	intern_done(&s);
}

static void bytes_with_a_nul_inside_differ_from_their_beginning(void **state)
{
	struct intern s = { 0 };
	uint32_t size;

	(void)state;
	assert_int_equal(intern_bytes(&s, "a\0b", 3), 0);
	assert_int_equal(intern_bytes(&s, "a", 1), 1);
	assert_memory_equal(intern_get(&s, 0, &size), "a\0b", 3);
	assert_int_equal(size, 3);
	intern_done(&s);
}

static void many_texts_keep_their_numbers(void **state)
{
	struct intern s = { 0 };
	char text[16];

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "%u", i);
		assert_int_equal(intern_text(&s, text), i);
	}
	for (uint32_t i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "%u", i);
		assert_int_equal(intern_text(&s, text), i);
		assert_string_equal(intern_get_text(&s, i), text);
	}
	intern_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_given_in_order_of_first_sight),
		cmocka_unit_test(bytes_with_a_nul_inside_differ_from_their_beginning),
		cmocka_unit_test(many_texts_keep_their_numbers),
	};

	return cmocka_run_group_tests_name("analyze/base/intern", tests, NULL, NULL);
}
