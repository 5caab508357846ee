// SPDX-License-Identifier: BSD-2-Clause
/* How a whole amount is divided. */
#include "analyze/base/spread.h"
#include "tests/support/test.h"

static void parts_are_in_proportion_to_weights(void **state)
{
	const uint64_t weights[] = { 1, 2, 3 };
	uint64_t parts[3];

	(void)state;
	spread(60, weights, 3, parts);
	assert_int_equal(parts[0], 10);
	assert_int_equal(parts[1], 20);
	assert_int_equal(parts[2], 30);
}

static void what_is_left_goes_to_the_largest_remainders(void **state)
{
	const uint64_t weights[] = { 3, 2, 1 };
	uint64_t parts[3];

	(void)state;
	/* 5.0, 3.33, 1.67 */
	spread(10, weights, 3, parts);
	assert_int_equal(parts[0], 5);
	assert_int_equal(parts[1], 3);
	assert_int_equal(parts[2], 2);
}

static void of_equal_remainders_the_first_gets_more(void **state)
{
	const uint64_t weights[] = { 1, 1, 1 };
	uint64_t parts[3];

	(void)state;
	spread(4, weights, 3, parts);
	assert_int_equal(parts[0], 2);
	assert_int_equal(parts[1], 1);
	assert_int_equal(parts[2], 1);
}

static void without_any_weight_the_first_gets_all(void **state)
{
	const uint64_t weights[] = { 0, 0 };
	uint64_t parts[2];

	(void)state;
	spread(7, weights, 2, parts);
	assert_int_equal(parts[0], 7);
	assert_int_equal(parts[1], 0);
}

static void the_greatest_numbers_do_not_overflow(void **state)
{
	const uint64_t weights[] = { UINT64_MAX, UINT64_MAX, UINT64_MAX };
	uint64_t parts[3];

	(void)state;
	spread(UINT64_MAX, weights, 3, parts);
	assert_true(parts[0] == UINT64_MAX / 3);
	assert_true(parts[0] + parts[1] + parts[2] == UINT64_MAX);
}

static void the_sum_is_the_amount_whatever_the_weights(void **state)
{
	uint64_t seed = 1, weights[50], parts[50];

	(void)state;
	for (int round = 0; round < 200; round++) {
		uint64_t sum = 0, amount = (seed >> 20) % 1000003;

		for (int i = 0; i < 50; i++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			weights[i] = (seed >> 33) % 977;
		}
		spread(amount, weights, 50, parts);
		for (int i = 0; i < 50; i++)
			sum += parts[i];
		assert_int_equal(sum, amount);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_in_proportion_to_weights),
		cmocka_unit_test(what_is_left_goes_to_the_largest_remainders),
		cmocka_unit_test(of_equal_remainders_the_first_gets_more),
		cmocka_unit_test(without_any_weight_the_first_gets_all),
		cmocka_unit_test(the_greatest_numbers_do_not_overflow),
		cmocka_unit_test(the_sum_is_the_amount_whatever_the_weights),
	};

	return cmocka_run_group_tests_name("analyze/base/spread", tests, NULL, NULL);
}
