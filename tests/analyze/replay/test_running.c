// SPDX-License-Identifier: BSD-2-Clause
/* What replay/running.h promises of the goroutines that threads run. */
#include "analyze/replay/running.h"
#include "tests/support/test.h"

static void tell(struct running *r, uint16_t epoch, uint64_t ns, uint32_t tid, uint64_t goid)
{
	running_tell(r, &(struct ev_go_running){
				.h = { .epoch = epoch, .time_ns = ns, .tid = tid, .tgid = 7 },
				.goid = goid });
}

static void begin(struct running *r, uint16_t epoch, uint64_t ns)
{
	running_begin_epoch(r, &(struct ev_epoch){ .h = { .epoch = epoch, .time_ns = ns } });
}

static uint64_t of(const struct running *r, uint16_t epoch, uint64_t ns, uint32_t tid)
{
	return running_goid(
		r, &(struct ev_header){ .epoch = epoch, .time_ns = ns, .tid = tid, .tgid = 7 });
}

static void damage(struct running *r, uint64_t from_ns, uint64_t to_ns)
{
	struct gaps gaps = { 0 };

	gaps_damage(&gaps, &(struct tape_damage){ .from_ns = from_ns, .to_ns = to_ns });
	running_set_gaps(r, &gaps);
	gaps_done(&gaps);
}

static void a_thread_runs_what_was_told_last(void **state)
{
	struct running r = { 0 };

	(void)state;
	tell(&r, 1, 100, 70, 5);
	tell(&r, 1, 100, 71, 6);
	assert_int_equal(of(&r, 1, 150, 70), 5);
	tell(&r, 1, 200, 70, 9);
	assert_int_equal(of(&r, 1, 250, 70), 9);
	assert_int_equal(of(&r, 1, 250, 71), 6);
	tell(&r, 1, 300, 70, 0);
	assert_int_equal(of(&r, 1, 300, 70), RUNNING_NONE);
	running_done(&r);
}

static void a_thread_that_was_not_told_of_is_of_no_go_program(void **state)
{
	struct running r = { 0 };

	(void)state;
	assert_int_equal(of(&r, 1, 150, 70), RUNNING_NO_GO);
	tell(&r, 1, 100, 70, 5);
	assert_int_equal(of(&r, 1, 150, 71), RUNNING_NO_GO);
	running_done(&r);
}

static void an_epoch_knows_nothing_of_the_one_before(void **state)
{
	struct running r = { 0 };

	(void)state;
	tell(&r, 1, 100, 70, 5);
	assert_int_equal(of(&r, 2, 150, 70), RUNNING_NO_GO);
	running_done(&r);
}

static void records_of_two_epochs_may_be_mixed(void **state)
{
	struct running r = { 0 };

	(void)state;
	tell(&r, 1, 100, 70, 5);
	tell(&r, 2, 200, 70, 6);
	assert_int_equal(of(&r, 1, 210, 70), 5);
	assert_int_equal(of(&r, 2, 220, 70), 6);
	tell(&r, 3, 300, 70, 8);
	assert_int_equal(of(&r, 2, 310, 70), 6);
	assert_int_equal(of(&r, 3, 310, 70), 8);
	running_done(&r);
}

static void another_process_thread_of_that_number_is_another_one(void **state)
{
	struct running r = { 0 };

	(void)state;
	tell(&r, 1, 100, 70, 5);
	assert_int_equal(running_goid(&r,
				      &(struct ev_header){
					      .epoch = 1, .time_ns = 150, .tid = 70, .tgid = 8 }),
			 RUNNING_NO_GO);
	running_done(&r);
}

static void another_program_of_the_process_has_none_of_its_goroutines(void **state)
{
	struct running r = { 0 };

	(void)state;
	tell(&r, 1, 100, 7, 5);
	running_exec(&r,
		     &(struct ev_exec){ .h = { .epoch = 1, .time_ns = 120, .tid = 7, .tgid = 7 } });
	assert_int_equal(of(&r, 1, 150, 7), RUNNING_NO_GO);
	running_done(&r);
}

static void behind_damage_nothing_is_known_until_it_is_told_again(void **state)
{
	struct running r = { 0 };

	(void)state;
	begin(&r, 1, 50);
	tell(&r, 1, 100, 70, 5);
	damage(&r, 150, 200);
	assert_int_equal(of(&r, 1, 140, 70), 5);
	assert_int_equal(of(&r, 1, 160, 70), RUNNING_UNKNOWN);
	assert_int_equal(of(&r, 1, 300, 70), RUNNING_UNKNOWN);
	tell(&r, 1, 310, 70, 6);
	assert_int_equal(of(&r, 1, 320, 70), 6);
	running_done(&r);
}

static void damage_may_have_hit_what_told_of_a_thread_first(void **state)
{
	struct running r = { 0 };

	(void)state;
	begin(&r, 1, 50);
	tell(&r, 1, 100, 70, 5);
	damage(&r, 150, 200);
	assert_int_equal(of(&r, 1, 140, 71), RUNNING_NO_GO);
	assert_int_equal(of(&r, 1, 300, 71), RUNNING_UNKNOWN);
	begin(&r, 2, 400);
	assert_int_equal(of(&r, 2, 500, 71), RUNNING_NO_GO);
	running_done(&r);
}

static void losses_of_a_ring_leave_no_doubt(void **state)
{
	struct running r = { 0 };
	struct gaps gaps = { 0 };

	(void)state;
	gaps_loss(&gaps, &(struct ev_loss){ .count = 9, .from_ns = 150, .to_ns = 200 });
	running_set_gaps(&r, &gaps);
	gaps_done(&gaps);
	tell(&r, 1, 100, 70, 5);
	assert_int_equal(of(&r, 1, 300, 70), 5);
	running_done(&r);
}

static void what_the_recorder_could_not_write_does(void **state)
{
	struct running r = { 0 };
	struct gaps gaps = { 0 };

	(void)state;
	gaps_loss(&gaps, &(struct ev_loss){ .count = 9,
					    .from_ns = 150,
					    .to_ns = 200,
					    .of_type = EV_CPU_SAMPLE,
					    .source = EV_LOSS_WRITER });
	running_set_gaps(&r, &gaps);
	gaps_done(&gaps);
	tell(&r, 1, 100, 70, 5);
	assert_int_equal(of(&r, 1, 300, 70), RUNNING_UNKNOWN);
	running_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_runs_what_was_told_last),
		cmocka_unit_test(a_thread_that_was_not_told_of_is_of_no_go_program),
		cmocka_unit_test(an_epoch_knows_nothing_of_the_one_before),
		cmocka_unit_test(records_of_two_epochs_may_be_mixed),
		cmocka_unit_test(another_process_thread_of_that_number_is_another_one),
		cmocka_unit_test(another_program_of_the_process_has_none_of_its_goroutines),
		cmocka_unit_test(behind_damage_nothing_is_known_until_it_is_told_again),
		cmocka_unit_test(damage_may_have_hit_what_told_of_a_thread_first),
		cmocka_unit_test(losses_of_a_ring_leave_no_doubt),
		cmocka_unit_test(what_the_recorder_could_not_write_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
