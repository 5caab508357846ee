// SPDX-License-Identifier: BSD-2-Clause
/* What a snapshot takes of the runtime's own counts: what has changed, and all in a new epoch. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/go_counts.h"
#include "tests/support/go_buckets.h"
#include "tests/support/go_image.h"
#include "tests/support/go_stats.h"
#include "tests/support/test.h"

#define AT (GO_IMAGE_BASE + 0x700)

struct fixture {
	struct go_image image;
	struct go_live live;
	struct go_counts counts;
	size_t interned;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *why = NULL;

	go_image_make(&f->image, 124);
	go_image_park(&f->image, 1, 2);
	go_stats_put(&f->image, 3);
	f->image.program.at.stats = GO_STATS_AT;
	f->image.program.at.gc = GO_STATS_GC_AT;
	f->image.program.at.sched = GO_STATS_SCHED_AT;
	f->image.program.at.work = GO_STATS_WORK_AT;
	assert_int_equal(go_live_open(&f->image.program, 0, &f->image.memory, &f->live, &why), 0);
	go_image_put(&f->image, f->live.at.rate, 4096);
	go_buckets_put(&f->image, AT, 0, &(struct go_buckets){ .allocs = 5, .frees = 2 });
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	go_counts_done(&f->counts);
	free(f);
	return 0;
}

static int intern(void *context, const uint64_t *ips, uint32_t n, uint64_t *id)
{
	struct fixture *f = context;

	f->interned++;
	*id = ips[0] + n;
	return 0;
}

static const struct go_counts *take(struct fixture *f, bool whole, bool heap)
{
	const struct go_counts_asked asked = { &f->live, whole, heap, intern, f };

	assert_int_equal(go_counts_read(&f->counts, &asked), 0);
	return &f->counts;
}

static void the_first_tells_all_but_the_collections_before_it(void **state)
{
	const struct go_counts *c = take(*state, true, true);

	assert_int_equal(c->n_heap, 1);
	assert_int_equal(c->heap[0].allocs, 5);
	assert_int_equal(c->heap[0].ustack, GO_IMAGE_TEXT + 7 - 1 + 1);
	assert_int_equal(c->rate, 4096);
	assert_true(c->n_list > 10);
	assert_int_equal(c->n_cycles, 0);
}

static void what_has_not_changed_is_not_told_again(void **state)
{
	struct fixture *f = *state;
	const struct go_counts *c;

	take(f, true, true);
	c = take(f, false, true);
	assert_int_equal(c->n_heap + c->n_list + c->n_cycles, 0);
}

static void a_new_epoch_tells_the_heap_profile_again(void **state)
{
	struct fixture *f = *state;

	take(f, true, true);
	assert_int_equal(take(f, true, true)->n_heap, 1);
}

static void snapshots_within_an_epoch_do_not_read_it(void **state)
{
	struct fixture *f = *state;

	take(f, true, true);
	go_buckets_put(&f->image, AT, 0, &(struct go_buckets){ .allocs = 6, .frees = 2 });
	assert_int_equal(take(f, false, false)->n_heap, 0);
	assert_int_equal(take(f, false, true)->n_heap, 1);
}

static void collections_are_told_once(void **state)
{
	struct fixture *f = *state;
	const struct go_counts *c;

	take(f, true, true);
	go_stats_put(&f->image, 5);
	c = take(f, false, false);
	assert_int_equal(c->n_cycles, 2);
	assert_int_equal(c->cycles[0].number, 4);
	assert_int_equal(take(f, true, true)->n_cycles, 0);
}

static void without_symbols_they_are_looked_for_once_an_epoch(void **state)
{
	struct fixture *f = *state;

	f->live.at.stats = f->live.at.gc = 0;
	assert_int_equal(take(f, false, false)->searches, 0);
	take(f, true, true);
	assert_int_equal(f->counts.searches, 1);
	assert_int_equal(f->live.at.stats, GO_STATS_AT);
	assert_int_equal(take(f, true, true)->searches, 1);
}

static void a_profile_that_is_off_is_not_read(void **state)
{
	struct fixture *f = *state;

	go_image_put(&f->image, f->live.at.rate, 0);
	assert_int_equal(take(f, true, true)->n_heap, 0);
	assert_int_equal(f->counts.state, GO_HEAP_OFF);
}

#define WITH_IMAGE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_IMAGE(the_first_tells_all_but_the_collections_before_it),
		WITH_IMAGE(what_has_not_changed_is_not_told_again),
		WITH_IMAGE(a_new_epoch_tells_the_heap_profile_again),
		WITH_IMAGE(snapshots_within_an_epoch_do_not_read_it),
		WITH_IMAGE(collections_are_told_once),
		WITH_IMAGE(without_symbols_they_are_looked_for_once_an_epoch),
		WITH_IMAGE(a_profile_that_is_off_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
