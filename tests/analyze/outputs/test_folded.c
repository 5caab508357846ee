// SPDX-License-Identifier: BSD-2-Clause
/* What the folded output promises to the tools that read it. */
#include "tests/analyze/outputs/result_maker.h"
#include "tests/support/test.h"

static void assert_folded(struct maker *m, const char *expected)
{
	char *text = maker_write(m, "folded");

	assert_string_equal(text, expected);
	free(text);
	maker_done(m);
}

static void demo_gives_these_lines(void **state)
{
	struct maker m;

	(void)state;
	maker_demo(&m);
	assert_folded(&m, "app;_start;main;[libfoo.so] 50000000\n"
			  "app;_start;main;fib;fib;fib 120000000\n"
			  "app;_start;main;foo::bar(int);read;vfs_read_[k] 80000000\n"
			  "app;_start;main;work;spin 400000000\n"
			  "app;_start;main;work;spin;memcpy 150000000\n"
			  "worker;[anon] 10000000\n"
			  "worker;[stack lost] 20000000\n"
			  "worker;_start;main;work;spin 170000000\n");
}

static void separators_in_names_are_replaced(void **state)
{
	const struct profile_label label = { .key = "comm", .text = " a;\nb " };
	struct maker m;

	(void)state;
	maker_init(&m);
	maker_add_stack(&m, profile_labels(m.profile, &label, 1),
			profile_stack(m.profile, PROFILE_ROOT, maker_frame(&m, "f; 7 ", "app")), 1);
	assert_folded(&m, "a:\\x0ab;f: 7 10000000\n");
}

static void names_that_become_equal_are_one_line(void **state)
{
	struct maker m;
	uint32_t labels;

	(void)state;
	maker_init(&m);
	labels = maker_labels(&m, "app", 1, 1);
	maker_add_stack(&m, labels,
			profile_stack(m.profile, PROFILE_ROOT, maker_frame(&m, "a;b", "app")), 1);
	maker_add_stack(&m, labels,
			profile_stack(m.profile, PROFILE_ROOT, maker_frame(&m, "a:b", "app")), 2);
	assert_folded(&m, "app;a:b 30000000\n");
}

static void threads_of_a_process_are_added_up(void **state)
{
	struct maker m;

	(void)state;
	maker_init(&m);
	maker_add_stack(&m, maker_labels(&m, "app", 1, 1), maker_stack(&m, "main"), 1);
	maker_add_stack(&m, maker_labels(&m, "app", 1, 2), maker_stack(&m, "main"), 1);
	assert_folded(&m, "app;main 20000000\n");
}

static void lines_are_in_bytewise_order_of_their_stacks(void **state)
{
	struct maker m;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "a;b", 1);
	maker_add(&m, "app", "a!", 1);
	maker_add(&m, "app", "aZ", 1);
	maker_add(&m, "app", "a", 1);
	maker_add(&m, "app", "a!;c", 1);
	assert_folded(&m, "app;a 10000000\n"
			  "app;a! 10000000\n"
			  "app;a!;c 10000000\n"
			  "app;a;b 10000000\n"
			  "app;aZ 10000000\n");
}

/* Stacks of names that are beginnings of each other, and hold what sorts before and after ';'. */
static void no_mixture_of_names_breaks_the_order(void **state)
{
	static const char *const names[] = { "a!", "aZ", "a", "a b", "a9", "b", "a<" };
	char last[256] = "", stack[256], *text, *rest = NULL;
	struct maker m;
	size_t lines = 0;

	(void)state;
	maker_init(&m);
	for (unsigned int i = 0; i < 7 * 7 * 7; i++) {
		snprintf(stack, sizeof(stack), "%s;%s;%s", names[i % 7], names[i / 7 % 7],
			 names[i / 49]);
		/* Some stacks end where others go on. */
		if (i % 3)
			*strrchr(stack, ';') = '\0';
		maker_add(&m, "app", stack, 1);
	}
	text = maker_write(&m, "folded");
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		*strrchr(line, ' ') = '\0';
		if (strcmp(last, line) >= 0)
			fail_msg("%s stands before %s", last, line);
		snprintf(last, sizeof(last), "%s", line);
		lines++;
	}
	assert_in_range(lines, 100, 343);
	free(text);
	maker_done(&m);
}

static void process_without_a_name_is_unknown(void **state)
{
	struct maker m;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "main", 1);
	maker_add_stack(&m, profile_labels(m.profile, NULL, 0), maker_stack(&m, "main"), 1);
	assert_folded(&m, "[unknown];main 10000000\napp;main 10000000\n");
}

static void profile_without_processes_begins_with_its_functions(void **state)
{
	struct maker m;

	(void)state;
	maker_init(&m);
	maker_add_stack(&m, profile_labels(m.profile, NULL, 0), maker_stack(&m, "main;f"), 1);
	assert_folded(&m, "main;f 10000000\n");
}

static void empty_profile_gives_no_line(void **state)
{
	struct maker m;

	(void)state;
	maker_init(&m);
	assert_folded(&m, "");
}

static void stack_of_4096_frames_is_whole(void **state)
{
	struct maker m;
	uint32_t stack = PROFILE_ROOT;
	size_t frames = 0;
	char *text;

	(void)state;
	maker_init(&m);
	for (uint32_t i = 0; i < 4096; i++)
		stack = profile_stack(m.profile, stack, maker_frame(&m, "down", "app"));
	maker_add_stack(&m, maker_labels(&m, "app", 1, 1), stack, 1);
	text = maker_write(&m, "folded");
	for (const char *c = text; (c = strstr(c, ";down")); c++)
		frames++;
	assert_int_equal(frames, 4096);
	free(text);
	maker_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(demo_gives_these_lines),
		cmocka_unit_test(separators_in_names_are_replaced),
		cmocka_unit_test(names_that_become_equal_are_one_line),
		cmocka_unit_test(threads_of_a_process_are_added_up),
		cmocka_unit_test(lines_are_in_bytewise_order_of_their_stacks),
		cmocka_unit_test(no_mixture_of_names_breaks_the_order),
		cmocka_unit_test(process_without_a_name_is_unknown),
		cmocka_unit_test(profile_without_processes_begins_with_its_functions),
		cmocka_unit_test(empty_profile_gives_no_line),
		cmocka_unit_test(stack_of_4096_frames_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
