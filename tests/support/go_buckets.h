/* SPDX-License-Identifier: BSD-2-Clause */
/* Buckets of the heap profile of a program that never ran: go_buckets_put(). */
#ifndef TESTS_SUPPORT_GO_BUCKETS_H
#define TESTS_SUPPORT_GO_BUCKETS_H

#include "tests/support/go_image.h"

#define GO_BUCKETS_IP	  (GO_IMAGE_TEXT + 7) /* the only address of each one's stack */
#define GO_BUCKETS_OBJECT 100

struct go_buckets {
	uint64_t allocs, frees;
	uint64_t to_come[3]; /* allocations of three cycles */
};

/* A bucket at an address, behind which the one at next stands; it is the first of the list now. */
static inline void go_buckets_put(struct go_image *im, uint64_t at, uint64_t next,
				  const struct go_buckets *b)
{
	const struct go_offsets *o = im->offsets;
	uint64_t record = at + o->bucket_size + 8, hash = GO_BUCKETS_IP;

	hash += hash << 10;
	hash ^= hash >> 6;
	hash += GO_BUCKETS_OBJECT;
	hash += hash << 10;
	hash ^= hash >> 6;
	hash += hash << 3;
	hash ^= hash >> 11;
	go_image_put(im, go_image_buckets(), at);
	go_image_put(im, at + o->bucket_next, next);
	go_image_put(im, at + o->bucket_type, 1);
	go_image_put(im, at + o->bucket_hash, hash);
	go_image_put(im, at + o->bucket_object, GO_BUCKETS_OBJECT);
	go_image_put(im, at + o->bucket_depth, 1);
	go_image_put(im, at + o->bucket_size, GO_BUCKETS_IP);
	for (uint64_t i = 0; i < 4; i++, record += o->record_size) {
		uint64_t allocs = i ? b->to_come[i - 1] : b->allocs, frees = i ? 0 : b->frees;

		go_image_put(im, record + o->record_allocs, allocs);
		go_image_put(im, record + o->record_frees, frees);
		if (o->record_alloc_bytes == GO_NONE)
			continue;
		go_image_put(im, record + o->record_alloc_bytes, allocs * GO_BUCKETS_OBJECT);
		go_image_put(im, record + o->record_free_bytes, frees * GO_BUCKETS_OBJECT);
	}
}

#endif
