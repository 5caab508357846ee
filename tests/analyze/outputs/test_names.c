// SPDX-License-Identifier: BSD-2-Clause
/* Which frames outputs leave out at the end of stacks. */
#include "tests/analyze/outputs/result_maker.h"
#include "tests/support/test.h"

/* One stack, without these leaves, as an output writes it. */
static void expect(const char *drop_leaves, const char *stack, const char *output,
		   const char *expected)
{
	struct maker m;
	char *text;

	maker_init_dropping(&m, drop_leaves);
	maker_add(&m, "app", stack, 1);
	text = maker_write(&m, output);
	if (!strstr(text, expected))
		fail_msg("%s is not in %s", expected, text);
	free(text);
	maker_done(&m);
}

static void named_leaves_of_the_kernel_are_dropped(void **state)
{
	(void)state;
	expect("schedule __schedule", "main;pipe_read@kernel;schedule@kernel;__schedule@kernel",
	       "folded", "app;main;pipe_read_[k] 10000000\n");
}

static void a_star_stands_for_any_end_of_a_name(void **state)
{
	(void)state;
	expect("bpf_prog_*", "main;tick@kernel;bpf_prog_1234_x@kernel", "folded",
	       "app;main;tick_[k] 10000000\n");
}

static void a_name_without_a_star_is_the_whole_name(void **state)
{
	(void)state;
	expect("sched schedule_x", "main;schedule@kernel", "folded",
	       "app;main;schedule_[k] 10000000\n");
}

static void frames_that_do_not_end_a_stack_stay(void **state)
{
	(void)state;
	expect("schedule", "main;schedule@kernel;tick@kernel", "folded",
	       "app;main;schedule_[k];tick_[k] 10000000\n");
}

static void a_programs_function_of_that_name_stays(void **state)
{
	(void)state;
	expect("schedule", "main;schedule", "folded", "app;main;schedule 10000000\n");
}

static void a_stack_of_nothing_else_keeps_its_first_frame(void **state)
{
	(void)state;
	expect("schedule __schedule", "schedule@kernel;__schedule@kernel", "folded",
	       "app;schedule_[k] 10000000\n");
}

static void expect_of_any(const char *drop_leaves, const char *stack, const char *expected)
{
	struct maker m;
	char *text;

	maker_init_dropping_any(&m, drop_leaves);
	maker_add(&m, "app", stack, 1);
	text = maker_write(&m, "folded");
	if (!strstr(text, expected))
		fail_msg("%s is not in %s", expected, text);
	free(text);
	maker_done(&m);
}

static void leaves_of_programs_are_dropped_where_any_are(void **state)
{
	(void)state;
	expect_of_any("runtime.*", "runtime.main;main.work;runtime.makeslice;runtime.mallocgc",
		      "app;runtime.main;main.work 10000000\n");
}

static void there_a_stack_of_nothing_else_stays_whole(void **state)
{
	(void)state;
	expect_of_any("runtime.*", "runtime.main;runtime.malg",
		      "app;runtime.main;runtime.malg 10000000\n");
}

static void the_flat_time_is_the_frames_that_is_left(void **state)
{
	(void)state;
	expect("schedule", "main;pipe_read@kernel;schedule@kernel", "text",
	       "10.0ms  100.00%  100.00%  10.0ms  100.00%  [kernel]  pipe_read");
}

static void json_samples_refer_to_what_is_left(void **state)
{
	(void)state;
	expect("schedule", "main;pipe_read@kernel;schedule@kernel", "json",
	       "{\"stack\": 2, \"labels\": 0");
}

/* --- lines and inlined calls --- */

/* Where main of app calls work, into which step and tick were inlined. */
static void make_inlined(struct maker *m)
{
	maker_init(m);
	maker_add(m, "app", "main;work", 3);
	maker_add(m, "app", "main;work;?@libfoo.so", 1);
	maker_lines(m, "work", "app",
		    "tick\t/src/tick.h\t7\t5\nstep\t/src/step.c\t20\t10\n"
		    "work\t/src/work.c\t70\t60\n");
	maker_lines(m, "main", "app", "main\t/src/main.c\t9\t1\n");
}

static void expect_inlined(struct output_options options, const char *output, const char *expected)
{
	struct maker m;
	char *text;
	size_t size;

	make_inlined(&m);
	assert_int_equal(maker_write_with(&m, output, options, &text, &size), 0);
	if (!strstr(text, expected))
		fail_msg("%s is not in %s", expected, text);
	free(text);
	maker_done(&m);
}

static void without_options_lines_change_nothing(void **state)
{
	(void)state;
	expect_inlined((struct output_options){ 0 }, "folded",
		       "app;main;work 30000000\napp;main;work;[libfoo.so] 10000000\n");
}

