// SPDX-License-Identifier: BSD-2-Clause
/* What is known from one snapshot to the next. */
#include <stdlib.h>

#include "record/go_known.h"
#include "tests/support/test.h"

static bool put(struct go_known *k, uint64_t key, uint64_t value, uint64_t round)
{
	bool changed;

	assert_int_equal(go_known_put(k, key, value, round, &changed), 0);
	return changed;
}

static void what_is_new_or_other_has_changed(void **state)
{
	struct go_known k = { 0 };

	(void)state;
	assert_true(put(&k, 7, 1, 1));
	assert_false(put(&k, 7, 1, 2));
	assert_true(put(&k, 7, 2, 3));
	assert_int_equal(go_known_get(&k, 7)->value, 2);
	assert_null(go_known_get(&k, 8));
	go_known_clear(&k);
}

static void what_the_caller_notes_stays_until_the_next_put(void **state)
{
	struct go_known k = { 0 };

	(void)state;
	put(&k, 7, 1, 1);
	go_known_get(&k, 7)->mark = 5;
	for (uint64_t i = 100; i < 200; i++)
		put(&k, i, 1, 1);
	assert_int_equal(go_known_sweep(&k, 1, NULL, NULL), 0);
	assert_int_equal(go_known_get(&k, 7)->mark, 5);
	put(&k, 7, 1, 2);
	assert_int_equal(go_known_get(&k, 7)->mark, 0);
	go_known_clear(&k);
}

static void keys_of_the_round_are_kept_and_others_are_told_in_order(void **state)
{
	struct go_known k = { 0 };
	uint64_t *gone = NULL;
	size_t n = 0;

	(void)state;
	for (uint64_t i = 1; i <= 5000; i++)
		put(&k, i * 4096, i, 1);
	for (uint64_t i = 1; i <= 5000; i += 2)
		put(&k, i * 4096, i, 2);
	assert_int_equal(go_known_sweep(&k, 2, &gone, &n), 0);
	assert_int_equal(n, 2500);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(gone[i], (2 * i + 2) * 4096);
	for (uint64_t i = 1; i <= 5000; i++)
		assert_int_equal(go_known_get(&k, i * 4096) != NULL, i % 2);
	free(gone);
	go_known_clear(&k);
}

static void nothing_is_told_when_all_were_seen(void **state)
{
	struct go_known k = { 0 };
	uint64_t *gone = NULL;
	size_t n = 9;

	(void)state;
	put(&k, 1, 1, 1);
	assert_int_equal(go_known_sweep(&k, 1, &gone, &n), 0);
	assert_int_equal(n, 0);
	assert_null(gone);
	go_known_clear(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_new_or_other_has_changed),
		cmocka_unit_test(what_the_caller_notes_stays_until_the_next_put),
		cmocka_unit_test(keys_of_the_round_are_kept_and_others_are_told_in_order),
		cmocka_unit_test(nothing_is_told_when_all_were_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
