// SPDX-License-Identifier: BSD-2-Clause
/* What record/modules.h promises: which file a module is held to be. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/modules.h"
#include "tests/support/test.h"

#define TGID 4000001 /* beyond pid_max: a process that is gone */

static const char program[] = "/proc/self/exe";

struct fixture {
	struct modules *modules;
	char path[4096]; /* of a file that has a build-id */
	struct module_place place;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct stat st;

	assert_int_equal(modules_new(true, &f->modules), 0);
	assert_true(readlink(program, f->path, sizeof(f->path) - 1) > 0);
	assert_int_equal(stat(f->path, &st), 0);
	f->place =
		(struct module_place){ TGID, 0x1000, 0x2000, f->path, { st.st_dev, st.st_ino, 0 } };
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	modules_free(f->modules);
	free(f);
	return 0;
}

static const struct module *module_of(struct fixture *f)
{
	return modules_get(f->modules, modules_of_mapping(f->modules, &f->place, NULL));
}

static void a_file_is_known_by_its_device_and_inode(void **state)
{
	const struct module *m = module_of(*state);

	assert_true(m->fd >= 0);
	assert_int_equal(m->build_id.size, BUILD_ID_MAX);
}

static void another_inode_at_the_path_is_another_file(void **state)
{
	struct fixture *f = *state;
	const struct module *m;

	f->place.file.inode++;
	m = module_of(f);
	assert_int_equal(m->fd, -1);
	assert_int_equal(m->build_id.size, 0);
}

static void another_device_is_another_file(void **state)
{
	struct fixture *f = *state;
	const struct module *m;

	f->place.file.device++;
	m = module_of(f);
	assert_int_equal(m->fd, -1);
	assert_int_equal(m->build_id.size, 0);
}

static void what_nothing_was_told_of_is_not_taken_from_its_path(void **state)
{
	struct fixture *f = *state;

	f->place.file = (struct module_file){ 0 };
	assert_int_equal(module_of(f)->fd, -1);
}

static void two_files_of_one_path_without_build_ids_are_two_modules(void **state)
{
	struct fixture *f = *state;
	const struct module *first, *second;

	f->place.path = "/no/such/file";
	first = module_of(f);
	f->place.file.inode++;
	second = module_of(f);
	assert_int_not_equal(first->number, second->number);
	assert_string_equal(first->path, second->path);
	assert_int_equal(module_of(f)->number, second->number);
}

static void a_told_build_id_must_be_that_of_the_file(void **state)
{
	const struct build_id other = { .bytes = "01234567890123456789", .size = BUILD_ID_MAX };
	struct fixture *f = *state;
	const struct module *m =
		modules_get(f->modules, modules_of_mapping(f->modules, &f->place, &other));

	assert_int_equal(m->fd, -1);
	assert_memory_equal(m->build_id.bytes, other.bytes, BUILD_ID_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_known_by_its_device_and_inode),
		TEST(another_inode_at_the_path_is_another_file),
		TEST(another_device_is_another_file),
		TEST(what_nothing_was_told_of_is_not_taken_from_its_path),
		TEST(two_files_of_one_path_without_build_ids_are_two_modules),
		TEST(a_told_build_id_must_be_that_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
