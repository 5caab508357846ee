// SPDX-License-Identifier: BSD-2-Clause
/*
 * See golocks.h. A sync.Mutex is {state, sema}, a WaitGroup {counter and waiters, sema},
 * a RWMutex {Mutex, writerSem, readerSem, readerCount, readerWait}, of 4 bytes each but
 * for the WaitGroup's first, of 8. Words begin 16 bytes before the semaphore.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/analyses/golocks.h"

#define LOCKED	     1u
#define WAITER_SHIFT 3
#define MOST_READERS (1 << 30) /* less by so many: a writer has it, or waits for it */

/* The four bytes so far behind the semaphore. */
static uint32_t field(const struct goroutine_lock *lock, int offset)
{
	int at = offset + 16;

	return (uint32_t)(lock->words[at / 8] >> at % 8 * 8);
}

static void describe_mutex(const struct goroutine_lock *lock, struct golock_text *ret)
{
	uint32_t state = field(lock, -4);

	snprintf(ret->text, sizeof(ret->text), "mutex, %s, %" PRIu32 " wait",
		 state & LOCKED ? "locked" : "free", state >> WAITER_SHIFT);
}

static void describe_group(const struct goroutine_lock *lock, struct golock_text *ret)
{
	uint32_t waiters = field(lock, -8) & INT32_MAX, left = field(lock, -4);

	snprintf(ret->text, sizeof(ret->text), "wait group, %" PRIu32 " not done, %" PRIu32 " wait",
		 left, waiters);
}

static void describe_shared(const struct goroutine_lock *lock, int count_at,
			    struct golock_text *ret)
{
	int32_t count = (int32_t)field(lock, count_at);
	bool writer = count < 0;
	int64_t readers = writer ? (int64_t)count + MOST_READERS : count;

	snprintf(ret->text, sizeof(ret->text), "rwmutex, %" PRId64 " read or wait to%s", readers,
		 writer ? ", a writer has it or waits" : "");
}

struct golock_text golocks_describe(const struct goroutine_lock *lock, const char *reason)
{
	struct golock_text ret = { "semaphore" };

	if (strcmp(reason, "sync.Mutex.Lock") == 0)
		describe_mutex(lock, &ret);
	else if (strcmp(reason, "sync.WaitGroup.Wait") == 0)
		describe_group(lock, &ret);
	else if (strcmp(reason, "sync.RWMutex.RLock") == 0)
		describe_shared(lock, 4, &ret);
	else if (strcmp(reason, "sync.RWMutex.Lock") == 0)
		describe_shared(lock, 8, &ret);
	return ret;
}
