// SPDX-License-Identifier: BSD-2-Clause
/* What profile.h promises: equal things get one number, values add up, nothing is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/result/profile.h"

static const struct profile_head head = {
	.name = "cpu",
	.title = "CPU time",
	.n_types = 2,
	.types = { { "samples", "count" }, { "cpu", "nanoseconds" } },
	.default_type = 1,
	.period_type = { "cpu", "nanoseconds" },
};

static const struct module libc = {
	.path = "/usr/lib/libc.so.6",
	.build_id = { 1, 2, 3 },
	.build_id_size = 3,
	.start = 0x7000,
	.end = 0x9000,
	.file_offset = 0x1000,
};

static void equal_modules_are_one(void **state)
{
	struct profile *p = profile_new(&head);
	struct module elsewhere = libc, other_build = libc, other_kind = libc;

	(void)state;
	elsewhere.start = 0x555000;
	other_build.build_id[2] = 9;
	other_kind.kind = MODULE_VDSO;
	assert_int_equal(profile_module(p, &libc), 0);
	assert_int_equal(profile_module(p, &elsewhere), 0);
	assert_int_equal(profile_module(p, &other_build), 1);
	assert_int_equal(profile_module(p, &other_kind), 2);
	assert_int_equal(profile_n_modules(p), 3);
	profile_free(p);
}

static void first_place_of_a_module_is_kept(void **state)
{
	struct profile *p = profile_new(&head);
	struct module elsewhere = libc;

	(void)state;
	elsewhere.start = 0x555000;
	profile_module(p, &libc);
	profile_module(p, &elsewhere);
	assert_int_equal(profile_get_module(p, 0)->start, 0x7000);
	profile_free(p);
}

static void strings_are_copied(void **state)
{
	char path[] = "/usr/bin/app", comm[] = "app";
	struct module m = { .path = path };
	struct profile_label label = { .key = "comm", .text = comm };
	struct profile *p = profile_new(&head);
	size_t n;

	(void)state;
	profile_module(p, &m);
	profile_labels(p, &label, 1);
	memset(path, 'x', sizeof(path) - 1);
	memset(comm, 'x', sizeof(comm) - 1);
	assert_string_equal(profile_get_module(p, 0)->path, "/usr/bin/app");
	assert_string_equal(profile_get_labels(p, 0, &n)[0].text, "app");
	profile_free(p);
}

static void frames_differ_in_all_64_bits_of_the_offset(void **state)
{
	struct profile *p = profile_new(&head);
	uint32_t m = profile_module(p, &libc);

	(void)state;
	assert_int_equal(profile_frame(p, m, 0x10), 0);
	assert_int_equal(profile_frame(p, m, 0x8000000000000010), 1);
	assert_int_equal(profile_frame(p, m, 0x10), 0);
	assert_true(profile_get_frame(p, 1)->offset == 0x8000000000000010);
	profile_free(p);
}

static void stack_is_its_parent_and_one_more_frame(void **state)
{
	struct profile *p = profile_new(&head);
	uint32_t m = profile_module(p, &libc);
	uint32_t a = profile_frame(p, m, 1), b = profile_frame(p, m, 2);
	uint32_t s = profile_stack(p, profile_stack(p, PROFILE_ROOT, a), b);

	(void)state;
	assert_int_equal(profile_get_stack(p, s)->depth, 2);
	assert_int_equal(profile_get_stack(p, s)->frame, b);
	assert_int_equal(profile_get_stack(p, profile_get_stack(p, s)->parent)->frame, a);
	assert_int_equal(profile_stack(p, profile_stack(p, PROFILE_ROOT, a), b), s);
	assert_int_not_equal(profile_stack(p, PROFILE_ROOT, b), s);
	profile_free(p);
}

static void label_sets_differ_by_key_text_and_number(void **state)
{
	const struct profile_label sets[][1] = {
		{ { .key = "pid", .number = 1 } },  { { .key = "pid", .number = 2 } },
		{ { .key = "tid", .number = 1 } },  { { .key = "comm", .text = "a" } },
		{ { .key = "comm", .text = "b" } }, { { .key = "comm", .number = 0 } },
	};
	struct profile *p = profile_new(&head);

	(void)state;
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(profile_labels(p, sets[i], 1), i);
	assert_int_equal(profile_labels(p, NULL, 0), 6);
	assert_int_equal(profile_labels(p, sets[2], 1), 2);
	profile_free(p);
}

static void label_is_found_by_its_key(void **state)
{
	const struct profile_label labels[] = {
		{ .key = "pid", .number = 7 },
		{ .key = "comm", .text = "app" },
	};
	struct profile *p = profile_new(&head);
	uint32_t set = profile_labels(p, labels, 2);

	(void)state;
	assert_int_equal(profile_find_label(p, set, "pid")->number, 7);
	assert_string_equal(profile_find_label(p, set, "comm")->text, "app");
	assert_null(profile_find_label(p, set, "tid"));
	profile_free(p);
}

static void adding_twice_adds_up_in_one_sample(void **state)
{
	struct profile *p = profile_new(&head);
	uint32_t none = profile_labels(p, NULL, 0);
	const int64_t once[] = { 1, 10 }, again[] = { 2, 30 };

	(void)state;
	profile_add(p, PROFILE_ROOT, none, once);
	profile_add(p, PROFILE_ROOT, none, again);
	assert_int_equal(profile_n_samples(p), 1);
	assert_int_equal(profile_get_sample(p, 0)->values[0], 3);
	assert_int_equal(profile_total(p, 1), 40);
	profile_free(p);
}

static void adding_again_is_adding_so_many_times(void **state)
{
	struct profile *p = profile_new(&head);
	uint32_t none = profile_labels(p, NULL, 0);
	const int64_t once[] = { 1, 10 };
	size_t index;

	(void)state;
	index = profile_add(p, PROFILE_ROOT, none, once);
	profile_add_again(p, index, once, 41);
	profile_add_again(p, index, once, 0);
	assert_int_equal(profile_n_samples(p), 1);
	assert_int_equal(profile_get_sample(p, index)->values[1], 420);
	assert_int_equal(profile_total(p, 0), 42);
	profile_free(p);
}

static void a_sample_is_there_once_it_was_added(void **state)
{
	struct profile *p = profile_new(&head);
	uint32_t none = profile_labels(p, NULL, 0);
	const int64_t once[] = { 1, 10 };

	(void)state;
	assert_false(profile_has_sample(p, PROFILE_ROOT, none));
	profile_add(p, PROFILE_ROOT, none, once);
	assert_true(profile_has_sample(p, PROFILE_ROOT, none));
	assert_false(profile_has_sample(p, PROFILE_ROOT, none + 1));
	profile_free(p);
}

static void other_labels_make_another_sample(void **state)
{
	const struct profile_label label = { .key = "pid", .number = 1 };
	struct profile *p = profile_new(&head);
	uint32_t none = profile_labels(p, NULL, 0), one = profile_labels(p, &label, 1);
	const int64_t values[] = { 1, 10 };

	(void)state;
	profile_add(p, PROFILE_ROOT, none, values);
	profile_add(p, PROFILE_ROOT, one, values);
	assert_int_equal(profile_n_samples(p), 2);
	assert_int_equal(profile_total(p, 0), 2);
	profile_free(p);
}

static void sums_stop_at_the_end_of_their_range(void **state)
{
	struct profile *p = profile_new(&head);
	uint32_t none = profile_labels(p, NULL, 0);
	const int64_t most[] = { INT64_MAX, INT64_MIN }, more[] = { 1, -1 };

	(void)state;
	profile_add(p, PROFILE_ROOT, none, most);
	profile_add(p, PROFILE_ROOT, none, more);
	assert_true(profile_total(p, 0) == INT64_MAX);
	assert_true(profile_total(p, 1) == INT64_MIN);
	profile_free(p);
}

static void numbers_hold_for_a_hundred_thousand_stacks(void **state)
{
	struct profile *p = profile_new(&head);
	uint32_t m = profile_module(p, &libc), none = profile_labels(p, NULL, 0);
	const int64_t values[] = { 1, 1 };

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < 100000; i++) {
			uint32_t s = profile_stack(p, i / 2, profile_frame(p, m, i));

			assert_int_equal(s, i + 1);
			profile_add(p, s, none, values);
		}
	}
	assert_int_equal(profile_n_samples(p), 100000);
	assert_int_equal(profile_get_sample(p, 77777)->stack, 77778);
	assert_int_equal(profile_total(p, 0), 200000);
	profile_free(p);
}

static void free_accepts_nothing(void **state)
{
	(void)state;
	profile_free(NULL);
}

static void short_name_of_a_file_has_no_folders(void **state)
{
	const struct module mark = { .kind = MODULE_MARK, .path = "[a/b]" };
	const struct module folder = { .path = "/usr/lib/" };

	(void)state;
	assert_string_equal(module_short_name(&libc), "libc.so.6");
	assert_string_equal(module_short_name(&mark), "[a/b]");
	assert_string_equal(module_short_name(&folder), "/usr/lib/");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_modules_are_one),
		cmocka_unit_test(first_place_of_a_module_is_kept),
		cmocka_unit_test(strings_are_copied),
		cmocka_unit_test(frames_differ_in_all_64_bits_of_the_offset),
		cmocka_unit_test(stack_is_its_parent_and_one_more_frame),
		cmocka_unit_test(label_sets_differ_by_key_text_and_number),
		cmocka_unit_test(label_is_found_by_its_key),
		cmocka_unit_test(adding_twice_adds_up_in_one_sample),
		cmocka_unit_test(adding_again_is_adding_so_many_times),
		cmocka_unit_test(a_sample_is_there_once_it_was_added),
		cmocka_unit_test(other_labels_make_another_sample),
		cmocka_unit_test(sums_stop_at_the_end_of_their_range),
		cmocka_unit_test(numbers_hold_for_a_hundred_thousand_stacks),
		cmocka_unit_test(free_accepts_nothing),
		cmocka_unit_test(short_name_of_a_file_has_no_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
