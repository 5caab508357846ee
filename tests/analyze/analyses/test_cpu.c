// SPDX-License-Identifier: BSD-2-Clause
/* What the view cpu makes of samples. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/pipeline.h"
#include "tests/analyze/view_runner.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

/* A sample's stack from the root on, "one+10;one+100"; marks as they are. */
static char *stack_text(const struct profile *p, size_t sample, char text[256])
{
	uint32_t stack = profile_get_sample(p, sample)->stack;
	char copy[256];

	*text = '\0';
	while (stack != PROFILE_ROOT) {
		const struct profile_stack *s = profile_get_stack(p, stack);
		const struct profile_frame *f = profile_get_frame(p, s->frame);
		const struct module *m = profile_get_module(p, f->module);

		strcpy(copy, text);
		if (m->kind == MODULE_MARK)
			snprintf(text, 256, "%.100s%s%.100s", m->path, *copy ? ";" : "", copy);
		else
			snprintf(text, 256, "%.60s+%llx%s%.100s", module_short_name(m),
				 (unsigned long long)f->offset, *copy ? ";" : "", copy);
		stack = s->parent;
	}
	return text;
}

static const char *label(const struct profile *p, size_t sample, const char *key)
{
	const struct profile_label *found =
		profile_find_label(p, profile_get_sample(p, sample)->labels, key);

	return found ? found->text : NULL;
}

static void a_sample_is_its_stack_from_root_to_leaf(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_sample(&w, 1100, 8, 80);
	report = run(&w);
	/* The caller's address is the one before its return address, as a file offset. */
	assert_string_equal(stack_text(profile_of(&report), 0, text), "two+700;two+520");
	pipeline_report_done(&report);
}

static void kernel_frames_stand_on_top_of_user_frames(void **state)
{
	struct ev_cpu_sample sample = { .h = { .time_ns = 1100, .tgid = 7, .tid = 7 },
					.ustack = 70,
					.kstack = 90 };
	struct ev_module kernel = { .h = { .type = EV_MODULE },
				    .module = 3,
				    .kind = EV_MODULE_KERNEL };
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_put(&w, &kernel.h, sizeof(kernel), "[kernel]", 9);
	made_world_map(&w, START,
		       (struct made_mapping){ 0, 3, 0xffffffff81000000, 0xffffffff82000000, 0 });
	made_world_stack(&w, 1050, 0, 90, (uint64_t[]){ 0xffffffff81000010, 0xffffffff81000031 });
	made_world_put_sample(&w, sample);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text),
			    "one+100;one+10;[kernel]+30;[kernel]+10");
	pipeline_report_done(&report);
}

static void a_sample_stands_for_one_period_of_cpu_time(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1200, 7, 70);
	report = run(&w);
	assert_int_equal(profile_total(profile_of(&report), 0), 2);
	assert_int_equal(profile_total(profile_of(&report), 1), 200);
	assert_int_equal(profile_head(profile_of(&report))->period, 100);
	pipeline_report_done(&report);
}

static void equal_stacks_of_one_thread_are_one_sample(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1200, 7, 70);
	made_world_sample(&w, 1300, 8, 80);
	report = run(&w);
	assert_int_equal(profile_n_samples(profile_of(&report)), 2);
	pipeline_report_done(&report);
}

static void equal_stacks_of_two_threads_are_two_samples(void **state)
{
	struct ev_cpu_sample second = { .h = { .tgid = 7, .tid = 9 }, .ustack = 70 };
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_task(&w, 1050, 7, 9, "worker");
	for (uint64_t t = 1100; t < 1400; t += 10) {
		made_world_sample(&w, t, 7, 70);
		second.h.time_ns = t + 5;
		if (t < 1200)
			made_world_put_sample(&w, second);
	}
	report = run(&w);
	assert_int_equal(profile_n_samples(profile_of(&report)), 2);
	assert_int_equal(profile_get_sample(profile_of(&report), 0)->values[0], 30);
	assert_int_equal(profile_get_sample(profile_of(&report), 1)->values[0], 10);
	assert_int_equal(profile_total(profile_of(&report), 1), 4000);
	pipeline_report_done(&report);
}

static void every_sample_of_a_process_without_a_name_is_counted(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	for (uint64_t t = 1100; t < 1200; t += 10)
		made_world_sample(&w, t, 55, 0);
	report = run(&w);
	assert_int_equal(result_get_coverage(report.result)->unknown_names, 10);
	pipeline_report_done(&report);
}

static void a_stack_that_is_defined_later_is_named_from_then_on(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_sample(&w, 1100, 7, 71);
	made_world_sample(&w, 1200, 7, 71);
	made_world_usual_epoch(&w, 2, 2000);
	made_world_stack(&w, 2000, 7, 71, (uint64_t[]){ 0x1010, 0x1101 });
	made_world_sample(&w, 2100, 7, 71);
	report = run(&w);
	assert_int_equal(result_get_coverage(report.result)->unknown_stacks, 2);
	assert_int_equal(profile_get_sample(profile_of(&report), 0)->values[0], 2);
	assert_string_equal(stack_text(profile_of(&report), 1, text), "one+100;one+10");
	pipeline_report_done(&report);
}

