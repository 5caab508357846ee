// SPDX-License-Identifier: BSD-2-Clause
/* Goroutines and channels, read of the memory of a program that never ran. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/go_goroutines.h"
#include "tests/support/go_image.h"
#include "tests/support/test.h"

#define MOST 16

struct got {
	struct go_goroutine all[MOST];
	uint64_t ips[MOST][GO_DEPTH];
	size_t n;
	uint64_t unread;
	int rc;
};

static int keep(void *context, const struct go_goroutine *g)
{
	struct got *got = context;

	assert_true(got->n < MOST);
	got->all[got->n] = *g;
	if (g->n_ips)
		memcpy(got->ips[got->n], g->ips, g->n_ips * sizeof(uint64_t));
	got->n++;
	return 0;
}

static struct go_live live_of(struct go_image *im)
{
	struct go_live live;
	const char *why = NULL;

	assert_int_equal(go_live_open(&im->program, 0, &im->memory, &live, &why), 0);
	return live;
}

/* All that one snapshot reads. The caller frees. */
static struct got *read_all(struct go_image *im, const struct go_live *live)
{
	struct got *got = calloc(1, sizeof(*got));
	struct go_goroutines *r = NULL;

	im->reads = 0;
	assert_int_equal(go_goroutines_new(&r), 0);
	got->rc = go_goroutines_begin(r, live);
	if (got->rc == 0) {
		do
			got->rc = go_goroutines_step(r, keep, got);
		while (got->rc > 0);
	}
	got->unread = go_goroutines_unread(r);
	go_goroutines_free(r);
	return got;
}

