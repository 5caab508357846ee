// SPDX-License-Identifier: BSD-2-Clause
/* What record/quantity.h promises of times and sizes. */
#include "record/quantity.h"
#include "tests/support/test.h"

static void times_have_units_and_seconds_are_the_default(void **state)
{
	uint64_t ns;

	(void)state;
	assert_int_equal(quantity_ns("1.5s", &ns), 0);
	assert_int_equal(ns, 1500000000);
	assert_int_equal(quantity_ns("2", &ns), 0);
	assert_int_equal(ns, 2000000000);
	assert_int_equal(quantity_ns("20us", &ns), 0);
	assert_int_equal(ns, 20000);
	assert_int_equal(quantity_ns("2m", &ns), 0);
	assert_int_equal(ns, 120000000000);
}

static void sizes_are_powers_of_1024(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(quantity_bytes("100M", &bytes), 0);
	assert_int_equal(bytes, 100u << 20);
	assert_int_equal(quantity_bytes("1.5k", &bytes), 0);
	assert_int_equal(bytes, 1536);
	assert_int_equal(quantity_bytes("7", &bytes), 0);
	assert_int_equal(bytes, 7);
}

static void what_is_no_quantity_is_refused_and_changes_nothing(void **state)
{
	static const char *const bad[] = { "",	  "s",	 "-1s",	  "1x", "0x10",
					   "inf", "nan", "1e30h", "1s2" };
	uint64_t value = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_true(quantity_ns(bad[i], &value) < 0);
		assert_int_equal(value, 42);
	}
}

static void bytes_are_shown_in_the_largest_unit_that_fits(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(quantity_show_bytes(412, buf, sizeof(buf)), "412 bytes");
	assert_string_equal(quantity_show_bytes(9u << 20, buf, sizeof(buf)), "9.0 MiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_have_units_and_seconds_are_the_default),
		cmocka_unit_test(sizes_are_powers_of_1024),
		cmocka_unit_test(what_is_no_quantity_is_refused_and_changes_nothing),
		cmocka_unit_test(bytes_are_shown_in_the_largest_unit_that_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
