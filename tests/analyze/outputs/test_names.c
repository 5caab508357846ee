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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_leaves_of_the_kernel_are_dropped),
		cmocka_unit_test(a_star_stands_for_any_end_of_a_name),
		cmocka_unit_test(a_name_without_a_star_is_the_whole_name),
		cmocka_unit_test(frames_that_do_not_end_a_stack_stay),
		cmocka_unit_test(a_programs_function_of_that_name_stays),
		cmocka_unit_test(a_stack_of_nothing_else_keeps_its_first_frame),
		cmocka_unit_test(the_flat_time_is_the_frames_that_is_left),
		cmocka_unit_test(json_samples_refer_to_what_is_left),
	};

	return cmocka_run_group_tests_name("analyze/outputs/names", tests, NULL, NULL);
}