static void inlined_calls_become_frames_below_their_function(void **state)
{
	(void)state;
	expect_inlined((struct output_options){ .inlines = true }, "folded",
		       "app;main;work;step;tick 30000000\n"
		       "app;main;work;step;tick;[libfoo.so] 10000000\n");
}

static void lines_stand_behind_names(void **state)
{
	(void)state;
	expect_inlined((struct output_options){ .lines = true }, "folded",
		       "app;main main.c:9;work work.c:70 30000000\n");
}

static void with_both_each_inlined_call_has_its_own_line(void **state)
{
	(void)state;
	expect_inlined((struct output_options){ .lines = true, .inlines = true }, "folded",
		       "app;main main.c:9;work work.c:70;step step.c:20;tick tick.h:7 30000000\n");
}

static void the_innermost_inlined_call_has_the_flat_time(void **state)
{
	(void)state;
	expect_inlined((struct output_options){ .inlines = true }, "text",
		       "30.0ms  75.00%   75.00%  40.0ms  100.00%  app        tick\n");
}

static void the_tree_has_inlined_calls(void **state)
{
	(void)state;
	expect_inlined((struct output_options){ .inlines = true }, "text",
		       "main → work → step → tick");
}

static void the_flame_graph_has_inlined_calls_and_lines(void **state)
{
	(void)state;
	expect_inlined((struct output_options){ .lines = true, .inlines = true }, "svg",
		       "<title>step step.c:20\n");
}

static void json_has_files_and_lines_apart_from_names(void **state)
{
	(void)state;
	expect_inlined((struct output_options){ .lines = true, .inlines = true }, "json",
		       "\"system_name\": \"step\", \"file\": \"/src/step.c\", \"line\": 20, "
		       "\"start_line\": 10, \"inlined\": true}");
	expect_inlined((struct output_options){ .lines = true }, "json", "\n\"work\"");
}

static void json_without_options_has_no_lines(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	make_inlined(&m);
	text = maker_write(&m, "json");
	assert_null(strstr(text, "start_line"));
	free(text);
	maker_done(&m);
}

static void leaves_are_dropped_with_what_was_inlined_into_them(void **state)
{
	struct maker m;
	char *text;
	size_t size;

	(void)state;
	maker_init_dropping(&m, "schedule");
	maker_add(&m, "app", "main;pipe_read@kernel;schedule@kernel", 1);
	maker_lines(&m, "schedule", "kernel", "pick\tsched.c\t7\t5\nschedule\tsched.c\t9\t1\n");
	maker_lines(&m, "pipe_read", "kernel", "copy\tpipe.c\t7\t5\npipe_read\tpipe.c\t9\t1\n");
	assert_int_equal(maker_write_with(&m, "folded", (struct output_options){ .inlines = true },
					  &text, &size),
			 0);
	assert_string_equal(text, "app;main;pipe_read_[k];copy_[k] 10000000\n");
	free(text);
	maker_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_leaves_of_the_kernel_are_dropped),
		cmocka_unit_test(a_star_stands_for_any_end_of_a_name),
		cmocka_unit_test(a_name_without_a_star_is_the_whole_name),
		cmocka_unit_test(frames_that_do_not_end_a_stack_stay),
		cmocka_unit_test(a_programs_function_of_that_name_stays),
		cmocka_unit_test(a_stack_of_nothing_else_keeps_its_first_frame),
		cmocka_unit_test(leaves_of_programs_are_dropped_where_any_are),
		cmocka_unit_test(there_a_stack_of_nothing_else_stays_whole),
		cmocka_unit_test(the_flat_time_is_the_frames_that_is_left),
		cmocka_unit_test(json_samples_refer_to_what_is_left),
		cmocka_unit_test(without_options_lines_change_nothing),
		cmocka_unit_test(inlined_calls_become_frames_below_their_function),
		cmocka_unit_test(lines_stand_behind_names),
		cmocka_unit_test(with_both_each_inlined_call_has_its_own_line),
		cmocka_unit_test(the_innermost_inlined_call_has_the_flat_time),
		cmocka_unit_test(the_tree_has_inlined_calls),
		cmocka_unit_test(the_flame_graph_has_inlined_calls_and_lines),
		cmocka_unit_test(json_has_files_and_lines_apart_from_names),
		cmocka_unit_test(json_without_options_has_no_lines),
		cmocka_unit_test(leaves_are_dropped_with_what_was_inlined_into_them),
	};

	return cmocka_run_group_tests_name("analyze/outputs/names", tests, NULL, NULL);
}
