// SPDX-License-Identifier: BSD-2-Clause
/* What the view wall tells of goroutines: that their time is the time that they lived. */
#include "tests/analyze/go_tape.h"

static const struct analysis_options by_goroutine = { .by = ANALYSIS_BY_GOROUTINE };
static const struct analysis_options by_goid = { .by = ANALYSIS_BY_GOID };

#define PERIOD 100 /* ns, of a sample: the usual world's */

static struct pipeline_report run_filtered(struct go_tape *t, const struct filter *filter,
					   struct analysis_options asked)
{
	static const struct filter everything;
	struct pipeline_options options = {
		.analysis = analysis_by_name("wall")->by_goroutine,
		.filter = filter ? filter : &everything,
		.options = asked,
	};
	struct pipeline_report report = { 0 };
	struct tape_reader *reader;

	made_world_end(&t->w);
	assert_int_equal(tape_reader_open_memory(t->w.tape.data, t->w.tape.size, 0, &reader, NULL),
			 0);
	assert_int_equal(pipeline_run(reader, &options, &report, NULL), 0);
	tape_reader_close(reader);
	made_world_free(&t->w);
	free(t);
	return report;
}

static struct pipeline_report run_wall(struct go_tape *t, struct analysis_options asked)
{
	return run_filtered(t, NULL, asked);
}

/* The sum of samples whose label has this text. */
static int64_t time_of(const struct pipeline_report *report, const char *key, const char *text)
{
	const struct profile *p = profile_of(report);
	int64_t sum = 0;

	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *s = profile_get_sample(p, i);
		const struct profile_label *label = profile_find_label(p, s->labels, key);

		if (label && strcmp(label->text, text) == 0)
			sum += s->values[0];
	}
	return sum;
}

static int64_t time_of_goid(const struct pipeline_report *report, int64_t goid)
{
	const struct profile *p = profile_of(report);
	int64_t sum = 0;

	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *s = profile_get_sample(p, i);
		const struct profile_label *label = profile_find_label(p, s->labels, "goid");

		assert_non_null(label);
		if (label->number == goid)
			sum += s->values[0];
	}
	return sum;
}

static void go_run_at(struct go_tape *t, uint64_t goid)
{
	struct ev_go_goroutine *ev = go_change(t, goid);

	ev->status = GO_RUNNING;
	ev->wait_reason = 0;
	ev->ustack = 0;
	ev->thread = GO_PID;
}

static void go_wait(struct go_tape *t, uint64_t goid, uint32_t reason)
{
	struct ev_go_goroutine *ev = go_change(t, goid);

	ev->status = GO_WAITING;
	ev->wait_reason = reason;
	ev->ustack = GO_STACK;
	ev->thread = 0;
}

/* So many CPU samples of a goroutine, from now on. */
static void go_samples(struct go_tape *t, uint64_t goid, size_t n)
{
	struct ev_go_running running = { .h = { .type = EV_GO_RUNNING }, .goid = goid };

	t->now_ns++;
	go_put(t, &running.h, sizeof(running), NULL, 0);
	for (size_t i = 0; i < n; i++)
		made_world_put_sample(&t->w, (struct ev_cpu_sample){ .h = { .time_ns = t->now_ns,
									    .tid = GO_PID,
									    .tgid = GO_PID },
								     .ustack = GO_STACK });
	t->now_ns--;
}

static void who_waits_all_the_time_has_it_all(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_start(t, 0, GO_RECEIVE);
	go_start(t, 1, GO_SLEEP);
	go_ticks(t, 11);
	r = run_wall(t, by_goroutine);
	assert_int_equal(profile_total(profile_of(&r), 0), 30 * GO_SECOND);
	assert_int_equal(time_of(&r, "wait", "chan receive"), 20 * GO_SECOND);
	assert_int_equal(time_of(&r, "wait", "sleep"), 10 * GO_SECOND);
	assert_int_equal(cell(&r, "states", 0, "time").integer, 20 * GO_SECOND);
	assert_string_equal(cell(&r, "states", 0, "waiting for").text, "chan receive");
	assert_int_equal((int)(cell(&r, "states", 0, "share").real * 10), 666);
	pipeline_report_done(&r);
}

