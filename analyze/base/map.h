/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash map from a 64-bit key to a 64-bit value, by open addressing. All zero
 * is an empty one; every key may be used, 0 too. Iteration order is not
 * defined, so nothing that is shown may depend on it: there is no iteration.
 */
#ifndef ANALYZE_BASE_MAP_H
#define ANALYZE_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key; /* 0: free */
	uint64_t value;
};

struct map {
	struct map_slot *slots;
	size_t n;    /* keys, 0 included */
	size_t room; /* a power of two, or 0 */
	bool has_zero;
	uint64_t zero; /* the value of key 0, which has no slot */
};

/* Mixes a 64-bit number so that all its bits matter: for keys made of several. */
static inline uint64_t map_mix(uint64_t x)
{
	/* The finalizer of splitmix64 (Steele, Lea, Flood 2014). */
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ull;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

/* Where the search for a key begins. room must not be 0. */
static inline size_t map_home(const struct map *m, uint64_t key)
{
	return map_mix(key) & (m->room - 1);
}

/* The slot that holds key, or the free one where it belongs. room and key must not be 0. */
static inline struct map_slot *map_probe(const struct map *m, uint64_t key)
{
	size_t i = map_home(m, key);

	while (m->slots[i].key && m->slots[i].key != key)
		i = (i + 1) & (m->room - 1);
	return &m->slots[i];
}

/* The value's address, or NULL. It holds until the next map_add(). */
static inline uint64_t *map_find(const struct map *m, uint64_t key)
{
	struct map_slot *slot;

	if (!key)
		return m->has_zero ? (uint64_t *)&m->zero : NULL;
	if (!m->room)
		return NULL;
	slot = map_probe(m, key);
	return slot->key ? &slot->value : NULL;
}

/* Says that map_find() of this key comes soon: for big maps, which wait for memory. */
void map_prefetch(const struct map *m, uint64_t key);

/* The same as map_find(); adds the key with value 0 if it is not there, and says so in *added (may be NULL). */
uint64_t *map_add(struct map *m, uint64_t key, bool *added);

/* Removes a key if it is there. */
void map_remove(struct map *m, uint64_t key);

void map_clear(struct map *m); /* keeps the memory */
void map_done(struct map *m);

#endif
