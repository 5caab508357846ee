/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time that is known to the nanosecond for each label set while its stacks are
 * known of samples only: each set's time is shared out to the stacks that were
 * seen of it, in proportion to what the samples weigh, and its sum stays exact.
 * A set that has no sample takes the stacks of its kin: of sets that have the
 * same values for some of its labels.
 *
 * Memory grows with different label sets and with different (set, stack).
 */
#ifndef ANALYZE_ANALYSES_POOL_H
#define ANALYZE_ANALYSES_POOL_H

#include <stdint.h>

#include "analyze/base/pairs.h"
#include "analyze/base/vec.h"
#include "analyze/result/profile.h"

#define POOL_MOST_KIN 4

struct pool_amount {
	uint64_t count;
	uint64_t ns;
};

struct pool_sample {
	uint32_t set;
	uint32_t stack;
	uint64_t count;
	uint64_t weight;
};

/* All zero is an empty one. */
struct pool {
	VEC(struct pool_amount) amounts; /* by label set */
	struct pairs keys;		 /* set and stack of the samples */
	VEC(struct pool_sample) samples;
};

/* Where the time came to: what pool_spread() tells, in ns. */
struct pool_shares {
	uint64_t own;		     /* on stacks of the very set */
	uint64_t kin[POOL_MOST_KIN]; /* on those of its kin */
	uint64_t none;		     /* on the mark */
};

void pool_done(struct pool *pool);

/* Sums stop at the end of their range. */
void pool_add(struct pool *pool, uint32_t set, uint64_t count, uint64_t ns);
void pool_sample(struct pool *pool, uint32_t set, uint32_t stack, uint64_t weight);

/*
 * Adds all amounts, as values { count, ns }, to the profile whose label sets
 * and stacks the numbers are. kin: lists of label keys, one space between two,
 * which sets that are kin have in common, nearest first, up to a NULL. mark: the
 * stack of what is left. The samples' own time is no part of the amounts.
 */
void pool_spread(const struct pool *pool, struct profile *p, const char *const *kin, uint32_t mark,
		 struct pool_shares *ret);

#endif
