// SPDX-License-Identifier: BSD-2-Clause
/* What record/python.h promises of files that hold CPython and of those that do not. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/python.h"
#include "tests/support/test.h"

static void the_name_decides_which_files_are_looked_into(void **state)
{
	(void)state;
	assert_true(python_is_name("/usr/bin/python3.11"));
	assert_true(python_is_name("/usr/lib/libpython3.8.so.1.0"));
	assert_true(python_is_name("python3"));
	assert_false(python_is_name("/usr/lib/python3/dist-packages/x.so"));
	assert_false(python_is_name("/bin/sh"));
}

static int read_path(const char *path, struct python_file *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = python_read(fd, ret);
	close(fd);
	return rc;
}

static void a_program_that_is_no_python_is_none(void **state)
{
	struct python_file found;

	(void)state;
	assert_int_equal(read_path("/proc/self/exe", &found), 0);
}

static void bytes_that_are_no_program_are_none(void **state)
{
	int fd = memfd_create("python", MFD_CLOEXEC);
	struct python_file found;

	(void)state;
	assert_int_equal(python_read(fd, &found), 0);
	assert_int_equal(write(fd, "\177ELF 3.8.1", 11), 11);
	assert_int_equal(python_read(fd, &found), 0);
	close(fd);
}

static void this_machines_python_is_known(void **state)
{
	static const char *const paths[] = { "/usr/bin/python3.9", "/usr/bin/python3.11",
					     "/usr/bin/python3.13" };
	static const uint16_t versions[] = { 309, 311, 313 };
	struct python_file found;
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		int rc = read_path(paths[i], &found);

		if (rc < 0)
			continue;
		seen++;
		assert_int_equal(rc, 1);
		assert_int_equal(found.offsets.version, versions[i]);
		assert_true(found.runtime && found.loop.start && found.loop.size);
		assert_true(found.offsets.frame_bytes && found.offsets.code_bytes);
	}
	if (!seen)
		skip();
}

static void the_runtime_is_as_far_from_the_code_as_in_the_file(void **state)
{
	const struct python_file file = { .runtime = 0x9000,
					  .code_address = 0x3000,
					  .code_offset = 0x2000 };

	(void)state;
	/* Mapped from the second page of the code on. */
	assert_int_equal(python_mapped(&file, 0x7f0000004000, 0x3000).runtime, 0x7f0000009000);
	assert_int_equal(python_mapped(&file, 0x4000, 0x3000).runtime, 0x9000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_decides_which_files_are_looked_into),
		cmocka_unit_test(a_program_that_is_no_python_is_none),
		cmocka_unit_test(bytes_that_are_no_program_are_none),
		cmocka_unit_test(this_machines_python_is_known),
		cmocka_unit_test(the_runtime_is_as_far_from_the_code_as_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