static void its_type_is_time_in_nanoseconds(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 3);
	r = run_wall(t, by_goroutine);
	assert_string_equal(profile_head(profile_of(&r))->types[0].type, "time");
	assert_string_equal(profile_head(profile_of(&r))->types[0].unit, "nanoseconds");
	assert_int_equal(profile_head(profile_of(&r))->duration_ns, 2 * GO_SECOND);
	pipeline_report_done(&r);
}

static void the_time_between_two_states_is_split(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t goid;

	(void)state;
	goid = go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 3);
	go_wait(t, goid, GO_MUTEX);
	go_ticks(t, 4);
	r = run_wall(t, by_goroutine);
	assert_int_equal(time_of(&r, "wait", "chan receive"), 5 * GO_SECOND / 2);
	assert_int_equal(time_of(&r, "wait", "sync.Mutex.Lock"), 7 * GO_SECOND / 2);
	pipeline_report_done(&r);
}

static void a_goroutines_total_is_the_time_that_it_lived(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t first, second;

	(void)state;
	first = go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 5);
	second = go_start(t, 1, GO_SELECT);
	go_tick(t);
	go_wait(t, second, GO_MUTEX);
	go_run_at(t, first);
	go_ticks(t, 3);
	go_wait(t, first, GO_SEND);
	go_ticks(t, 2);
	go_end(t, second);
	go_ticks(t, 4);
	r = run_wall(t, by_goid);
	assert_int_equal(time_of_goid(&r, (int64_t)first), 14 * GO_SECOND);
	/* In 6 snapshots: 5 seconds, and half of one before and behind. */
	assert_int_equal(time_of_goid(&r, (int64_t)second), 6 * GO_SECOND);
	assert_int_equal(cell(&r, "goroutines", 0, "goroutine").integer, (int64_t)first);
	assert_int_equal(cell(&r, "goroutines", 0, "lived").integer, 14 * GO_SECOND);
	assert_int_equal(cell(&r, "goroutines", 1, "lived").integer, 6 * GO_SECOND);
	pipeline_report_done(&r);
}

static void who_is_met_once_stands_for_an_interval(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 3);
	go_start(t, 1, GO_SELECT);
	go_tick(t);
	go_end(t, 101);
	go_ticks(t, 3);
	r = run_wall(t, by_goroutine);
	assert_int_equal(time_of(&r, "wait", "select"), GO_SECOND);
	assert_true(has_note(&r, "who lives for less may be in none"));
	pipeline_report_done(&r);
}

static void time_where_snapshots_are_missing_is_unknown_and_part_of_the_total(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t goid;

	(void)state;
	goid = go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 4);
	t->lost = true;
	go_tick(t);
	t->lost = false;
	go_ticks(t, 15);
	r = run_wall(t, by_goid);
	/* The epoch's next snapshot of all is the 11th: 7 seconds nobody knows of. */
	assert_int_equal(time_of(&r, "state", "unknown"), 7 * GO_SECOND);
	assert_int_equal(time_of_goid(&r, (int64_t)goid), 19 * GO_SECOND);
	assert_int_equal(cell(&r, "goroutines", 0, "unknown").integer, 7 * GO_SECOND);
	assert_true(has_note(&r, "not known for 7.000 s of 19.000 s"));
	pipeline_report_done(&r);
}

static void without_samples_running_time_is_by_snapshots(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_run_at(t, go_start(t, 0, GO_RECEIVE));
	go_ticks(t, 5);
	r = run_wall(t, by_goroutine);
	assert_int_equal(time_of(&r, "state", "running"), 4 * GO_SECOND);
	assert_true(has_note(&r, "does not tell which goroutine a CPU sample met"));
	pipeline_report_done(&r);
}

