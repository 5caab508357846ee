// SPDX-License-Identifier: BSD-2-Clause
/* What the view leaks reports of programs that leak; test_leaks_sound.c is of the others. */
#include "tests/analyze/go_tape.h"

static const struct analysis_options nothing, all = { .all = true };

static const char *grade_of(const struct pipeline_report *r, size_t row)
{
	return cell(r, "leaks", row, "grade").text;
}

/* --- leaks --- */

static void what_the_runtime_reports_is_reported(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t goid;

	(void)state;
	goid = go_start(t, 0, GO_RECEIVE);
	go_tick(t);
	go_change(t, goid)->status = GO_LEAKED;
	go_tick(t);
	r = go_run(t, "leaks", nothing);
	assert_int_equal(n_rows(&r, "leaks"), 1);
	assert_string_equal(grade_of(&r, 0), "reported");
	pipeline_report_done(&r);
}

/* every: seconds between two that leak. */
static struct pipeline_report run_leak(uint32_t seconds, uint32_t every, uint32_t reason)
{
	struct go_tape *t = go_begin();

	for (uint32_t i = 0; i < seconds; i++) {
		if (i % every == every / 2)
			go_start(t, 0, reason);
		go_tick(t);
	}
	return go_run(t, "leaks", nothing);
}

static void one_leak_a_second_is_growing_within_a_minute(void **state)
{
	struct pipeline_report r = run_leak(40, 1, GO_RECEIVE);

	(void)state;
	assert_int_equal(n_rows(&r, "leaks"), 1);
	assert_string_equal(grade_of(&r, 0), "growing");
	assert_int_equal(cell(&r, "leaks", 0, "goroutines").integer, 40);
	assert_int_equal((int)(cell(&r, "leaks", 0, "a minute").real + 0.5), 60);
	pipeline_report_done(&r);
}

static void one_leak_a_minute_is_growing_within_five(void **state)
{
	struct pipeline_report r = run_leak(300, 60, GO_SELECT);

	(void)state;
	assert_int_equal(n_rows(&r, "leaks"), 1);
	assert_string_equal(grade_of(&r, 0), "growing");
	assert_int_equal(cell(&r, "leaks", 0, "goroutines").integer, 5);
	pipeline_report_done(&r);
}

static void a_leak_is_found_in_an_hour_of_snapshots(void **state)
{
	struct pipeline_report r = run_leak(3600, 30, GO_MUTEX);

	(void)state;
	assert_string_equal(grade_of(&r, 0), "growing");
	assert_int_equal(cell(&r, "leaks", 0, "goroutines").integer, 120);
	pipeline_report_done(&r);
}

static void a_leak_says_who_made_it_and_where_it_waits(void **state)
{
	struct pipeline_report r = run_leak(40, 1, GO_RECEIVE);
	const struct profile *p = profile_of(&r);
	int64_t site = cell(&r, "leaks", 0, "created by").integer;
	int64_t stack = cell(&r, "leaks", 0, "waits in").integer;

	(void)state;
	assert_int_equal(profile_get_frame(p, (uint32_t)site)->offset, GO_SITE - 0x1000 - 1);
	assert_int_equal(profile_get_frame(p, profile_get_stack(p, (uint32_t)stack)->frame)->offset,
			 0x10);
	assert_string_equal(cell(&r, "leaks", 0, "made by").text, "goroutine 1");
	assert_string_equal(cell(&r, "leaks", 0, "not known").text, "");
	assert_string_equal(cell(&r, "leaks", 0, "waiting for").text, "chan receive");
	assert_int_equal(cell(&r, "leaks", 0, "stacks").integer, 40 * 2048);
	pipeline_report_done(&r);
}

static void leaks_are_a_profile_of_goroutines(void **state)
{
	struct pipeline_report r = run_leak(40, 1, GO_RECEIVE);
	const struct profile *p = profile_of(&r);

	(void)state;
	assert_string_equal(profile_head(p)->types[0].type, "goroutine");
	assert_int_equal(profile_total(p, 0), 40);
	assert_string_equal(sched_label(p, profile_get_sample(p, 0), "grade"), "growing");
	pipeline_report_done(&r);
}

static void a_leak_among_requests_that_end_is_growing(void **state)
{
	struct go_tape *t = go_begin();
	uint64_t request[3] = { 0 };
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 120; i++) {
		uint64_t *slot = &request[i % 3];

		if (*slot && i % 8)
			go_end(t, *slot);
		*slot = go_start(t, 0, GO_SELECT);
		go_tick(t);
	}
	r = go_run(t, "leaks", nothing);
	assert_int_equal(n_rows(&r, "leaks"), 1);
	assert_string_equal(grade_of(&r, 0), "growing");
	pipeline_report_done(&r);
}

static void those_that_came_one_by_one_and_stay_are_stuck(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		go_ticks(t, 5);
		go_start(t, 0, GO_RECEIVE);
	}
	go_ticks(t, 100);
	r = go_run(t, "leaks", nothing);
	assert_int_equal(n_rows(&r, "leaks"), 1);
	assert_string_equal(grade_of(&r, 0), "stuck");
	pipeline_report_done(&r);
}

