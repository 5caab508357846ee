// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/jit_hits.h promises of addresses, times and names. */
#include <string.h>

#include "symbols/jit_hits.h"
#include "tests/support/test.h"

static void name(struct jit_hits *h, uint64_t start, uint64_t size, uint64_t since,
		 const char *text)
{
	const struct jit_code code = { start, size, since, text, strlen(text), EV_SYMBOL_JITDUMP };

	assert_int_equal(jit_hits_name(h, &code), 0);
}

static const char *name_at(const struct jit_hits *h, uint64_t address)
{
	size_t i = jit_hits_from(h, address);

	assert_true(i < h->n && h->at[i].address == address);
	return jit_hits_text(h, h->at[i].name);
}

static void an_address_is_kept_once_with_its_last_time(void **state)
{
	struct jit_hits h = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 5000; i++)
		jit_hits_add(&h, i % 10, i);
	jit_hits_settle(&h);
	assert_int_equal(h.n, 10);
	assert_int_equal(h.at[3].address, 3);
	assert_int_equal(h.at[3].time_ns, 4993);
	jit_hits_done(&h);
}

static void code_names_what_lies_in_it_and_nothing_else(void **state)
{
	struct jit_hits h = { 0 };

	(void)state;
	for (uint64_t at = 9; at <= 20; at++)
		jit_hits_add(&h, at, 0);
	jit_hits_settle(&h);
	name(&h, 10, 10, 0, "f");
	assert_string_equal(name_at(&h, 9), "");
	assert_string_equal(name_at(&h, 10), "f");
	assert_string_equal(name_at(&h, 19), "f");
	assert_string_equal(name_at(&h, 20), "");
	jit_hits_done(&h);
}

static void code_that_came_after_a_hit_does_not_name_it(void **state)
{
	struct jit_hits h = { 0 };

	(void)state;
	jit_hits_add(&h, 10, 100);
	jit_hits_add(&h, 11, 200);
	jit_hits_settle(&h);
	name(&h, 10, 10, 50, "before");
	name(&h, 10, 10, 150, "after");
	assert_string_equal(name_at(&h, 10), "before");
	assert_string_equal(name_at(&h, 11), "after");
	jit_hits_done(&h);
}

static void of_two_at_one_place_the_later_time_wins_in_any_order(void **state)
{
	struct jit_hits h = { 0 };

	(void)state;
	jit_hits_add(&h, 10, 100);
	jit_hits_settle(&h);
	name(&h, 10, 10, 60, "later");
	name(&h, 10, 10, 50, "earlier");
	assert_string_equal(name_at(&h, 10), "later");
	jit_hits_done(&h);
}

static void code_at_the_end_of_memory_does_not_wrap_around(void **state)
{
	struct jit_hits h = { 0 };

	(void)state;
	jit_hits_add(&h, 0, 0);
	jit_hits_add(&h, UINT64_MAX, 0);
	jit_hits_settle(&h);
	name(&h, UINT64_MAX - 1, 2, 0, "last");
	assert_string_equal(name_at(&h, UINT64_MAX), "last");
	assert_string_equal(name_at(&h, 0), "");
	jit_hits_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_kept_once_with_its_last_time),
		cmocka_unit_test(code_names_what_lies_in_it_and_nothing_else),
		cmocka_unit_test(code_that_came_after_a_hit_does_not_name_it),
		cmocka_unit_test(of_two_at_one_place_the_later_time_wins_in_any_order),
		cmocka_unit_test(code_at_the_end_of_memory_does_not_wrap_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
