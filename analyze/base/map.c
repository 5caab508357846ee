// SPDX-License-Identifier: BSD-2-Clause
/*
 * Linear probing at no more than 60 % full; removal moves the followers up. A
 * slot is 16 bytes, so that four share a cache line: big maps wait for memory
 * and for nothing else.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/map.h"
#include "analyze/base/memory.h"

static void grow(struct map *m)
{
	struct map_slot *old = m->slots;
	size_t n = m->room;

	m->room = n ? n * 2 : 16;
	m->slots = memory_alloc(m->room * sizeof(*m->slots));
	for (size_t i = 0; i < n; i++) {
		if (old[i].key)
			*map_probe(m, old[i].key) = old[i];
	}
	free(old);
}

void map_prefetch(const struct map *m, uint64_t key)
{
	if (m->room)
		__builtin_prefetch(&m->slots[map_home(m, key)]);
}

static uint64_t *add_zero(struct map *m, bool *added)
{
	if (added)
		*added = !m->has_zero;
	if (!m->has_zero) {
		m->has_zero = true;
		m->zero = 0;
		m->n++;
	}
	return &m->zero;
}

uint64_t *map_add(struct map *m, uint64_t key, bool *added)
{
	struct map_slot *slot;

	if (!key)
		return add_zero(m, added);
	if ((m->n + 1) * 10 > m->room * 6)
		grow(m);
	slot = map_probe(m, key);
	if (added)
		*added = !slot->key;
	if (!slot->key) {
		*slot = (struct map_slot){ .key = key };
		m->n++;
	}
	return &slot->value;
}

void map_remove(struct map *m, uint64_t key)
{
	struct map_slot *slot;
	size_t hole, i;

	if (!map_find(m, key))
		return;
	m->n--;
	if (!key) {
		m->has_zero = false;
		return;
	}
	slot = map_probe(m, key);
	hole = (size_t)(slot - m->slots);
	for (i = (hole + 1) & (m->room - 1); m->slots[i].key; i = (i + 1) & (m->room - 1)) {
		size_t want = map_home(m, m->slots[i].key);

		/* It may move into the hole unless its home lies behind the hole. */
		if (((i - want) & (m->room - 1)) >= ((i - hole) & (m->room - 1))) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole].key = 0;
}

void map_clear(struct map *m)
{
	if (m->room)
		memset(m->slots, 0, m->room * sizeof(*m->slots));
	m->n = 0;
	m->has_zero = false;
}

void map_done(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}
