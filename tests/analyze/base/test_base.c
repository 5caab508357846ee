// SPDX-License-Identifier: BSD-2-Clause
/* What vec.h, pairs.h, arena.h and sum.h promise. */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/arena.h"
#include "analyze/base/pairs.h"
#include "analyze/base/sum.h"
#include "analyze/base/vec.h"
#include "tests/support/test.h"

static void vec_keeps_what_is_pushed(void **state)
{
	VEC(int) v = { 0 };
	int sum = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		*vec_push(&v) = i;
	vec_for_each (i, &v) {
		sum += *i;
	}
	assert_int_equal(v.n, 1000);
	assert_int_equal(sum, 499500);
	vec_done(&v);
}

static void empty_vec_has_nothing_to_walk(void **state)
{
	VEC(int) v = { 0 };

	(void)state;
	vec_for_each (i, &v) {
		fail_msg("%d", *i);
	}
	vec_done(&v);
}

static void pairs_are_numbered_in_order_of_first_sight(void **state)
{
	struct pairs p = { 0 };
	bool added;

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(pairs_number(&p, i % 50, i / 50, NULL), i);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(pairs_number(&p, i % 50, i / 50, &added), i);
	assert_false(added);
	assert_int_equal(pairs_number(&p, UINT32_MAX, UINT32_MAX, &added), 5000);
	assert_true(added);
	pairs_done(&p);
}

static void order_in_a_pair_matters(void **state)
{
	struct pairs p = { 0 };

	(void)state;
	assert_int_equal(pairs_number(&p, 1, 2, NULL), 0);
	assert_int_equal(pairs_number(&p, 2, 1, NULL), 1);
	pairs_done(&p);
}

static void a_chain_that_was_added_in_one_go_is_found_again(void **state)
{
	struct pairs p = { 0 };
	bool added;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(pairs_number(&p, i, i % 7, NULL), i);
	assert_int_equal(pairs_number(&p, 500, 100, &added), 1000);
	assert_true(added);
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(pairs_number(&p, i, i % 7, &added), i);
		assert_false(added);
	}
	pairs_done(&p);
}

static void arena_gives_zeroed_aligned_pieces_of_any_size(void **state)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 100000, 0, 3 };
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *p = arena_alloc(&a, sizes[i]);

		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(p[k], 0);
		memset(p, 'x', sizes[i]);
	}
	arena_done(&a);
}

static void sums_stop_at_both_ends(void **state)
{
	(void)state;
	assert_true(sum_add(INT64_MAX, 1) == INT64_MAX);
	assert_true(sum_add(INT64_MIN, -1) == INT64_MIN);
	assert_true(sum_add(INT64_MAX, INT64_MIN) == -1);
}

static void many_times_a_number_stops_at_both_ends(void **state)
{
	(void)state;
	assert_true(sum_times(-3, 5) == -15);
	assert_true(sum_times(0, UINT64_MAX) == 0);
	assert_true(sum_times(2, (uint64_t)1 << 62) == INT64_MAX);
	assert_true(sum_times(1, UINT64_MAX) == INT64_MAX);
	assert_true(sum_times(-1, UINT64_MAX) == INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vec_keeps_what_is_pushed),
		cmocka_unit_test(empty_vec_has_nothing_to_walk),
		cmocka_unit_test(pairs_are_numbered_in_order_of_first_sight),
		cmocka_unit_test(order_in_a_pair_matters),
		cmocka_unit_test(a_chain_that_was_added_in_one_go_is_found_again),
		cmocka_unit_test(arena_gives_zeroed_aligned_pieces_of_any_size),
		cmocka_unit_test(sums_stop_at_both_ends),
		cmocka_unit_test(many_times_a_number_stops_at_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
