// SPDX-License-Identifier: BSD-2-Clause
/* When a number of goroutines rises, and which grade a group gets: the rules by themselves. */
#include "analyze/analyses/leaks_grade.h"
#include "tests/support/test.h"

static void noise_is_no_trend(void **state)
{
	unsigned int found = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= 1000; seed++) {
		uint32_t counts[200], x = seed * 2654435761u;

		for (size_t i = 0; i < 200; i++) {
			x = x * 1664525 + 1013904223;
			counts[i] = 100 + (x >> 16) % 50;
		}
		found += leaks_rising(counts, 200);
	}
	assert_true(found <= 10);
}

static void a_start_that_levels_off_is_no_trend(void **state)
{
	uint32_t counts[200];

	(void)state;
	for (uint32_t i = 0; i < 200; i++)
		counts[i] = i < 120 ? i : 120;
	assert_false(leaks_rising(counts, 200));
}

static void fewer_than_eight_moments_tell_no_trend(void **state)
{
	const uint32_t counts[] = { 1, 20, 30, 40, 50, 60, 70, 80 };

	(void)state;
	assert_false(leaks_rising(counts, 7));
	assert_true(leaks_rising(counts, 8));
}

static void a_rise_of_less_than_three_is_no_trend(void **state)
{
	uint32_t counts[64];

	(void)state;
	for (uint32_t i = 0; i < 64; i++)
		counts[i] = i / 22;
	assert_false(leaks_rising(counts, 64));
	for (uint32_t i = 0; i < 64; i++)
		counts[i] = i / 16;
	assert_true(leaks_rising(counts, 64));
}

static void one_step_up_is_no_trend(void **state)
{
	uint32_t counts[64];

	(void)state;
	for (uint32_t at = 1; at < 64; at++) {
		for (uint32_t i = 0; i < 64; i++)
			counts[i] = i < at ? 2 : 100;
		assert_false(leaks_rising(counts, 64));
	}
}

static void the_greatest_counts_overflow_nothing(void **state)
{
	const uint32_t counts[] = { 0, UINT32_MAX, 0, 0, 1, 2, UINT32_MAX - 1, UINT32_MAX };

	(void)state;
	assert_false(leaks_rising(counts, 8));
}

/* Two that have waited for long, made at once by one. */
static struct leak graded(const char *status, const char *reason)
{
	static const struct gogroup group = { .waits = true };
	struct leak leak = { .group = &group, .n = 2, .old = 2, .creators = 1, .makers = 1 };

	leaks_grade(&leak, NULL, status, reason);
	return leak;
}

static void each_reason_has_its_kind(void **state)
{
	(void)state;
	assert_int_equal(graded("waiting", "GC worker (idle)").kind, LEAK_RUNTIME);
	assert_int_equal(graded("waiting", "GOMAXPROCS updater (idle)").kind, LEAK_RUNTIME);
	assert_int_equal(graded("waiting", "IO wait").kind, LEAK_NETWORK);
	assert_int_equal(graded("waiting", "sleep").kind, LEAK_TIMER);
	assert_int_equal(graded("waiting", "chan receive").kind, LEAK_POOL);
	assert_int_equal(graded("waiting", "sync.WaitGroup.Wait").kind, LEAK_POOL);
}

static void waits_that_nobody_wants_are_stuck(void **state)
{
	(void)state;
	assert_int_equal(graded("waiting", "sync.Mutex.Lock").grade, ANALYSIS_STUCK);
	assert_int_equal(graded("waiting", "sync.RWMutex.RLock").grade, ANALYSIS_STUCK);
	assert_int_equal(graded("waiting", "chan send").grade, ANALYSIS_STUCK);
	assert_int_equal(graded("waiting", "chan receive (nil chan)").grade, ANALYSIS_STUCK);
}

static void what_is_reported_is_so_whatever_it_waits_for(void **state)
{
	(void)state;
	assert_int_equal(graded("leaked", "IO wait").grade, ANALYSIS_REPORTED);
	assert_int_equal(graded("leaked", "IO wait").kind, LEAK_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_is_no_trend),
		cmocka_unit_test(a_start_that_levels_off_is_no_trend),
		cmocka_unit_test(fewer_than_eight_moments_tell_no_trend),
		cmocka_unit_test(a_rise_of_less_than_three_is_no_trend),
		cmocka_unit_test(one_step_up_is_no_trend),
		cmocka_unit_test(the_greatest_counts_overflow_nothing),
		cmocka_unit_test(each_reason_has_its_kind),
		cmocka_unit_test(waits_that_nobody_wants_are_stuck),
		cmocka_unit_test(what_is_reported_is_so_whatever_it_waits_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
