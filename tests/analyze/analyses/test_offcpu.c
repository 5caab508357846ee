// SPDX-License-Identifier: BSD-2-Clause
/* What the view offcpu makes of switches and wake-ups. */
#include <stdlib.h>

#include "tests/analyze/sched_tape.h"

static const struct analysis_options nothing_asked;

static void a_wait_is_where_how_long_and_how_often(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake(&w, 4500, 7, 0);
	sched_in(&w, 4600, 7);
	sched_stacks(&w, 4600, 7, 70, 1);
	report = sched_run(&w, "offcpu", NULL, nothing_asked);
	expect_lines(&report, "7 sleep read one+10 1 2500\n"
			      "7 preempted read one+10 1 100\n");
}

static void a_wait_is_of_the_state_that_it_left_the_cpu_in(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_UNINTERRUPTIBLE, CALL_READ);
	sched_wake(&w, 4000, 7, 0);
	sched_in(&w, 4000, 7);
	sched_stacks(&w, 4000, 7, 70, 1);
	sched_out(&w, 5000, 7, EV_SCHED_INTERRUPTIBLE, CALL_FUTEX);
	sched_wake(&w, 6000, 7, 0);
	sched_in(&w, 6000, 7);
	sched_stacks(&w, 6000, 7, 70, 1);
	sched_out(&w, 7000, 7, EV_SCHED_RUNNING, -1);
	sched_in(&w, 8000, 7);
	sched_stacks(&w, 8000, 7, 70, 1);
	report = sched_run(&w, "offcpu", NULL, nothing_asked);
	expect_lines(&report, "7 disk read one+10 1 2000\n"
			      "7 preempted read one+10 1 0\n"
			      "7 lock futex one+10 1 1000\n"
			      "7 preempted futex one+10 1 0\n"
			      "7 preempted  one+10 1 1000\n");
}

static void a_wait_that_is_not_over_counts_up_to_the_end(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	report = sched_run(&w, "offcpu", NULL, nothing_asked);
	expect_lines(&report, "7 sleep read [still waiting] 1 9000\n");
}

static void a_wait_that_began_before_the_tape_is_marked(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_wake(&w, 4000, 7, 0);
	sched_in(&w, 6000, 7);
	report = sched_run(&w, "offcpu", NULL, nothing_asked);
	expect_lines(&report, "7 blocked  [before the tape] 1 3000\n"
			      "7 preempted  [before the tape] 1 2000\n");
}

static void a_long_wait_whose_stacks_are_missing_is_marked(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 3000, 7);
	report = sched_run(&w, "offcpu", (&(struct filter){ 0 }),
			   (struct analysis_options){ .states = ANALYSIS_SLEEP });
	expect_lines(&report, "7 sleep read [stack lost] 1 1000\n");
}

static void a_new_thread_that_waits_for_a_cpu_has_no_stack(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_wake(&w, 2000, 71, EV_SCHED_NEW);
	sched_in(&w, 2100, 71);
	report = sched_run(&w, "offcpu", NULL, nothing_asked);
	expect_lines(&report, "71 preempted  [new thread] 1 100\n");
}

static void short_waits_without_any_stack_say_so(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 2100, 7);
	sched_sleep(&w, 3000, 3200, 7);
	report = sched_run(&w, "offcpu", NULL,
			   (struct analysis_options){ .states = ANALYSIS_SLEEP });
	assert_true(has_note(&report, "shorter than 1.000 us have stacks once in 128"));
	assert_true(has_note(&report, "100.00 % on none"));
	expect_lines(&report, "7 sleep read [no stack taken] 2 300\n");
}

/* Three short waits of 100, 100 and 101 ns, two of which were looked at. */
static void put_sampled_waits(struct made_world *w)
{
	made_world_stack(w, START, 7, 71, (uint64_t[]){ 0x1050, 0x1101 });
	sched_sleep(w, 2000, 2100, 7);
	sched_stacks(w, 2100, 7, 70, 128);
	sched_sleep(w, 3000, 3100, 7);
	sched_sleep(w, 4000, 4101, 7);
	sched_stacks(w, 4101, 7, 71, 128);
}

