// SPDX-License-Identifier: BSD-2-Clause
/* What the view gc shows of what a Go program's runtime counts. */
#include "tests/analyze/heap_tape.h"

static const struct analysis_options nothing;

/* Five snapshots: two collections in each after the first, with pauses of 100, 200, … 800 ns. */
static struct go_tape *begin_collecting(void)
{
	struct go_tape *t = go_begin();
	uint64_t pauses = 5000;

	for (uint64_t i = 0; i < 5; i++) {
		heap_begin(t, i == 0, 0, 0);
		for (uint64_t k = 2 * i; i && k < 2 * i + 2; k++) {
			heap_cycle(t, 10 + k - 1, (k - 1) * 100);
			pauses += (k - 1) * 100;
		}
		heap_figure(t, "gc.cycles_count", 10 + 2 * i);
		heap_figure(t, "gc.pause_ns", pauses);
		heap_figure(t, "gc.cpu_ns", 1000 + 300 * i);
		heap_figure(t, "gc.cpu_idle_ns", 100 * i);
		heap_figure(t, "gc.cpu_total_ns", 100000 + 1000 * i);
		heap_figure(t, "heap.live_bytes", 5000 + i);
		heap_figure(t, "heap.goal_bytes", 9000 + i);
		heap_figure(t, "sched.threads_count", 7);
		heap_end(t, i == 0);
	}
	return t;
}

static void collections_of_the_run_are_counted(void **state)
{
	struct pipeline_report r = go_run(begin_collecting(), "gc", nothing);

	(void)state;
	assert_int_equal(n_rows(&r, "programs"), 1);
	assert_int_equal(cell(&r, "programs", 0, "cycles").integer, 8);
	assert_int_equal(cell(&r, "programs", 0, "since start").integer, 18);
	assert_int_equal(cell(&r, "programs", 0, "heap").integer, 5004);
	assert_int_equal(cell(&r, "programs", 0, "goal").integer, 9004);
	pipeline_report_done(&r);
}

static void pauses_have_a_sum_and_percentiles(void **state)
{
	struct pipeline_report r = go_run(begin_collecting(), "gc", nothing);

	(void)state;
	assert_int_equal(cell(&r, "programs", 0, "stopped").integer, 3600);
	assert_int_equal(cell(&r, "programs", 0, "pauses").integer, 8);
	assert_int_equal(cell(&r, "programs", 0, "p50").integer, 400);
	assert_int_equal(cell(&r, "programs", 0, "p99").integer, 800);
	assert_int_equal(cell(&r, "programs", 0, "max").integer, 800);
	pipeline_report_done(&r);
}

static void the_share_of_the_cpus_is_without_what_was_idle(void **state)
{
	struct pipeline_report r = go_run(begin_collecting(), "gc", nothing);

	(void)state;
	assert_string_equal(cell(&r, "programs", 0, "CPU").text, "20.00 %");
	assert_string_equal(cell(&r, "time", 0, "CPU").text, "");
	assert_string_equal(cell(&r, "time", 1, "CPU").text, "20.00 %");
	pipeline_report_done(&r);
}

static void the_run_is_shown_snapshot_by_snapshot(void **state)
{
	struct pipeline_report r = go_run(begin_collecting(), "gc", nothing);

	(void)state;
	assert_int_equal(n_rows(&r, "time"), 5);
	assert_int_equal(cell(&r, "time", 0, "cycles").integer, 0);
	assert_int_equal(cell(&r, "time", 4, "cycles").integer, 2);
	assert_int_equal(cell(&r, "time", 4, "stopped").integer, 1500);
	assert_int_equal(cell(&r, "time", 4, "before").integer, 9000);
	assert_int_equal(cell(&r, "time", 4, "after").integer, 3000);
	assert_int_equal(cell(&r, "time", 4, "threads").integer, 7);
	pipeline_report_done(&r);
}

