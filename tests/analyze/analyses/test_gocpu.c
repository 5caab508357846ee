// SPDX-License-Identifier: BSD-2-Clause
/* What the views cpu and offcpu tell of goroutines: whose the samples and waits were. */
#include "tests/analyze/go_tape.h"

#define PERIOD 100 /* ns, of a sample: the usual world's */

static const struct analysis_options by_goroutine = { .by = ANALYSIS_BY_GOROUTINE };
static const struct analysis_options by_goid = { .by = ANALYSIS_BY_GOID };

static struct pipeline_report run_by(struct made_world *w, const char *view,
				     struct analysis_options asked)
{
	static const struct filter everything;
	struct pipeline_options options = {
		.analysis = analysis_by_name(view)->by_goroutine,
		.filter = &everything,
		.options = asked,
	};
	struct pipeline_report report = { 0 };
	struct tape_reader *reader;

	made_world_end(w);
	assert_int_equal(tape_reader_open_memory(w->tape.data, w->tape.size, 0, &reader, NULL), 0);
	assert_int_equal(pipeline_run(reader, &options, &report, NULL), 0);
	tape_reader_close(reader);
	made_world_free(w);
	return report;
}

static struct pipeline_report run_cpu(struct go_tape *t, struct analysis_options asked)
{
	struct made_world w = t->w;

	free(t);
	return run_by(&w, "cpu", asked);
}

/* A thread of the program runs a goroutine from now on. */
static void tell(struct made_world *w, uint64_t ns, uint32_t tid, uint64_t goid)
{
	struct ev_go_running ev = {
		.h = { .type = EV_GO_RUNNING, .time_ns = ns, .tid = tid, .tgid = GO_PID },
		.goid = goid
	};

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

static void samples(struct go_tape *t, uint32_t tid, size_t n)
{
	for (size_t i = 0; i < n; i++)
		made_world_put_sample(&t->w,
				      (struct ev_cpu_sample){ .h = { .time_ns = t->now_ns + 2,
								     .tid = tid,
								     .tgid = GO_PID },
							      .ustack = GO_STACK });
}

static void run_for(struct go_tape *t, uint64_t goid, size_t n)
{
	tell(&t->w, t->now_ns + 2, GO_PID, goid);
	samples(t, GO_PID, n);
}

/* What stands in a cell of code: a mark, or "one+101". */
static const char *code(const struct pipeline_report *r, const char *table, size_t row)
{
	static char text[64];
	const struct profile *p = profile_of(r);
	int64_t number = cell(r, table, row, "made at").integer;
	const struct profile_frame *f;
	const struct module *m;

	if (number < 0)
		return "";
	f = profile_get_frame(p, (uint32_t)number);
	m = profile_get_module(p, f->module);
	if (m->kind == MODULE_MARK)
		return m->path;
	snprintf(text, sizeof(text), "%s+%llx", module_short_name(m),
		 (unsigned long long)f->offset);
	return text;
}

/* The sum of samples that have this label; 0: of those without. */
static int64_t labelled(const struct pipeline_report *r, int64_t goid)
{
	const struct profile *p = profile_of(r);
	int64_t sum = 0;

	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *s = profile_get_sample(p, i);
		const struct profile_label *label = profile_find_label(p, s->labels, "goid");

		if ((label ? label->number : 0) == goid)
			sum += s->values[0];
	}
	return sum;
}

static void a_sample_is_of_the_goroutine_that_was_told_last(void **state)
{
	struct go_tape *t = go_begin();
	uint64_t one = go_start(t, 0, GO_RECEIVE), two = go_start(t, 1, GO_RECEIVE);
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	run_for(t, one, 2);
	run_for(t, two, 3);
	run_for(t, one, 4);
	r = run_cpu(t, by_goid);
	assert_int_equal(n_rows(&r, "goroutines"), 2);
	assert_int_equal(cell(&r, "goroutines", 0, "goid").integer, one);
	assert_int_equal(cell(&r, "goroutines", 0, "samples").integer, 6);
	assert_int_equal(cell(&r, "goroutines", 0, "cpu").integer, 6 * PERIOD);
	assert_int_equal(cell(&r, "goroutines", 1, "goid").integer, two);
	assert_int_equal(cell(&r, "goroutines", 1, "samples").integer, 3);
	assert_int_equal(labelled(&r, (int64_t)one), 6);
	assert_int_equal(labelled(&r, (int64_t)two), 3);
	pipeline_report_done(&r);
}

static void those_of_one_go_statement_are_one_row(void **state)
{
	struct go_tape *t = go_begin();
	uint64_t one = go_start(t, 0, GO_RECEIVE), two = go_start(t, 0, GO_RECEIVE);
	uint64_t other = go_start(t, 0x40, GO_RECEIVE);
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	run_for(t, one, 2);
	run_for(t, two, 3);
	run_for(t, other, 4);
	r = run_cpu(t, by_goroutine);
	assert_int_equal(n_rows(&r, "makers"), 2);
	assert_int_equal(cell(&r, "makers", 0, "goroutines").integer, 2);
	assert_int_equal(cell(&r, "makers", 0, "samples").integer, 5);
	assert_string_equal(code(&r, "makers", 0), "one+1ff");
	assert_string_equal(code(&r, "makers", 1), "one+23f");
	assert_int_equal(labelled(&r, 0), 9);
	pipeline_report_done(&r);
}

static void who_made_it_may_be_told_later(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;
	uint64_t late;

	(void)state;
	go_tick(t);
	late = go_start(t, 0, GO_RECEIVE);
	run_for(t, late, 2);
	go_tick(t);
	r = run_cpu(t, by_goid);
	assert_string_equal(code(&r, "goroutines", 0), "one+1ff");
	pipeline_report_done(&r);
}

