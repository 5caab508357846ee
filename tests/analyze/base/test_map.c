// SPDX-License-Identifier: BSD-2-Clause
/* What base/map.h promises, against a plain array as the truth. */
#include <stdlib.h>

#include "analyze/base/map.h"
#include "tests/support/test.h"

static void a_key_that_was_not_added_is_not_found(void **state)
{
	struct map m = { 0 };

	(void)state;
	assert_null(map_find(&m, 0));
	assert_null(map_find(&m, 7));
	*map_add(&m, 7, NULL) = 1;
	assert_null(map_find(&m, 0));
	assert_null(map_find(&m, 8));
	map_done(&m);
}

static void zero_is_a_key_like_any_other(void **state)
{
	struct map m = { 0 };
	bool added;

	(void)state;
	*map_add(&m, 0, &added) = 5;
	assert_true(added);
	assert_int_equal(*map_add(&m, 0, &added), 5);
	assert_false(added);
	assert_int_equal(m.n, 1);
	map_remove(&m, 0);
	assert_null(map_find(&m, 0));
	assert_int_equal(*map_add(&m, 0, NULL), 0);
	map_done(&m);
}

static void adding_twice_keeps_the_value(void **state)
{
	struct map m = { 0 };
	bool added;

	(void)state;
	*map_add(&m, 9, &added) = 4;
	assert_true(added);
	assert_int_equal(*map_add(&m, 9, &added), 4);
	assert_false(added);
	map_done(&m);
}

/* Keys 0 to 4095 come and go at random; the map agrees with an array all the time. */
static void removal_loses_no_other_key(void **state)
{
	static bool there[4096];
	struct map m = { 0 };
	size_t n = 0;

	(void)state;
	srandom(1);
	for (int i = 0; i < 200000; i++) {
		uint64_t key = (uint64_t)random() % 4096;

		n += there[key] ? -1 : 1;
		if (there[key])
			map_remove(&m, key);
		else
			*map_add(&m, key, NULL) = key + 1;
		there[key] = !there[key];
		assert_int_equal(m.n, n);
	}
	for (uint64_t key = 0; key < 4096; key++) {
		const uint64_t *value = map_find(&m, key);

		assert_int_equal(value != NULL, there[key]);
		assert_true(!value || *value == key + 1);
	}
	map_done(&m);
}

static void a_cleared_map_is_empty(void **state)
{
	struct map m = { 0 };

	(void)state;
	*map_add(&m, 0, NULL) = 1;
	*map_add(&m, 3, NULL) = 1;
	map_clear(&m);
	assert_int_equal(m.n, 0);
	assert_null(map_find(&m, 0));
	assert_null(map_find(&m, 3));
	map_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_that_was_not_added_is_not_found),
		cmocka_unit_test(zero_is_a_key_like_any_other),
		cmocka_unit_test(adding_twice_keeps_the_value),
		cmocka_unit_test(removal_loses_no_other_key),
		cmocka_unit_test(a_cleared_map_is_empty),
	};

	return cmocka_run_group_tests_name("analyze/base/map", tests, NULL, NULL);
}
