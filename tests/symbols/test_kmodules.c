// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/kmodules.h promises. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "symbols/kmodules.h"

static int find_in(const char *text, const char *name, struct kmodule *ret)
{
	int fd = memfd_create("modules", MFD_CLOEXEC);
	char path[64];
	int rc;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = kmodules_find(path, name, ret);
	close(fd);
	return rc;
}

static const char modules[] = "nf_nat_ftp 16384 0 - Live 0x0000000000000000\n"
			      "nf_nat 57344 2 nf_nat_ftp,xt_MASQUERADE, Live 0xffffffffc0a50000\n"
			      "ext4 1007616 1 - Live 0xffffffffc0123000 (E)\n";

static void a_module_is_found_by_its_whole_name(void **state)
{
	struct kmodule m;

	(void)state;
	assert_int_equal(find_in(modules, "nf_nat", &m), 0);
	assert_int_equal(m.start, 0xffffffffc0a50000);
	assert_int_equal(m.size, 57344);
}

static void flags_behind_the_address_do_not_matter(void **state)
{
	struct kmodule m;

	(void)state;
	assert_int_equal(find_in(modules, "ext4", &m), 0);
	assert_int_equal(m.start, 0xffffffffc0123000);
}

static void a_module_that_is_not_loaded_is_not_found(void **state)
{
	struct kmodule m = { .size = 77 };

	(void)state;
	assert_int_equal(find_in(modules, "xfs", &m), -ENOENT);
	assert_int_equal(find_in("", "xfs", &m), -ENOENT);
	assert_int_equal(kmodules_find("/nonexistent/modules", "xfs", &m), -ENOENT);
	assert_int_equal(m.size, 77);
}

static void a_hidden_address_is_no_address(void **state)
{
	struct kmodule m;

	(void)state;
	assert_int_equal(find_in(modules, "nf_nat_ftp", &m), -EPERM);
}

static void a_damaged_line_is_stepped_over(void **state)
{
	struct kmodule m;

	(void)state;
	assert_int_equal(find_in("ext4 many\next4 5 1 - Live 0x70\n", "ext4", &m), 0);
	assert_int_equal(m.start, 0x70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_is_found_by_its_whole_name),
		cmocka_unit_test(flags_behind_the_address_do_not_matter),
		cmocka_unit_test(a_module_that_is_not_loaded_is_not_found),
		cmocka_unit_test(a_hidden_address_is_no_address),
		cmocka_unit_test(a_damaged_line_is_stepped_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
