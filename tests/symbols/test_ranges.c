// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/ranges.h promises: checked against a search that looks at every range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "symbols/ranges.h"

#define MAX   40
#define PLACE 64 /* ranges lie in [0, PLACE) */

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->name > y->name) - (x->name < y->name);
}

/* The one that begins last; of those the one that comes first. */
static const struct range *search_all(const struct range *r, size_t n, uint64_t place)
{
	const struct range *best = NULL;

	for (size_t i = 0; i < n; i++) {
		if (r[i].start <= place && place < r[i].end && (!best || r[i].start > best->start))
			best = &r[i];
	}
	return best;
}

static void any_ranges_are_found_as_by_looking_at_all(void **state)
{
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct range all[MAX], linked[MAX];
		size_t n = (size_t)rand_r(&seed) % MAX, left;

		for (size_t i = 0; i < n; i++) {
			uint64_t start = (uint64_t)rand_r(&seed) % PLACE;
			uint64_t size = (uint64_t)rand_r(&seed) % (round % 2 ? 8 : PLACE);

			all[i] = (struct range){ .start = start,
						 .end = start + size,
						 .name = (uint32_t)i };
		}
		qsort(all, n, sizeof(all[0]), by_start);
		for (size_t i = 0; i < n; i++)
			linked[i] = all[i];
		left = ranges_link(linked, n);
		assert_true(left <= n);
		for (uint64_t place = 0; place < 2 * PLACE; place++) {
			const struct range *want = search_all(all, n, place);
			const struct range *got = ranges_find(linked, left, place);

			assert_int_equal(!want, !got);
			if (want)
				assert_int_equal(want->name, got->name);
		}
	}
}

static void a_range_may_end_with_the_last_number(void **state)
{
	struct range r[] = { { .start = UINT64_MAX - 1, .end = UINT64_MAX, .name = 7 } };

	(void)state;
	assert_int_equal(ranges_link(r, 1), 1);
	assert_non_null(ranges_find(r, 1, UINT64_MAX - 1));
	assert_null(ranges_find(r, 1, UINT64_MAX));
}

static void none_of_no_ranges_is_found(void **state)
{
	(void)state;
	assert_int_equal(ranges_link(NULL, 0), 0);
	assert_null(ranges_find(NULL, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_ranges_are_found_as_by_looking_at_all),
		cmocka_unit_test(a_range_may_end_with_the_last_number),
		cmocka_unit_test(none_of_no_ranges_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
