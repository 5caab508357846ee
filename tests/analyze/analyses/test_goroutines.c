// SPDX-License-Identifier: BSD-2-Clause
/* What the view goroutines shows of a Go program. */
#include "tests/analyze/go_tape.h"

static const struct analysis_options nothing;

/* Three that receive and two that sleep, of two go statements, and one that runs. */
static struct go_tape *begin_six(void)
{
	struct go_tape *t = go_begin();

	for (uint32_t i = 0; i < 3; i++)
		go_start(t, 0, GO_RECEIVE);
	for (uint32_t i = 0; i < 2; i++)
		go_start(t, 1, GO_SLEEP);
	*go_change(t, go_start(t, 1, GO_NONE)) =
		(struct ev_go_goroutine){ .h = { .type = EV_GO_GOROUTINE },
					  .goid = t->next_goid - 1,
					  .created_at = GO_SITE + 1,
					  .status = GO_RUNNING,
					  .thread = 9 };
	return t;
}

static void goroutines_are_counted_by_state_and_reason(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	r = go_run(t, "goroutines", nothing);
	assert_int_equal(n_rows(&r, "states"), 3);
	assert_int_equal(cell(&r, "states", 0, "goroutines").integer, 3);
	assert_string_equal(cell(&r, "states", 0, "state").text, "waiting");
	assert_string_equal(cell(&r, "states", 0, "waiting for").text, "chan receive");
	assert_string_equal(cell(&r, "states", 1, "waiting for").text, "sleep");
	assert_string_equal(cell(&r, "states", 2, "state").text, "running");
	pipeline_report_done(&r);
}

static void goroutines_are_counted_by_who_made_them(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;
	const struct profile *p;
	int64_t site;

	(void)state;
	go_ticks(t, 3);
	go_start(t, 0, GO_RECEIVE);
	go_tick(t);
	r = go_run(t, "goroutines", nothing);
	p = profile_of(&r);
	site = cell(&r, "sites", 0, "created by").integer;
	assert_int_equal(n_rows(&r, "sites"), 2);
	assert_int_equal(cell(&r, "sites", 0, "goroutines").integer, 4);
	assert_int_equal(cell(&r, "sites", 0, "first").integer, 3);
	assert_int_equal(cell(&r, "sites", 0, "middle").integer, 3);
	assert_int_equal(cell(&r, "sites", 0, "most").integer, 4);
	assert_int_equal((int)(cell(&r, "sites", 0, "a minute").real + 0.5), 20);
	assert_int_equal(profile_get_frame(p, (uint32_t)site)->offset, GO_SITE - 0x1000 - 1);
	assert_int_equal(cell(&r, "sites", 1, "waiting").integer, 2);
	pipeline_report_done(&r);
}

static void they_are_a_profile_as_the_runtimes(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;
	const struct profile *p;

	(void)state;
	go_tick(t);
	r = go_run(t, "goroutines", nothing);
	p = profile_of(&r);
	assert_string_equal(profile_head(p)->types[0].type, "goroutine");
	assert_string_equal(profile_head(p)->types[0].unit, "count");
	assert_int_equal(profile_total(p, 0), 6);
	assert_int_equal(profile_n_samples(p), 3);
	assert_string_equal(sched_label(p, profile_get_sample(p, 0), "wait"), "chan receive");
	pipeline_report_done(&r);
}

static void the_runtimes_own_are_left_out_of_the_profile(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_change(t, 100)->flags = EV_GO_SYSTEM;
	go_tick(t);
	r = go_run(t, "goroutines", nothing);
	assert_int_equal(profile_total(profile_of(&r), 0), 5);
	assert_true(has_note(&r, "leaves 1 of the runtime's own out"));
	pipeline_report_done(&r);
}

