/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap profile that Go's runtime keeps by itself (runtime.mbuckets): what was
 * allocated and freed, as sampled, by stack and size of the objects. What is
 * published is as of a collection, as in the runtime's own profile.
 */
#ifndef SYMBOLS_GO_HEAP_H
#define SYMBOLS_GO_HEAP_H

#include "symbols/go_live.h"

#define GO_HEAP_DEPTH 1024 /* addresses of a stack: runtime.maxProfStackDepth */
#define GO_HEAP_MOST  65536

struct go_bucket {
	uint64_t address;
	uint64_t allocs, frees, alloc_bytes, free_bytes;
	uint64_t object_bytes;
	uint32_t n_ips;
	/*
	 * Leaf first; all but the leaf are return addresses. What was inlined has addresses
	 * of its own, before that of the function that it is in. Lent during the call.
	 */
	const uint64_t *ips;
};

struct go_heap_place {
	uint64_t address;
	uint64_t object_bytes;
	uint32_t depth;
};

/* Where the buckets are: they stay, and never change but for their counts. All zero at first. */
struct go_heap {
	struct go_heap_place *places;
	size_t n, room;
	uint64_t newest; /* the head of the list, when it was last gone through */
};

void go_heap_done(struct go_heap *h);

/* Why there is no heap profile; in the order in which it is asked. */
enum go_heap_state {
	GO_HEAP_ON,
	GO_HEAP_NOT_LINKED, /* nothing in the program asks for it, so the linker has turned it off */
	GO_HEAP_OFF,	    /* runtime.MemProfileRate is 0 */
	GO_HEAP_NOT_FOUND,
};

/* *rate: one allocation in so many bytes; 0 if it is not on. 0 or -errno. */
int go_heap_look(const struct go_live *live, enum go_heap_state *state, uint64_t *rate);

/*
 * Calls fn for each bucket. *unread: how many were not there, or are not believed.
 * 0, -ENOMEM or as the memory and fn say.
 */
int go_heap_read(struct go_heap *h, const struct go_live *live,
		 int (*fn)(void *context, const struct go_bucket *b), void *context,
		 uint64_t *unread);

/*
 * Whether a bucket of the heap profile stands at an address: what it is made of has
 * the hash that it has in it. 0 or as the memory says.
 */
int go_heap_is_bucket(const struct go_live *live, uint64_t address, bool *good);

#endif
