// SPDX-License-Identifier: BSD-2-Clause
/* What the view sched makes of switches and wake-ups. */
#include <stdlib.h>

#include "analyze/analyses/sched_queue.h"
#include "tests/analyze/sched_cells.h"

static const struct analysis_options nothing_asked;

static int64_t latency(const struct pipeline_report *report, const char *cause, const char *column)
{
	const struct table *t = table_of(report, "latency");

	return cell_at(t, row_of(t, "because", cause), column).integer;
}

static int64_t of_thread(const struct pipeline_report *report, const char *name, const char *column)
{
	const struct table *t = table_of(report, "threads");

	return cell_at(t, row_of(t, "thread", name), column).integer;
}

/* Thread tid waits ns for a CPU, from time_ns on. */
static void wait_for_cpu(struct made_world *w, uint64_t time_ns, uint32_t tid, uint64_t ns)
{
	sched_out(w, time_ns - 10, tid, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake(w, time_ns, tid, 0);
	sched_in(w, time_ns + ns, tid);
}

static void a_wait_for_a_cpu_is_from_wake_up_to_switch_in(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_cpu(&w, 2000, 7, 123);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	assert_int_equal(latency(&report, "all", "waits"), 1);
	assert_int_equal(latency(&report, "woken", "max"), 123);
	assert_int_equal(of_thread(&report, "seven", "waited"), 123);
	pipeline_report_done(&report);
}

static void a_preempted_thread_waits_from_its_switch_out(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_RUNNING, -1);
	sched_in(&w, 2500, 7);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	assert_int_equal(latency(&report, "preempted", "max"), 500);
	assert_int_equal(of_thread(&report, "seven", "preempted"), 1);
	assert_int_equal(of_thread(&report, "seven", "switches"), 1);
	pipeline_report_done(&report);
}

