// SPDX-License-Identifier: BSD-2-Clause
/* What the view wall promises: that a thread's total is its lifetime. */
#include <stdlib.h>

#include "analyze/outputs/output.h"
#include "tests/analyze/sched_tape.h"
#include "tests/support/sched_maker.h"

static const struct analysis_options nothing_asked;

static struct pipeline_report run_wall(struct made_world *w)
{
	return sched_run(w, "wall", NULL, nothing_asked);
}

/* The sum of all of a thread's samples, in ns. */
static int64_t total_of(const struct pipeline_report *report, int64_t tid)
{
	const struct profile *p = profile_of(report);
	int64_t sum = 0;

	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *s = profile_get_sample(p, i);

		if (profile_find_label(p, s->labels, "tid")->number == tid)
			sum += s->values[1];
	}
	return sum;
}

static void running_time_is_exact_and_shared_out_by_cpu_samples(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	made_world_stack(&w, START, 7, 71, (uint64_t[]){ 0x1050, 0x1101 });
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1200, 7, 71);
	made_world_sample(&w, 1300, 7, 71);
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	report = run_wall(&w);
	/* It ran for 1000 ns; a third of that, and two thirds. */
	expect_lines(&report, "7 sleep read [still waiting] 1 9000\n"
			      "7 running  one+50 0 667\n"
			      "7 running  one+10 0 333\n");
}

static void a_thread_without_samples_ran_all_the_same(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 8, 80);
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	report = run_wall(&w);
	assert_true(has_note(&report, "100.00 % of the running time"));
	expect_lines(&report, "7 sleep read [still waiting] 1 9000\n"
			      "7 running  [running, no sample] 0 1000\n");
}

static void a_thread_that_was_renamed_keeps_its_samples(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_comm(&w, 1500, 7, "another name");
	sched_out(&w, 2000, 7, EV_SCHED_INTERRUPTIBLE, CALL_READ);
	report = run_wall(&w);
	expect_lines(&report, "7 sleep read [still waiting] 1 9000\n"
			      "7 running  one+10 0 1000\n");
}

static void unknown_time_is_marked_and_part_of_the_total(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	sched_lose(&w, 5000, 5100);
	report = run_wall(&w);
	assert_int_equal(total_of(&report, 7), SCHED_END - START);
	expect_lines(&report, "7 sleep read [stack lost] 1 2000\n"
			      "7 unknown  [unknown] 0 7000\n"
			      "7 running  [running, no sample] 0 1000\n"
			      "7 preempted read [no stack taken] 1 0\n");
}

static void min_and_state_do_not_make_the_total_less(void **state)
{
	const struct analysis_options asked = { .min_ns = 5000, .states = ANALYSIS_DISK };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	report = sched_run(&w, "wall", NULL, asked);
	assert_int_equal(total_of(&report, 7), SCHED_END - START);
	pipeline_report_done(&report);
}

static void a_total_is_the_part_of_the_lifetime_between_from_and_to(void **state)
{
	const struct filter filter = { .from = { .given = true, .ns = 500 },
				       .to = { .given = true, .ns = 2500 } };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1600, 7, 70);
	sched_sleep(&w, 2000, 4000, 7);
	report = sched_run(&w, "wall", &filter, nothing_asked);
	assert_int_equal(total_of(&report, 7), 2000);
	expect_lines(&report, "7 sleep read [stack lost] 1 1500\n"
			      "7 running  one+10 0 500\n");
}

static void a_tape_of_cpu_samples_alone_has_running_time_and_says_so(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1200, 7, 70);
	report = run_wall(&w);
	assert_true(has_note(&report, "the tape has no switches of threads"));
	expect_lines(&report, "7 running  one+10 0 200\n");
}

static void a_tape_of_switches_alone_says_that_running_time_has_no_stacks(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	report = run_wall(&w);
	assert_true(has_note(&report, "the tape has no CPU samples"));
	pipeline_report_done(&report);
}

/* --- random machines --- */

/* Puts what a made machine did on a tape, with a sample here and there; some are lost. */
static struct made_world tape_of(const struct sched_maker *m, uint64_t seed, bool lose)
{
	struct made_world w = made_world_begin(m->begin_ns);