static void the_time_of_short_waits_is_shared_out_to_the_nanosecond(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	put_sampled_waits(&w);
	report = sched_run(&w, "offcpu", NULL,
			   (struct analysis_options){ .states = ANALYSIS_SLEEP });
	/* 301 ns by 101 and 100: 151.25 and 149.75. The heavier stack comes first. */
	assert_true(has_note(&report, "100.00 % of the same thread"));
	expect_lines(&report, "7 sleep read one+50 2 151\n"
			      "7 sleep read one+10 1 150\n");
}

static void a_thread_that_was_not_looked_at_has_the_stacks_of_its_process(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 2100, 7);
	sched_stacks(&w, 2100, 7, 70, 128);
	sched_sleep(&w, 2000, 2100, 8);
	sched_stacks(&w, 2100, 8, 80, 128);
	sched_sleep(&w, 3000, 3300, 71);
	report = sched_run(&w, "offcpu", NULL,
			   (struct analysis_options){ .states = ANALYSIS_SLEEP });
	assert_true(has_note(&report, "40.00 % of the same thread, 60.00 % of its process"));
	expect_lines(&report, "7 sleep read one+10 1 100\n"
			      "8 sleep read two+520 1 100\n"
			      "71 sleep read one+10 1 300\n");
}

static void a_stack_of_another_call_or_process_is_never_lent(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 2100, 7);
	sched_stacks(&w, 2100, 7, 70, 128);
	sched_sleep(&w, 2000, 2100, 8);
	sched_out(&w, 3000, 7, EV_SCHED_INTERRUPTIBLE, CALL_WRITE);
	sched_wake(&w, 3100, 7, 0);
	sched_in(&w, 3100, 7);
	report = sched_run(&w, "offcpu", NULL,
			   (struct analysis_options){ .states = ANALYSIS_SLEEP });
	expect_lines(&report, "7 sleep read one+10 1 100\n"
			      "7 sleep write [no stack taken] 1 100\n"
			      "8 sleep read [no stack taken] 1 100\n");
}

static void min_leaves_out_what_is_shorter(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 3999, 7);
	sched_sleep(&w, 5000, 7000, 7);
	report = sched_run(&w, "offcpu", NULL, (struct analysis_options){ .min_ns = 2000 });
	expect_lines(&report, "7 sleep read [stack lost] 1 2000\n");
}

static void min_is_about_the_whole_wait_and_not_the_part_that_is_looked_at(void **state)
{
	const struct filter filter = { .from = { .given = true, .ns = 5000 } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 6500, 7);
	report = sched_run(&w, "offcpu", &filter, (struct analysis_options){ .min_ns = 4500 });
	expect_lines(&report, "7 sleep read [stack lost] 1 500\n");
}

static void state_leaves_out_the_others(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	sched_out(&w, 5000, 7, EV_SCHED_RUNNING, -1);
	sched_in(&w, 8000, 7);
	report = sched_run(&w, "offcpu", NULL,
			   (struct analysis_options){ .states = ANALYSIS_PREEMPTED, .min_ns = 1 });
	expect_lines(&report, "7 preempted  [stack lost] 1 3000\n");
}