/* Thread 7 gives way at a time, able to go on, and the kernel did not take it from its own code. */
static void give_way(struct made_world *w, uint64_t time_ns, int32_t call)
{
	struct ev_sched_switch ev = { .h = sched_header(EV_SCHED_SWITCH, time_ns, 7),
				      .flags = EV_SCHED_PREV_WATCHED,
				      .syscall = call };

	if (call >= 0)
		ev.flags |= EV_SCHED_IN_CALL;
	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

static void only_who_calls_sched_yield_yields(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	give_way(&w, 2000, 24);
	sched_in(&w, 2100, 7);
	give_way(&w, 3000, CALL_READ);
	sched_in(&w, 3200, 7);
	give_way(&w, 4000, -1);
	sched_in(&w, 4300, 7);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	assert_int_equal(latency(&report, "yielded", "sum"), 100);
	assert_int_equal(latency(&report, "preempted", "sum"), 500);
	pipeline_report_done(&report);
}

static void percentiles_are_of_all_waits_of_a_thread(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	for (uint64_t i = 10; i > 0; i--)
		wait_for_cpu(&w, 2000 + (10 - i) * 300, 7, i * 10);
	wait_for_cpu(&w, 6000, 8, 999);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	assert_int_equal(of_thread(&report, "seven", "waits"), 10);
	assert_int_equal(of_thread(&report, "seven", "mean"), 55);
	assert_int_equal(of_thread(&report, "seven", "p50"), 50);
	assert_int_equal(of_thread(&report, "seven", "p90"), 90);
	assert_int_equal(of_thread(&report, "seven", "p99"), 100);
	assert_int_equal(latency(&report, "all", "max"), 999);
	pipeline_report_done(&report);
}

static void threads_of_a_process_are_one_row_of_processes(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;
	size_t row;

	(void)state;
	wait_for_cpu(&w, 2000, 7, 100);
	wait_for_cpu(&w, 3000, 71, 300);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	t = table_of(&report, "processes");
	row = row_of(t, "process", "seven");
	assert_int_equal(cell_at(t, row, "threads").integer, 2);
	assert_int_equal(cell_at(t, row, "waits").integer, 2);
	assert_int_equal(cell_at(t, row, "p50").integer, 100);
	assert_int_equal(cell_at(t, row, "max").integer, 300);
	pipeline_report_done(&report);
}

static void threads_that_do_not_pass_are_left_out(void **state)
{
	const struct filter filter = { .pids = { .n = 1, .items = { 8 } } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_cpu(&w, 2000, 7, 100);
	wait_for_cpu(&w, 3000, 8, 20);
	report = sched_run(&w, "sched", &filter, nothing_asked);
	assert_int_equal(latency(&report, "all", "waits"), 1);
	assert_int_equal(latency(&report, "all", "max"), 20);
	assert_int_equal(table_n_rows(table_of(&report, "threads")), 1);
	pipeline_report_done(&report);
}

static void a_wait_counts_where_it_ends_and_its_time_where_it_is(void **state)
{
	const struct filter filter = { .from = { .given = true, .ns = 2050 - START } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_cpu(&w, 2000, 7, 100);
	report = sched_run(&w, "sched", &filter, nothing_asked);
	assert_int_equal(latency(&report, "all", "max"), 100);
	assert_int_equal(of_thread(&report, "seven", "waited"), 50);
	pipeline_report_done(&report);
}

static void a_wait_that_ends_behind_the_window_is_not_counted(void **state)
{
	const struct filter filter = { .to = { .given = true, .ns = 2050 - START } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_cpu(&w, 2000, 7, 100);
	report = sched_run(&w, "sched", &filter, nothing_asked);
	assert_int_equal(latency(&report, "all", "waits"), 0);
	assert_int_equal(of_thread(&report, "seven", "waited"), 50);
	pipeline_report_done(&report);
}

static void a_wait_in_which_something_was_lost_is_unknown_time(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_cpu(&w, 2000, 7, 1000);
	sched_lose(&w, 2500, 2600);
	wait_for_cpu(&w, 5000, 7, 10);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	assert_int_equal(latency(&report, "all", "waits"), 1);
	assert_int_equal(latency(&report, "all", "max"), 10);
	assert_int_equal(of_thread(&report, "seven", "unknown"), 1000);
	pipeline_report_done(&report);
}

static void a_wait_that_was_there_before_the_tape_is_time_but_no_wait(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_in(&w, 1400, 7);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	assert_int_equal(latency(&report, "all", "waits"), 0);
	assert_int_equal(of_thread(&report, "seven", "waited"), 400);
	pipeline_report_done(&report);
}

static void times_of_a_thread_are_its_lifetime(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wait_for_cpu(&w, 2000, 7, 1000);
	sched_lose(&w, 2500, 2600);
	wait_for_cpu(&w, 5000, 71, 10);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	assert_int_equal(sum_of(table_of(&report, "times"), "time"), 2 * (SCHED_END - START));
	pipeline_report_done(&report);
}

static void the_worst_come_first_with_who_ran_instead(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	sched_swap(&w, 2000, 3, (uint32_t[]){ 7, 8 });
	sched_swap(&w, 2300, 3, (uint32_t[]){ 8, 7 });
	sched_swap(&w, 4000, 3, (uint32_t[]){ 7, 8 });
	report = sched_run(&w, "sched", NULL, (struct analysis_options){ .top = 1 });
	t = table_of(&report, "worst");
	assert_int_equal(table_n_rows(t), 1);
	assert_int_equal(cell_at(t, 0, "wait").integer, 1700);
	assert_int_equal(cell_at(t, 0, "after").integer, 2300 - START);
	assert_int_equal(cell_at(t, 0, "cpu").integer, 3);
	assert_string_equal(cell_at(t, 0, "thread").text, "eight");
	assert_string_equal(cell_at(t, 0, "ran instead").text, "seven");
	pipeline_report_done(&report);
}

static void a_cpu_is_running_idle_or_unknown(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	sched_swap(&w, 2000, 0, (uint32_t[]){ 0, 7 });
	sched_swap(&w, 5000, 0, (uint32_t[]){ 7, 0 });
	sched_swap(&w, 6000, 0, (uint32_t[]){ 0, 8 });
	sched_lose(&w, 6500, 6600);
	sched_swap(&w, 7000, 0, (uint32_t[]){ 8, 0 });
	report = sched_run(&w, "sched", NULL, nothing_asked);
	t = table_of(&report, "cpus");
	assert_int_equal(table_n_rows(t), 1);
	assert_int_equal(cell_at(t, 0, "running").integer, 3000);
	assert_int_equal(cell_at(t, 0, "idle").integer, 1000 + 1000 + 4000);
	assert_int_equal(cell_at(t, 0, "unknown").integer, 1000);
	assert_int_equal(cell_at(t, 0, "switches").integer, 4);
	pipeline_report_done(&report);
}

static void a_cpu_runs_others_that_the_filters_leave_out(void **state)
{
	const struct filter filter = { .pids = { .n = 1, .items = { 8 } } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	sched_swap(&w, 2000, 0, (uint32_t[]){ 7, 8 });
	sched_swap(&w, 5000, 0, (uint32_t[]){ 8, 7 });
	report = sched_run(&w, "sched", &filter, nothing_asked);
	t = table_of(&report, "cpus");
	assert_int_equal(cell_at(t, 0, "running").integer, 3000);
	assert_int_equal(cell_at(t, 0, "others").integer, 7000);
	assert_int_equal(cell_at(t, 0, "unknown").integer, 0);
	pipeline_report_done(&report);
}

static void what_ran_between_switches_that_do_not_fit_is_unknown(void **state)
{
	const struct filter filter = { .pids = { .n = 1, .items = { 9 } } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	sched_swap(&w, 2000, 0, (uint32_t[]){ 0, 7 });
	sched_swap(&w, 5000, 0, (uint32_t[]){ 8, 0 });
	report = sched_run(&w, "sched", &filter, nothing_asked);
	t = table_of(&report, "cpus");
	assert_int_equal(cell_at(t, 0, "idle").integer, 1000 + 6000);
	assert_int_equal(cell_at(t, 0, "others").integer, 0);
	assert_int_equal(cell_at(t, 0, "unknown").integer, 3000);
	pipeline_report_done(&report);
}

static void migrations_are_counted_by_thread(void **state)
{
	struct ev_sched_migrate ev = { .h = sched_header(EV_SCHED_MIGRATE, 1990, 7), .to_cpu = 1 };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	made_world_put(&w, &ev.h, sizeof(ev), NULL, 0);
	wait_for_cpu(&w, 2000, 7, 10);
	wait_for_cpu(&w, 2000, 8, 10);
	ev.h.time_ns = 3000;
	made_world_put(&w, &ev.h, sizeof(ev), NULL, 0);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	assert_int_equal(of_thread(&report, "seven", "migrations"), 2);
	assert_int_equal(of_thread(&report, "eight", "migrations"), 0);
	pipeline_report_done(&report);
}

static void a_tid_that_is_used_again_does_not_inherit_migrations(void **state)
{
	struct ev_sched_migrate ev = { .h = sched_header(EV_SCHED_MIGRATE, 0, 71), .to_cpu = 1 };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	for (uint64_t at = 2000; at < 6000; at += 2000) {
		sched_wake(&w, at, 71, EV_SCHED_NEW);
		ev.h.time_ns = at + 100;
		made_world_put(&w, &ev.h, sizeof(ev), NULL, 0);
		sched_in(&w, at + 200, 71);
		sched_out(&w, at + 300, 71, EV_SCHED_DEAD, -1);
	}
	report = sched_run(&w, "sched", NULL, nothing_asked);
	t = table_of(&report, "threads");
	assert_int_equal(table_n_rows(t), 2);
	assert_int_equal(cell_at(t, 0, "migrations").integer, 1);
	assert_int_equal(cell_at(t, 1, "migrations").integer, 1);
	pipeline_report_done(&report);
}

static void waits_are_counted_by_powers_of_two(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	wait_for_cpu(&w, 2000, 7, 64);
	wait_for_cpu(&w, 3000, 7, 127);
	wait_for_cpu(&w, 4000, 7, 300);
	report = sched_run(&w, "sched", NULL, nothing_asked);
	t = table_of(&report, "histogram");
	assert_int_equal(table_n_rows(t), 3);
	assert_int_equal(cell_at(t, 0, "from").integer, 64);
	assert_int_equal(cell_at(t, 0, "waits").integer, 2);
	assert_int_equal(cell_at(t, 1, "waits").integer, 0);
	assert_int_equal(cell_at(t, 2, "waits").integer, 1);
	pipeline_report_done(&report);
}

static void a_tape_without_switches_says_how_to_get_them(void **state)
{
	struct made_world w = sched_begin();
	struct pipeline_report report;

	(void)state;
	report = sched_run(&w, "sched", NULL, nothing_asked);
	assert_true(has_note(&report, "record with --probes cpu,sched"));
	pipeline_report_done(&report);
}

/* --- the queue over time --- */

static void the_queue_is_its_mean_and_its_most_in_each_slot(void **state)
{
	const uint64_t ms = 1000000;
	struct sched_queue q;
	struct table *t;

	(void)state;
	sched_queue_init(&q, 100);
	sched_queue_add(&q, true, 100, 100 + 2 * ms);
	sched_queue_add(&q, false, 100 + ms / 2, 100 + ms);
	sched_queue_add(&q, false, 100, 100 + ms / 4);
	t = sched_queue_table(&q, 100 + 3 * ms, 1);
	assert_int_equal(table_n_rows(t), 3);
	assert_true(cell_at(t, 0, "mean").real == 1.75);
	assert_true(cell_at(t, 0, "waiting").real == 0.75);
	assert_int_equal(cell_at(t, 0, "most").integer, 2);
	assert_true(cell_at(t, 0, "CPU use").real == 100);
	assert_true(cell_at(t, 1, "mean").real == 1);
	assert_int_equal(cell_at(t, 1, "most").integer, 1);
	assert_true(cell_at(t, 2, "mean").real == 0);
	table_free(t);
	sched_queue_done(&q);
}

static void slots_grow_with_the_tape_and_keep_what_they_had(void **state)
{
	const uint64_t ms = 1000000;
	struct sched_queue q;
	struct table *t;

	(void)state;
	sched_queue_init(&q, 0);
	sched_queue_add(&q, true, 0, ms);
	sched_queue_add(&q, true, 0, ms);
	sched_queue_add(&q, true, 100 * ms, 101 * ms);
	t = sched_queue_table(&q, 101 * ms, 1);
	assert_int_equal(q.slot_ns, 2 * ms);
	assert_int_equal(table_n_rows(t), 51);
	assert_true(cell_at(t, 0, "mean").real == 1);
	assert_int_equal(cell_at(t, 0, "most").integer, 2);
	assert_true(cell_at(t, 50, "mean").real == 1);
	table_free(t);
	sched_queue_done(&q);
}

static void the_most_of_many_changes_is_found_in_whatever_order_they_come(void **state)
{
	struct sched_queue q;
	struct table *t;

	(void)state;
	sched_queue_init(&q, 0);
	/* Three at a time, told one thread a long way behind the others. */
	for (uint64_t i = 0; i < 30000; i++) {
		sched_queue_add(&q, true, i * 100, i * 100 + 90);
		sched_queue_add(&q, false, i * 100 + 10, i * 100 + 80);
		if (i >= 500)
			sched_queue_add(&q, false, (i - 500) * 100 + 20, (i - 500) * 100 + 30);
	}
	t = sched_queue_table(&q, 30000 * 100, 1);
	assert_int_equal(table_n_rows(t), 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(cell_at(t, i, "most").integer, 3);
	table_free(t);
	sched_queue_done(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_for_a_cpu_is_from_wake_up_to_switch_in),
		cmocka_unit_test(a_preempted_thread_waits_from_its_switch_out),
		cmocka_unit_test(only_who_calls_sched_yield_yields),
		cmocka_unit_test(percentiles_are_of_all_waits_of_a_thread),
		cmocka_unit_test(threads_of_a_process_are_one_row_of_processes),
		cmocka_unit_test(threads_that_do_not_pass_are_left_out),
		cmocka_unit_test(a_wait_counts_where_it_ends_and_its_time_where_it_is),
		cmocka_unit_test(a_wait_that_ends_behind_the_window_is_not_counted),
		cmocka_unit_test(a_wait_in_which_something_was_lost_is_unknown_time),
		cmocka_unit_test(a_wait_that_was_there_before_the_tape_is_time_but_no_wait),
		cmocka_unit_test(times_of_a_thread_are_its_lifetime),
		cmocka_unit_test(the_worst_come_first_with_who_ran_instead),
		cmocka_unit_test(a_cpu_is_running_idle_or_unknown),
		cmocka_unit_test(a_cpu_runs_others_that_the_filters_leave_out),
		cmocka_unit_test(what_ran_between_switches_that_do_not_fit_is_unknown),
		cmocka_unit_test(migrations_are_counted_by_thread),
		cmocka_unit_test(a_tid_that_is_used_again_does_not_inherit_migrations),
		cmocka_unit_test(waits_are_counted_by_powers_of_two),
		cmocka_unit_test(a_tape_without_switches_says_how_to_get_them),
		cmocka_unit_test(the_queue_is_its_mean_and_its_most_in_each_slot),
		cmocka_unit_test(slots_grow_with_the_tape_and_keep_what_they_had),
		cmocka_unit_test(the_most_of_many_changes_is_found_in_whatever_order_they_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