static void running_time_is_that_of_the_samples(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t goid;

	(void)state;
	goid = go_start(t, 0, GO_RECEIVE);
	go_start(t, 1, GO_SLEEP);
	go_tick(t);
	go_samples(t, goid, 1000);
	go_ticks(t, 4);
	r = run_wall(t, by_goroutine);
	assert_int_equal(time_of(&r, "state", "running"), 1000 * PERIOD);
	/* It ran instead of what the snapshots say of it, and the other did not. */
	assert_int_equal(time_of(&r, "wait", "chan receive"), 4 * GO_SECOND - 1000 * PERIOD);
	assert_int_equal(time_of(&r, "wait", "sleep"), 4 * GO_SECOND);
	assert_int_equal(profile_total(profile_of(&r), 0), 8 * GO_SECOND);
	assert_int_equal(cell(&r, "sites", 0, "running").integer, 1000 * PERIOD);
	pipeline_report_done(&r);
}

static void what_snapshots_met_running_beyond_the_samples_is_marked(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	const struct profile *p;
	uint64_t goid;

	(void)state;
	goid = go_start(t, 0, GO_RECEIVE);
	go_run_at(t, goid);
	go_tick(t);
	go_samples(t, goid, 1000);
	go_ticks(t, 4);
	r = run_wall(t, by_goroutine);
	p = profile_of(&r);
	assert_int_equal(profile_n_samples(p), 2);
	assert_int_equal(profile_total(p, 0), 4 * GO_SECOND);
	assert_int_equal(profile_get_sample(p, 0)->values[0], 4 * GO_SECOND - 1000 * PERIOD);
	assert_int_equal(cell(&r, "states", 0, "time").integer, 4 * GO_SECOND);
	pipeline_report_done(&r);
}

static void samples_and_snapshots_of_one_maker_are_held_against_each_other(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t one, other;

	(void)state;
	one = go_start(t, 0, GO_RECEIVE);
	other = go_start(t, 0, GO_RECEIVE);
	go_run_at(t, one);
	go_tick(t);
	/* The snapshots met one of them running, the samples the other. */
	go_samples(t, other, 1000);
	go_ticks(t, 4);
	r = run_wall(t, by_goroutine);
	assert_int_equal(time_of(&r, "state", "running"), 4 * GO_SECOND);
	assert_int_equal(time_of(&r, "wait", "chan receive"), 4 * GO_SECOND);
	pipeline_report_done(&r);
}

static void who_is_in_no_snapshot_runs_in_the_place_of_those_that_are(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t goid;

	(void)state;
	goid = go_start(t, 0, GO_RECEIVE);
	go_run_at(t, goid);
	go_tick(t);
	go_samples(t, 7777, 1000);
	go_ticks(t, 4);
	r = run_wall(t, by_goroutine);
	assert_int_equal(profile_total(profile_of(&r), 0), 4 * GO_SECOND);
	assert_true(has_note(&r, "in no snapshot ran for 100.000 us"));
	pipeline_report_done(&r);
}

static void what_nobody_was_met_running_for_is_time_beyond_the_snapshots(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_tick(t);
	go_samples(t, 7777, 1000);
	go_ticks(t, 4);
	r = run_wall(t, by_goroutine);
	assert_int_equal(time_of(&r, "wait", "chan receive"), 4 * GO_SECOND);
	assert_int_equal(profile_total(profile_of(&r), 0), 4 * GO_SECOND + 1000 * PERIOD);
	pipeline_report_done(&r);
}

static void samples_of_no_goroutine_are_told_apart(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t goid;

	(void)state;
	goid = go_start(t, 0, GO_RECEIVE);
	go_tick(t);
	go_samples(t, 0, 300);
	go_samples(t, goid, 100);
	go_ticks(t, 4);
	r = run_wall(t, by_goroutine);
	assert_int_equal(time_of(&r, "state", "running"), 100 * PERIOD);
	assert_true(has_note(&r, "75.00 % of CPU time was no goroutine's"));
	pipeline_report_done(&r);
}

static void the_runtimes_own_are_left_out_unless_asked_for(void **state)
{
	struct analysis_options all = by_goroutine;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct go_tape *t = go_begin();
		struct pipeline_report r;

		go_start(t, 0, GO_RECEIVE);
		go_change(t, go_start(t, 0, GO_FINALIZER))->flags = EV_GO_SYSTEM;
		go_tick(t);
		go_samples(t, 101, 50);
		go_ticks(t, 4);
		all.all = i == 1;
		r = run_wall(t, all);
		assert_int_equal(profile_total(profile_of(&r), 0), (i ? 8 : 4) * GO_SECOND);
		assert_int_equal(has_note(&r, "1 goroutine of the runtime's own"), i == 0);
		pipeline_report_done(&r);
	}
}

