// SPDX-License-Identifier: BSD-2-Clause
/* What the view timeline shows of goroutines. */
#include "analyze/analyses/timeline_goroutines.h"
#include "analyze/outputs/timeline_names.h"
#include "tests/analyze/go_tape.h"

static const struct analysis_options nothing;

static const struct timeline *timeline_of(const struct pipeline_report *report)
{
	return result_first(report->result, RESULT_TIMELINE)->timeline;
}

static uint32_t track_called(const struct timeline *t, const char *name)
{
	for (uint32_t i = 0; i < timeline_n_tracks(t); i++) {
		if (strcmp(timeline_track(t, i)->name, name) == 0)
			return i;
	}
	return UINT32_MAX;
}

/* A track's slices, a line each: "1000-3000 sleep", times in ms behind the tape's start. */
static void expect(const struct pipeline_report *report, const char *name, const char *expected)
{
	const struct timeline *t = timeline_of(report);
	uint32_t track = track_called(t, name);
	char *text = NULL;
	size_t size, n;
	FILE *out = open_memstream(&text, &size);
	const struct timeline_span *s;

	assert_int_not_equal(track, UINT32_MAX);
	s = timeline_spans(t, track, &n);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%llu-%llu %s\n",
			(unsigned long long)(s[i].start_ns - START) / 1000000,
			(unsigned long long)(s[i].end_ns - START) / 1000000,
			timeline_text(t, s[i].name));
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void a_goroutine_has_a_track_below_its_process(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	const struct timeline_track *track;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 3);
	r = go_run(t, "timeline", nothing);
	expect(&r, "g 100", "1000-3000 chan receive\n");
	track = timeline_track(timeline_of(&r), track_called(timeline_of(&r), "g 100"));
	track = timeline_track(timeline_of(&r), track->parent);
	assert_string_equal(track->name, "goroutines");
	assert_string_equal(timeline_track(timeline_of(&r), track->parent)->name, "seven (7)");
	pipeline_report_done(&r);
}

static void a_change_is_in_the_middle_between_two_snapshots(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 3);
	go_change(t, 100)->wait_reason = GO_SLEEP;
	go_start(t, 0, GO_SELECT);
	go_ticks(t, 2);
	go_end(t, 101);
	go_ticks(t, 2);
	r = go_run(t, "timeline", nothing);
	expect(&r, "g 100", "1000-3500 chan receive\n3500-7000 sleep\n");
	expect(&r, "g 101", "3500-5500 select\n");
	pipeline_report_done(&r);
}

static void an_epoch_that_states_all_changes_nothing(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	t->per_epoch = 2;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 9);
	r = go_run(t, "timeline", nothing);
	expect(&r, "g 100", "1000-9000 chan receive\n");
	pipeline_report_done(&r);
}

static void where_snapshots_are_missing_it_is_unknown(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 4);
	t->lost = true;
	go_tick(t);
	t->lost = false;
	go_ticks(t, 8);
	r = go_run(t, "timeline", nothing);
	expect(&r, "g 100",
	       "1000-4000 chan receive\n4000-11000 unknown\n11000-13000 chan receive\n");
	pipeline_report_done(&r);
}

/* The process' thread is told to run a goroutine, and leaves its CPU or enters it. */
static void tell(struct go_tape *t, uint64_t ms, uint64_t goid)
{
	struct ev_go_running ev = { .h = { .type = EV_GO_RUNNING,
					   .time_ns = START + ms * 1000000,
					   .tid = GO_PID,
					   .tgid = GO_PID },
				    .goid = goid };

	made_world_put(&t->w, &ev.h, sizeof(ev), NULL, 0);
}

static void out(struct go_tape *t, uint64_t ms, uint16_t why)
{
	sched_out(&t->w, START + ms * 1000000, GO_PID, why, -1);
}

static void in(struct go_tape *t, uint64_t ms)
{
	sched_in(&t->w, START + ms * 1000000, GO_PID);
}

static void what_a_thread_ran_between_two_switches_is_exact(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 2);
	tell(t, 2100, 100);
	out(t, 2100, EV_SCHED_RUNNING);
	in(t, 2300);
	out(t, 2400, EV_SCHED_INTERRUPTIBLE);
	in(t, 2600);
	tell(t, 2700, 0);
	out(t, 2700, EV_SCHED_INTERRUPTIBLE);
	go_ticks(t, 2);
	r = go_run(t, "timeline", nothing);
	expect(&r, "g 100",
	       "1000-2100 chan receive\n"
	       "2100-2300 running\n"
	       "2300-2400 running\n"
	       "2400-2600 syscall\n"
	       "2600-4000 chan receive\n");
	pipeline_report_done(&r);
}

static void a_sample_is_an_instant_on_it(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 2);
	tell(t, 2100, 100);
	made_world_sample(&t->w, START + 2100000000, GO_PID, GO_STACK);
	go_ticks(t, 1);
	r = go_run(t, "timeline", nothing);
	expect(&r, "g 100", "1000-3000 chan receive\n2100-2100 sample\n");
	pipeline_report_done(&r);
}

static void names_of_functions_are_filled_in_later(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	struct symbolizer_options options = { .no_files = true };
	struct symbolizer *names;
	const struct timeline_span *s;
	size_t n;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_change(t, 100)->start = 0x1100;
	go_ticks(t, 3);
	r = go_run(t, "timeline", nothing);
	s = timeline_spans(timeline_of(&r), track_called(timeline_of(&r), "g 100"), &n);
	assert_int_equal(n, 1);
	assert_string_equal(timeline_text(timeline_of(&r), s->detail), "in ");
	options.bundle = r.bundle;
	names = symbolizer_new(&options);
	timeline_names(r.result, names);
	symbolizer_free(names);
	assert_string_equal(timeline_text(timeline_of(&r), s->detail), "in [one] ← [one]");
	assert_int_not_equal(track_called(timeline_of(&r), "g 100 [one]"), UINT32_MAX);
	pipeline_report_done(&r);
}

static void those_that_changed_most_have_tracks_where_they_are_too_many(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t busy;

	(void)state;
	for (int i = 0; i < TIMELINE_GOROUTINES_TRACKS + 5; i++)
		busy = go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 2);
	go_change(t, busy)->wait_reason = GO_SLEEP;
	go_ticks(t, 2);
	r = go_run(t, "timeline", nothing);
	assert_true(has_note(&r, "5 goroutines have no track"));
	expect(&r, "g 1104", "1000-2500 chan receive\n2500-4000 sleep\n");
	assert_int_equal(track_called(timeline_of(&r), "g 1103"), UINT32_MAX);
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_goroutine_has_a_track_below_its_process),
		cmocka_unit_test(a_change_is_in_the_middle_between_two_snapshots),
		cmocka_unit_test(an_epoch_that_states_all_changes_nothing),
		cmocka_unit_test(where_snapshots_are_missing_it_is_unknown),
		cmocka_unit_test(what_a_thread_ran_between_two_switches_is_exact),
		cmocka_unit_test(a_sample_is_an_instant_on_it),
		cmocka_unit_test(names_of_functions_are_filled_in_later),
		cmocka_unit_test(those_that_changed_most_have_tracks_where_they_are_too_many),
	};

	return cmocka_run_group_tests_name("analyze/analyses/timeline_goroutines", tests, NULL,
					   NULL);
}
