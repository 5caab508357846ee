// SPDX-License-Identifier: BSD-2-Clause
/* What the runtime counts, and the heap profile, found in memory without symbols. */
#include <stdlib.h>

#include "symbols/go_figures.h"
#include "symbols/go_shapes.h"
#include "tests/support/go_buckets.h"
#include "tests/support/go_image.h"
#include "tests/support/go_stats.h"
#include "tests/support/test.h"

static int setup(void **state)
{
	struct go_image *im = malloc(sizeof(*im));

	go_image_make(im, 124);
	go_image_park(im, 1, 1);
	*state = im;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static struct go_live live_of(struct go_image *im)
{
	struct go_live live;
	const char *why = NULL;

	assert_int_equal(go_live_open(&im->program, 0, &im->memory, &live, &why), 0);
	return live;
}

static struct go_live find(struct go_image *im)
{
	struct go_live live;

	im->program.at.buckets = 0;
	live = live_of(im);
	assert_int_equal(go_shapes_find(&live), 0);
	return live;
}

static void each_of_them_is_found(void **state)
{
	struct go_live live;

	go_stats_put(*state, 3);
	go_buckets_put(*state, GO_IMAGE_BASE + 0x700, 0, &(struct go_buckets){ .allocs = 1 });
	live = find(*state);
	assert_int_equal(live.at.stats, GO_STATS_AT);
	assert_int_equal(live.at.gc, GO_STATS_GC_AT);
	assert_int_equal(live.at.sched, GO_STATS_SCHED_AT);
	assert_int_equal(live.at.work, GO_STATS_WORK_AT);
	assert_int_equal(live.at.buckets, go_image_buckets());
	assert_false(go_shapes_lack(&live));
}

static void in_each_version(void **state)
{
	struct go_image *im = *state;

	for (uint32_t version = 117; version <= 127; version++) {
		struct go_live live;

		go_image_make(im, version);
		go_image_park(im, 1, 1);
		go_stats_put(im, 300);
		live = find(im);
		assert_int_equal(live.at.stats, GO_STATS_AT);
		assert_int_equal(live.at.gc, GO_STATS_GC_AT);
		assert_int_equal(live.at.sched, GO_STATS_SCHED_AT);
		if (im->offsets->work_end != GO_NONE)
			assert_int_equal(live.at.work, GO_STATS_WORK_AT);
	}
}

static void before_the_first_collection_its_accounts_are_not_known(void **state)
{
	struct go_live live;

	go_stats_put(*state, 0);
	live = find(*state);
	assert_int_equal(live.at.stats, 0);
	assert_int_equal(live.at.work, 0);
	assert_true(go_shapes_lack(&live));
}

static void pauses_that_are_not_the_sum_are_of_something_else(void **state)
{
	struct go_image *im = *state;

	go_stats_put(im, 3);
	go_image_put(im, GO_STATS_AT + im->offsets->stats_pause, 5);
	assert_int_equal(find(im).at.stats, 0);
}

static void ends_that_are_not_in_order_are_of_something_else(void **state)
{
	struct go_image *im = *state;

	go_stats_put(im, 300);
	go_image_put(im, GO_STATS_AT + im->offsets->stats_ends + 8, GO_STATS_WALL);
	assert_int_equal(find(im).at.stats, 0);
}

static void a_smallest_heap_that_does_not_follow_is_of_something_else(void **state)
{
	struct go_image *im = *state;

	go_stats_put(im, 3);
	go_image_put32(im, GO_STATS_GC_AT + im->offsets->gc_percent, 100);
	assert_int_equal(find(im).at.gc, 0);
}

static void two_that_look_alike_leave_it_unknown(void **state)
{
	struct go_image *im = *state;

	go_stats_put(im, 3);
	go_buckets_put(im, GO_IMAGE_BASE + 0x700, 0, &(struct go_buckets){ .allocs = 1 });
	go_image_put(im, go_image_buckets() + 0x20, GO_IMAGE_BASE + 0x700);
	assert_int_equal(find(im).at.buckets, 0);
}

static void what_symbols_tell_stays(void **state)
{
	struct go_image *im = *state;

	go_stats_put(im, 3);
	im->program.at.gc = GO_IMAGE_BASE + 0x10;
	assert_int_equal(find(im).at.gc, GO_IMAGE_BASE + 0x10);
}

/* --- figures --- */

static struct go_live known(struct go_image *im, uint32_t cycles)
{
	go_stats_put(im, cycles);
	im->program.at.stats = GO_STATS_AT;
	im->program.at.gc = GO_STATS_GC_AT;
	im->program.at.sched = GO_STATS_SCHED_AT;
	im->program.at.work = GO_STATS_WORK_AT;
	return live_of(im);
}

static uint64_t figure(const struct go_live *live, const char *key)
{
	struct go_figure list[GO_FIGURES_MAX];
	size_t n;

	assert_int_equal(go_figures_read(live, list, &n), 0);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].key, key) == 0)
			return list[i].value;
	}
	return UINT64_MAX;
}

