// SPDX-License-Identifier: BSD-2-Clause
/* What analyses/histogram.h promises of percentiles and powers of two. */
#include <stdlib.h>

#include "analyze/analyses/histogram.h"
#include "tests/support/test.h"

static void nothing_has_zeroes(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	assert_int_equal(histogram_percentile(&h, 9900), 0);
	assert_int_equal(histogram_mean(&h), 0);
	assert_int_equal(histogram_power(&h, 0), 0);
}

static void percentiles_of_a_few_are_exact_by_nearest_rank(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	for (uint64_t i = 10; i > 0; i--)
		histogram_add(&h, i * 1001);
	assert_int_equal(histogram_percentile(&h, 5000), 5 * 1001);
	assert_int_equal(histogram_percentile(&h, 9000), 9 * 1001);
	assert_int_equal(histogram_percentile(&h, 9001), 10 * 1001);
	assert_int_equal(histogram_percentile(&h, 9990), 10 * 1001);
	assert_int_equal(histogram_mean(&h), 5505);
	histogram_done(&h);
}

static void assert_close(uint64_t value, uint64_t truth)
{
	double off = ((double)value - (double)truth) / (double)truth;

	assert_true(off > -0.008 && off < 0.008);
}

static void percentiles_of_many_are_less_than_a_hundredth_off(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	/* In an order without order: 7919 is a prime. */
	for (uint64_t i = 0; i < 100000; i++)
		histogram_add(&h, (i * 7919 % 100000 + 1) * 1000);
	assert_close(histogram_percentile(&h, 5000), 50000000);
	assert_close(histogram_percentile(&h, 9000), 90000000);
	assert_close(histogram_percentile(&h, 9900), 99000000);
	assert_close(histogram_percentile(&h, 9990), 99900000);
	assert_int_equal(histogram_percentile(&h, 10000), 100000000);
	histogram_done(&h);
}

static void every_number_is_found_within_its_part(void **state)
{
	(void)state;
	for (uint64_t value = 1; value < UINT64_MAX / 3; value += value / 3 + 1) {
		struct histogram h = { 0 };

		for (int i = 0; i < HISTOGRAM_EXACT; i++)
			histogram_add(&h, value);
		histogram_add(&h, UINT64_MAX);
		assert_close(histogram_percentile(&h, 5000), value);
		histogram_done(&h);
	}
}

static void numbers_below_64_stay_exact(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		histogram_add(&h, i % 50);
	assert_int_equal(histogram_percentile(&h, 5000), 24);
	assert_int_equal(histogram_percentile(&h, 200), 0);
	histogram_done(&h);
}

static void powers_count_from_one_to_below_the_next(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 1024; i++)
		histogram_add(&h, i);
	assert_int_equal(histogram_power(&h, 0), 2);
	assert_int_equal(histogram_power(&h, 5), 32);
	assert_int_equal(histogram_power(&h, 6), 64);
	assert_int_equal(histogram_power(&h, 9), 512);
	assert_int_equal(histogram_power(&h, 10), 0);
	histogram_done(&h);
}

static void powers_of_a_few_are_counted_alike(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	histogram_add(&h, 0);
	histogram_add(&h, 7);
	histogram_add(&h, UINT64_MAX);
	assert_int_equal(histogram_power(&h, 0), 1);
	assert_int_equal(histogram_power(&h, 2), 1);
	assert_int_equal(histogram_power(&h, 63), 1);
	histogram_done(&h);
}

/* n numbers from first on, in two histograms that are merged, and in one. */
static void compare_merged(uint64_t first, uint64_t n, uint64_t more)
{
	struct histogram a = { 0 }, b = { 0 }, both = { 0 };

	for (uint64_t i = 0; i < n; i++) {
		histogram_add(&a, first + i);
		histogram_add(&both, first + i);
	}
	for (uint64_t i = 0; i < more; i++) {
		histogram_add(&b, 3 * i);
		histogram_add(&both, 3 * i);
	}
	histogram_merge(&a, &b);
	assert_int_equal(a.count, both.count);
	assert_int_equal(a.sum, both.sum);
	assert_int_equal(a.max, both.max);
	for (unsigned int rank = 100; rank <= 10000; rank += 100)
		assert_int_equal(histogram_percentile(&a, rank), histogram_percentile(&both, rank));
	histogram_done(&a);
	histogram_done(&b);
	histogram_done(&both);
}

static void merged_ones_are_as_one(void **state)
{
	(void)state;
	compare_merged(5, 10, 20);
	compare_merged(5, 40, 60);
	compare_merged(5, 500, 7);
	compare_merged(5, 7, 500);
	compare_merged(1000, 500, 900);
	compare_merged(0, 0, 0);
}

static void a_sum_stops_at_its_end(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	histogram_add(&h, UINT64_MAX);
	histogram_add(&h, UINT64_MAX);
	assert_true(h.sum == UINT64_MAX);
	histogram_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_has_zeroes),
		cmocka_unit_test(percentiles_of_a_few_are_exact_by_nearest_rank),
		cmocka_unit_test(percentiles_of_many_are_less_than_a_hundredth_off),
		cmocka_unit_test(every_number_is_found_within_its_part),
		cmocka_unit_test(numbers_below_64_stay_exact),
		cmocka_unit_test(powers_count_from_one_to_below_the_next),
		cmocka_unit_test(powers_of_a_few_are_counted_alike),
		cmocka_unit_test(merged_ones_are_as_one),
		cmocka_unit_test(a_sum_stops_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