static void those_that_still_come_to_one_channel_are_stuck(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 280; i++) {
		/* Three at first, and two late: no trend. */
		if ((i > 0 && i < 4) || i == 170 || i == 171)
			go_change(t, go_start(t, 0, GO_RECEIVE))->wait_object = 0xc000;
		go_tick(t);
	}
	r = go_run(t, "leaks", nothing);
	assert_int_equal(n_rows(&r, "leaks"), 1);
	assert_string_equal(grade_of(&r, 0), "stuck");
	pipeline_report_done(&r);
}

static void those_that_wait_for_a_lock_for_long_are_stuck(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_MUTEX);
	go_start(t, 0, GO_MUTEX);
	go_ticks(t, 70);
	r = go_run(t, "leaks", nothing);
	assert_string_equal(grade_of(&r, 0), "stuck");
	pipeline_report_done(&r);
}

/* Ten that were there before the tape; each by a creator of its own. */
static struct go_tape *begin_scattered(void)
{
	struct go_tape *t = go_begin();

	for (uint32_t i = 0; i < 10; i++) {
		uint64_t goid;

		t->next_goid += 1000;
		goid = go_start(t, 0, GO_RECEIVE);
		go_change(t, goid)->creator = goid - 500;
	}
	return t;
}

static void those_of_different_makers_and_times_are_stuck(void **state)
{
	struct go_tape *t = begin_scattered();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 70);
	r = go_run(t, "leaks", nothing);
	assert_string_equal(grade_of(&r, 0), "stuck");
	pipeline_report_done(&r);
}

static void one_alone_that_waits_for_long_is_old(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 70);
	r = go_run(t, "leaks", nothing);
	assert_int_equal(n_rows(&r, "leaks"), 1);
	assert_string_equal(grade_of(&r, 0), "old");
	assert_int_equal(cell(&r, "leaks", 0, "oldest").integer, 69 * GO_SECOND);
	assert_string_equal(cell(&r, "leaks", 0, "age known").text,
			    "at least: it was there when the tape began");
	pipeline_report_done(&r);
}

static void a_collection_tells_an_age_from_before_the_tape(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t goid;

	(void)state;
	t->now_ns += 500 * GO_SECOND;
	goid = go_start(t, 0, GO_RECEIVE);
	go_change(t, goid)->wait_since_ns = START + 1;
	go_ticks(t, 3);
	r = go_run(t, "leaks", nothing);
	assert_string_equal(grade_of(&r, 0), "old");
	assert_int_equal(cell(&r, "leaks", 0, "oldest").integer, 503 * GO_SECOND - 1);
	assert_string_equal(cell(&r, "leaks", 0, "age known").text,
			    "at least: a collection saw it wait then");
	pipeline_report_done(&r);
}

static void the_age_may_be_asked_for(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 12);
	r = go_run(t, "leaks", (struct analysis_options){ .age_ns = 10 * GO_SECOND });
	assert_string_equal(grade_of(&r, 0), "old");
	pipeline_report_done(&r);
}

static void a_channel_that_all_wait_for_is_described(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 2; i++)
		go_change(t, go_start(t, 0, GO_SEND))->wait_object = 0xc000;
	go_change(t, go_start(t, 1, GO_SEND))->wait_object = 0xc000;
	go_channel(t, 0xc000, 4, 4);
	go_ticks(t, 70);
	r = go_run(t, "leaks", nothing);
	assert_string_equal(cell(&r, "leaks", 0, "at").text,
			    "0xc000 (channel, 4 of 4 in it), 1 other too, such as goroutine 102");
	assert_string_equal(cell(&r, "leaks", 1, "at").text,
			    "0xc000 (channel, 4 of 4 in it), 2 others too, such as goroutine 100");
	pipeline_report_done(&r);
}

static void a_lock_that_all_wait_for_is_described(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		go_change(t, go_start(t, 0, GO_MUTEX))->wait_object = 0xc004;
	/* Locked, three wait. */
	go_lock(t, 0xc004, (uint64_t)(3 << 3 | 1) << 32);
	go_ticks(t, 70);
	r = go_run(t, "leaks", nothing);
	assert_string_equal(cell(&r, "leaks", 0, "at").text, "0xc004 (mutex, locked, 3 wait)");
	assert_string_equal(cell(&r, "leaks", 0, "not known").text, "who has the lock");
	pipeline_report_done(&r);
}

static void each_with_a_channel_of_its_own_shows_one_of_them(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 2; i++)
		go_change(t, go_start(t, 0, GO_SEND))->wait_object = 0xc000 + i * 0x100;
	go_channel(t, 0xc000, 0, 0);
	go_ticks(t, 70);
	r = go_run(t, "leaks", nothing);
	assert_string_equal(cell(&r, "leaks", 0, "at").text,
			    "several, such as 0xc000 (channel, 0 of 0 in it)");
	assert_string_equal(cell(&r, "leaks", 0, "not known").text, "");
	pipeline_report_done(&r);
}

