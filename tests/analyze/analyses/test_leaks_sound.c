// SPDX-License-Identifier: BSD-2-Clause
/* What the view leaks does not report: programs that do not leak, and look as if they did. */
#include "tests/analyze/go_tape.h"

static const struct analysis_options nothing, all = { .all = true };

static const char *grade_of(const struct pipeline_report *r, size_t row)
{
	return cell(r, "leaks", row, "grade").text;
}

/* The kind that the table of what is meant to wait says of the first row. */
static void expect_meant(struct pipeline_report *r, const char *kind)
{
	assert_int_equal(n_rows(r, "leaks"), 0);
	assert_int_equal(n_rows(r, "meant"), 1);
	assert_string_equal(cell(r, "meant", 0, "grade").text, kind);
	pipeline_report_done(r);
}

/* Ten that were there before the tape, each made by what made a reader of a connection, too. */
static struct go_tape *begin_scattered(void)
{
	struct go_tape *t = go_begin();

	for (uint32_t i = 0; i < 10; i++) {
		uint64_t goid;

		t->next_goid += 1000;
		goid = go_start(t, 0, GO_RECEIVE);
		go_change(t, goid)->creator = goid - 500;
		goid = go_start(t, 1, GO_IO);
		go_change(t, goid)->creator = goid - 501;
	}
	return t;
}

/* n at one place, one every five seconds, then nothing for a while. */
static struct pipeline_report run_arrivals(uint32_t n, uint32_t quiet, uint32_t reason,
					   uint64_t object)
{
	struct go_tape *t = go_begin();

	go_channel(t, 0xc000, 0, 0);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t goid;

		go_ticks(t, 5);
		goid = go_start(t, 0, reason);
		go_change(t, goid)->wait_object = object;
	}
	go_ticks(t, quiet);
	return go_run(t, "leaks", all);
}

static void a_pool_that_came_one_by_one_and_is_full_is_no_leak(void **state)
{
	struct pipeline_report r = run_arrivals(8, 200, GO_RECEIVE, 0xc000);

	(void)state;
	expect_meant(&r, "pool");
}

static void workers_that_select_and_came_one_by_one_are_no_leak(void **state)
{
	struct pipeline_report r = run_arrivals(8, 200, GO_SELECT, 0);

	(void)state;
	expect_meant(&r, "pool");
}

static void a_pool_of_steady_size_is_no_leak(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 300);
	r = go_run(t, "leaks", all);
	expect_meant(&r, "pool");
}

static void a_pool_that_is_made_during_the_tape_is_no_leak(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 100);
	for (uint32_t i = 0; i < 50; i++)
		go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 200);
	r = go_run(t, "leaks", all);
	expect_meant(&r, "pool");
}

static void goroutines_of_connections_are_no_leak(void **state)
{
	struct go_tape *t = begin_scattered();
	struct pipeline_report r;

	(void)state;
	go_ticks(t, 300);
	r = go_run(t, "leaks", all);
	assert_int_equal(n_rows(&r, "leaks"), 0);
	assert_string_equal(cell(&r, "meant", 0, "grade").text, "network");
	assert_string_equal(cell(&r, "meant", 1, "grade").text, "peer");
	pipeline_report_done(&r);
}

static void connections_that_grow_in_number_are_no_leak(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		uint64_t maker = t->next_goid += 2;

		go_change(t, go_start(t, 0, GO_SELECT))->creator = maker;
		go_change(t, go_start(t, 1, GO_IO))->creator = maker;
		go_tick(t);
	}
	r = go_run(t, "leaks", all);
	assert_int_equal(n_rows(&r, "leaks"), 0);
	assert_string_equal(cell(&r, "meant", 1, "grade").text, "peer");
	pipeline_report_done(&r);
}

/* As of HTTP/2: one listens, makes one for each connection, which makes a reader. */
static void those_that_made_a_reader_are_of_its_connection(void **state)
{
	struct go_tape *t = go_begin();
	uint64_t listener = go_start(t, 2, GO_IO);
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		uint64_t goid = go_start(t, 0, GO_SELECT);

		go_change(t, goid)->creator = listener;
		go_change(t, go_start(t, 1, GO_IO))->creator = goid;
		go_tick(t);
	}
	r = go_run(t, "leaks", all);
	assert_int_equal(n_rows(&r, "leaks"), 0);
	assert_string_equal(cell(&r, "meant", 2, "grade").text, "peer");
	pipeline_report_done(&r);
}

static void those_born_with_a_reader_are_of_its_connection(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		t->next_goid += 5;
		go_change(t, go_start(t, 0, GO_IO))->creator = 0;
		go_change(t, go_start(t, 1, GO_SELECT))->creator = 0;
		go_tick(t);
	}
	r = go_run(t, "leaks", all);
	assert_int_equal(n_rows(&r, "leaks"), 0);
	assert_string_equal(cell(&r, "meant", 1, "grade").text, "peer");
	pipeline_report_done(&r);
}

static void who_waits_for_a_lock_leaks_though_its_client_is_there(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		uint64_t goid = go_start(t, 0, GO_MUTEX);

		go_change(t, go_start(t, 1, GO_IO))->creator = goid;
		go_tick(t);
	}
	r = go_run(t, "leaks", nothing);
	assert_int_equal(n_rows(&r, "leaks"), 1);
	assert_string_equal(grade_of(&r, 0), "growing");
	pipeline_report_done(&r);
}

/* Four that come one after another, each with a channel of its own. */
static struct pipeline_report run_timers(uint32_t timed, uint32_t element_bytes)
{
	struct go_tape *t = go_begin();

