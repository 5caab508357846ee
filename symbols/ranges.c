// SPDX-License-Identifier: BSD-2-Clause
/*
 * Each range knows the nearest one before it that reaches further (its outer
 * one). So a look-up is one binary search and, where ranges nest, a short walk
 * outwards.
 */
#include "symbols/ranges.h"

#define NONE UINT32_MAX

static void reverse(struct range *r, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct range t = r[i];

		r[i] = r[n - 1 - i];
		r[n - 1 - i] = t;
	}
}

/*
 * Keeps those of one start (n of them, the best first) that reach further than
 * all better ones, and turns them round: the best one is then the last, where
 * the search meets it first, and the others lie outside it.
 */
static size_t keep_visible(const struct range *r, size_t n, struct range *out)
{
	uint64_t reach = r[0].start;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (r[i].end <= reach)
			continue;
		reach = r[i].end;
		out[kept++] = r[i];
	}
	reverse(out, kept);
	return kept;
}

size_t ranges_link(struct range *r, size_t n)
{
	size_t kept = 0, i = 0;

	while (i < n) {
		size_t j = i + 1;

		while (j < n && r[j].start == r[i].start)
			j++;
		kept += keep_visible(r + i, j - i, r + kept);
		i = j;
	}
	for (i = 0; i < kept; i++) {
		uint32_t outer = i ? (uint32_t)(i - 1) : NONE;

		while (outer != NONE && r[outer].end <= r[i].end)
			outer = r[outer].outer;
		r[i].outer = outer;
	}
	return kept;
}

const struct range *ranges_find(const struct range *r, size_t n, uint64_t place)
{
	size_t low = 0, high = n;
	uint32_t at;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r[middle].start <= place)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	at = (uint32_t)(low - 1);
	while (at != NONE && r[at].end <= place)
		at = r[at].outer;
	return at == NONE ? NULL : &r[at];
}
