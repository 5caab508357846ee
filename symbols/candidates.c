// SPDX-License-Identifier: BSD-2-Clause
/* See candidates.h. */
#include <stdlib.h>
#include <string.h>

#include "symbols/candidates.h"

/*
 * By place; at one place functions first, then the better table, then what is seen
 * from outside, then short names.
 */
static int compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->typed != y->typed)
		return x->typed ? -1 : 1;
	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	if (x->local != y->local)
		return x->local ? 1 : -1;
	if (x->name_size != y->name_size)
		return x->name_size < y->name_size ? -1 : 1;
	order = memcmp(x->name, y->name, x->name_size);
	if (order != 0)
		return order;
	return (x->size < y->size) - (x->size > y->size);
}

/* How far the symbols before a place reach. */
struct reach {
	uint64_t any;
	uint64_t functions;
	uint64_t by_table[CANDIDATES_TABLES]; /* functions */
};

/* Whether a better table knows what stands at c. */
static bool is_known_better(const struct reach *r, const struct candidate *c)
{
	for (size_t i = 0; i < c->table; i++) {
		if (c->start < r->by_table[i])
			return true;
	}
	return false;
}

static void extend(uint64_t *reach, uint64_t end)
{
	if (end > *reach)
		*reach = end;
}

/* Removes what a better table knows, and untyped symbols in something else: they are labels. */
static size_t drop_labels(struct candidate *list, size_t n)
{
	struct reach reach = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const struct candidate *c = &list[i];
		bool first = kept == 0 || list[kept - 1].start != c->start;

		if (is_known_better(&reach, c) ||
		    (!c->typed && (c->start < (c->size ? reach.functions : reach.any) ||
				   (!first && list[kept - 1].typed))))
			continue;
		if (c->typed) {
			extend(&reach.functions, c->start + c->size);
			extend(&reach.by_table[c->table], c->start + c->size);
		}
		extend(&reach.any, c->start + c->size);
		list[kept++] = *c;
	}
	return kept;
}

/* Gives those of size 0 their reach: to the next symbol, or where what is around them ends. */
static void find_ends(struct candidate *list, size_t n)
{
	uint64_t any = 0, next = UINT64_MAX;

	for (size_t i = n; i-- > 0;) {
		struct candidate *c = &list[i];

		if (i + 1 < n && c[1].start != c->start)
			next = c[1].start;
		if (c->size)
			continue;
		if (c->limit > next)
			c->limit = next;
	}
	for (size_t i = 0; i < n; i++) {
		struct candidate *c = &list[i];

		if (c->size == 0) {
			if (c->start < any && any < c->limit)
				c->limit = any;
			c->size = c->limit - c->start;
		} else if (c->start + c->size > any) {
			any = c->start + c->size;
		}
	}
}

size_t candidates_settle(struct candidate *list, size_t n)
{
	qsort(list, n, sizeof(*list), compare);
	n = drop_labels(list, n);
	find_ends(list, n);
	return n;
}
