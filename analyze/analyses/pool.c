// SPDX-License-Identifier: BSD-2-Clause
/*
 * Once for the sets' own samples and once for each degree of kin: samples are
 * put into groups, a set's own or that of its kin, and what has not found a stack
 * yet is shared out to its group's.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/pool.h"
#include "analyze/base/intern.h"
#include "analyze/base/memory.h"
#include "analyze/base/spread.h"

/* Of kin only the heaviest stacks: a thousand threads without samples may have a million. */
#define MOST_OF_KIN 64

void pool_done(struct pool *pool)
{
	vec_done(&pool->amounts);
	pairs_done(&pool->keys);
	vec_done(&pool->samples);
}

/* Values of a profile have a sign. */
static uint64_t add(uint64_t a, uint64_t b)
{
	return a < INT64_MAX && b < INT64_MAX - a ? a + b : INT64_MAX;
}

void pool_add(struct pool *pool, uint32_t set, uint64_t count, uint64_t ns)
{
	struct pool_amount *amount;

	while (pool->amounts.n <= set)
		*vec_push(&pool->amounts) = (struct pool_amount){ 0 };
	amount = &pool->amounts.items[set];
	amount->count = add(amount->count, count);
	amount->ns = add(amount->ns, ns);
}

void pool_sample(struct pool *pool, uint32_t set, uint32_t stack, uint64_t weight)
{
	uint32_t number = pairs_number(&pool->keys, set, stack, NULL);
	struct pool_sample *s;

	if (number == pool->samples.n)
		*vec_push(&pool->samples) = (struct pool_sample){ .set = set, .stack = stack };
	s = &pool->samples.items[number];
	s->count = add(s->count, 1);
	s->weight = add(s->weight, weight);
}

/* --- groups --- */

struct entry {
	uint32_t group;
	uint32_t stack;
	uint64_t count;
	uint64_t weight;
};

/* The samples, those of one group side by side, the heaviest first. */
struct groups {
	uint32_t *of_set; /* by label set */
	size_t n;
	VEC(struct entry) entries;
	size_t *begin; /* by group, and the end of the last one */
};

static void append_label(char *key, size_t size, const struct profile_label *label)
{
	size_t length = strlen(key);

	if (!label)
		snprintf(key + length, size - length, "-;");
	else if (label->text)
		snprintf(key + length, size - length, "=%s;", label->text);
	else
		snprintf(key + length, size - length, "#%lld;", (long long)label->number);
}

/* What sets that are kin have in common, as a text. */
static void kin_key(char *key, size_t size, const struct profile *p, uint32_t set, const char *kin)
{
	char name[32];

	*key = '\0';
	for (; *kin; kin += strspn(kin, " ")) {
		size_t length = strcspn(kin, " ");

		snprintf(name, sizeof(name), "%.*s", (int)length, kin);
		append_label(key, size, profile_find_label(p, set, name));
		kin += length;
	}
}

/* kin NULL: each set is a group of its own. */
static void number_groups(struct groups *g, const struct profile *p, const char *kin)
{
	size_t n_sets = profile_n_label_sets(p);
	struct intern keys = { 0 };
	char key[512];

	g->of_set = memory_alloc((n_sets + 1) * sizeof(*g->of_set));
	for (uint32_t set = 0; set < n_sets; set++) {
		if (kin)
			kin_key(key, sizeof(key), p, set, kin);
		g->of_set[set] = kin ? intern_text(&keys, key) : set;
	}
	g->n = kin ? intern_count(&keys) : n_sets;
	intern_done(&keys);
}

static int by_weight(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->stack < b->stack ? -1 : a->stack > b->stack;
}

