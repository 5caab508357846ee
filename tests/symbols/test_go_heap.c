// SPDX-License-Identifier: BSD-2-Clause
/* The heap profile, read of the memory of a program that never ran. */
#include <stdlib.h>

#include "symbols/go_heap.h"
#include "tests/support/go_buckets.h"
#include "tests/support/go_image.h"
#include "tests/support/test.h"

#define AT (GO_IMAGE_BASE + 0x700)

struct got {
	struct go_heap heap;
	size_t n;
	struct go_bucket last;
	uint64_t ip;
	uint64_t unread;
};

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

static int keep(void *context, const struct go_bucket *b)
{
	struct got *g = context;

	g->n++;
	g->last = *b;
	g->ip = b->n_ips ? b->ips[0] : 0;
	return 0;
}

static void read_again(struct go_image *im, struct got *g)
{
	struct go_live live = live_of(im);

	g->n = 0;
	assert_int_equal(go_heap_read(&g->heap, &live, keep, g, &g->unread), 0);
}

static struct got read_heap(struct go_image *im)
{
	struct got g = { .n = 0 };

	read_again(im, &g);
	go_heap_done(&g.heap);
	return g;
}

static void a_bucket_has_its_sums(void **state)
{
	struct got g;

	go_buckets_put(*state, AT, 0, &(struct go_buckets){ .allocs = 5, .frees = 2 });
	g = read_heap(*state);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.unread, 0);
	assert_int_equal(g.last.allocs, 5);
	assert_int_equal(g.last.frees, 2);
	assert_int_equal(g.last.alloc_bytes, 500);
	assert_int_equal(g.last.free_bytes, 200);
	assert_int_equal(g.last.object_bytes, 100);
	assert_int_equal(g.ip, GO_IMAGE_TEXT + 7 - 1);
}

static void since_1_27_bytes_are_objects_times_their_size(void **state)
{
	struct go_image *im = *state;
	struct got g;

	go_image_make(im, 127);
	go_image_park(im, 1, 1);
	go_buckets_put(im, AT, 0, &(struct go_buckets){ .allocs = 5, .frees = 2 });
	g = read_heap(im);
	assert_int_equal(g.last.alloc_bytes, 500);
	assert_int_equal(g.last.free_bytes, 200);
}

static void what_is_to_come_counts_only_while_nothing_is_published(void **state)
{
	struct got g;

	go_buckets_put(*state, AT, 0, &(struct go_buckets){ .to_come = { 1, 2, 3 } });
	g = read_heap(*state);
	assert_int_equal(g.last.allocs, 6);
	go_buckets_put(*state, AT + 0x100, AT, &(struct go_buckets){ .allocs = 1 });
	g = read_heap(*state);
	assert_int_equal(g.n, 2);
	assert_int_equal(g.last.address, AT);
	assert_int_equal(g.last.allocs, 0);
}

static void sums_that_do_not_add_up_are_not_told(void **state)
{
	struct go_image *im = *state;
	struct got g;

	go_buckets_put(im, AT, 0, &(struct go_buckets){ .allocs = 5, .frees = 2 });
	go_image_put(im, AT + im->offsets->bucket_size + 8 + im->offsets->record_alloc_bytes, 400);
	g = read_heap(im);
	assert_int_equal(g.n, 0);
	assert_int_equal(g.unread, 1);
}

static void new_buckets_are_found_and_the_old_ones_read_again(void **state)
{
	struct got g = { .n = 0 };

	go_buckets_put(*state, AT, 0, &(struct go_buckets){ .allocs = 5 });
	read_again(*state, &g);
	go_buckets_put(*state, AT + 0x100, AT, &(struct go_buckets){ .allocs = 1 });
	go_buckets_put(*state, AT + 0x200, AT + 0x100, &(struct go_buckets){ .allocs = 1 });
	read_again(*state, &g);
	assert_int_equal(g.n, 3);
	assert_int_equal(g.heap.n, 3);
	go_heap_done(&g.heap);
}

static void buckets_in_a_circle_end(void **state)
{
	struct got g;

	go_buckets_put(*state, AT, AT + 0x100, &(struct go_buckets){ .allocs = 1 });
	go_buckets_put(*state, AT + 0x100, AT, &(struct go_buckets){ .allocs = 1 });
	g = read_heap(*state);
	assert_int_equal(g.n, 0);
	assert_int_equal(g.unread, 1);
}

static void a_bucket_of_impossible_depth_is_not_believed(void **state)
{
	struct go_image *im = *state;
	struct got g;

	go_buckets_put(im, AT, 0, &(struct go_buckets){ .allocs = 1 });
	go_image_put(im, AT + im->offsets->bucket_depth, 1ull << 60);
	g = read_heap(im);
	assert_int_equal(g.n, 0);
	assert_true(g.unread > 0);
}

static void a_bucket_has_the_hash_of_its_stack(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	bool good = false;

	go_buckets_put(im, AT, 0, &(struct go_buckets){ .allocs = 1 });
	assert_int_equal(go_heap_is_bucket(&live, AT, &good), 0);
	assert_true(good);
	go_image_put(im, AT + im->offsets->bucket_object, 101);
	assert_int_equal(go_heap_is_bucket(&live, AT, &good), 0);
	assert_false(good);
}

static void a_profile_that_is_off_says_why(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	enum go_heap_state why;
	uint64_t rate;

	go_image_put(im, live.at.rate, 4096);
	assert_int_equal(go_heap_look(&live, &why, &rate), 0);
	assert_int_equal(why, GO_HEAP_ON);
	assert_int_equal(rate, 4096);
	go_image_put(im, live.at.rate, 0);
	assert_int_equal(go_heap_look(&live, &why, &rate), 0);
	assert_int_equal(why, GO_HEAP_OFF);
	live.at.buckets = 0;
	go_image_put(im, live.at.rate, 4096);
	assert_int_equal(go_heap_look(&live, &why, &rate), 0);
	assert_int_equal(why, GO_HEAP_NOT_FOUND);
	assert_int_equal(rate, 0);
	live.at.no_heap = AT;
	im->bytes[AT - GO_IMAGE_BASE] = 1;
	assert_int_equal(go_heap_look(&live, &why, &rate), 0);
	assert_int_equal(why, GO_HEAP_NOT_LINKED);
}

#define WITH_IMAGE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_IMAGE(a_bucket_has_its_sums),
		WITH_IMAGE(since_1_27_bytes_are_objects_times_their_size),
		WITH_IMAGE(what_is_to_come_counts_only_while_nothing_is_published),
		WITH_IMAGE(sums_that_do_not_add_up_are_not_told),
		WITH_IMAGE(new_buckets_are_found_and_the_old_ones_read_again),
		WITH_IMAGE(buckets_in_a_circle_end),
		WITH_IMAGE(a_bucket_of_impossible_depth_is_not_believed),
		WITH_IMAGE(a_bucket_has_the_hash_of_its_stack),
		WITH_IMAGE(a_profile_that_is_off_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