static void the_last_snapshot_before_to_is_shown(void **state)
{
	const struct filter until = { .to = { .given = true, .ns = 2 * GO_SECOND } };
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 2);
	go_end(t, 100);
	go_start(t, 5, GO_SELECT);
	go_start(t, 5, GO_SELECT);
	go_ticks(t, 20);
	r = sched_run(&t->w, "goroutines", &until, (struct analysis_options){ .at = true });
	free(t);
	assert_int_equal(profile_total(profile_of(&r), 0), 6);
	assert_null(table_of(&r, "time"));
	pipeline_report_done(&r);
}

static void their_number_is_shown_over_the_run(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 2);
	go_end(t, 100);
	go_tick(t);
	r = go_run(t, "goroutines", nothing);
	assert_int_equal(n_rows(&r, "time"), 3);
	assert_int_equal(cell(&r, "time", 0, "goroutines").integer, 6);
	assert_int_equal(cell(&r, "time", 0, "at").integer, GO_SECOND);
	assert_int_equal(cell(&r, "time", 2, "goroutines").integer, 5);
	pipeline_report_done(&r);
}

static void a_thousand_snapshots_keep_their_first_and_last_numbers(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		go_start(t, 0, GO_RECEIVE);
		go_tick(t);
	}
	r = go_run(t, "goroutines", nothing);
	assert_int_equal(n_rows(&r, "time"), 24);
	assert_int_equal(cell(&r, "time", 0, "goroutines").integer, 1);
	assert_true(cell(&r, "time", 23, "goroutines").integer > 990);
	assert_int_equal((int)(cell(&r, "sites", 0, "a minute").real + 0.5), 60);
	pipeline_report_done(&r);
}

static void who_was_there_in_the_middle_of_a_long_run_is_counted(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t goid;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 140);
	goid = go_start(t, 1, GO_SELECT);
	go_ticks(t, 100);
	go_end(t, goid);
	go_ticks(t, 760);
	r = go_run(t, "goroutines", nothing);
	assert_int_equal(n_rows(&r, "sites"), 2);
	assert_int_equal(cell(&r, "sites", 1, "most").integer, 1);
	assert_int_equal(cell(&r, "sites", 1, "goroutines").integer, 0);
	pipeline_report_done(&r);
}

static void a_dump_has_each_one_as_the_runtime_prints_it(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 130);
	r = go_run(t, "goroutines", (struct analysis_options){ .dump = true });
	assert_int_equal(n_rows(&r, "dump"), 6);
	assert_string_equal(cell(&r, "dump", 0, "goroutine").text,
			    "goroutine 100 [chan receive, 2 minutes]:");
	assert_string_equal(cell(&r, "dump", 5, "goroutine").text, "goroutine 105 [running]:");
	assert_int_equal(cell(&r, "dump", 0, "creator").integer, 1);
	assert_int_equal(cell(&r, "dump", 5, "stack").integer, PROFILE_ROOT);
	pipeline_report_done(&r);
}

static void one_goroutines_life_is_a_row_for_each_stretch(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 15);
	go_change(t, 101)->wait_reason = GO_SELECT;
	go_ticks(t, 5);
	go_end(t, 101);
	go_ticks(t, 5);
	r = go_run(t, "goroutines", (struct analysis_options){ .goid = 101 });
	assert_int_equal(n_rows(&r, "life"), 3);
	assert_string_equal(cell(&r, "life", 0, "waiting for").text, "chan receive");
	assert_int_equal(cell(&r, "life", 0, "for").integer, 15 * GO_SECOND);
	assert_string_equal(cell(&r, "life", 1, "waiting for").text, "select");
	assert_int_equal(cell(&r, "life", 1, "for").integer, 5 * GO_SECOND);
	assert_string_equal(cell(&r, "life", 2, "state").text, "ended");
	pipeline_report_done(&r);
}

static void a_runtime_that_is_not_read_says_why(void **state)
{
	static const char why[] = "no rights to read its memory";
	struct ev_go_runtime ev = { .h = { .type = EV_GO_RUNTIME }, .flags = EV_GO_OFF };
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	made_world_usual_epoch(&t->w, 1, t->now_ns);
	go_put(t, &ev.h, sizeof(ev), why, sizeof(why));
	r = go_run(t, "goroutines", nothing);
	assert_true(has_note(&r, "process 7 was not read: no rights to read its memory"));
	assert_string_equal(cell(&r, "programs", 0, "version").text, "not read");
	pipeline_report_done(&r);
}

