/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Go's runtime counts by itself: the heap profile (runtime.mbuckets), of which
 * what is published is as of the last collection, and figures of its collector and
 * scheduler. Both only where symbols tell where they are.
 */
#ifndef SYMBOLS_GO_HEAP_H
#define SYMBOLS_GO_HEAP_H

#include "symbols/go_live.h"

#define GO_HEAP_DEPTH 512 /* addresses of a stack */

struct go_bucket {
	uint64_t address;
	uint64_t allocs, frees, alloc_bytes, free_bytes;
	uint64_t object_bytes;
	uint32_t n_ips;
	const uint64_t
		*ips; /* leaf first; all but the leaf are return addresses. Lent during the call */
};

/* *rate: one allocation in so many bytes; 0: nothing is profiled, or it is not known. 0 or -errno. */
int go_heap_rate(const struct go_live *live, uint64_t *rate);

/* Calls fn for each bucket. *unread: how many were not there, or are not believed. 0 or -errno, fn's too. */
int go_heap_read(const struct go_live *live, int (*fn)(void *context, const struct go_bucket *b),
		 void *context, uint64_t *unread);

struct go_figure {
	const char *key; /* "gc.cycles_count": its unit is its end */
	uint64_t value;
};
#define GO_FIGURES_MAX 16

/* As many as are known: *n. 0 or -errno. */
int go_figures_read(const struct go_live *live, struct go_figure ret[GO_FIGURES_MAX], size_t *n);

#endif