static void groups_init(struct groups *g, const struct pool *pool, const struct profile *p,
			const char *kin)
{
	struct pairs keys = { 0 };

	*g = (struct groups){ 0 };
	number_groups(g, p, kin);
	vec_for_each (sample, &pool->samples) {
		uint32_t group = g->of_set[sample->set];
		uint32_t number = pairs_number(&keys, group, sample->stack, NULL);
		struct entry *sum;

		if (number == g->entries.n)
			*vec_push(&g->entries) =
				(struct entry){ .group = group, .stack = sample->stack };
		sum = &g->entries.items[number];
		sum->count = add(sum->count, sample->count);
		sum->weight = add(sum->weight, sample->weight);
	}
	pairs_done(&keys);
	if (g->entries.n)
		qsort(g->entries.items, g->entries.n, sizeof(*g->entries.items), by_weight);
	g->begin = memory_alloc((g->n + 1) * sizeof(*g->begin));
	vec_for_each (e, &g->entries) {
		g->begin[e->group + 1]++;
	}
	for (size_t i = 0; i < g->n; i++)
		g->begin[i + 1] += g->begin[i];
}

static void groups_done(struct groups *g)
{
	free(g->of_set);
	free(g->begin);
	vec_done(&g->entries);
}

/* --- sharing out --- */

/* Shares one set's amount out to n stacks. */
static void spread_set(struct profile *p, uint32_t set, const struct pool_amount *amount,
		       const struct entry *entries, size_t n)
{
	uint64_t *weights = memory_alloc(n * sizeof(*weights));
	uint64_t *counts = memory_alloc(n * sizeof(*counts));
	uint64_t *ns = memory_alloc(n * sizeof(*ns));
	bool weightless = true;

	for (size_t i = 0; i < n; i++)
		weights[i] = entries[i].count;
	spread(amount->count, weights, n, counts);
	for (size_t i = 0; i < n; i++)
		weightless &= entries[i].weight == 0;
	for (size_t i = 0; i < n && !weightless; i++)
		weights[i] = entries[i].weight;
	spread(amount->ns, weights, n, ns);
	for (size_t i = 0; i < n; i++) {
		const int64_t values[] = { (int64_t)counts[i], (int64_t)ns[i] };

		if (counts[i] || ns[i])
			profile_add(p, entries[i].stack, set, values);
	}
	free(weights);
	free(counts);
	free(ns);
}

/* Shares out what the groups have stacks for, and says how much that was. */
static uint64_t spread_groups(struct pool_amount *left, size_t n_left, struct profile *p,
			      const struct groups *g, size_t most)
{
	uint64_t ns = 0;

	for (uint32_t set = 0; set < n_left; set++) {
		size_t begin = g->begin[g->of_set[set]];
		size_t n = g->begin[g->of_set[set] + 1] - begin;

		if (!n || !(left[set].count || left[set].ns))
			continue;
		spread_set(p, set, &left[set], &g->entries.items[begin], n < most ? n : most);
		ns = add(ns, left[set].ns);
		left[set] = (struct pool_amount){ 0 };
	}
	return ns;
}

static uint64_t spread_rest(const struct pool_amount *left, size_t n_left, struct profile *p,
			    uint32_t mark)
{
	uint64_t ns = 0;

	for (uint32_t set = 0; set < n_left; set++) {
		const int64_t values[] = { (int64_t)left[set].count, (int64_t)left[set].ns };

		if (left[set].count || left[set].ns)
			profile_add(p, mark, set, values);
		ns = add(ns, left[set].ns);
	}
	return ns;
}

void pool_spread(const struct pool *pool, struct profile *p, const char *const *kin, uint32_t mark,
		 struct pool_shares *ret)
{
	size_t n = pool->amounts.n;
	struct pool_amount *left = memory_alloc((n + 1) * sizeof(*left));
	struct groups g;

	*ret = (struct pool_shares){ 0 };
	if (n)
		memcpy(left, pool->amounts.items, n * sizeof(*left));
	groups_init(&g, pool, p, NULL);
	ret->own = spread_groups(left, n, p, &g, SIZE_MAX);
	groups_done(&g);
	for (size_t i = 0; i < POOL_MOST_KIN && kin[i]; i++) {
		groups_init(&g, pool, p, kin[i]);
		ret->kin[i] = spread_groups(left, n, p, &g, MOST_OF_KIN);
		groups_done(&g);
	}
	ret->none = spread_rest(left, n, p, mark);
	free(left);
}