	made_world_usual_epoch(&w, 1, m->begin_ns);
	sched_watch(&w, m->begin_ns, 1);
	sched_watch(&w, m->now_ns, 0);
	for (size_t i = 0; i < m->n_events; i++) {
		union made_event ev = m->events[i];

		if (lose && sched_maker_random(&seed) % 100 == 0) {
			sched_lose(&w, ev.h.time_ns, ev.h.time_ns);
			continue;
		}
		made_world_put(&w, &ev.h,
			       ev.h.type == EV_SCHED_SWITCH ? sizeof(ev.sw) : sizeof(ev.wakeup),
			       NULL, 0);
		if (ev.h.type == EV_SCHED_SWITCH && sched_maker_random(&seed) % 10 == 0)
			made_world_put_sample(
				&w, (struct ev_cpu_sample){ .h = { .time_ns = ev.h.time_ns,
								   .tid = ev.h.tid,
								   .tgid = ev.h.tgid },
							    .ustack = 70 });
	}
	return w;
}

static void expect_lifetimes(bool lose)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct sched_maker *m = malloc(sizeof(*m));
		struct pipeline_report report;
		struct made_world w;

		assert_non_null(m);
		sched_maker_run(m, seed);
		w = tape_of(m, seed, lose);
		report = run_wall(&w);
		for (int64_t tid = 1; tid <= SCHED_MAKER_THREADS; tid++)
			assert_int_equal(total_of(&report, tid), m->now_ns - m->begin_ns);
		pipeline_report_done(&report);
		free(m);
	}
}

static void every_threads_total_is_its_lifetime(void **state)
{
	(void)state;
	expect_lifetimes(false);
}

static void every_threads_total_is_its_lifetime_when_records_are_lost(void **state)
{
	(void)state;
	expect_lifetimes(true);
}

/* --- outputs --- */

static char *write_as(const struct pipeline_report *report, const char *output, size_t *size)
{
	const struct symbolizer_options names = { .bundle = report->bundle, .no_files = true };
	struct symbolizer *symbolizer = symbolizer_new(&names);
	struct output_job job = { .result = report->result, .names = symbolizer, .tape = "t" };
	char *text = NULL;

	job.out = open_memstream(&text, size);
	assert_int_equal(output_by_name(output)->write(&job, NULL), 0);
	fclose(job.out);
	symbolizer_free(symbolizer);
	return text;
}

static void running_and_waiting_come_out_as_folded_stacks(void **state)
{
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;
	size_t size;
	char *text;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	sched_sleep(&w, 2000, 4000, 7);
	sched_stacks(&w, 4000, 7, 70, 1);
	sched_sleep(&w, 2000, 4000, 8);
	report = run_wall(&w);
	text = write_as(&report, "folded", &size);
	assert_string_equal(text, "eight;[running, no sample] 8000\n"
				  "eight;[stack lost] 2000\n"
				  "seven;[one];[one] 10000\n");
	free(text);
	pipeline_report_done(&report);
}

static void every_output_of_profiles_can_write_it(void **state)
{
	static const char *const outputs[] = { "text", "folded", "pprof", "json", "svg" };
	struct made_world w = sched_begin_watched();
	struct pipeline_report report;

	(void)state;
	sched_sleep(&w, 2000, 4000, 7);
	report = run_wall(&w);
	for (size_t i = 0; i < sizeof(outputs) / sizeof(*outputs); i++) {
		size_t size;
		char *text = write_as(&report, outputs[i], &size);

		assert_true(size > 0);
		free(text);
	}
	pipeline_report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(running_time_is_exact_and_shared_out_by_cpu_samples),
		cmocka_unit_test(a_thread_without_samples_ran_all_the_same),
		cmocka_unit_test(a_thread_that_was_renamed_keeps_its_samples),
		cmocka_unit_test(unknown_time_is_marked_and_part_of_the_total),
		cmocka_unit_test(min_and_state_do_not_make_the_total_less),
		cmocka_unit_test(a_total_is_the_part_of_the_lifetime_between_from_and_to),
		cmocka_unit_test(a_tape_of_cpu_samples_alone_has_running_time_and_says_so),
		cmocka_unit_test(a_tape_of_switches_alone_says_that_running_time_has_no_stacks),
		cmocka_unit_test(every_threads_total_is_its_lifetime),
		cmocka_unit_test(every_threads_total_is_its_lifetime_when_records_are_lost),
		cmocka_unit_test(running_and_waiting_come_out_as_folded_stacks),
		cmocka_unit_test(every_output_of_profiles_can_write_it),
	};

	return cmocka_run_group_tests_name("analyze/analyses/wall", tests, NULL, NULL);
}
