// SPDX-License-Identifier: BSD-2-Clause
/* Time from numbers of goroutines at snapshots, and its error. */
#include "analyze/analyses/tally.h"
#include "tests/support/test.h"

#define SECOND 1000000000ull

/* A group among all goroutines of a process, snapshot by snapshot. */
struct made {
	struct tally_clock clock;
	struct tally group, all;
	uint64_t ns;
};

static struct made begin(uint64_t group, uint64_t all)
{
	struct made m = { .ns = SECOND };

	tally_clock_step(&m.clock, m.ns, true, 0);
	m.group.now = group;
	m.all.now = all;
	tally_settle(&m.group, &m.clock, (int64_t)all);
	tally_settle(&m.all, &m.clock, (int64_t)all);
	return m;
}

static void step(struct made *m, uint64_t group, uint64_t all, bool follows)
{
	int64_t more = (int64_t)(all - m->all.now);

	m->ns += SECOND;
	tally_clock_step(&m->clock, m->ns, follows, 0);
	m->group.now = group;
	m->all.now = all;
	tally_settle(&m->group, &m->clock, more);
	tally_settle(&m->all, &m->clock, more);
}

static void who_stays_has_all_of_the_time(void **state)
{
	struct made m = begin(3, 3);

	(void)state;
	for (int i = 0; i < 10; i++)
		step(&m, 3, 3, true);
	tally_finish(&m.group, &m.clock);
	assert_int_equal(tally_ns(&m.group), 30 * SECOND);
	assert_int_equal(tally_unknown_ns(&m.group), 0);
}

static void a_number_that_stays_need_not_be_settled(void **state)
{
	struct made m = begin(3, 3);

	(void)state;
	for (int i = 0; i < 10; i++)
		tally_clock_step(&m.clock, m.ns += SECOND, true, 0);
	tally_finish(&m.group, &m.clock);
	assert_int_equal(tally_ns(&m.group), 30 * SECOND);
}

static void the_time_of_a_change_is_split(void **state)
{
	struct made m = begin(4, 4);

	(void)state;
	step(&m, 1, 4, true);
	step(&m, 1, 4, true);
	tally_finish(&m.group, &m.clock);
	/* Half a second of 4, half a second of 1, and a second of 1. */
	assert_int_equal(tally_ns(&m.group), 7 * SECOND / 2);
}

static void time_where_snapshots_are_missing_is_unknown(void **state)
{
	struct made m = begin(2, 2);

	(void)state;
	step(&m, 2, 2, true);
	step(&m, 4, 4, false);
	step(&m, 4, 4, true);
	tally_finish(&m.group, &m.clock);
	assert_int_equal(tally_ns(&m.group), 6 * SECOND);
	assert_int_equal(tally_unknown_ns(&m.group), 3 * SECOND);
}

static void what_is_before_the_time_that_is_asked_for_does_not_count(void **state)
{
	struct tally_clock clock = { 0 };
	struct tally t = { .now = 2 };

	(void)state;
	tally_clock_step(&clock, 1 * SECOND, true, 5 * SECOND / 2);
	tally_settle(&t, &clock, 2);
	tally_clock_step(&clock, 2 * SECOND, true, 5 * SECOND / 2);
	tally_clock_step(&clock, 3 * SECOND, true, 5 * SECOND / 2);
	tally_finish(&t, &clock);
	assert_int_equal(tally_ns(&t), SECOND);
}

/* Half of the snapshots find it: 1 of 2 in no order, and so on. */
static struct made made_at_random(int n)
{
	struct made m = begin(0, 1);
	uint64_t seed = 1;

	for (int i = 0; i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		step(&m, seed >> 63, 1, true);
	}
	tally_finish(&m.group, &m.clock);
	tally_finish(&m.all, &m.clock);
	return m;
}

static void the_error_of_what_comes_and_goes_is_that_of_a_coin(void **state)
{
	struct made m = made_at_random(10000);

	(void)state;
	/* The root of n p (1 - p) seconds. */
	assert_true(tally_error_ns(&m.group, &m.clock) > 48 * (int64_t)SECOND);
	assert_true(tally_error_ns(&m.group, &m.clock) < 52 * (int64_t)SECOND);
	assert_true(tally_share_error(&m.group, &m.all, &m.clock) > 480);
	assert_true(tally_share_error(&m.group, &m.all, &m.clock) < 520);
}

