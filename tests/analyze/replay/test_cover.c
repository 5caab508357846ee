// SPDX-License-Identifier: BSD-2-Clause
/* What replay/cover.h promises of stretches of time. */
#include "analyze/replay/cover.h"
#include "tests/support/test.h"

static const uint16_t switches[] = { EV_SCHED_SWITCH, 0 };

static void lose(struct gaps *g, uint32_t type, uint64_t from_ns, uint64_t to_ns)
{
	const struct ev_loss loss = {
		.count = 1, .from_ns = from_ns, .to_ns = to_ns, .of_type = type
	};

	gaps_loss(g, &loss);
}

static void holes_that_touch_are_one_and_their_ends_belong_to_them(void **state)
{
	struct gaps gaps = { 0 };
	struct cover c;

	(void)state;
	lose(&gaps, EV_SCHED_SWITCH, 300, 400);
	lose(&gaps, EV_SCHED_SWITCH, 100, 200);
	lose(&gaps, 0, 150, 250);
	cover_init(&c, &gaps, switches);
	assert_int_equal(c.holes.n, 2);
	assert_true(cover_is_whole(&c, 0, 99));
	assert_false(cover_is_whole(&c, 0, 100));
	assert_false(cover_is_whole(&c, 250, 260));
	assert_true(cover_is_whole(&c, 251, 299));
	assert_false(cover_is_whole(&c, 1, 1000));
	assert_true(cover_is_whole(&c, 401, UINT64_MAX));
	cover_done(&c);
	gaps_done(&gaps);
}

static void questions_may_come_in_any_order(void **state)
{
	struct gaps gaps = { 0 };
	struct cover c;

	(void)state;
	for (uint64_t i = 1; i <= 50; i++)
		lose(&gaps, 0, 100 * i, 100 * i + 10);
	cover_init(&c, &gaps, switches);
	for (uint64_t i = 0; i < 50; i++) {
		uint64_t at = 1 + (i * 37) % 50;

		assert_false(cover_is_whole(&c, 100 * at + 5, 100 * at + 6));
		assert_true(cover_is_whole(&c, 100 * at + 11, 100 * at + 99));
	}
	cover_done(&c);
	gaps_done(&gaps);
}

static void a_loss_of_other_types_is_no_hole(void **state)
{
	struct gaps gaps = { 0 };
	struct cover c;

	(void)state;
	lose(&gaps, EV_CPU_SAMPLE, 100, 200);
	gaps_loss(&gaps,
		  &(struct ev_loss){
			  .count = 1, .from_ns = 100, .to_ns = 200, .source = EV_LOSS_SIDEBAND });
	cover_init(&c, &gaps, switches);
	assert_true(cover_is_whole(&c, 0, UINT64_MAX));
	cover_done(&c);
	gaps_done(&gaps);
}

static void a_pause_is_a_hole_whatever_is_asked_for(void **state)
{
	struct gaps gaps = { 0 };
	struct cover c;

	(void)state;
	gaps_pause(&gaps, &(struct ev_pause){ .h.time_ns = 100, .paused = 1 });
	cover_init(&c, &gaps, switches);
	assert_true(cover_is_whole(&c, 0, 99));
	assert_false(cover_is_whole(&c, 5000, 5001));
	cover_done(&c);
	gaps_done(&gaps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holes_that_touch_are_one_and_their_ends_belong_to_them),
		cmocka_unit_test(questions_may_come_in_any_order),
		cmocka_unit_test(a_loss_of_other_types_is_no_hole),
		cmocka_unit_test(a_pause_is_a_hole_whatever_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