static void figures_are_told_by_their_keys(void **state)
{
	struct go_live live = known(*state, 3);

	assert_int_equal(figure(&live, "gc.cycles_count"), 3);
	assert_int_equal(figure(&live, "gc.pause_ns"), 3030);
	assert_int_equal(figure(&live, "gc.cpu_share_ppb"), 250000000);
	assert_int_equal(figure(&live, "heap.live_bytes"), 4000000);
	assert_int_equal(figure(&live, "sched.threads_count"), 5);
}

static void what_is_not_found_is_not_told(void **state)
{
	struct go_live live = known(*state, 3);

	live.at.gc = 0;
	assert_true(figure(&live, "heap.live_bytes") == UINT64_MAX);
	assert_int_equal(figure(&live, "gc.cycles_count"), 3);
}

/* --- collections --- */

struct got {
	struct go_cycle list[GO_CYCLES_MAX];
	size_t n;
	uint64_t last;
};

static struct got *read_cycles(const struct go_live *live, uint64_t since)
{
	static struct got g;

	assert_int_equal(go_cycles_read(live, since, g.list, &g.n, &g.last), 0);
	return &g;
}

static void collections_since_one_are_told_in_order(void **state)
{
	struct go_live live = known(*state, 5);
	struct got *g = read_cycles(&live, 3);

	assert_int_equal(g->last, 5);
	assert_int_equal(g->n, 2);
	assert_int_equal(g->list[0].number, 4);
	assert_int_equal(g->list[0].pause_ns, 1030);
	assert_int_equal(g->list[1].end_wall_ns, GO_STATS_WALL + 4000000000);
	assert_int_equal(read_cycles(&live, 5)->n, 0);
}

static void of_the_last_one_it_is_known_what_it_found(void **state)
{
	struct go_live live = known(*state, 5);
	struct got *g = read_cycles(&live, 3);

	assert_int_equal(g->list[0].after_bytes, 0);
	assert_int_equal(g->list[1].before_bytes, 9000000);
	assert_int_equal(g->list[1].after_bytes, 3000000);
	assert_int_equal(g->list[1].goal_bytes, 9500000);
}

static void but_not_while_another_one_runs(void **state)
{
	struct go_image *im = *state;
	struct go_live live = known(im, 5);

	go_image_put32(im, GO_STATS_WORK_AT + im->offsets->work_cycles, 6);
	assert_int_equal(read_cycles(&live, 4)->list[0].before_bytes, 0);
}

static void more_than_the_ring_holds_are_the_last_255(void **state)
{
	struct go_live live = known(*state, 400);
	struct got *g = read_cycles(&live, 0);

	assert_int_equal(g->n, 255);
	assert_int_equal(g->list[0].number, 146);
	assert_int_equal(g->list[0].pause_ns, 1000 + 10 * 145);
	assert_int_equal(g->list[254].number, 400);
}

#define WITH_IMAGE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_IMAGE(each_of_them_is_found),
		WITH_IMAGE(in_each_version),
		WITH_IMAGE(before_the_first_collection_its_accounts_are_not_known),
		WITH_IMAGE(pauses_that_are_not_the_sum_are_of_something_else),
		WITH_IMAGE(ends_that_are_not_in_order_are_of_something_else),
		WITH_IMAGE(a_smallest_heap_that_does_not_follow_is_of_something_else),
		WITH_IMAGE(two_that_look_alike_leave_it_unknown),
		WITH_IMAGE(what_symbols_tell_stays),
		WITH_IMAGE(figures_are_told_by_their_keys),
		WITH_IMAGE(what_is_not_found_is_not_told),
		WITH_IMAGE(collections_since_one_are_told_in_order),
		WITH_IMAGE(of_the_last_one_it_is_known_what_it_found),
		WITH_IMAGE(but_not_while_another_one_runs),
		WITH_IMAGE(more_than_the_ring_holds_are_the_last_255),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
