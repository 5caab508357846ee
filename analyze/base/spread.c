// SPDX-License-Identifier: BSD-2-Clause
/* Products of two 64-bit numbers need 128 bits, and so does the weights' sum. */
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/base/spread.h"

__extension__ typedef unsigned __int128 wide;

struct rest {
	wide rest;
	size_t index;
};

static int by_rest(const void *left, const void *right)
{
	const struct rest *a = left, *b = right;

	if (a->rest != b->rest)
		return a->rest > b->rest ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

void spread(uint64_t amount, const uint64_t *weights, size_t n, uint64_t *parts)
{
	struct rest *rests;
	uint64_t left = amount;
	wide sum = 0;

	if (!n)
		return;
	for (size_t i = 0; i < n; i++)
		sum += weights[i];
	rests = memory_alloc(n * sizeof(*rests));
	for (size_t i = 0; i < n; i++) {
		wide product = (wide)amount * weights[i];

		parts[i] = sum ? (uint64_t)(product / sum) : 0;
		rests[i] = (struct rest){ sum ? product % sum : 0, i };
		left -= parts[i];
	}
	if (!sum)
		parts[0] = left;
	if (sum && left)
		qsort(rests, n, sizeof(*rests), by_rest);
	for (size_t i = 0; sum && i < left; i++)
		parts[rests[i].index]++;
	free(rests);
}