static void one_goroutine_may_be_asked_for(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_start(t, 0, GO_SLEEP);
	go_ticks(t, 5);
	r = run_wall(t, (struct analysis_options){ .goid = 101 });
	assert_int_equal(profile_total(profile_of(&r), 0), 4 * GO_SECOND);
	assert_int_equal(time_of_goid(&r, 101), 4 * GO_SECOND);
	pipeline_report_done(&r);
}

static void a_goroutine_that_is_in_no_snapshot_is_called_so(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 5);
	r = run_wall(t, (struct analysis_options){ .goid = 9 });
	assert_int_equal(profile_total(profile_of(&r), 0), 0);
	assert_true(has_note(&r, "goroutine 9 is in no snapshot"));
	pipeline_report_done(&r);
}

static void one_snapshot_tells_no_time(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_tick(t);
	r = run_wall(t, by_goroutine);
	assert_int_equal(profile_n_samples(profile_of(&r)), 0);
	assert_true(has_note(&r, "no two snapshots"));
	pipeline_report_done(&r);
}

static void from_and_to_cut_the_time(void **state)
{
	const struct filter filter = { .from = { .given = true, .ns = 5 * GO_SECOND / 2 },
				       .to = { .given = true, .ns = 6 * GO_SECOND } };
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	go_ticks(t, 9);
	r = run_filtered(t, &filter, by_goroutine);
	assert_int_equal(profile_total(profile_of(&r), 0), 7 * GO_SECOND / 2);
	pipeline_report_done(&r);
}

static void an_epoch_that_states_all_moves_nobody(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_start(t, 0, GO_RECEIVE);
	t->per_epoch = 2;
	go_ticks(t, 21);
	r = run_wall(t, by_goroutine);
	assert_int_equal(time_of(&r, "wait", "chan receive"), 20 * GO_SECOND);
	/* That of one meeting in 20, and no change. */
	assert_int_equal(cell(&r, "states", 0, "error").integer / 1000000, 707);
	assert_int_equal((int)(cell(&r, "states", 0, "error of share").real * 100 + 0.5), 354);
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_all_the_time_has_it_all),
		cmocka_unit_test(its_type_is_time_in_nanoseconds),
		cmocka_unit_test(the_time_between_two_states_is_split),
		cmocka_unit_test(a_goroutines_total_is_the_time_that_it_lived),
		cmocka_unit_test(who_is_met_once_stands_for_an_interval),
		cmocka_unit_test(time_where_snapshots_are_missing_is_unknown_and_part_of_the_total),
		cmocka_unit_test(without_samples_running_time_is_by_snapshots),
		cmocka_unit_test(running_time_is_that_of_the_samples),
		cmocka_unit_test(what_snapshots_met_running_beyond_the_samples_is_marked),
		cmocka_unit_test(samples_and_snapshots_of_one_maker_are_held_against_each_other),
		cmocka_unit_test(who_is_in_no_snapshot_runs_in_the_place_of_those_that_are),
		cmocka_unit_test(what_nobody_was_met_running_for_is_time_beyond_the_snapshots),
		cmocka_unit_test(samples_of_no_goroutine_are_told_apart),
		cmocka_unit_test(the_runtimes_own_are_left_out_unless_asked_for),
		cmocka_unit_test(one_goroutine_may_be_asked_for),
		cmocka_unit_test(a_goroutine_that_is_in_no_snapshot_is_called_so),
		cmocka_unit_test(one_snapshot_tells_no_time),
		cmocka_unit_test(from_and_to_cut_the_time),
		cmocka_unit_test(an_epoch_that_states_all_moves_nobody),
	};

	return cmocka_run_group_tests_name("analyze/analyses/gowall", tests, NULL, NULL);
}
