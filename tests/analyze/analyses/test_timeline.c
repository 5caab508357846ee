// SPDX-License-Identifier: BSD-2-Clause
/* What the view timeline makes of switches and wake-ups. */
#include <stdlib.h>

#include "analyze/analyses/timeline_store.h"
#include "tests/analyze/sched_tape.h"
#include "tests/support/sched_maker.h"

static const struct analysis_options nothing_asked;

static const struct timeline *timeline_of(const struct pipeline_report *report)
{
	return result_first(report->result, RESULT_TIMELINE)->timeline;
}

static uint32_t track_called(const struct timeline *t, const char *name,
			     enum timeline_track_kind kind)
{
	for (uint32_t i = 0; i < timeline_n_tracks(t); i++) {
		if (timeline_track(t, i)->kind == kind &&
		    strcmp(timeline_track(t, i)->name, name) == 0)
			return i;
	}
	return UINT32_MAX;
}

/* A track's slices, a line each: "1000-2000 running (CPU 7)". To be freed. */
static char *lines_of(const struct timeline *t, uint32_t track)
{
	char *text = NULL;
	size_t size, n;
	FILE *out = open_memstream(&text, &size);
	const struct timeline_span *s;

	assert_int_not_equal(track, UINT32_MAX);
	s = timeline_spans(t, track, &n);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%llu-%llu %s", (unsigned long long)s[i].start_ns,
			(unsigned long long)s[i].end_ns, timeline_text(t, s[i].name));
		if (s[i].detail)
			fprintf(out, " (%s)", timeline_text(t, s[i].detail));
		fprintf(out, "\n");
	}
	fclose(out);
	return text;
}

static void expect_track(const struct pipeline_report *report, enum timeline_track_kind kind,
			 const char *name, const char *expected)
{
	const struct timeline *t = timeline_of(report);
	char *lines = lines_of(t, track_called(t, name, kind));

	assert_string_equal(lines, expected);
	free(lines);
}

static void expect_thread(const struct pipeline_report *report, const char *name,
			  const char *expected)
{
	expect_track(report, TIMELINE_TRACK_THREAD, name, expected);
}

