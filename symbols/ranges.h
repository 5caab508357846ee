/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Named ranges that may overlap, and which of them names a place: the one that
 * begins last; of those that begin together, the best one that reaches there.
 */
#ifndef SYMBOLS_RANGES_H
#define SYMBOLS_RANGES_H

#include <stddef.h>
#include <stdint.h>

struct range {
	uint64_t start;
	uint64_t end;	/* the place after the last */
	uint32_t name;	/* what it means is the caller's business */
	uint32_t outer; /* set by ranges_link() */
};

/*
 * Makes r ready for ranges_find(). It must be sorted by start, and the best
 * first where starts are equal. Ranges that can never be found (empty, or
 * hidden by a better one) are dropped; returns how many are left.
 */
size_t ranges_link(struct range *r, size_t n);

/* The range that names a place, or NULL. */
const struct range *ranges_find(const struct range *r, size_t n, uint64_t place);

#endif
