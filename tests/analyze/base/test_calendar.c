// SPDX-License-Identifier: BSD-2-Clause
/* What calendar.h promises. */
#include <string.h>

#include "analyze/base/calendar.h"
#include "tests/support/test.h"

#define S 1000000000ull

static void assert_date(uint64_t seconds, unsigned int year, unsigned int month, unsigned int day)
{
	struct calendar c = calendar_of(seconds * S);

	assert_int_equal(c.year, year);
	assert_int_equal(c.month, month);
	assert_int_equal(c.day, day);
}

static void leap_days_are_where_gregory_put_them(void **state)
{
	(void)state;
	assert_date(951782399, 2000, 2, 28);
	assert_date(951782400, 2000, 2, 29);
	assert_date(951868800, 2000, 3, 1);
	assert_date(4107542399, 2100, 2, 28);
	assert_date(4107542400, 2100, 3, 1);
}

static void every_second_of_a_day_is_counted(void **state)
{
	struct calendar c = calendar_of(1767225599 * S + 999999999);

	(void)state;
	assert_int_equal(c.year, 2025);
	assert_int_equal(c.hour, 23);
	assert_int_equal(c.minute, 59);
	assert_int_equal(c.second, 59);
	assert_int_equal(c.nanosecond, 999999999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leap_days_are_where_gregory_put_them),
		cmocka_unit_test(every_second_of_a_day_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
