// SPDX-License-Identifier: BSD-2-Clause
/* What hex.h promises. */
#include <string.h>

#include "analyze/base/hex.h"
#include "tests/support/test.h"

static void numbers_have_as_many_digits_as_asked_for(void **state)
{
	char text[9] = "........";

	(void)state;
	assert_ptr_equal(hex_put(text, 0x12ab, 4), text + 4);
	assert_string_equal(text, "12ab....");
	hex_put(text, 0x12ab, 8);
	assert_string_equal(text, "000012ab");
}

static void bytes_that_have_no_room_are_left_out(void **state)
{
	const uint8_t bytes[] = { 0x01, 0xfe, 0x3d };
	char text[8];

	(void)state;
	hex_bytes(text, sizeof(text), bytes, 3);
	assert_string_equal(text, "01fe3d");
	hex_bytes(text, 6, bytes, 3);
	assert_string_equal(text, "01fe");
	hex_bytes(text, 1, bytes, 3);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_as_many_digits_as_asked_for),
		cmocka_unit_test(bytes_that_have_no_room_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