static void labels_say_whose_a_sample_was(void **state)
{
	struct ev_cpu_sample sample = { .h = { .time_ns = 1100, .tgid = 7, .tid = 71 },
					.ustack = 70,
					.cgroup = 5 };
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_cgroup(&w, 5, "/service");
	made_world_task(&w, START, 7, 71, "worker");
	made_world_put_sample(&w, sample);
	report = run(&w);
	assert_string_equal(label(profile_of(&report), 0, "comm"), "seven");
	assert_string_equal(label(profile_of(&report), 0, "thread"), "worker");
	assert_string_equal(label(profile_of(&report), 0, "cgroup"), "/service");
	pipeline_report_done(&report);
}

static void a_stack_that_is_not_defined_is_marked_and_counted(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_sample(&w, 1100, 7, 999);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text), "[stack lost]");
	assert_int_equal(result_get_coverage(report.result)->unknown_stacks, 1);
	pipeline_report_done(&report);
}

static void a_sample_without_a_stack_is_marked(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_sample(&w, 1100, 7, 0);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text), "[no stack]");
	assert_int_equal(result_get_coverage(report.result)->unknown_stacks, 0);
	pipeline_report_done(&report);
}

static void a_stack_that_was_cut_says_so_at_its_root(void **state)
{
	struct ev_stack stack = { .h = { .type = EV_STACK, .tgid = 7, .tid = 7 },
				  .id = 71,
				  .flags = EV_STACK_CUT };
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_put(&w, &stack.h, sizeof(stack), NULL, 0);
	made_world_sample(&w, 1100, 7, 71);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text), "[cut]");
	pipeline_report_done(&report);
}

static void a_process_without_a_name_is_counted(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;

	(void)state;
	made_world_sample(&w, 1100, 99, 70);
	report = run(&w);
	assert_string_equal(label(profile_of(&report), 0, "comm"), "[unknown]");
	assert_int_equal(result_get_coverage(report.result)->unknown_names, 1);
	pipeline_report_done(&report);
}

static void the_same_stack_after_a_new_mapping_is_resolved_anew(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_sample(&w, 1100, 7, 70);
	made_world_map(&w, 1200, (struct made_mapping){ 7, 2, 0x1000, 0x2000, 0 });
	made_world_sample(&w, 1300, 7, 70);
	report = run(&w);
	assert_string_equal(stack_text(profile_of(&report), 0, text), "one+100;one+10");
	assert_string_equal(stack_text(profile_of(&report), 1, text), "two+100;two+10");
	pipeline_report_done(&report);
}

static void the_same_kernel_stack_after_a_module_was_loaded_is_resolved_anew(void **state)
{
	struct ev_cpu_sample sample = { .h = { .time_ns = 1100, .tgid = 7, .tid = 7 },
					.kstack = 90 };
	struct made_world w = begin();
	struct pipeline_report report;
	char text[256];

	(void)state;
	made_world_stack(&w, 1050, 0, 90, (uint64_t[]){ 0xffffffffc0000010, 0xffffffffc0000031 });
	made_world_put_sample(&w, sample);
	made_world_map(&w, 1200,
		       (struct made_mapping){ 0, 2, 0xffffffffc0000000, 0xffffffffc0001000, 0 });
	sample.h.time_ns = 1300;
	made_world_put_sample(&w, sample);
	report = run(&w);
	assert_int_equal(profile_n_samples(profile_of(&report)), 2);
	assert_string_equal(stack_text(profile_of(&report), 1, text), "two+30;two+10");
	pipeline_report_done(&report);
}

static void a_tape_without_a_period_counts_samples_and_says_so(void **state)
{
	struct made_world w = made_world_begin(START);
	struct pipeline_report report;

	(void)state;
	made_world_block(&w, 1, 1);
	made_world_usual(&w, START);
	made_world_sample(&w, 1100, 7, 70);
	report = run(&w);
	assert_int_equal(profile_head(profile_of(&report))->default_type, 0);
	assert_string_equal(result_note(report.result, 0),
			    "the tape does not say how often it sampled: samples are counted, "
			    "CPU time is not known");
	pipeline_report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_is_its_stack_from_root_to_leaf),
		cmocka_unit_test(kernel_frames_stand_on_top_of_user_frames),
		cmocka_unit_test(a_sample_stands_for_one_period_of_cpu_time),
		cmocka_unit_test(equal_stacks_of_one_thread_are_one_sample),
		cmocka_unit_test(equal_stacks_of_two_threads_are_two_samples),
		cmocka_unit_test(every_sample_of_a_process_without_a_name_is_counted),
		cmocka_unit_test(a_stack_that_is_defined_later_is_named_from_then_on),
		cmocka_unit_test(labels_say_whose_a_sample_was),
		cmocka_unit_test(a_stack_that_is_not_defined_is_marked_and_counted),
		cmocka_unit_test(a_sample_without_a_stack_is_marked),
		cmocka_unit_test(a_stack_that_was_cut_says_so_at_its_root),
		cmocka_unit_test(a_process_without_a_name_is_counted),
		cmocka_unit_test(the_same_stack_after_a_new_mapping_is_resolved_anew),
		cmocka_unit_test(the_same_kernel_stack_after_a_module_was_loaded_is_resolved_anew),
		cmocka_unit_test(a_tape_without_a_period_counts_samples_and_says_so),
	};

	return cmocka_run_group_tests_name("analyze/analyses/cpu", tests, NULL, NULL);
}
