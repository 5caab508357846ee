// SPDX-License-Identifier: BSD-2-Clause
/* What --chain says of the critical path of a thread. */
#include <stdlib.h>

#include "tests/analyze/sched_cells.h"
#include "tests/support/sched_maker.h"

static const struct filter seven = { .tids = { .n = 1, .items = { 7 } } };

static struct pipeline_report run_chain(struct made_world *w, const struct filter *filter,
					unsigned int depth)
{
	return sched_run(w, "wakeups", filter, (struct analysis_options){ .chain = depth });
}

/* Every part as a line, "1 eight running 2900". */
static void expect_path(struct pipeline_report *report, const char *expected)
{
	const struct table *t = table_of(report, "path");
	char text[2048] = "";

	assert_non_null(t);
	for (size_t i = 0; i < table_n_rows(t); i++) {
		size_t length = strlen(text);

		snprintf(text + length, sizeof(text) - length, "%d %s %s %lld\n",
			 (int)cell_at(t, i, "depth").integer, cell_at(t, i, "thread").text,
			 cell_at(t, i, "what").text, (long long)cell_at(t, i, "time").integer);
	}
	assert_string_equal(text, expected);
	pipeline_report_done(report);
}

/* 7 waits for 8 from 2000 to 8000, 8 for 71 from 1500 to 5000, and 71 naps from 3000 to 4500. */
static struct made_world three_in_a_row(void)
{
	struct made_world w = sched_begin_watched();

	sched_out(&w, 1500, 8, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_FUTEX);
	sched_out(&w, 3000, 71, EV_SCHED_INTERRUPTIBLE, 35);
	sched_wake(&w, 4500, 71, EV_SCHED_IRQ);
	sched_in(&w, 4600, 71);
	sched_wake_by(&w, 5000, 8, 71, 0);
	sched_in(&w, 5100, 8);
	sched_wake_by(&w, 8000, 7, 8, 0);
	sched_in(&w, 8100, 7);
	return w;
}

static void a_wait_is_its_waker_s_time_and_that_one_s_waker_s(void **state)
{
	struct made_world w = three_in_a_row();
	struct pipeline_report report;

	(void)state;
	report = run_chain(&w, &seven, 3);
	expect_path(&report, "0 seven running 1000\n"
			     "2 seventy-one running 1000\n"
			     "2 seventy-one blocked in nanosleep, woken by an interrupt 1500\n"
			     "2 seventy-one runnable 100\n"
			     "2 seventy-one running 400\n"
			     "1 eight runnable 100\n"
			     "1 eight running 2900\n"
			     "0 seven runnable 100\n"
			     "0 seven running 2900\n");
}

static void wakers_are_followed_as_deep_as_was_asked_for(void **state)
{
	struct made_world w = three_in_a_row();
	struct pipeline_report report;

	(void)state;
	report = run_chain(&w, &seven, 1);
	expect_path(&report, "0 seven running 1000\n"
			     "1 eight blocked in read, woken by seventy-one (71) 3000\n"
			     "1 eight runnable 100\n"
			     "1 eight running 2900\n"
			     "0 seven runnable 100\n"
			     "0 seven running 2900\n");
}

static void the_path_is_cut_to_the_time_that_was_asked_for(void **state)
{
	const struct filter filter = { .tids = { .n = 1, .items = { 7 } },
				       .from = { .given = true, .ns = 4550 - START },
				       .to = { .given = true, .ns = 6000 - START } };
	struct made_world w = three_in_a_row();
	struct pipeline_report report;

	(void)state;
	report = run_chain(&w, &filter, 3);
	/* That 8 will end the wait of 7 is known from what comes later. */
	expect_path(&report, "2 seventy-one runnable 50\n"
			     "2 seventy-one running 400\n"
			     "1 eight runnable 100\n"
			     "1 eight running 900\n");
}

static void the_sums_are_by_thread_and_kind_the_longest_first(void **state)
{
	struct made_world w = three_in_a_row();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	report = run_chain(&w, &seven, 3);
	t = table_of(&report, "chain");
	assert_int_equal(table_n_rows(t), 7);
	assert_string_equal(cell_at(t, 0, "thread").text, "seven");
	assert_string_equal(cell_at(t, 0, "what").text, "running");
	assert_int_equal(cell_at(t, 0, "time").integer, 3900);
	assert_int_equal(cell_at(t, 0, "parts").integer, 2);
	assert_int_equal(sum_of(t, "time"), SCHED_END - START);
	pipeline_report_done(&report);
}

