// SPDX-License-Identifier: BSD-2-Clause
/* What the view execs makes of starts and ends of programs. */
#include "analyze/pipeline.h"
#include "tests/analyze/table_cells.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

/* Process 7 starts a program, as a child of 8. The text is padded here. */
static void put_start(struct made_world *w, uint64_t time_ns, const char *text, size_t size,
		      uint32_t flags)
{
	struct ev_exec_args ev = {
		.h = { .type = EV_EXEC_ARGS, .time_ns = time_ns, .tgid = 7, .tid = 7 },
		.ppid = 8,
		.flags = flags,
	};

	made_world_put(w, &ev.h, sizeof(ev), text, size);
}

#define PUT_START(w, time_ns, text) put_start(w, time_ns, text, sizeof(text), 0)

static void put_end(struct made_world *w, uint64_t time_ns, uint32_t status)
{
	struct ev_exec_exit ev = {
		.h = { .type = EV_EXEC_EXIT, .time_ns = time_ns, .tgid = 7, .tid = 7 },
		.status = status,
	};

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

static struct pipeline_report finish(struct made_world *w)
{
	static const struct filter everything;

	made_world_end(w);
	return run_view(w, "execs", &everything);
}

static void a_program_has_its_path_and_its_arguments(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	PUT_START(&w, 1100, "/bin/ls\0ls\0-l\0a b");
	r = finish(&w);
	assert_string_equal(cell(&r, "programs", 0, "program").text, "/bin/ls");
	assert_string_equal(cell(&r, "programs", 0, "arguments").text, "ls -l a b");
	pipeline_report_done(&r);
}

static void an_empty_argument_in_between_leaves_its_place(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	PUT_START(&w, 1100, "/bin/ls\0ls\0\0a");
	r = finish(&w);
	assert_string_equal(cell(&r, "programs", 0, "arguments").text, "ls  a");
	pipeline_report_done(&r);
}

static void arguments_that_were_cut_end_in_dots(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	put_start(&w, 1100, "/bin/ls\0ls\0-l", 13, EV_EXEC_CUT);
	r = finish(&w);
	assert_string_equal(cell(&r, "programs", 0, "arguments").text, "ls -l …");
	pipeline_report_done(&r);
}

static void a_record_without_text_is_a_program_without_a_name(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	put_start(&w, 1100, NULL, 0, 0);
	r = finish(&w);
	assert_string_equal(cell(&r, "programs", 0, "program").text, "");
	pipeline_report_done(&r);
}

static void a_program_has_its_parent(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	PUT_START(&w, 1100, "/bin/ls");
	r = finish(&w);
	assert_int_equal(cell(&r, "programs", 0, "ppid").integer, 8);
	assert_string_equal(cell(&r, "programs", 0, "parent").text, "eight");
	pipeline_report_done(&r);
}

static void a_program_lasts_from_its_start_to_its_end(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	PUT_START(&w, 1100, "/bin/ls");
	put_end(&w, 1350, 0);
	r = finish(&w);
	assert_int_equal(cell(&r, "programs", 0, "start").integer, 100);
	assert_int_equal(cell(&r, "programs", 0, "duration").integer, 250);
	pipeline_report_done(&r);
}

static void assert_end(uint32_t status, const char *text)
{
	struct made_world w = begin();
	struct pipeline_report r;

	PUT_START(&w, 1100, "/bin/ls");
	put_end(&w, 1350, status);
	r = finish(&w);
	assert_string_equal(cell(&r, "programs", 0, "end").text, text);
	pipeline_report_done(&r);
}

static void an_end_by_exit_has_its_code(void **state)
{
	(void)state;
	assert_end(3 << 8, "exit 3");
}

static void an_end_by_a_signal_has_its_name(void **state)
{
	(void)state;
	assert_end(9, "SIGKILL");
}

static void a_core_that_was_dumped_is_said(void **state)
{
	(void)state;
	assert_end(11 | 0x80, "SIGSEGV, core dumped");
}

static void a_signal_without_a_name_has_its_number(void **state)
{
	(void)state;
	assert_end(0x7e, "signal 126");
}

static void a_program_that_starts_another_ends_there(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	PUT_START(&w, 1100, "/bin/env");
	PUT_START(&w, 1150, "/bin/ls");
	put_end(&w, 1350, 0);
	r = finish(&w);
	assert_string_equal(cell(&r, "programs", 0, "end").text, "next program");
	assert_int_equal(cell(&r, "programs", 0, "duration").integer, 50);
	assert_int_equal(cell(&r, "programs", 1, "duration").integer, 200);
	pipeline_report_done(&r);
}

static void a_program_without_an_end_runs_on(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	PUT_START(&w, 1100, "/bin/ls");
	r = finish(&w);
	assert_string_equal(cell(&r, "programs", 0, "end").text, "runs on");
	pipeline_report_done(&r);
}

static void an_end_without_a_start_is_no_program(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	put_end(&w, 1350, 0);
	r = finish(&w);
	assert_int_equal(n_rows(&r, "programs"), 0);
	pipeline_report_done(&r);
}

static void programs_are_slices_of_a_timeline(void **state)
{
	struct made_world w = begin();
	const struct timeline_span *spans;
	struct pipeline_report r;
	const struct timeline *t;
	size_t n;

	(void)state;
	PUT_START(&w, 1100, "/bin/ls\0ls\0-l");
	put_end(&w, 1350, 0);
	r = finish(&w);
	t = result_first(r.result, RESULT_TIMELINE)->timeline;
	spans = timeline_spans(t, 0, &n);
	assert_int_equal(n, 1);
	assert_int_equal(spans[0].start_ns, 1100);
	assert_int_equal(spans[0].end_ns, 1350);
	assert_string_equal(timeline_text(t, spans[0].name), "ls");
	pipeline_report_done(&r);
}

static void a_tape_without_starts_says_what_to_record(void **state)
{
	struct made_world w = begin();
	struct pipeline_report r;

	(void)state;
	r = finish(&w);
	assert_true(has_note(&r, "--probes exec"));
	pipeline_report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_has_its_path_and_its_arguments),
		cmocka_unit_test(an_empty_argument_in_between_leaves_its_place),
		cmocka_unit_test(arguments_that_were_cut_end_in_dots),
		cmocka_unit_test(a_record_without_text_is_a_program_without_a_name),
		cmocka_unit_test(a_program_has_its_parent),
		cmocka_unit_test(a_program_lasts_from_its_start_to_its_end),
		cmocka_unit_test(an_end_by_exit_has_its_code),
		cmocka_unit_test(an_end_by_a_signal_has_its_name),
		cmocka_unit_test(a_core_that_was_dumped_is_said),
		cmocka_unit_test(a_signal_without_a_name_has_its_number),
		cmocka_unit_test(a_program_that_starts_another_ends_there),
		cmocka_unit_test(a_program_without_an_end_runs_on),
		cmocka_unit_test(an_end_without_a_start_is_no_program),
		cmocka_unit_test(programs_are_slices_of_a_timeline),
		cmocka_unit_test(a_tape_without_starts_says_what_to_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