static void a_part_of_the_run_has_its_own_sums(void **state)
{
	const struct filter part = { .from = { .given = true, .ns = 2 * GO_SECOND },
				     .to = { .given = true, .ns = 4 * GO_SECOND } };
	struct go_tape *t = begin_collecting();
	struct pipeline_report r = sched_run(&t->w, "gc", &part, nothing);

	(void)state;
	free(t);
	assert_int_equal(cell(&r, "programs", 0, "cycles").integer, 4);
	assert_int_equal(cell(&r, "programs", 0, "stopped").integer, 300 + 400 + 500 + 600);
	assert_int_equal(cell(&r, "programs", 0, "pauses").integer, 4);
	assert_int_equal(cell(&r, "programs", 0, "max").integer, 600);
	pipeline_report_done(&r);
}

/* Go 1.19: of 2 CPUs a tenth went to the collector in the first 10 s, and a fifth in the next. */
static void before_1_20_the_share_follows_from_two_of_them(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint64_t i = 1; i <= 2; i++) {
		heap_begin(t, i == 1, 0, 0);
		heap_figure(t, "gc.cycles_count", i);
		heap_figure(t, "gc.last_ns", i * 10000000000);
		heap_figure(t, "gc.cpu_share_ppb", i == 1 ? 100000000 : 150000000);
		heap_figure(t, "sched.resized_ns", i * 10000000000 + 1000);
		heap_figure(t, "sched.cpu_total_ns", i * 20000000000 + 2000);
		heap_end(t, i == 1);
	}
	r = go_run(t, "gc", nothing);
	assert_string_equal(cell(&r, "programs", 0, "CPU").text, "20.00 %");
	pipeline_report_done(&r);
}

static void collections_that_were_not_told_are_named(void **state)
{
	struct go_tape *t = begin_collecting();
	struct pipeline_report r;

	(void)state;
	heap_begin(t, false, 0, 0);
	heap_figure(t, "gc.cycles_count", 1018);
	heap_end(t, false);
	r = go_run(t, "gc", nothing);
	assert_true(has_note(
		&r, "pauses of 1000 of 1008 collections of process 7 are not known one by one"));
	pipeline_report_done(&r);
}

static void where_nothing_is_known_it_says_so(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	heap_begin(t, true, EV_GO_NO_COLLECTOR, 0);
	heap_end(t, true);
	r = go_run(t, "gc", nothing);
	assert_int_equal(n_rows(&r, "programs"), 0);
	assert_true(has_note(&r, "nothing is known of the collector of process 7"));
	assert_true(has_note(&r, "as in a stripped program before its first collection"));
	pipeline_report_done(&r);
}

static void figures_that_nobody_knows_are_passed_over(void **state)
{
	struct go_tape *t = begin_collecting();
	struct pipeline_report r;

	(void)state;
	heap_begin(t, false, 0, 0);
	heap_figure(t, "gc.cycles_counted", 7);
	heap_figure(t, "", 7);
	heap_end(t, false);
	r = go_run(t, "gc", nothing);
	assert_int_equal(cell(&r, "programs", 0, "cycles").integer, 8);
	pipeline_report_done(&r);
}

static void a_thousand_snapshots_keep_the_sums_between_those_that_stay(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		heap_begin(t, i == 0, 0, 0);
		heap_figure(t, "gc.cycles_count", i);
		heap_end(t, i == 0);
	}
	r = go_run(t, "gc", nothing);
	assert_int_equal(n_rows(&r, "time"), 48);
	assert_int_equal(cell(&r, "programs", 0, "cycles").integer, 999);
	assert_true(sum_of(table_of(&r, "time"), "cycles") > 980);
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collections_of_the_run_are_counted),
		cmocka_unit_test(pauses_have_a_sum_and_percentiles),
		cmocka_unit_test(the_share_of_the_cpus_is_without_what_was_idle),
		cmocka_unit_test(the_run_is_shown_snapshot_by_snapshot),
		cmocka_unit_test(a_part_of_the_run_has_its_own_sums),
		cmocka_unit_test(before_1_20_the_share_follows_from_two_of_them),
		cmocka_unit_test(collections_that_were_not_told_are_named),
		cmocka_unit_test(where_nothing_is_known_it_says_so),
		cmocka_unit_test(figures_that_nobody_knows_are_passed_over),
		cmocka_unit_test(a_thousand_snapshots_keep_the_sums_between_those_that_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
