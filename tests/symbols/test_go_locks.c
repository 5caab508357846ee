// SPDX-License-Identifier: BSD-2-Clause
/* Which lock a goroutine waits for, read of the memory of a program that never ran. */
#include <stdlib.h>
#include <string.h>

#include "symbols/go_goroutines.h"
#include "symbols/go_locks.h"
#include "tests/support/go_image.h"
#include "tests/support/test.h"

#define SUDOG (GO_IMAGE_BASE + 0xf000)
#define LOCK  (GO_IMAGE_BASE + 0xf104) /* its semaphore */

static uint32_t reason(const struct go_offsets *o, const char *name)
{
	for (uint32_t i = 0; i < o->n_wait_reasons; i++) {
		if (strcmp(o->wait_reasons[i], name) == 0)
			return i;
	}
	fail_msg("no reason %s", name);
	return 0;
}

/*
 * Number 1 waits for a mutex: gopark(), semacquire1() with words of its own, and what called
 * it. The sudog is one of the words, as is the semaphore.
 */
static struct go_live begin(struct go_image *im, uint32_t version)
{
	const uint64_t at = go_image_stack_end(1) - 160, caller = at + 96;
	struct go_live live;
	const char *why = NULL;

	go_image_make(im, version);
	go_image_park(im, 1, 10);
	im->bytes[go_image_g(1) + im->offsets->g_waitreason - GO_IMAGE_BASE] =
		(uint8_t)reason(im->offsets, version < 120 ? "semacquire" : "sync.Mutex.Lock");
	go_image_put(im, go_image_g(1) + im->offsets->g_waiting, version < 126 ? 0 : SUDOG);
	go_image_put(im, at, caller);
	for (uint64_t word = at + 16; word < caller; word += 8)
		go_image_put(im, word, 0x1234);
	go_image_put(im, at + 24, LOCK);
	go_image_put(im, at + 56, SUDOG);
	go_image_put(im, SUDOG, go_image_g(1));
	go_image_put(im, SUDOG + im->offsets->sudog_elem, LOCK);
	go_image_put(im, caller, 0);
	go_image_put(im, caller + 8, GO_IMAGE_TEXT + 0x1000);
	assert_int_equal(go_live_open(&im->program, 0, &im->memory, &live, &why), 0);
	return live;
}

static int keep(void *context, const struct go_goroutine *g)
{
	*(struct go_goroutine *)context = *g;
	return 0;
}

static struct go_goroutine read_one(const struct go_live *live)
{
	struct go_goroutine got = { 0 };
	struct go_goroutines *r = NULL;

	assert_int_equal(go_goroutines_new(&r), 0);
	assert_int_equal(go_goroutines_begin(r, live), 0);
	assert_int_equal(go_goroutines_step(r, keep, &got), 0);
	go_goroutines_free(r);
	assert_int_equal(got.goid, 1);
	return got;
}

static void the_lock_is_found_in_every_version(void **state)
{
	static const uint32_t versions[] = { 119, 122, 123, 124, 125, 126, 127 };
	struct go_image *im = *state;

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		struct go_live live = begin(im, versions[i]);
		struct go_goroutine g = read_one(&live);

		assert_true(g.is_lock);
		assert_int_equal(g.wait_object, LOCK);
	}
}

static void a_sudog_of_another_goroutine_tells_nothing(void **state)
{
	struct go_image *im = *state;
	struct go_live live = begin(im, 124);

	go_image_put(im, SUDOG, go_image_g(2));
	assert_int_equal(read_one(&live).wait_object, 0);
}

static void a_sudog_that_names_what_the_frame_does_not_have_tells_nothing(void **state)
{
	struct go_image *im = *state;
	struct go_live live = begin(im, 124);

	go_image_put(im, SUDOG + im->offsets->sudog_elem, LOCK + 64);
	assert_int_equal(read_one(&live).wait_object, 0);
	go_image_put(im, SUDOG + im->offsets->sudog_elem, 0);
	assert_int_equal(read_one(&live).wait_object, 0);
}

static void frame_pointers_that_leave_the_stack_tell_nothing(void **state)
{
	struct go_image *im = *state;
	struct go_live live = begin(im, 124);

	go_image_put(im, go_image_stack_end(1) - 160, go_image_stack_end(1) + 64);
	assert_int_equal(read_one(&live).wait_object, 0);
}

static void what_waits_for_a_channel_waits_for_no_lock(void **state)
{
	struct go_image *im = *state;
	struct go_live live = begin(im, 124);

	im->bytes[go_image_g(1) + im->offsets->g_waitreason - GO_IMAGE_BASE] =
		(uint8_t)reason(im->offsets, "chan receive");
	assert_false(read_one(&live).is_lock);
	assert_int_equal(read_one(&live).wait_object, 0);
}

static int keep_lock(void *context, const struct go_lock *l)
{
	*(struct go_lock *)context = *l;
	return 0;
}

static void a_lock_is_read_from_sixteen_bytes_before_it(void **state)
{
	const uint64_t addresses[] = { LOCK, 4 };
	struct go_image *im = *state;
	struct go_live live = begin(im, 124);
	struct go_lock got = { 0 };

	for (uint64_t i = 0; i < 4; i++)
		go_image_put(im, LOCK - 16 + 8 * i, 100 + i);
	assert_int_equal(go_locks_read(&live, addresses, 2, keep_lock, &got), 0);
	assert_int_equal(got.address, LOCK);
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(got.words[i], 100 + i);
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct go_image));
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_lock_is_found_in_every_version),
		TEST(a_sudog_of_another_goroutine_tells_nothing),
		TEST(a_sudog_that_names_what_the_frame_does_not_have_tells_nothing),
		TEST(frame_pointers_that_leave_the_stack_tell_nothing),
		TEST(what_waits_for_a_channel_waits_for_no_lock),
		TEST(a_lock_is_read_from_sixteen_bytes_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