static void processes_that_do_not_pass_the_filter_are_left_out(void **state)
{
	const struct filter other = { .pids = { .n = 1, .items = { 8 } } };
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 3);
	r = sched_run(&t->w, "goroutines", &other, nothing);
	free(t);
	assert_int_equal(n_rows(&r, "states"), 0);
	pipeline_report_done(&r);
}

static void how_snapshots_went_is_told(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	go_change(t, 100)->flags = EV_GO_TORN;
	go_ticks(t, 2);
	r = go_run(t, "goroutines", nothing);
	assert_int_equal(cell(&r, "programs", 0, "snapshots").integer, 3);
	assert_int_equal(cell(&r, "programs", 0, "torn").integer, 1);
	assert_int_equal(cell(&r, "programs", 0, "changed").integer, 7);
	assert_string_equal(cell(&r, "programs", 0, "version").text, "go1.24");
	pipeline_report_done(&r);
}

static void a_moment_before_the_first_snapshot_is_called_so(void **state)
{
	const struct filter until = { .to = { .given = true, .ns = GO_SECOND / 2 } };
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 3);
	r = sched_run(&t->w, "goroutines", &until, (struct analysis_options){ .at = true });
	free(t);
	assert_int_equal(n_rows(&r, "states"), 0);
	assert_true(has_note(&r,
			     "no snapshot of goroutines is that early: the first was taken 1.000 s "
			     "after the tape's start"));
	assert_false(has_note(&r, "no Go program was read"));
	pipeline_report_done(&r);
}

static void a_goroutine_that_was_never_met_is_called_so(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 3);
	r = go_run(t, "goroutines", (struct analysis_options){ .goid = 9 });
	assert_int_equal(n_rows(&r, "life"), 0);
	assert_true(has_note(&r, "goroutine 9 is in no snapshot"));
	pipeline_report_done(&r);
}

static void a_tape_without_goroutines_says_so(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r = sched_run(&w, "goroutines", NULL, nothing);

	(void)state;
	assert_true(has_note(&r, "no Go program was read"));
	pipeline_report_done(&r);
}

static void the_summary_names_the_views_of_goroutines(void **state)
{
	struct go_tape *t = begin_six();
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	r = go_run(t, "summary", nothing);
	assert_true(has_note(&r, "see also: analyze goroutines | leaks"));
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goroutines_are_counted_by_state_and_reason),
		cmocka_unit_test(goroutines_are_counted_by_who_made_them),
		cmocka_unit_test(they_are_a_profile_as_the_runtimes),
		cmocka_unit_test(the_runtimes_own_are_left_out_of_the_profile),
		cmocka_unit_test(the_last_snapshot_before_to_is_shown),
		cmocka_unit_test(their_number_is_shown_over_the_run),
		cmocka_unit_test(a_thousand_snapshots_keep_their_first_and_last_numbers),
		cmocka_unit_test(who_was_there_in_the_middle_of_a_long_run_is_counted),
		cmocka_unit_test(a_dump_has_each_one_as_the_runtime_prints_it),
		cmocka_unit_test(one_goroutines_life_is_a_row_for_each_stretch),
		cmocka_unit_test(a_runtime_that_is_not_read_says_why),
		cmocka_unit_test(processes_that_do_not_pass_the_filter_are_left_out),
		cmocka_unit_test(how_snapshots_went_is_told),
		cmocka_unit_test(a_moment_before_the_first_snapshot_is_called_so),
		cmocka_unit_test(a_goroutine_that_was_never_met_is_called_so),
		cmocka_unit_test(a_tape_without_goroutines_says_so),
		cmocka_unit_test(the_summary_names_the_views_of_goroutines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
