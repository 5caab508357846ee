// SPDX-License-Identifier: BSD-2-Clause
/* What replay/mappings.h promises, against an array of addresses as the truth. */
#include <stdlib.h>
#include <string.h>

#include "analyze/replay/mappings.h"
#include "tests/support/test.h"

static void add(struct mappings *m, struct mappings_pool *pool, uint64_t start, uint64_t end,
		uint32_t module)
{
	mappings_add(m, pool, &(struct mapping){ start, end, start + 1000, module });
}

static uint32_t module_at(const struct mappings *m, uint64_t address)
{
	const struct mapping *found = mappings_find(m, address);

	return found ? found->module : 0;
}

static void a_range_holds_its_first_address_and_not_its_end(void **state)
{
	struct mappings_pool pool = { 0 };
	struct mappings m = { 0 };

	(void)state;
	add(&m, &pool, 10, 20, 1);
	assert_int_equal(module_at(&m, 9), 0);
	assert_int_equal(module_at(&m, 10), 1);
	assert_int_equal(module_at(&m, 19), 1);
	assert_int_equal(module_at(&m, 20), 0);
	mappings_clear(&m, &pool);
}

static void an_empty_range_is_ignored(void **state)
{
	struct mappings_pool pool = { 0 };
	struct mappings m = { 0 };

	(void)state;
	add(&m, &pool, 10, 10, 1);
	add(&m, &pool, 10, 5, 1);
	assert_int_equal(mappings_count(&m), 0);
}

static void a_new_range_splits_the_one_around_it(void **state)
{
	struct mappings_pool pool = { 0 };
	struct mappings m = { 0 };

	(void)state;
	add(&m, &pool, 10, 40, 1);
	add(&m, &pool, 20, 30, 2);
	assert_int_equal(module_at(&m, 19), 1);
	assert_int_equal(module_at(&m, 20), 2);
	assert_int_equal(module_at(&m, 30), 1);
	assert_int_equal(mappings_count(&m), 3);
	mappings_clear(&m, &pool);
}

static void what_is_left_behind_a_new_range_keeps_its_offset(void **state)
{
	struct mappings_pool pool = { 0 };
	struct mappings m = { 0 };
	const struct mapping *rest;

	(void)state;
	add(&m, &pool, 10, 40, 1);
	add(&m, &pool, 5, 30, 2);
	rest = mappings_find(&m, 35);
	assert_int_equal(rest->start, 30);
	assert_int_equal(rest->file_offset, 1030);
	mappings_clear(&m, &pool);
}

static void a_copy_does_not_see_later_changes(void **state)
{
	struct mappings_pool pool = { 0 };
	struct mappings parent = { 0 }, child = { 0 };

	(void)state;
	add(&parent, &pool, 10, 20, 1);
	add(&parent, &pool, 30, 40, 2);
	mappings_copy(&child, &pool, &parent);
	add(&parent, &pool, 10, 20, 3);
	add(&child, &pool, 30, 40, 4);
	assert_int_equal(module_at(&parent, 15), 3);
	assert_int_equal(module_at(&parent, 35), 2);
	assert_int_equal(module_at(&child, 15), 1);
	assert_int_equal(module_at(&child, 35), 4);
	mappings_clear(&parent, &pool);
	mappings_clear(&child, &pool);
	assert_int_equal(pool.nodes, 0);
}

static void equal_content_is_told_whatever_way_it_came_about(void **state)
{
	struct mappings_pool pool = { 0 };
	struct mappings a = { 0 }, b = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		add(&a, &pool, i * 10, i * 10 + 10, (uint32_t)i);
	add(&b, &pool, 3, 777, 5);
	for (uint64_t i = 100; i-- > 0;)
		add(&b, &pool, i * 10, i * 10 + 10, (uint32_t)i);
	assert_true(mappings_content(&a) == mappings_content(&b));
	add(&b, &pool, 3, 4, 3);
	assert_true(mappings_content(&a) != mappings_content(&b));
	mappings_clear(&a, &pool);
	mappings_clear(&b, &pool);
}

/* Random ranges over 1000 addresses in four spaces that are copied to each other. */
static void random_changes_agree_with_an_array(void **state)
{
	static uint32_t truth[4][1000];
	struct mappings spaces[4] = { 0 };
	struct mappings_pool pool = { 0 };

	(void)state;
	srandom(2);
	for (uint32_t i = 1; i < 20000; i++) {
		size_t space = (size_t)random() % 4, other = (size_t)random() % 4;
		uint64_t start = (uint64_t)random() % 1000, address;
		uint64_t end = start + (uint64_t)random() % (random() % 8 ? 20 : 500);

		if (i % 50 == 0) {
			mappings_copy(&spaces[space], &pool, &spaces[other]);
			memmove(truth[space], truth[other], sizeof(truth[0]));
		}
		add(&spaces[space], &pool, start, end, i);
		for (address = start; address < end && address < 1000; address++)
			truth[space][address] = i;
		for (int j = 0; j < 20; j++) {
			address = (uint64_t)random() % 1000;
			assert_int_equal(module_at(&spaces[space], address), truth[space][address]);
		}
	}
	for (size_t i = 0; i < 4; i++)
		mappings_clear(&spaces[i], &pool);
	assert_int_equal(pool.nodes, 0);
}

/* A balanced tree of a million ranges is about 20 deep; a list of them would take hours. */
static void ascending_ranges_stay_cheap(void **state)
{
	struct mappings_pool pool = { 0 };
	struct mappings m = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000000; i++)
		add(&m, &pool, i * 10, i * 10 + 5, (uint32_t)i);
	assert_int_equal(mappings_count(&m), 1000000);
	assert_int_equal(module_at(&m, 7654320), 765432);
	mappings_clear(&m, &pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_holds_its_first_address_and_not_its_end),
		cmocka_unit_test(an_empty_range_is_ignored),
		cmocka_unit_test(a_new_range_splits_the_one_around_it),
		cmocka_unit_test(what_is_left_behind_a_new_range_keeps_its_offset),
		cmocka_unit_test(a_copy_does_not_see_later_changes),
		cmocka_unit_test(equal_content_is_told_whatever_way_it_came_about),
		cmocka_unit_test(random_changes_agree_with_an_array),
		cmocka_unit_test(ascending_ranges_stay_cheap),
	};

	return cmocka_run_group_tests_name("analyze/replay/mappings", tests, NULL, NULL);
}
