// SPDX-License-Identifier: BSD-2-Clause
/*
 * Open addressing over numbers at no more than 70 % full. A slot is a number + 1
 * in as many bits as that may take, and in those above a part of its pair's hash,
 * so that it is hardly ever looked at a pair in vain: those lie far apart.
 */
#include <stdlib.h>

#include "analyze/base/map.h"
#include "analyze/base/memory.h"
#include "analyze/base/pairs.h"

static uint32_t tag_of(const struct pairs *p, uint64_t hash)
{
	return (uint32_t)(hash >> 32) & ~(uint32_t)(p->room - 1);
}

static uint32_t number_of(const struct pairs *p, size_t at)
{
	return (p->slots[at] & (uint32_t)(p->room - 1)) - 1;
}

static void grow(struct pairs *p)
{
	free(p->slots);
	p->room = p->room ? p->room * 2 : 64;
	p->slots = memory_alloc(p->room * sizeof(*p->slots));
	for (uint32_t i = 0; i < p->keys.n; i++) {
		uint64_t hash = map_mix(p->keys.items[i]);
		size_t at = hash & (p->room - 1);

		while (p->slots[at])
			at = (at + 1) & (p->room - 1);
		p->slots[at] = tag_of(p, hash) | (i + 1);
	}
}

/* The slot that holds key, or the free one where it belongs. */
static size_t probe(const struct pairs *p, uint64_t key, uint64_t hash)
{
	const uint32_t tag = tag_of(p, hash), mask = ~(uint32_t)(p->room - 1);
	size_t at = hash & (p->room - 1);

	while (p->slots[at] &&
	       ((p->slots[at] & mask) != tag || p->keys.items[number_of(p, at)] != key))
		at = (at + 1) & (p->room - 1);
	return at;
}

uint32_t pairs_number(struct pairs *p, uint32_t first, uint32_t second, bool *added)
{
	uint64_t key = (uint64_t)first << 32 | second, hash;
	size_t at;

	if (added)
		*added = false;
	/* In a chain that was added in one go, what follows number n - 1 is n and begins with n. */
	if (first < p->keys.n && p->keys.items[first] == key)
		return first;
	if ((p->keys.n + 1) * 10 > p->room * 7)
		grow(p);
	hash = map_mix(key);
	at = probe(p, key, hash);
	if (p->slots[at])
		return number_of(p, at);
	*vec_push(&p->keys) = key;
	p->slots[at] = tag_of(p, hash) | (uint32_t)p->keys.n;
	if (added)
		*added = true;
	return (uint32_t)p->keys.n - 1;
}

bool pairs_has(const struct pairs *p, uint32_t first, uint32_t second)
{
	uint64_t key = (uint64_t)first << 32 | second;

	return p->room && p->slots[probe(p, key, map_mix(key))];
}

void pairs_done(struct pairs *p)
{
	free(p->slots);
	vec_done(&p->keys);
	*p = (struct pairs){ 0 };
}
