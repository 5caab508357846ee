/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Divides a whole amount into whole parts: each within one of its exact share,
 * and their sum the amount (the method of the largest remainder).
 */
#ifndef ANALYZE_BASE_SPREAD_H
#define ANALYZE_BASE_SPREAD_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes n parts in proportion to the weights, 2^32 of them at most. Of equal
 * remainders the first gets more. Where all weights are 0 the first part gets all.
 */
void spread(uint64_t amount, const uint64_t *weights, size_t n, uint64_t *parts);

#endif