static void threads_that_are_not_asked_for_are_left_out(void **state)
{
	const struct filter filter = { .pids = { .items = { 8 }, .n = 1 } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	sched_sleep(&w, 2000, 5000, 8);
	report = sched_run(&w, "offcpu", &filter, (struct analysis_options){ .min_ns = 1 });
	expect_lines(&report, "8 sleep read [stack lost] 1 3000\n");
}

static void a_wait_counts_with_its_part_between_from_and_to(void **state)
{
	const struct filter filter = { .from = { .given = true, .ns = 2000 },
				       .to = { .given = true, .ns = 3000 } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 8000, 7);
	report = sched_run(&w, "offcpu", &filter, nothing_asked);
	expect_lines(&report, "7 sleep read [stack lost] 1 1000\n");
}

static void time_over_which_records_were_lost_is_no_wait(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	sched_sleep(&w, 5000, 7000, 7);
	sched_lose(&w, 5500, 5600);
	report = sched_run(&w, "offcpu", NULL, (struct analysis_options){ .min_ns = 1 });
	t = table_of(&report, "lifetimes");
	assert_string_equal(table_row(t, 3)[0].text, "unknown");
	assert_int_equal(table_row(t, 3)[1].integer, 2000);
	assert_true(has_note(&report, "not known for 2.000 us of 10.000 us (20.00 %)"));
	expect_lines(&report, "7 sleep read [stack lost] 1 2000\n");
}

static void a_tape_without_switches_says_how_to_get_them(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	report = sched_run(&w, "offcpu", NULL, nothing_asked);
	assert_int_equal(profile_n_samples(profile_of(&report)), 0);
	assert_true(has_note(&report, "record with --probes cpu,sched"));
	pipeline_report_done(&report);
}

static void system_calls_have_their_waits_whether_these_have_stacks_or_not(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	sched_sleep(&w, 2000, 2100, 7);
	sched_sleep(&w, 3000, 5300, 7);
	sched_out(&w, 6000, 7, EV_SCHED_RUNNING, CALL_READ);
	sched_in(&w, 6200, 7);
	report = sched_run(&w, "offcpu", NULL, (struct analysis_options){ .min_ns = 1 });
	t = table_of(&report, "syscalls");
	assert_int_equal(table_n_rows(t), 1);
	assert_string_equal(table_row(t, 0)[0].text, "read");
	assert_int_equal(table_row(t, 0)[1].integer, 2);
	assert_int_equal(table_row(t, 0)[2].integer, 2400);
	assert_int_equal(table_row(t, 0)[3].integer, 1200);
	assert_int_equal(table_row(t, 0)[4].integer, 1);
	assert_int_equal(table_row(t, 0)[5].integer, 200);
	pipeline_report_done(&report);
}

static void states_have_their_waits_and_say_what_made_a_thread_runnable(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	sched_sleep(&w, 2000, 2100, 7);
	sched_out(&w, 6000, 7, EV_SCHED_RUNNING, CALL_READ);
	sched_in(&w, 6200, 7);
	report = sched_run(&w, "offcpu", NULL, (struct analysis_options){ .min_ns = 1 });
	t = table_of(&report, "states");
	assert_int_equal(table_n_rows(t), 2);
	assert_string_equal(table_row(t, 0)[0].text, "sleep");
	assert_int_equal(table_row(t, 0)[2].integer, 100);
	assert_string_equal(table_row(t, 1)[0].text, "preempted");
	assert_int_equal(table_row(t, 1)[2].integer, 200);
	assert_string_equal(table_row(t, 1)[5].text, "another thread took the CPU");
	pipeline_report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_is_where_how_long_and_how_often),
		cmocka_unit_test(a_wait_is_of_the_state_that_it_left_the_cpu_in),
		cmocka_unit_test(a_wait_that_is_not_over_counts_up_to_the_end),
		cmocka_unit_test(a_wait_that_began_before_the_tape_is_marked),
		cmocka_unit_test(a_long_wait_whose_stacks_are_missing_is_marked),
		cmocka_unit_test(a_new_thread_that_waits_for_a_cpu_has_no_stack),
		cmocka_unit_test(short_waits_without_any_stack_say_so),
		cmocka_unit_test(the_time_of_short_waits_is_shared_out_to_the_nanosecond),
		cmocka_unit_test(a_thread_that_was_not_looked_at_has_the_stacks_of_its_process),
		cmocka_unit_test(a_stack_of_another_call_or_process_is_never_lent),
		cmocka_unit_test(min_leaves_out_what_is_shorter),
		cmocka_unit_test(min_is_about_the_whole_wait_and_not_the_part_that_is_looked_at),
		cmocka_unit_test(state_leaves_out_the_others),
		cmocka_unit_test(threads_that_are_not_asked_for_are_left_out),
		cmocka_unit_test(a_wait_counts_with_its_part_between_from_and_to),
		cmocka_unit_test(time_over_which_records_were_lost_is_no_wait),
		cmocka_unit_test(a_tape_without_switches_says_how_to_get_them),
		cmocka_unit_test(system_calls_have_their_waits_whether_these_have_stacks_or_not),
		cmocka_unit_test(states_have_their_waits_and_say_what_made_a_thread_runnable),
	};

	return cmocka_run_group_tests_name("analyze/analyses/offcpu", tests, NULL, NULL);
}