static int setup(void **state)
{
	struct go_image *im = calloc(1, sizeof(*im));

	go_image_make(im, 124);
	go_image_park(im, 1, 2);
	*state = im;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void a_parked_goroutine_has_its_state_and_its_stack(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	struct got *got = read_all(im, &live);

	assert_int_equal(got->n, 1);
	assert_int_equal(got->all[0].goid, 1);
	assert_int_equal(got->all[0].status, GO_WAITING);
	assert_int_equal(got->all[0].wait_reason, 14);
	assert_int_equal(got->all[0].start, GO_IMAGE_TEXT + 0x100);
	assert_int_equal(got->all[0].created_at, GO_IMAGE_TEXT + 0x50);
	assert_int_equal(got->all[0].wait_object, go_image_channel());
	assert_int_equal(got->all[0].n_ips, 3);
	assert_int_equal(got->ips[0][0], GO_IMAGE_TEXT + 0x10 - 1);
	assert_int_equal(got->ips[0][1], GO_IMAGE_TEXT + 0x1000);
	assert_int_equal(got->ips[0][2], GO_IMAGE_TEXT + 0x1001);
	assert_false(got->all[0].torn || got->all[0].cut || got->all[0].fresh);
	free(got);
}

static void dead_goroutines_are_not_told(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	struct got *got;

	go_image_park(im, 3, 1);
	got = read_all(im, &live);
	assert_int_equal(got->n, 2);
	assert_int_equal(got->all[1].goid, 3);
	assert_int_equal(got->unread, 0);
	free(got);
}

/* The last read of a snapshot of few is that of the goroutines again. */
static void wake_it(struct go_image *im, uint32_t n)
{
	uint8_t list_reads = 1 + 2 * 5 + 1; /* the slice, five places of it, the pointers */

	if (n == list_reads + 3u)
		go_image_put32(im, go_image_g(1) + im->offsets->g_status, GO_RUNNING);
}

static void one_that_changes_while_it_is_read_is_torn_and_has_no_stack(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	struct got *got;

	im->before = wake_it;
	got = read_all(im, &live);
	assert_int_equal(got->n, 1);
	assert_true(got->all[0].torn);
	assert_int_equal(got->all[0].status, GO_RUNNING);
	assert_int_equal(got->all[0].n_ips, 0);
	free(got);
}

static void one_whose_stack_is_scanned_has_its_status_and_is_torn(void **state)
{
	struct go_image *im = *state;
	struct go_live live;
	struct got *got;

	go_image_put32(im, go_image_g(1) + im->offsets->g_status, GO_WAITING | GO_STATUS_SCAN);
	live = live_of(im);
	got = read_all(im, &live);
	assert_int_equal(got->all[0].status, GO_WAITING);
	assert_true(got->all[0].torn);
	assert_int_equal(got->all[0].n_ips, 0);
	free(got);
}

static uint64_t mark_of_first(struct go_image *im)
{
	struct go_live live = live_of(im);
	struct got *got = read_all(im, &live);
	uint64_t mark = got->all[0].mark;

	free(got);
	return mark;
}

static void one_that_a_collection_found_waiting_has_a_mark_of_that_wait(void **state)
{
	struct go_image *im = *state;
	uint64_t since = go_image_g(1) + im->offsets->g_waitsince, first;

	assert_int_equal(mark_of_first(im), 0);
	go_image_put(im, since, 1000);
	first = mark_of_first(im);
	assert_int_not_equal(first, 0);
	assert_int_equal(mark_of_first(im), first);
	go_image_put(im, since, 2000);
	assert_int_not_equal(mark_of_first(im), first);
}

static void one_that_may_run_again_unseen_has_no_mark(void **state)
{
	struct go_image *im = *state;
	const struct go_offsets *o = im->offsets;
	uint64_t g = go_image_g(1);
	uint8_t *reason = &im->bytes[g + o->g_waitreason - GO_IMAGE_BASE], before = *reason;

	go_image_put(im, g + o->g_waitsince, 1000);
	go_image_put(im, g + o->g_m, go_image_channel());
	assert_int_equal(mark_of_first(im), 0);
	go_image_put(im, g + o->g_m, 0);
	while (strcmp(o->wait_reasons[*reason], "coroutine") != 0)
		(*reason)++;
	assert_int_equal(mark_of_first(im), 0);
	*reason = before;
	go_image_put32(im, g + o->g_status, GO_SYSCALL);
	assert_int_equal(mark_of_first(im), 0);
	go_image_put32(im, g + o->g_status, GO_WAITING);
	assert_int_not_equal(mark_of_first(im), 0);
}

static bool is_number_1(void *context, uint64_t goid, uint64_t mark)
{
	*(uint64_t *)context = mark;
	return goid == 1;
}

static void of_those_that_are_known_nothing_is_told(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	struct go_goroutines *r = NULL;
	struct got *got = calloc(1, sizeof(*got));
	uint64_t mark = 0;

	go_image_put(im, go_image_g(1) + im->offsets->g_waitsince, 1000);
	go_image_park(im, 2, 1);
	assert_int_equal(go_goroutines_new(&r), 0);
	assert_int_equal(go_goroutines_begin(r, &live), 0);
	go_goroutines_spare(r, is_number_1, &mark);
	assert_int_equal(go_goroutines_step(r, keep, got), 0);
	assert_int_equal(got->n, 1);
	assert_int_equal(got->all[0].goid, 2);
	assert_int_equal(mark, mark_of_first(im));
	go_goroutines_free(r);
	free(got);
}

static void frame_pointers_in_a_circle_end(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	uint64_t last = go_image_stack_end(1) - 16;
	struct got *got;

	go_image_put(im, last, last - 16);
	got = read_all(im, &live);
	assert_int_equal(got->all[0].n_ips, 3);
	free(got);
}

static void a_stack_that_is_deeper_than_is_read_is_cut(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	uint64_t lo = go_image_stack_end(1), hi = GO_IMAGE_BASE + GO_IMAGE_SIZE;
	struct got *got;

	/* 2000 frames, in the room of all stacks behind its own. */
	go_image_put(im, go_image_g(1), lo);
	go_image_put(im, go_image_g(1) + 8, hi);
	go_image_put(im, go_image_g(1) + im->offsets->g_sp, lo);
	go_image_put(im, go_image_g(1) + im->offsets->g_bp, lo);
	for (uint64_t i = 0; i < 2000; i++) {
		go_image_put(im, lo + 16 * i, lo + 16 * (i + 1));
		go_image_put(im, lo + 16 * i + 8, GO_IMAGE_TEXT + i);
	}
	got = read_all(im, &live);
	assert_int_equal(got->all[0].n_ips, GO_DEPTH);
	assert_true(got->all[0].cut);
	assert_int_equal(got->ips[0][GO_DEPTH - 1], GO_IMAGE_TEXT + GO_DEPTH - 2);
	free(got);
}

static void what_is_not_code_ends_a_stack(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	struct got *got;

	go_image_put(im, go_image_stack_end(1) - 8, 0x1234);
	got = read_all(im, &live);
	assert_int_equal(got->all[0].n_ips, 2);
	free(got);
}

static void one_that_has_not_run_yet_is_fresh(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	struct got *got;

	go_image_put32(im, go_image_g(1) + im->offsets->g_status, GO_RUNNABLE);
	go_image_put(im, go_image_g(1) + im->offsets->g_bp, 0);
	go_image_put(im, go_image_g(1) + im->offsets->g_pc, GO_IMAGE_TEXT + 0x100);
	got = read_all(im, &live);
	assert_true(got->all[0].fresh);
	assert_int_equal(got->all[0].n_ips, 1);
	assert_int_equal(got->ips[0][0], GO_IMAGE_TEXT + 0x100);
	free(got);
}

static void goroutines_that_are_not_there_are_counted(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	struct got *got;

	go_image_put(im, GO_IMAGE_BASE + 0x200 + 8, 0x123456789000);
	got = read_all(im, &live);
	assert_int_equal(got->rc, 0);
	assert_int_equal(got->n, 1);
	assert_int_equal(got->unread, 1);
	free(got);
}

static void a_list_of_impossible_length_is_no_list(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	struct got *got;

	go_image_put(im, go_image_list() + 8, 1ull << 60);
	go_image_put(im, go_image_list() + 16, 1ull << 60);
	got = read_all(im, &live);
	assert_int_equal(got->rc, -EAGAIN);
	assert_int_equal(got->n, 0);
	free(got);
}

static void a_list_that_does_not_begin_with_number_1_is_no_list(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	struct got *got;

	go_image_put(im, go_image_g(1) + im->offsets->g_goid, 2);
	got = read_all(im, &live);
	assert_int_equal(got->rc, -EAGAIN);
	free(got);
}

static void without_symbols_the_list_is_found_by_its_shape(void **state)
{
	struct go_image *im = *state;
	struct go_live live;

	im->program.at.allgs = 0;
	live = live_of(im);
	assert_int_equal(live.n_lists, 1);
	assert_int_equal(live.lists[0], go_image_list());
}

static void words_that_look_like_a_longer_list_are_not_taken(void **state)
{
	struct go_image *im = *state;
	struct go_live live;

	/* As allgptr, and what happens to stand behind it. */
	go_image_put(im, GO_IMAGE_BASE + 0xe00, GO_IMAGE_BASE + 0x200);
	go_image_put(im, GO_IMAGE_BASE + 0xe08, 20);
	go_image_put(im, GO_IMAGE_BASE + 0xe10, 40);
	im->program.at.allgs = 0;
	live = live_of(im);
	assert_int_equal(live.n_lists, 1);
	assert_int_equal(live.lists[0], go_image_list());
}

static void a_version_that_the_table_lacks_is_not_read_without_dwarf(void **state)
{
	struct go_image *im = *state;
	struct go_live live;
	const char *why = NULL;

	strcpy(im->program.version, "go1.99.3");
	assert_int_equal(go_live_open(&im->program, 0, &im->memory, &live, &why), -ENOTSUP);
	assert_string_equal(
		why,
		"the recorder does not know this version of Go, and the program's DWARF does not tell enough");
}

/* As with offsets of another version. */
static void goroutines_that_are_not_parked_in_code_are_none(void **state)
{
	struct go_image *im = *state;
	struct go_live live;
	const char *why = NULL;

	go_image_put(im, go_image_g(1) + im->offsets->g_pc, 0x1234);
	assert_int_equal(go_live_open(&im->program, 0, &im->memory, &live, &why), -EAGAIN);
	assert_string_equal(why, "its goroutines are not as they must be");
}

static void a_version_is_found_by_a_string_that_data_points_to(void **state)
{
	struct go_image *im = *state;
	struct go_live live;

	im->program.version[0] = 0;
	memcpy(im->bytes + 0xf00, "go1.24.9", 8);
	go_image_put(im, GO_IMAGE_BASE + 0xf20, GO_IMAGE_BASE + 0xf00);
	go_image_put(im, GO_IMAGE_BASE + 0xf28, 8);
	live = live_of(im);
	assert_string_equal(live.version, "go1.24.9");
	assert_int_equal(live.offsets->version, 124);
}

static void versions_are_numbers_of_releases_only(void **state)
{
	(void)state;
	assert_int_equal(go_version_number("go1.24.4"), 124);
	assert_int_equal(go_version_number("go1.26"), 126);
	assert_int_equal(go_version_number("go1.22.1 X:boringcrypto"), 122);
	assert_int_equal(go_version_number("go1.27rc1"), 0);
	assert_int_equal(go_version_number("go2.1"), 0);
	assert_int_equal(go_version_number(""), 0);
}

static int keep_channel(void *context, const struct go_channel *c)
{
	*(struct go_channel *)context = *c;
	return 0;
}

static void a_channel_has_its_fill(void **state)
{
	struct go_image *im = *state;
	struct go_live live = live_of(im);
	const uint64_t channels[] = { 0x10, go_image_channel() };
	struct go_channel c = { 0 };

	assert_int_equal(go_channels_read(&live, channels, 2, keep_channel, &c), 0);
	assert_int_equal(c.address, go_image_channel());
	assert_int_equal(c.count, 2);
	assert_int_equal(c.room, 3);
	assert_int_equal(c.element_bytes, 16);
	assert_int_equal(c.closed, 0);
}

#define WITH_IMAGE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_IMAGE(a_parked_goroutine_has_its_state_and_its_stack),
		WITH_IMAGE(dead_goroutines_are_not_told),
		WITH_IMAGE(one_that_changes_while_it_is_read_is_torn_and_has_no_stack),
		WITH_IMAGE(one_whose_stack_is_scanned_has_its_status_and_is_torn),
		WITH_IMAGE(one_that_a_collection_found_waiting_has_a_mark_of_that_wait),
		WITH_IMAGE(one_that_may_run_again_unseen_has_no_mark),
		WITH_IMAGE(of_those_that_are_known_nothing_is_told),
		WITH_IMAGE(frame_pointers_in_a_circle_end),
		WITH_IMAGE(a_stack_that_is_deeper_than_is_read_is_cut),
		WITH_IMAGE(what_is_not_code_ends_a_stack),
		WITH_IMAGE(one_that_has_not_run_yet_is_fresh),
		WITH_IMAGE(goroutines_that_are_not_there_are_counted),
		WITH_IMAGE(a_list_of_impossible_length_is_no_list),
		WITH_IMAGE(a_list_that_does_not_begin_with_number_1_is_no_list),
		WITH_IMAGE(without_symbols_the_list_is_found_by_its_shape),
		WITH_IMAGE(words_that_look_like_a_longer_list_are_not_taken),
		WITH_IMAGE(goroutines_that_are_not_parked_in_code_are_none),
		WITH_IMAGE(a_version_that_the_table_lacks_is_not_read_without_dwarf),
		WITH_IMAGE(a_version_is_found_by_a_string_that_data_points_to),
		cmocka_unit_test(versions_are_numbers_of_releases_only),
		WITH_IMAGE(a_channel_has_its_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
