// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/vdso.h promises, against the mapping that the kernel shows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "symbols/vdso.h"

static void the_image_begins_with_its_mapping_and_ends_within_its_last_page(void **state)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start = 0, end = 0;
	char line[4096];
	struct vdso vdso;

	(void)state;
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		if (strstr(line, "[vdso]"))
			assert_int_equal(sscanf(line, "%lx-%lx", &start, &end), 2);
	}
	fclose(maps);
	if (!start) {
		assert_int_equal(vdso_get(&vdso), -ENOENT);
		skip();
	}
	assert_int_equal(vdso_get(&vdso), 0);
	assert_int_equal((uintptr_t)vdso.image, start);
	assert_true(vdso.size > 0 && vdso.size <= end - start);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_image_begins_with_its_mapping_and_ends_within_its_last_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
