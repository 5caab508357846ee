// SPDX-License-Identifier: BSD-2-Clause
/* What record/unwind.h promises, of files of which all is known, and of one that cannot be read. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/unwind.h"

static int begin(void **state)
{
	struct modules *m = NULL;

	assert_int_equal(modules_new(true, &m), 0);
	*state = m;
	return 0;
}

static int end(void **state)
{
	modules_free(*state);
	return 0;
}

static void add(struct modules *m, struct mappings *mappings, const char *path, uint64_t start)
{
	const struct module_place at = { .path = path, .start = start, .end = start + 0x1000 };
	struct mapping mapping = { .start = start, .end = start + 0x1000 };

	mapping.module = modules_of_mapping(m, &at, NULL);
	assert_int_equal(mappings_add(mappings, &mapping), 0);
}

static const char *own_path(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(n > 0);
	path[n] = 0;
	return path;
}

static struct module *module_of(struct modules *m, const struct mappings *mappings, size_t i)
{
	return modules_get(m, mappings->items[i].module);
}

static void file_that_cannot_be_read_is_copied(void **state)
{
	struct mappings mappings = { 0 };

	add(*state, &mappings, "/no/such/file", 0x1000);
	assert_int_equal(unwind_choose(*state, &mappings), CONTROL_UNWIND_COPY);
	mappings_done(&mappings);
}

static void memory_alone_is_walked(void **state)
{
	struct mappings mappings = { 0 };

	add(*state, &mappings, "//anon", 0x1000);
	assert_int_equal(unwind_choose(*state, &mappings), CONTROL_UNWIND_FP);
	mappings_done(&mappings);
}

static void files_that_keep_frame_pointers_are_walked_until_one_does_not(void **state)
{
	struct mappings mappings = { 0 };

	add(*state, &mappings, own_path(), 0x1000);
	add(*state, &mappings, "/no/such/file", 0x2000);
	module_of(*state, &mappings, 0)->frames = MODULE_FRAMES_KEPT;
	module_of(*state, &mappings, 1)->frames = MODULE_FRAMES_KEPT;
	assert_int_equal(unwind_choose(*state, &mappings), CONTROL_UNWIND_FP);
	module_of(*state, &mappings, 1)->frames = MODULE_FRAMES_NONE;
	assert_int_equal(unwind_choose(*state, &mappings), CONTROL_UNWIND_COPY);
	mappings_done(&mappings);
}

static void go_program_with_other_code_is_walked_where_it_is_go(void **state)
{
	struct mappings mappings = { 0 };

	add(*state, &mappings, own_path(), 0x1000);
	add(*state, &mappings, "/no/such/file", 0x2000);
	module_of(*state, &mappings, 0)->go = MODULE_GO_YES;
	module_of(*state, &mappings, 1)->frames = MODULE_FRAMES_NONE;
	assert_int_equal(unwind_choose(*state, &mappings), CONTROL_UNWIND_GO);
	mappings_done(&mappings);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_that_cannot_be_read_is_copied),
		TEST(memory_alone_is_walked),
		TEST(files_that_keep_frame_pointers_are_walked_until_one_does_not),
		TEST(go_program_with_other_code_is_walked_where_it_is_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