	for (uint32_t i = 0; i < 4; i++) {
		go_ticks(t, 5);
		go_change(t, go_start(t, 0, GO_RECEIVE))->wait_object = 0xc000 + i * 0x100;
		go_channel(t, 0xc000 + i * 0x100, 0, 1);
		t->channels[i].timed = timed;
		t->channels[i].element_bytes = element_bytes;
	}
	go_ticks(t, 200);
	return go_run(t, "leaks", all);
}

static void who_waits_for_a_timer_is_no_leak(void **state)
{
	struct pipeline_report told = run_timers(1, 8), alike = run_timers(0, 24);
	struct pipeline_report other = run_timers(0, 16);

	(void)state;
	expect_meant(&told, "timer");
	expect_meant(&alike, "timer");
	assert_string_equal(grade_of(&other, 0), "stuck");
	pipeline_report_done(&other);
}

static void one_that_stays_among_others_that_go_is_old(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t goid = 0;

	(void)state;
	go_start(t, 0, GO_SELECT);
	for (uint32_t i = 0; i < 100; i++) {
		if (goid)
			go_end(t, goid);
		goid = go_start(t, 0, GO_SELECT);
		go_tick(t);
	}
	r = go_run(t, "leaks", nothing);
	assert_int_equal(n_rows(&r, "leaks"), 1);
	assert_string_equal(grade_of(&r, 0), "old");
	pipeline_report_done(&r);
}

static void a_burst_that_ends_is_no_leak(void **state)
{
	struct go_tape *t = go_begin();
	uint64_t burst[200];
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		burst[i] = go_start(t, 0, GO_SELECT);
		go_tick(t);
	}
	for (uint32_t i = 0; i < 199; i++)
		go_end(t, burst[i]);
	go_ticks(t, 100);
	r = go_run(t, "leaks", nothing);
	for (size_t i = 0; i < n_rows(&r, "leaks"); i++)
		assert_string_equal(grade_of(&r, i), "old");
	pipeline_report_done(&r);
}

/* Each of 30 s; their number rises until then, and levels off. */
static void long_polls_are_no_leak(void **state)
{
	struct go_tape *t = go_begin();
	uint64_t poll[300];
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		poll[i] = go_start(t, 0, GO_SELECT);
		if (i >= 30)
			go_end(t, poll[i - 30]);
		go_tick(t);
	}
	r = go_run(t, "leaks", all);
	expect_meant(&r, "young");
}

static void a_pool_whose_workers_work_is_no_leak(void **state)
{
	struct go_tape *t = go_begin();
	uint64_t worker[6];
	struct pipeline_report r;

	(void)state;
	for (uint32_t i = 0; i < 6; i++) {
		worker[i] = go_start(t, 0, GO_RECEIVE);
		go_ticks(t, 3);
	}
	for (uint32_t i = 0; i < 300; i++) {
		go_stir(t, worker[i % 6]);
		go_tick(t);
	}
	r = go_run(t, "leaks", all);
	expect_meant(&r, "young");
}

static void expect_kind(uint32_t reason, uint32_t flags, const char *kind)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	go_change(t, go_start(t, 0, reason))->flags = flags;
	go_ticks(t, 100);
	r = go_run(t, "leaks", all);
	expect_meant(&r, kind);
}

static void who_waits_for_the_network_is_no_leak(void **state)
{
	(void)state;
	expect_kind(GO_IO, 0, "network");
}

static void who_sleeps_is_no_leak(void **state)
{
	(void)state;
	expect_kind(GO_SLEEP, 0, "timer");
}

static void the_runtimes_own_are_no_leak(void **state)
{
	(void)state;
	expect_kind(GO_FINALIZER, 0, "runtime");
	expect_kind(GO_RECEIVE, EV_GO_SYSTEM, "runtime");
}

static void the_first_goroutine_is_no_leak(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	t->next_goid = 1;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 100);
	r = go_run(t, "leaks", all);
	expect_meant(&r, "main");
}

static void what_is_meant_to_wait_is_shown_on_request_alone(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_SLEEP);
	go_ticks(t, 100);
	r = go_run(t, "leaks", nothing);
	assert_null(table_of(&r, "meant"));
	assert_true(has_note(&r, "1 goroutine that wait are meant to"));
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pool_that_came_one_by_one_and_is_full_is_no_leak),
		cmocka_unit_test(workers_that_select_and_came_one_by_one_are_no_leak),
		cmocka_unit_test(a_pool_of_steady_size_is_no_leak),
		cmocka_unit_test(a_pool_that_is_made_during_the_tape_is_no_leak),
		cmocka_unit_test(goroutines_of_connections_are_no_leak),
		cmocka_unit_test(connections_that_grow_in_number_are_no_leak),
		cmocka_unit_test(those_that_made_a_reader_are_of_its_connection),
		cmocka_unit_test(those_born_with_a_reader_are_of_its_connection),
		cmocka_unit_test(who_waits_for_a_lock_leaks_though_its_client_is_there),
		cmocka_unit_test(who_waits_for_a_timer_is_no_leak),
		cmocka_unit_test(one_that_stays_among_others_that_go_is_old),
		cmocka_unit_test(a_burst_that_ends_is_no_leak),
		cmocka_unit_test(long_polls_are_no_leak),
		cmocka_unit_test(a_pool_whose_workers_work_is_no_leak),
		cmocka_unit_test(who_waits_for_the_network_is_no_leak),
		cmocka_unit_test(who_sleeps_is_no_leak),
		cmocka_unit_test(the_runtimes_own_are_no_leak),
		cmocka_unit_test(the_first_goroutine_is_no_leak),
		cmocka_unit_test(what_is_meant_to_wait_is_shown_on_request_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
