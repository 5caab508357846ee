/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a goroutine waits for that waits for a lock: a mutex, a wait group, whatever
 * stands on a semaphore of the runtime. The address is the semaphore's.
 *
 * Facts: runtime/sema.go. Since 1.26 g.waiting leads there, as it does to a channel.
 * Before that only the frame of semacquire1() knows: it holds the sudog, which names
 * its goroutine and the semaphore, and the semaphore's address besides.
 */
#ifndef SYMBOLS_GO_LOCKS_H
#define SYMBOLS_GO_LOCKS_H

#include <stdbool.h>

#include "symbols/go_live.h"

#define GO_LOCKS_PLACES 8  /* words of a frame that may lead to the sudog */
#define GO_LOCKS_SUDOG	40 /* bytes of one that are read */
#define GO_LOCK_WORDS	4

/* A stack from the frame pointer of gopark() upwards. */
struct go_parked {
	uint64_t g; /* the address of the goroutine */
	uint64_t lo, hi;
	uint64_t bp;
	const uint8_t *bytes; /* what was read of it, */
	uint64_t start;	      /* from here on */
	uint32_t size;
};

/* Whether a reason to wait is a lock of package sync, by its name. */
bool go_locks_waits(const struct go_offsets *o, uint32_t reason);

/* Where its sudog may be; how many. */
size_t go_locks_places(const struct go_live *live, const struct go_parked *p,
		       uint64_t places[GO_LOCKS_PLACES]);

/* The semaphore, by the bytes that stand at one of these places; 0: it is not its sudog. */
uint64_t go_locks_object(const struct go_offsets *o, const struct go_parked *p,
			 const uint8_t sudog[GO_LOCKS_SUDOG]);

/* The 32 bytes around a semaphore, from 16 before it on: most of the lock. */
struct go_lock {
	uint64_t address;
	uint64_t words[GO_LOCK_WORDS];
};

/* fn gets those that can be read. 0 or -errno. */
int go_locks_read(const struct go_live *live, const uint64_t *addresses, size_t n,
		  int (*fn)(void *context, const struct go_lock *l), void *context);

#endif