static void wake_by(struct made_world *w, uint64_t time_ns, uint32_t tid, uint32_t waker,
		    uint16_t flags)
{
	struct ev_sched_wakeup ev = { .h = sched_header(EV_SCHED_WAKEUP, time_ns, tid),
				      .waker_tid = waker,
				      .waker_tgid = waker,
				      .waking_ns = 40,
				      .flags = flags };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

/* Thread 7 reads from 2000 on; 8, which runs from START on, wakes it at 4500; it runs at 4600. */
static void put_a_wait(struct made_world *w, uint16_t flags)
{
	sched_out(w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	wake_by(w, 4500, 7, 8, flags);
	sched_in(w, 4600, 7);
	sched_out(w, 5000, 8, EV_SCHED_INTERRUPTIBLE, -1);
}

static void a_thread_has_a_slice_for_each_thing_that_it_did(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	put_a_wait(&w, 0);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	expect_thread(&report, "seven (7)",
		      "1000-2000 running (CPU 7)\n"
		      "2000-4500 sleep read (woken by eight (8))\n"
		      "4500-4600 runnable (woken)\n"
		      "4600-11000 running (CPU 7)\n");
	expect_thread(&report, "eight (8)",
		      "1000-5000 running (CPU 8)\n"
		      "5000-11000 sleep (waits on)\n");
	pipeline_report_done(&report);
}

static void waits_are_called_by_their_state_and_call(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_out(&w, 2000, 7, EV_SCHED_UNINTERRUPTIBLE, CALL_READ);
	wake_by(&w, 3000, 7, 0, EV_SCHED_IRQ);
	sched_in(&w, 3000, 7);
	sched_out(&w, 4000, 7, EV_SCHED_INTERRUPTIBLE, CALL_FUTEX);
	sched_wake(&w, 5000, 7, 0);
	sched_in(&w, 5000, 7);
	sched_out(&w, 6000, 7, EV_SCHED_STOPPED, -1);
	sched_wake(&w, 8000, 8, 0);
	sched_in(&w, 8000, 8);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	expect_thread(&report, "seven (7)",
		      "1000-2000 running (CPU 7)\n"
		      "2000-3000 disk read (woken by an interrupt)\n"
		      "3000-4000 running (CPU 7)\n"
		      "4000-5000 lock futex\n"
		      "5000-6000 running (CPU 7)\n"
		      "6000-11000 stopped (waits on)\n");
	expect_thread(&report, "eight (8)",
		      "1000-8000 blocked\n"
		      "8000-11000 running (CPU 8)\n");
	pipeline_report_done(&report);
}

/* One thread gives way to another on CPU 0. */
static void hand_over(struct made_world *w, uint64_t time_ns, uint32_t from, uint32_t to)
{
	struct ev_sched_switch ev = {
		.h = sched_header(EV_SCHED_SWITCH, time_ns, from),
		.next_tid = to,
		.next_tgid = to,
		.flags = EV_SCHED_PREV_WATCHED | EV_SCHED_NEXT_WATCHED | EV_SCHED_PREEMPTED,
		.syscall = -1,
	};

	ev.h.cpu = 0;
	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

static void who_could_run_says_who_ran_instead(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	hand_over(&w, 2000, 7, 8);
	hand_over(&w, 3500, 8, 7);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	expect_thread(&report, "seven (7)",
		      "1000-2000 running (CPU 0)\n"
		      "2000-3500 runnable (preempted, eight (8) ran)\n"
		      "3500-11000 running (CPU 0)\n");
	pipeline_report_done(&report);
}

static void a_cpu_has_who_ran_on_it(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	hand_over(&w, 2000, 7, 8);
	hand_over(&w, 3500, 8, 0);
	hand_over(&w, 4000, 0, 7);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	expect_track(&report, TIMELINE_TRACK_CPU, "CPU 0",
		     "1000-2000 seven (thread 7)\n"
		     "2000-3500 eight (thread 8)\n"
		     "4000-11000 seven (thread 7)\n");
	assert_false(has_note(&report, "another one may have run"));
	pipeline_report_done(&report);
}

static void a_cpu_whose_switches_do_not_fit_is_unknown_and_not_idle(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	hand_over(&w, 2000, 7, 0);
	hand_over(&w, 3500, 8, 7);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	expect_track(&report, TIMELINE_TRACK_CPU, "CPU 0",
		     "1000-2000 seven (thread 7)\n"
		     "2000-3500 unknown\n"
		     "3500-11000 seven (thread 7)\n");
	pipeline_report_done(&report);
}

static void how_many_could_run_is_a_counter(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct timeline_point *points;
	size_t n;

	(void)state;
	hand_over(&w, 2000, 7, 8);
	sched_wake(&w, 3000, 71, EV_SCHED_NEW);
	sched_in(&w, 3100, 71);
	hand_over(&w, 3500, 8, 7);
	hand_over(&w, 5000, 7, 8);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	points = timeline_points(timeline_of(&report),
				 track_called(timeline_of(&report), "waiting for a CPU",
					      TIMELINE_TRACK_COUNTER),
				 &n);
	/* 8 could run from the beginning; at 3500 it changed places with 7. */
	assert_int_equal(n, 4);
	assert_int_equal(points[0].ns, 1000);
	assert_int_equal(points[0].value, 1);
	assert_int_equal(points[1].ns, 3000);
	assert_int_equal(points[1].value, 2);
	assert_int_equal(points[2].ns, 3100);
	assert_int_equal(points[2].value, 1);
	assert_int_equal(points[3].ns, 11000);
	assert_int_equal(points[3].value, 0);
	pipeline_report_done(&report);
}

static void a_wake_up_is_a_link_from_where_it_was_asked_for(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	struct timeline_link link;

	(void)state;
	put_a_wait(&w, 0);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	assert_int_equal(timeline_n_links(timeline_of(&report)), 1);
	link = timeline_link(timeline_of(&report), 0);
	assert_string_equal(timeline_track(timeline_of(&report), link.from_track)->name,
			    "eight (8)");
	assert_string_equal(timeline_track(timeline_of(&report), link.to_track)->name, "seven (7)");
	assert_int_equal(link.from_ns, 4460);
	assert_int_equal(link.to_ns, 4500);
	assert_string_equal(link.name, "wakes");
	pipeline_report_done(&report);
}

static void an_interrupt_has_no_link(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	put_a_wait(&w, EV_SCHED_IRQ);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	assert_int_equal(timeline_n_links(timeline_of(&report)), 0);
	pipeline_report_done(&report);
}

static void a_new_thread_has_a_link_from_its_maker(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	wake_by(&w, 3000, 71, 7, EV_SCHED_NEW);
	sched_in(&w, 3100, 71);
	sched_out(&w, 4000, 7, EV_SCHED_INTERRUPTIBLE, -1);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	assert_int_equal(timeline_n_links(timeline_of(&report)), 1);
	assert_string_equal(timeline_link(timeline_of(&report), 0).name, "starts");
	assert_int_equal(timeline_link(timeline_of(&report), 0).to_ns, 3000);
	pipeline_report_done(&report);
}

static void a_sample_is_an_instant_of_its_thread(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1500, 7, 70);
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, -1);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	expect_thread(&report, "seven (7)",
		      "1000-2000 running (CPU 7)\n"
		      "1500-1500 sample (CPU 0)\n"
		      "2000-11000 sleep (waits on)\n");
	pipeline_report_done(&report);
}

static void tracks_are_lost_cpus_counter_processes_threads_by_tid(void **state)
{
	static const char *const expected[] = { "lost",	     "CPU 0",	  "CPU 7",
						"CPU 8",     "CPU 71",	  "waiting for a CPU",
						"seven (7)", "seven (7)", "seventy-one (71)",
						"eight (8)", "eight (8)" };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_lose(&w, 10000, 10001);
	hand_over(&w, 1500, 8, 0);
	sched_wake(&w, 3000, 71, EV_SCHED_NEW);
	sched_in(&w, 3100, 71);
	put_a_wait(&w, 0);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	assert_int_equal(timeline_n_tracks(timeline_of(&report)),
			 sizeof(expected) / sizeof(*expected));
	for (uint32_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_string_equal(timeline_track(timeline_of(&report), i)->name, expected[i]);
	assert_int_equal(timeline_track(timeline_of(&report), 8)->parent, 6);
	pipeline_report_done(&report);
}

static void what_was_lost_is_shown_and_makes_slices_unknown(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	put_a_wait(&w, 0);
	sched_lose(&w, 3000, 3100);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	expect_track(&report, TIMELINE_TRACK_GROUP, "lost", "3000-3100 lost events\n");
	expect_thread(&report, "seven (7)",
		      "1000-2000 running (CPU 7)\n"
		      "2000-4500 unknown\n"
		      "4500-4600 runnable (woken)\n"
		      "4600-11000 running (CPU 7)\n");
	expect_track(&report, TIMELINE_TRACK_CPU, "CPU 7",
		     "1000-2000 seven (thread 7)\n"
		     "2000-4600 unknown\n"
		     "4600-11000 seven (thread 7)\n");
	assert_true(has_note(&report, "what threads did is not known for 6.500 us of 20.000 us"));
	pipeline_report_done(&report);
}

static void only_what_is_between_from_and_to_is_shown(void **state)
{
	const struct filter filter = { .from = { .given = true, .ns = 3000 },
				       .to = { .given = true, .ns = 3550 } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1500, 7, 70);
	put_a_wait(&w, 0);
	report = sched_run(&w, "timeline", &filter, nothing_asked);
	expect_thread(&report, "seven (7)",
		      "4000-4500 sleep read (woken by eight (8))\n"
		      "4500-4550 runnable (woken)\n");
	expect_track(&report, TIMELINE_TRACK_CPU, "CPU 8", "4000-4550 eight (thread 8)\n");
	assert_int_equal(timeline_n_links(timeline_of(&report)), 1);
	pipeline_report_done(&report);
}

static void threads_that_are_not_asked_for_have_no_track(void **state)
{
	const struct filter filter = { .pids = { .items = { 8 }, .n = 1 } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	hand_over(&w, 2000, 7, 8);
	hand_over(&w, 3500, 8, 7);
	made_world_sample(&w, 4000, 7, 70);
	report = sched_run(&w, "timeline", &filter, nothing_asked);
	assert_int_equal(track_called(timeline_of(&report), "seven (7)", TIMELINE_TRACK_PROCESS),
			 UINT32_MAX);
	expect_track(&report, TIMELINE_TRACK_CPU, "CPU 0", "2000-3500 eight (thread 8)\n");
	assert_true(has_note(&report, "another one may have run"));
	pipeline_report_done(&report);
}

static void a_tid_that_is_used_again_is_another_thread(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	const struct timeline *t;

	(void)state;
	sched_wake(&w, 2000, 71, EV_SCHED_NEW);
	sched_in(&w, 2000, 71);
	sched_out(&w, 3000, 71, EV_SCHED_DEAD, -1);
	sched_wake(&w, 5000, 71, EV_SCHED_NEW);
	sched_in(&w, 5000, 71);
	sched_out(&w, 6000, 71, EV_SCHED_DEAD, -1);
	report = sched_run(&w, "timeline", NULL, nothing_asked);
	t = timeline_of(&report);
	expect_thread(&report, "seventy-one (71)", "2000-3000 running (CPU 71)\n");
	assert_string_equal(timeline_track(t, (uint32_t)timeline_n_tracks(t) - 1)->name,
			    "seventy-one (71)");
	assert_int_equal(timeline_n_slices(t), 4);
	pipeline_report_done(&report);
}

/* --- any order of things --- */

static void put_made(struct made_world *w, const struct sched_maker *m, uint64_t *drops)
{
	for (size_t i = 0; i < m->n_events; i++) {
		union made_event ev = m->events[i];
		size_t size = ev.h.type == EV_SCHED_SWITCH ? sizeof(ev.sw) : sizeof(ev.wakeup);

		if (!drops || sched_maker_random(drops) % 50)
			made_world_put(w, &ev.h, size, NULL, 0);
	}
}

static void expect_whole_lives(const struct timeline *t, uint64_t from_ns, uint64_t to_ns)
{
	size_t threads = 0, n;

	for (uint32_t i = 0; i < timeline_n_tracks(t); i++) {
		const struct timeline_span *s = timeline_spans(t, i, &n);
		uint64_t at = from_ns;

		if (timeline_track(t, i)->kind != TIMELINE_TRACK_THREAD)
			continue;
		threads++;
		for (size_t k = 0; k < n; at = s[k++].end_ns)
			assert_int_equal(s[k].start_ns, at);
		assert_int_equal(at, to_ns);
	}
	assert_int_equal(threads, SCHED_MAKER_THREADS);
}

static void slices_follow_each_other_through_a_whole_life(void **state)
{
	struct sched_maker *m = malloc(sizeof(*m));

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct pipeline_report report;
		struct made_world w = sched_begin();
		uint64_t drops = seed;

		sched_maker_run(m, seed);
		sched_watch(&w, m->begin_ns, 1);
		sched_watch(&w, m->now_ns, 0);
		put_made(&w, m, seed % 2 ? &drops : NULL);
		report = sched_run(&w, "timeline", NULL, nothing_asked);
		expect_whole_lives(timeline_of(&report), m->begin_ns, m->now_ns);
		pipeline_report_done(&report);
	}
	free(m);
}

/* --- the store --- */

static void the_timeline_ends_for_all_where_the_room_does(void **state)
{
	struct world *world = world_new();
	struct timeline *t = timeline_new("t", "T");
	struct timeline_slices one = { 0 }, two = { 0 };
	struct timeline_store s;

	(void)state;
	timeline_store_init(&s, world, t);
	s.most = 2;
	world->last_ns = 300;
	timeline_store_add(&s, &one, (struct timeline_span){ .start_ns = 100, .end_ns = 200 });
	timeline_store_add(&s, &one, (struct timeline_span){ .start_ns = 200, .end_ns = 300 });
	world->last_ns = 400;
	timeline_store_add(&s, &one, (struct timeline_span){ .start_ns = 300, .end_ns = 400 });
	world->last_ns = 500;
	timeline_store_add(&s, &one, (struct timeline_span){ .start_ns = 400, .end_ns = 500 });
	timeline_store_add(&s, &two, (struct timeline_span){ .start_ns = 100, .end_ns = 500 });
	assert_int_equal(one.n, 3);
	assert_int_equal(two.n, 1);
	assert_int_equal(two.items[0].end_ns, 400);
	assert_int_equal(s.left_out, 1);
	vec_done(&one);
	vec_done(&two);
	timeline_store_done(&s);
	timeline_free(t);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_has_a_slice_for_each_thing_that_it_did),
		cmocka_unit_test(waits_are_called_by_their_state_and_call),
		cmocka_unit_test(who_could_run_says_who_ran_instead),
		cmocka_unit_test(a_cpu_has_who_ran_on_it),
		cmocka_unit_test(a_cpu_whose_switches_do_not_fit_is_unknown_and_not_idle),
		cmocka_unit_test(how_many_could_run_is_a_counter),
		cmocka_unit_test(a_wake_up_is_a_link_from_where_it_was_asked_for),
		cmocka_unit_test(an_interrupt_has_no_link),
		cmocka_unit_test(a_new_thread_has_a_link_from_its_maker),
		cmocka_unit_test(a_sample_is_an_instant_of_its_thread),
		cmocka_unit_test(tracks_are_lost_cpus_counter_processes_threads_by_tid),
		cmocka_unit_test(what_was_lost_is_shown_and_makes_slices_unknown),
		cmocka_unit_test(only_what_is_between_from_and_to_is_shown),
		cmocka_unit_test(threads_that_are_not_asked_for_have_no_track),
		cmocka_unit_test(a_tid_that_is_used_again_is_another_thread),
		cmocka_unit_test(slices_follow_each_other_through_a_whole_life),
		cmocka_unit_test(the_timeline_ends_for_all_where_the_room_does),
	};

	return cmocka_run_group_tests_name("analyze/analyses/timeline", tests, NULL, NULL);
}
