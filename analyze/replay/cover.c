// SPDX-License-Identifier: BSD-2-Clause
/* See cover.h. */
#include <stdlib.h>

#include "analyze/replay/cover.h"

/* Losses of the side band are about identity: they make no span unknown. */
static bool matters(const struct gap *gap, const uint16_t *types)
{
	if (gap->kind != GAP_LOSS)
		return true;
	if (gap->source == EV_LOSS_SIDEBAND)
		return false;
	for (; gap->of_type && *types; types++) {
		if (*types == gap->of_type)
			return true;
	}
	return gap->of_type == 0;
}

static int by_start(const void *a, const void *b)
{
	const struct cover_hole *x = a, *y = b;

	return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

void cover_init(struct cover *c, const struct gaps *gaps, const uint16_t *types)
{
	size_t kept = 0;

	*c = (struct cover){ 0 };
	vec_for_each (gap, &gaps->list) {
		if (matters(gap, types))
			*vec_push(&c->holes) = (struct cover_hole){ gap->from_ns, gap->to_ns };
	}
	if (!c->holes.n)
		return;
	qsort(c->holes.items, c->holes.n, sizeof(*c->holes.items), by_start);
	for (size_t i = 1; i < c->holes.n; i++) {
		struct cover_hole *last = &c->holes.items[kept];
		const struct cover_hole *next = &c->holes.items[i];

		if (next->from_ns > last->to_ns)
			c->holes.items[++kept] = *next;
		else if (next->to_ns > last->to_ns)
			last->to_ns = next->to_ns;
	}
	c->holes.n = kept + 1;
}

void cover_done(struct cover *c)
{
	vec_done(&c->holes);
}

/* The first hole that does not end before a time. */
static size_t find(const struct cover *c, uint64_t ns)
{
	size_t low = 0, high = c->holes.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->holes.items[middle].to_ns < ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_the_one(const struct cover *c, size_t i, uint64_t ns)
{
	return (i == c->holes.n || c->holes.items[i].to_ns >= ns) &&
	       (i == 0 || c->holes.items[i - 1].to_ns < ns);
}

bool cover_is_whole(struct cover *c, uint64_t from_ns, uint64_t to_ns)
{
	if (!c->holes.n)
		return true;
	if (!is_the_one(c, c->last, from_ns))
		c->last = find(c, from_ns);
	return c->last == c->holes.n || c->holes.items[c->last].from_ns > to_ns;
}
