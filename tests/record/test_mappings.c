// SPDX-License-Identifier: BSD-2-Clause
/* What record/mappings.h promises of a process's mappings. */
#include "record/mappings.h"
#include "tests/support/test.h"

static void add(struct mappings *m, uint64_t start, uint64_t end, uint64_t offset, uint32_t module)
{
	const struct mapping mapping = { start, end, offset, module };

	assert_int_equal(mappings_add(m, &mapping), 0);
}

static uint32_t module_at(const struct mappings *m, uint64_t address)
{
	const struct mapping *found = mappings_find(m, address);

	return found ? found->module : 0;
}

static void an_address_is_found_from_start_to_before_the_end(void **state)
{
	struct mappings m = { 0 };

	(void)state;
	add(&m, 100, 200, 0, 1);
	assert_int_equal(module_at(&m, 99), 0);
	assert_int_equal(module_at(&m, 100), 1);
	assert_int_equal(module_at(&m, 199), 1);
	assert_int_equal(module_at(&m, 200), 0);
	mappings_done(&m);
}

static void a_new_mapping_in_the_middle_leaves_both_ends_of_the_old_one(void **state)
{
	struct mappings m = { 0 };

	(void)state;
	add(&m, 100, 200, 1000, 1);
	add(&m, 140, 160, 0, 2);
	assert_int_equal(m.n, 3);
	assert_int_equal(module_at(&m, 139), 1);
	assert_int_equal(module_at(&m, 140), 2);
	assert_int_equal(module_at(&m, 160), 1);
	assert_int_equal(mappings_find(&m, 160)->file_offset, 1060);
	mappings_done(&m);
}

static void a_new_mapping_removes_those_that_it_covers(void **state)
{
	struct mappings m = { 0 };

	(void)state;
	add(&m, 100, 200, 0, 1);
	add(&m, 200, 300, 0, 2);
	add(&m, 300, 400, 0, 3);
	add(&m, 150, 350, 0, 4);
	assert_int_equal(m.n, 3);
	assert_int_equal(module_at(&m, 149), 1);
	assert_int_equal(module_at(&m, 250), 4);
	assert_int_equal(module_at(&m, 350), 3);
	assert_int_equal(mappings_find(&m, 350)->file_offset, 50);
	mappings_done(&m);
}

static void random_mappings_agree_with_a_table_of_pages(void **state)
{
	struct mappings m = { 0 };
	uint32_t pages[64] = { 0 };
	unsigned int seed = 1;

	(void)state;
	for (uint32_t round = 1; round < 2000; round++) {
		unsigned int a = (seed = seed * 1103515245 + 12345) >> 16;
		unsigned int start = a % 64, length = 1 + (a >> 6) % (64 - start);

		add(&m, start, start + length, start, round);
		for (unsigned int i = start; i < start + length; i++)
			pages[i] = round;
		for (unsigned int i = 0; i < 64; i++) {
			const struct mapping *found = mappings_find(&m, i);

			assert_int_equal(module_at(&m, i), pages[i]);
			if (found)
				assert_int_equal(found->file_offset, found->start);
		}
	}
	mappings_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_found_from_start_to_before_the_end),
		cmocka_unit_test(a_new_mapping_in_the_middle_leaves_both_ends_of_the_old_one),
		cmocka_unit_test(a_new_mapping_removes_those_that_it_covers),
		cmocka_unit_test(random_mappings_agree_with_a_table_of_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