static void the_error_of_what_never_changed_is_that_of_one_meeting(void **state)
{
	struct made m = begin(100, 100);

	(void)state;
	for (int i = 0; i < 10; i++)
		step(&m, 100, 100, true);
	tally_finish(&m.group, &m.clock);
	/* A second, by the root of two. */
	assert_int_equal(tally_error_ns(&m.group, &m.clock) / 1000000, 707);
}

static void a_steady_share_of_a_number_that_jumps_has_little_error(void **state)
{
	struct made m = begin(50, 100);

	(void)state;
	for (int i = 0; i < 100; i++)
		step(&m, i % 2 ? 50 : 500, i % 2 ? 100 : 1000, true);
	tally_finish(&m.group, &m.clock);
	tally_finish(&m.all, &m.clock);
	assert_true(tally_error_ns(&m.group, &m.clock) > 3000 * (int64_t)SECOND);
	/* Thousandths of a percent. */
	assert_true(tally_share_error(&m.group, &m.all, &m.clock) < 10);
}

static void what_others_do_makes_a_share_uncertain(void **state)
{
	struct made m = begin(100, 100);

	(void)state;
	for (int i = 0; i < 100; i++)
		step(&m, 100, i % 2 ? 100 : 1000, true);
	tally_finish(&m.group, &m.clock);
	tally_finish(&m.all, &m.clock);
	assert_int_equal(tally_error_ns(&m.group, &m.clock) / 1000000, 707);
	assert_true(tally_share_error(&m.group, &m.all, &m.clock) > 1000);
}

static void numbers_beyond_all_measure_stop_at_the_end_of_their_range(void **state)
{
	struct tally_clock clock = { 0 };
	struct tally t = { .now = 1 }, all = { .now = 1 };

	(void)state;
	tally_clock_step(&clock, 1, true, 0);
	tally_settle(&t, &clock, 1);
	tally_settle(&all, &clock, 1);
	tally_clock_step(&clock, UINT64_MAX, true, 0);
	t.now = (uint64_t)1 << 40;
	all.now = (uint64_t)1 << 41;
	tally_settle(&t, &clock, INT64_MAX);
	tally_settle(&all, &clock, INT64_MAX);
	tally_finish(&t, &clock);
	tally_finish(&all, &clock);
	assert_int_equal(t.time2, INT64_MAX);
	assert_true(tally_error_ns(&t, &clock) > 0);
	assert_true(tally_share_error(&t, &all, &clock) >= 0);
}

static void samples_have_the_error_of_their_number(void **state)
{
	(void)state;
	assert_int_equal(tally_samples_error_ns(10000, 10000000), SECOND);
	assert_int_equal(tally_samples_error_ns(0, 10000000), 0);
	assert_int_equal(tally_samples_error_ns(1, 0), 0);
}

static void errors_that_do_not_hang_together_add_up_by_their_squares(void **state)
{
	(void)state;
	assert_int_equal(tally_both(3000, 4000), 5000);
	assert_int_equal(tally_both(INT64_MAX, INT64_MAX), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_stays_has_all_of_the_time),
		cmocka_unit_test(a_number_that_stays_need_not_be_settled),
		cmocka_unit_test(the_time_of_a_change_is_split),
		cmocka_unit_test(time_where_snapshots_are_missing_is_unknown),
		cmocka_unit_test(what_is_before_the_time_that_is_asked_for_does_not_count),
		cmocka_unit_test(the_error_of_what_comes_and_goes_is_that_of_a_coin),
		cmocka_unit_test(the_error_of_what_never_changed_is_that_of_one_meeting),
		cmocka_unit_test(a_steady_share_of_a_number_that_jumps_has_little_error),
		cmocka_unit_test(what_others_do_makes_a_share_uncertain),
		cmocka_unit_test(numbers_beyond_all_measure_stop_at_the_end_of_their_range),
		cmocka_unit_test(samples_have_the_error_of_their_number),
		cmocka_unit_test(errors_that_do_not_hang_together_add_up_by_their_squares),
	};

	return cmocka_run_group_tests_name("analyze/analyses/tally", tests, NULL, NULL);
}
