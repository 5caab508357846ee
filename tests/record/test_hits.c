// SPDX-License-Identifier: BSD-2-Clause
/* What record/hits.h promises of the set of hit offsets. */
#include "record/hits.h"
#include "tests/support/test.h"

static void hits_come_out_sorted_and_once(void **state)
{
	struct hits h = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 10000; i++)
		hits_add(&h, (i * 7919) % 1000);
	hits_settle(&h);
	assert_int_equal(h.n, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(h.offsets[i], i);
	hits_done(&h);
}

static void memory_follows_the_different_offsets_and_not_the_hits(void **state)
{
	struct hits h = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000000; i++)
		hits_add(&h, i % 100);
	assert_true(h.room <= 512);
	hits_done(&h);
}

static void an_empty_set_stays_empty(void **state)
{
	struct hits h = { 0 };

	(void)state;
	hits_settle(&h);
	assert_int_equal(h.n, 0);
	hits_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hits_come_out_sorted_and_once),
		cmocka_unit_test(memory_follows_the_different_offsets_and_not_the_hits),
		cmocka_unit_test(an_empty_set_stays_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