static void whom_an_interrupt_hit_makes_no_sum_of_its_own(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		struct ev_sched_wakeup ev = { .h = sched_header(EV_SCHED_WAKEUP, 3000 + 2000 * i,
								7),
					      .waker_tid = 8 + i,
					      .waker_tgid = 8 + i,
					      .flags = EV_SCHED_IRQ };

		sched_out(&w, 2000 + 2000 * i, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
		made_world_put(&w, &ev.h, sizeof(ev), NULL, 0);
		sched_in(&w, 3000 + 2000 * i, 7);
	}
	report = run_chain(&w, &seven, 1);
	assert_int_equal(table_n_rows(table_of(&report, "chain")), 2);
	pipeline_report_done(&report);
}

static void the_time_from_asking_to_waking_is_a_part_of_its_own(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake_by(&w, 5000, 7, 8, 200);
	sched_in(&w, 5000, 7);
	sched_out(&w, 6000, 8, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	report = run_chain(&w, &seven, 1);
	expect_path(&report, "0 seven running 1000\n"
			     "1 eight running 2800\n"
			     "0 seven being woken 200\n"
			     "0 seven running 6000\n");
}

static void the_time_from_asking_to_waking_is_cut_too(void **state)
{
	const struct filter filter = { .tids = { .n = 1, .items = { 7 } },
				       .from = { .given = true, .ns = 4900 - START } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake_by(&w, 5000, 7, 8, 200);
	sched_in(&w, 5000, 7);
	sched_out(&w, 6000, 8, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	report = run_chain(&w, &filter, 1);
	expect_path(&report, "0 seven being woken 100\n"
			     "0 seven running 6000\n");
}

static void a_waker_that_was_not_watched_ends_the_chain(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake_by(&w, 5000, 7, 9, 0);
	sched_in(&w, 5000, 7);
	report = run_chain(&w, &seven, 5);
	expect_path(&report, "0 seven running 1000\n"
			     "0 seven blocked in read, woken by [unknown] (9) 3000\n"
			     "0 seven running 6000\n");
}

static void before_the_waker_was_born_the_wait_is_a_wait(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake(&w, 4000, 71, EV_SCHED_NEW);
	sched_in(&w, 4000, 71);
	sched_wake_by(&w, 5000, 7, 71, 0);
	sched_in(&w, 5000, 7);
	report = run_chain(&w, &seven, 5);
	expect_path(&report, "0 seven running 1000\n"
			     "0 seven blocked in read, woken by seventy-one (71) 2000\n"
			     "1 seventy-one running 1000\n"
			     "0 seven running 6000\n");
}

static void a_thread_is_not_there_before_its_birth_and_behind_its_end(void **state)
{
	const struct filter filter = { .tids = { .n = 1, .items = { 71 } } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_wake(&w, 4000, 71, EV_SCHED_NEW);
	sched_in(&w, 4000, 71);
	sched_out(&w, 9000, 71, EV_SCHED_DEAD, -1);
	report = run_chain(&w, &filter, 1);
	expect_path(&report, "0 seventy-one not there 3000\n"
			     "0 seventy-one running 5000\n"
			     "0 seventy-one not there 2000\n");
}

static void what_is_unknown_of_a_waker_stays_unknown(void **state)
{
	struct made_world w = three_in_a_row();
	struct pipeline_report report;

	(void)state;
	sched_lose(&w, 3100, 3200);
	report = run_chain(&w, &seven, 1);
	/* The loss lies in the waits of all three. */
	expect_path(&report, "0 seven running 1000\n"
			     "0 seven unknown 6000\n"
			     "0 seven runnable 100\n"
			     "0 seven running 2900\n");
}

static void a_wait_that_has_not_ended_goes_on_until_the_end(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	report = run_chain(&w, &seven, 5);
	expect_path(&report, "0 seven running 1000\n"
			     "0 seven blocked in read, until the end 9000\n");
}

static void of_many_threads_the_one_that_lived_longest_is_taken(void **state)
{
	static const struct filter everything;
	struct made_world w = three_in_a_row();
	struct pipeline_report report;

	(void)state;
	report = run_chain(&w, &everything, 1);
	assert_true(has_note(&report, "3 threads pass the filters: the critical path is that of "
				      "seven (7), which lived longest"));
	pipeline_report_done(&report);
}

static void without_a_thread_there_is_no_path(void **state)
{
	const struct filter filter = { .tids = { .n = 1, .items = { 12345 } } };
	struct made_world w = three_in_a_row();
	struct pipeline_report report;

	(void)state;
	report = run_chain(&w, &filter, 1);
	assert_null(table_of(&report, "path"));
	assert_true(has_note(&report, "no thread passes the filters"));
	pipeline_report_done(&report);
}

/* A random tape, in which something may be lost. */
static struct made_world random_tape(uint64_t seed, bool lossy)
{
	struct sched_maker *m = calloc(1, sizeof(*m));
	struct made_world w = made_world_begin(1000000);

	assert_non_null(m);
	sched_maker_run(m, seed);
	made_world_block_of(&w, TAPE_BLOCK_EPOCH, 1);
	made_world_epoch(&w, 1, 1000000, MADE_WORLD_WALL_NS);
	made_world_block(&w, 1, 1);
	sched_watch(&w, m->begin_ns, 1);
	sched_watch(&w, m->now_ns, 0);
	for (size_t i = 0; i < m->n_events; i++)
		made_world_put(&w, &m->events[i].h, (size_t)m->events[i].h.units * EV_UNIT, NULL,
			       0);
	if (lossy)
		sched_lose(&w, (m->begin_ns + m->now_ns) / 2, (m->begin_ns + m->now_ns) / 2 + 500);
	free(m);
	return w;
}

static void expect_whole(const struct table *t, uint64_t from, uint64_t to)
{
	uint64_t at = from;

	for (size_t i = 0; i < table_n_rows(t); i++) {
		assert_int_equal(cell_at(t, i, "after").integer, at);
		at += (uint64_t)cell_at(t, i, "time").integer;
	}
	assert_int_equal(at, to);
}

static void parts_follow_each_other_without_a_hole_whatever_happened(void **state)
{
	const uint64_t from = 100000, to = 900000;

	(void)state;
	for (uint64_t seed = 1; seed <= 16; seed++) {
		struct filter filter = {
			.tids = { .n = 1, .items = { (uint32_t)(1 + seed % SCHED_MAKER_THREADS) } },
			.from = { .given = true, .ns = from },
			.to = { .given = true, .ns = to },
		};
		struct made_world w = random_tape(seed, seed % 2);
		struct pipeline_report report =
			run_chain(&w, &filter, (unsigned int)(seed % 7) + 1);

		expect_whole(table_of(&report, "path"), from, to);
		assert_int_equal(sum_of(table_of(&report, "chain"), "time"), to - from);
		pipeline_report_done(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_is_its_waker_s_time_and_that_one_s_waker_s),
		cmocka_unit_test(wakers_are_followed_as_deep_as_was_asked_for),
		cmocka_unit_test(the_path_is_cut_to_the_time_that_was_asked_for),
		cmocka_unit_test(the_sums_are_by_thread_and_kind_the_longest_first),
		cmocka_unit_test(whom_an_interrupt_hit_makes_no_sum_of_its_own),
		cmocka_unit_test(the_time_from_asking_to_waking_is_a_part_of_its_own),
		cmocka_unit_test(the_time_from_asking_to_waking_is_cut_too),
		cmocka_unit_test(a_waker_that_was_not_watched_ends_the_chain),
		cmocka_unit_test(before_the_waker_was_born_the_wait_is_a_wait),
		cmocka_unit_test(a_thread_is_not_there_before_its_birth_and_behind_its_end),
		cmocka_unit_test(what_is_unknown_of_a_waker_stays_unknown),
		cmocka_unit_test(a_wait_that_has_not_ended_goes_on_until_the_end),
		cmocka_unit_test(of_many_threads_the_one_that_lived_longest_is_taken),
		cmocka_unit_test(without_a_thread_there_is_no_path),
		cmocka_unit_test(parts_follow_each_other_without_a_hole_whatever_happened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
