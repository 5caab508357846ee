/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How numbers are spread: count, sum, extremes and percentiles. The first few are
 * kept as they are; of more, each power of two is divided into 64 parts, so a
 * percentile is at most 0.8 % off, and memory does not grow with the count.
 */
#ifndef ANALYZE_ANALYSES_HISTOGRAM_H
#define ANALYZE_ANALYSES_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/base/vec.h"

/* So many numbers are kept exactly. */
#define HISTOGRAM_EXACT 64

/* Rows of a table of powers of two. */
#define HISTOGRAM_BITS 64

/* All zero is an empty one. */
struct histogram {
	uint64_t count;
	uint64_t sum; /* stops at UINT64_MAX */
	uint64_t max;
	VEC(uint64_t) few;
	uint32_t **parts; /* by power of two, NULL where there is none; NULL while few holds all */
};

void histogram_done(struct histogram *h);
void histogram_add(struct histogram *h, uint64_t value);
void histogram_merge(struct histogram *to, const struct histogram *from);

/* Rounded down; 0 of nothing. */
uint64_t histogram_mean(const struct histogram *h);

/*
 * The smallest number that so many of 10000 do not exceed (9990: p99.9), by the
 * nearest rank. 0 of nothing.
 */
uint64_t histogram_percentile(const struct histogram *h, unsigned int of_10000);

/* How many are from 2^bit to 2^(bit + 1) - 1; 0 counts as 1. */
uint64_t histogram_power(const struct histogram *h, unsigned int bit);

#endif