static void what_a_tape_does_not_tell_is_said(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		struct ev_go_goroutine *ev = go_change(t, go_start(t, 0, GO_SELECT));

		ev->creator = ev->wait_object = ev->created_at = 0;
		go_tick(t);
	}
	r = go_run(t, "leaks", nothing);
	assert_string_equal(cell(&r, "leaks", 0, "not known").text,
			    "who made them; where they were made; which channels they select from");
	pipeline_report_done(&r);
}

/* --- what is not known --- */

/* The same leak, with as many snapshots in an epoch. */
static struct pipeline_report run_epochs(uint32_t per_epoch)
{
	struct go_tape *t = go_begin();

	t->per_epoch = per_epoch;
	for (uint32_t i = 0; i < 90; i++) {
		if (i % 4 == 0)
			go_start(t, 0, GO_RECEIVE);
		go_tick(t);
	}
	return go_run(t, "leaks", nothing);
}

static void where_epochs_begin_changes_nothing(void **state)
{
	static const uint32_t per_epoch[] = { 1, 3, 7, 90 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct pipeline_report r = run_epochs(per_epoch[i]);

		assert_int_equal(n_rows(&r, "leaks"), 1);
		assert_string_equal(grade_of(&r, 0), "growing");
		assert_int_equal(cell(&r, "leaks", 0, "goroutines").integer, 23);
		assert_int_equal(cell(&r, "leaks", 0, "oldest").integer, 89 * GO_SECOND);
		pipeline_report_done(&r);
	}
}

static void an_age_does_not_reach_across_a_gap(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 33);
	t->lost = true;
	go_tick(t);
	t->lost = false;
	go_ticks(t, 46);
	r = go_run(t, "leaks", all);
	assert_int_equal(n_rows(&r, "leaks"), 0);
	assert_int_equal(cell(&r, "meant", 0, "oldest").integer, 39 * GO_SECOND);
	assert_string_equal(cell(&r, "meant", 0, "age known").text,
			    "at least: records of before are missing");
	assert_true(has_note(&r, "are not known for 6 of 79 snapshots"));
	pipeline_report_done(&r);
}

static void a_short_tape_says_that_ages_are_not_known(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 10);
	r = go_run(t, "leaks", nothing);
	assert_true(has_note(&r, "snapshots cover 9.000 s only"));
	pipeline_report_done(&r);
}

static void a_tape_without_go_says_so(void **state)
{
	struct made_world w = sched_begin();
	struct pipeline_report r = sched_run(&w, "leaks", NULL, nothing);

	(void)state;
	assert_true(has_note(&r, "no Go program was read"));
	pipeline_report_done(&r);
}

/* --- the exit status --- */

static bool alarms(unsigned int fail)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	bool alarm;

	go_start(t, 0, GO_MUTEX);
	go_start(t, 0, GO_MUTEX);
	go_ticks(t, 70);
	r = go_run(t, "leaks", (struct analysis_options){ .fail = fail });
	alarm = result_alarm(r.result);
	pipeline_report_done(&r);
	return alarm;
}

static void leaks_of_a_grade_or_stronger_are_an_alarm(void **state)
{
	(void)state;
	assert_true(alarms(ANALYSIS_OLD));
	assert_true(alarms(ANALYSIS_STUCK));
	assert_false(alarms(ANALYSIS_GROWING));
	assert_false(alarms(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_runtime_reports_is_reported),
		cmocka_unit_test(one_leak_a_second_is_growing_within_a_minute),
		cmocka_unit_test(one_leak_a_minute_is_growing_within_five),
		cmocka_unit_test(a_leak_is_found_in_an_hour_of_snapshots),
		cmocka_unit_test(a_leak_says_who_made_it_and_where_it_waits),
		cmocka_unit_test(leaks_are_a_profile_of_goroutines),
		cmocka_unit_test(a_leak_among_requests_that_end_is_growing),
		cmocka_unit_test(those_that_came_one_by_one_and_stay_are_stuck),
		cmocka_unit_test(those_that_still_come_to_one_channel_are_stuck),
		cmocka_unit_test(those_that_wait_for_a_lock_for_long_are_stuck),
		cmocka_unit_test(those_of_different_makers_and_times_are_stuck),
		cmocka_unit_test(one_alone_that_waits_for_long_is_old),
		cmocka_unit_test(a_collection_tells_an_age_from_before_the_tape),
		cmocka_unit_test(the_age_may_be_asked_for),
		cmocka_unit_test(a_channel_that_all_wait_for_is_described),
		cmocka_unit_test(a_lock_that_all_wait_for_is_described),
		cmocka_unit_test(each_with_a_channel_of_its_own_shows_one_of_them),
		cmocka_unit_test(what_a_tape_does_not_tell_is_said),
		cmocka_unit_test(where_epochs_begin_changes_nothing),
		cmocka_unit_test(an_age_does_not_reach_across_a_gap),
		cmocka_unit_test(a_short_tape_says_that_ages_are_not_known),
		cmocka_unit_test(a_tape_without_go_says_so),
		cmocka_unit_test(leaks_of_a_grade_or_stronger_are_an_alarm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
