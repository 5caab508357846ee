// SPDX-License-Identifier: BSD-2-Clause
/* What the bytes around a lock say: as the releases from 1.17 to 1.27 lay them out. */
#include <string.h>

#include "analyze/analyses/golocks.h"
#include "tests/support/test.h"

/* A lock with a number of 4 bytes at an offset from its semaphore. */
static void put(struct goroutine_lock *lock, int offset, uint32_t number)
{
	int at = offset + 16;

	lock->words[at / 8] |= (uint64_t)number << at % 8 * 8;
}

static void expect(const struct goroutine_lock *lock, const char *reason, const char *text)
{
	assert_string_equal(golocks_describe(lock, reason).text, text);
}

static void a_mutex_says_whether_it_is_locked_and_how_many_wait(void **state)
{
	struct goroutine_lock held = { 0 }, free = { 0 };

	(void)state;
	put(&held, -4, 12 << 3 | 1 | 4);
	put(&held, 0, 77);
	expect(&held, "sync.Mutex.Lock", "mutex, locked, 12 wait");
	put(&free, -4, 2 << 3 | 2);
	expect(&free, "sync.Mutex.Lock", "mutex, free, 2 wait");
}

static void a_wait_group_says_how_many_are_not_done(void **state)
{
	struct goroutine_lock lock = { 0 };

	(void)state;
	put(&lock, -4, 3);
	put(&lock, -8, 2 | 1u << 31);
	expect(&lock, "sync.WaitGroup.Wait", "wait group, 3 not done, 2 wait");
}

static void a_lock_of_readers_says_whether_there_is_a_writer(void **state)
{
	struct goroutine_lock readers = { 0 }, writer = { 0 };

	(void)state;
	put(&readers, 4, (uint32_t)(5 - (1 << 30)));
	expect(&readers, "sync.RWMutex.RLock",
	       "rwmutex, 5 read or wait to, a writer has it or waits");
	put(&writer, 8, 2);
	expect(&writer, "sync.RWMutex.Lock", "rwmutex, 2 read or wait to");
}

static void of_what_is_not_known_only_the_semaphore_is_said(void **state)
{
	const struct goroutine_lock lock = { { 1, 2, 3, 4 } };

	(void)state;
	expect(&lock, "semacquire", "semaphore");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mutex_says_whether_it_is_locked_and_how_many_wait),
		cmocka_unit_test(a_wait_group_says_how_many_are_not_done),
		cmocka_unit_test(a_lock_of_readers_says_whether_there_is_a_writer),
		cmocka_unit_test(of_what_is_not_known_only_the_semaphore_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
