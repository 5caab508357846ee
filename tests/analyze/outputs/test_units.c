// SPDX-License-Identifier: BSD-2-Clause
/* What units.h promises about numbers for people. */
#include <math.h>

#include "analyze/outputs/units.h"
#include "tests/support/test.h"

#define S 1000000000ll

static void times_have_three_digits(void **state)
{
	(void)state;
	assert_string_equal(units_ns(987).text, "987ns");
	assert_string_equal(units_ns(1234).text, "1.23us");
	assert_string_equal(units_ns(45600000).text, "45.6ms");
	assert_string_equal(units_ns(123456789).text, "123ms");
	assert_string_equal(units_ns(1234567890).text, "1.23s");
	assert_string_equal(units_ns(0).text, "0");
}

static void times_are_rounded_into_the_next_unit(void **state)
{
	(void)state;
	assert_string_equal(units_ns(9995).text, "10.0us");
	assert_string_equal(units_ns(999499).text, "999us");
	assert_string_equal(units_ns(999500).text, "1.00ms");
	assert_string_equal(units_ns(59949999999).text, "59.9s");
	assert_string_equal(units_ns(59950000000).text, "1m00s");
}

static void long_times_are_in_two_units(void **state)
{
	(void)state;
	assert_string_equal(units_ns(65 * S).text, "1m05s");
	assert_string_equal(units_ns(10000 * S).text, "2h47m");
	assert_string_equal(units_ns(3600 * S - 1).text, "1h00m");
	assert_string_equal(units_ns(274000 * S).text, "3d04h");
	assert_string_equal(units_ns(86400 * S - 1).text, "1d00h");
}

static void times_may_be_negative(void **state)
{
	(void)state;
	assert_string_equal(units_ns(-1500000).text, "-1.50ms");
	assert_string_equal(units_ns(INT64_MIN).text, "-106752d00h");
}

static void bytes_go_by_1024(void **state)
{
	(void)state;
	assert_string_equal(units_bytes(1023).text, "1023B");
	assert_string_equal(units_bytes(1024).text, "1.00KiB");
	assert_string_equal(units_bytes(1024 * 1023).text, "1.00MiB");
	assert_string_equal(units_bytes(47815065).text, "45.6MiB");
	assert_string_equal(units_bytes(INT64_MAX).text, "8.00EiB");
}

static void shares_have_two_decimals(void **state)
{
	(void)state;
	assert_string_equal(units_share(1, 3).text, "33.33%");
	assert_string_equal(units_share(2, 3).text, "66.67%");
	assert_string_equal(units_share(5, 5).text, "100.00%");
	assert_string_equal(units_share(-1, 4).text, "-25.00%");
	assert_string_equal(units_share(INT64_MAX, INT64_MAX).text, "100.00%");
}

static void share_of_nothing_is_none(void **state)
{
	(void)state;
	assert_string_equal(units_share(0, 0).text, "0.00%");
}

static void wall_times_are_utc_to_the_nanosecond(void **state)
{
	(void)state;
	assert_string_equal(units_wall(1).text, "1970-01-01T00:00:00.000000001Z");
	assert_string_equal(units_wall(951782400ull * S).text, "2000-02-29T00:00:00.000000000Z");
	assert_string_equal(units_wall(1767225599999999999).text, "2025-12-31T23:59:59.999999999Z");
	assert_string_equal(units_wall(UINT64_MAX).text, "2554-07-21T23:34:33.709551615Z");
}

static void unknown_wall_time_is_empty(void **state)
{
	(void)state;
	assert_string_equal(units_wall(0).text, "");
}

static void values_go_by_the_name_of_their_unit(void **state)
{
	(void)state;
	assert_string_equal(units_value(1500, "ns").text, "1.50us");
	assert_string_equal(units_value(1500, "nanoseconds").text, "1.50us");
	assert_string_equal(units_value(1536, "bytes").text, "1.50KiB");
	assert_string_equal(units_value(-1, "hex").text, "0xffffffffffffffff");
	assert_string_equal(units_value(12, "percent").text, "12%");
	assert_string_equal(units_value(1500, "count").text, "1500");
	assert_string_equal(units_value(1500, "").text, "1500");
}

static void reals_never_show_more_than_they_know(void **state)
{
	(void)state;
	assert_string_equal(units_real(12.345, "percent").text, "12.35%");
	assert_string_equal(units_real(0.5, "").text, "0.50");
	assert_string_equal(units_real(1499.6, "ns").text, "1.50us");
	assert_string_equal(units_real(NAN, "percent").text, "-");
	assert_string_equal(units_real(INFINITY, "ns").text, "inf");
	assert_string_equal(units_real(1e300, "ns").text, "1.000e+300");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_have_three_digits),
		cmocka_unit_test(times_are_rounded_into_the_next_unit),
		cmocka_unit_test(long_times_are_in_two_units),
		cmocka_unit_test(times_may_be_negative),
		cmocka_unit_test(bytes_go_by_1024),
		cmocka_unit_test(shares_have_two_decimals),
		cmocka_unit_test(share_of_nothing_is_none),
		cmocka_unit_test(wall_times_are_utc_to_the_nanosecond),
		cmocka_unit_test(unknown_wall_time_is_empty),
		cmocka_unit_test(values_go_by_the_name_of_their_unit),
		cmocka_unit_test(reals_never_show_more_than_they_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
