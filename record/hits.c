// SPDX-License-Identifier: BSD-2-Clause
/*
 * An array that is sorted and thinned whenever it is full, and grown when that
 * did not free half of it: memory stays within twice the number of different
 * offsets, and adding costs next to nothing.
 */
#include <stdlib.h>

#include "record/hits.h"

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void hits_settle(struct hits *h)
{
	size_t kept = 0;

	if (!h->n)
		return;
	qsort(h->offsets, h->n, sizeof(*h->offsets), by_value);
	for (size_t i = 1; i < h->n; i++) {
		if (h->offsets[i] != h->offsets[kept])
			h->offsets[++kept] = h->offsets[i];
	}
	h->n = kept + 1;
}

static void make_room(struct hits *h)
{
	size_t room = h->room ? h->room * 2 : 256;
	uint64_t *grown;

	hits_settle(h);
	if (h->room && h->n <= h->room / 2)
		return;
	grown = reallocarray(h->offsets, room, sizeof(*grown));
	if (!grown)
		return;
	h->offsets = grown;
	h->room = room;
}

void hits_add(struct hits *h, uint64_t offset)
{
	if (h->n == h->room)
		make_room(h);
	if (h->n == h->room) {
		h->dropped++;
		return;
	}
	h->offsets[h->n++] = offset;
}

void hits_done(struct hits *h)
{
	free(h->offsets);
	*h = (struct hits){ 0 };
}