static void who_is_never_told_of_has_no_maker(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	run_for(t, 4711, 2);
	r = run_cpu(t, by_goid);
	assert_int_equal(cell(&r, "goroutines", 0, "goid").integer, 4711);
	assert_string_equal(code(&r, "goroutines", 0), "");
	pipeline_report_done(&r);
}

static void the_scheduler_and_what_is_not_known_have_rows_of_their_own(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	run_for(t, 0, 3);
	run_for(t, EV_GO_UNKNOWN, 2);
	r = run_cpu(t, by_goid);
	assert_int_equal(n_rows(&r, "goroutines"), 2);
	assert_string_equal(code(&r, "goroutines", 0), "[no goroutine]");
	assert_string_equal(code(&r, "goroutines", 1), "[not known]");
	assert_int_equal(cell(&r, "goroutines", 1, "goid").integer, 0);
	assert_int_equal(labelled(&r, 0), 5);
	pipeline_report_done(&r);
}

static void what_is_of_no_go_program_is_a_note(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	run_for(t, 5, 3);
	made_world_sample(&t->w, t->now_ns + 2, 8, 80);
	r = run_cpu(t, by_goid);
	assert_int_equal(n_rows(&r, "goroutines"), 1);
	assert_true(has_note(&r, "25.00 % is of programs that are not Go's"));
	assert_int_equal(profile_total(profile_of(&r), 0), 4);
	pipeline_report_done(&r);
}

static void a_tape_that_does_not_tell_says_so(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	samples(t, GO_PID, 1);
	r = run_cpu(t, by_goid);
	assert_true(has_note(&r, "does not tell which goroutines ran"));
	pipeline_report_done(&r);
}

static void one_goroutine_can_be_asked_for(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	run_for(t, 5, 3);
	run_for(t, 6, 2);
	r = run_cpu(t, (struct analysis_options){ .goid = 6 });
	assert_int_equal(profile_total(profile_of(&r), 0), 2);
	assert_int_equal(n_rows(&r, "goroutines"), 1);
	assert_int_equal(cell(&r, "goroutines", 0, "goid").integer, 6);
	pipeline_report_done(&r);
}

static void without_being_asked_samples_have_no_goroutine(void **state)
{
	struct go_tape *t = go_begin();
	struct pipeline_report r;

	(void)state;
	go_tick(t);
	run_for(t, 5, 3);
	r = go_run(t, "cpu", (struct analysis_options){ 0 });
	assert_int_equal(labelled(&r, 0), 3);
	pipeline_report_done(&r);
}

static void a_wait_is_of_the_goroutine_that_the_thread_left_its_cpu_as(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	tell(&w, 2000, 7, 5);
	sched_sleep(&w, 2000, 4000, 7);
	sched_stacks(&w, 4000, 7, 70, 1);
	tell(&w, 5000, 7, 6);
	sched_sleep(&w, 5000, 8000, 7);
	r = run_by(&w, "offcpu", by_goid);
	assert_int_equal(n_rows(&r, "goroutines"), 2);
	assert_int_equal(cell(&r, "goroutines", 0, "goid").integer, 6);
	assert_int_equal(cell(&r, "goroutines", 0, "offcpu").integer, 3000);
	assert_int_equal(cell(&r, "goroutines", 1, "goid").integer, 5);
	assert_int_equal(cell(&r, "goroutines", 1, "offcpu").integer, 2000);
	assert_int_equal(profile_total(profile_of(&r), 1), 5000);
	pipeline_report_done(&r);
}

static void the_wait_for_a_cpu_behind_a_wait_is_of_the_same_goroutine(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	tell(&w, 2000, 7, 5);
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	sched_wake(&w, 4500, 7, 0);
	sched_in(&w, 4600, 7);
	r = run_by(&w, "offcpu", by_goid);
	assert_int_equal(n_rows(&r, "goroutines"), 1);
	assert_int_equal(cell(&r, "goroutines", 0, "goid").integer, 5);
	assert_int_equal(cell(&r, "goroutines", 0, "waits").integer, 2);
	assert_int_equal(cell(&r, "goroutines", 0, "offcpu").integer, 2600);
	pipeline_report_done(&r);
}

static void a_wait_that_began_before_the_tape_is_of_nobody_known(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report r;

	(void)state;
	sched_wake(&w, 4000, 7, 0);
	sched_in(&w, 4000, 7);
	tell(&w, 5000, 7, 5);
	sched_sleep(&w, 5000, 6000, 7);
	r = run_by(&w, "offcpu", by_goid);
	assert_int_equal(n_rows(&r, "goroutines"), 2);
	assert_string_equal(code(&r, "goroutines", 0), "[not known]");
	assert_int_equal(cell(&r, "goroutines", 0, "offcpu").integer, 3000);
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_is_of_the_goroutine_that_was_told_last),
		cmocka_unit_test(those_of_one_go_statement_are_one_row),
		cmocka_unit_test(who_made_it_may_be_told_later),
		cmocka_unit_test(who_is_never_told_of_has_no_maker),
		cmocka_unit_test(the_scheduler_and_what_is_not_known_have_rows_of_their_own),
		cmocka_unit_test(what_is_of_no_go_program_is_a_note),
		cmocka_unit_test(a_tape_that_does_not_tell_says_so),
		cmocka_unit_test(one_goroutine_can_be_asked_for),
		cmocka_unit_test(without_being_asked_samples_have_no_goroutine),
		cmocka_unit_test(a_wait_is_of_the_goroutine_that_the_thread_left_its_cpu_as),
		cmocka_unit_test(the_wait_for_a_cpu_behind_a_wait_is_of_the_same_goroutine),
		cmocka_unit_test(a_wait_that_began_before_the_tape_is_of_nobody_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
