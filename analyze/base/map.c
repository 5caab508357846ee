// SPDX-License-Identifier: BSD-2-Clause
/* Linear probing at no more than 70 % full; removal moves the followers up. */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/map.h"
#include "analyze/base/memory.h"

static size_t home(const struct map *m, uint64_t key)
{
	return map_mix(key) & (m->room - 1);
}

/* The slot that holds key, or the free one where it belongs. room must not be 0. */
static struct map_slot *probe(const struct map *m, uint64_t key)
{
	size_t i = home(m, key);

	while (m->slots[i].used && m->slots[i].key != key)
		i = (i + 1) & (m->room - 1);
	return &m->slots[i];
}

static void grow(struct map *m)
{
	struct map old = *m;

	m->room = old.room ? old.room * 2 : 16;
	m->slots = memory_alloc(m->room * sizeof(*m->slots));
	for (size_t i = 0; i < old.room; i++) {
		if (old.slots[i].used)
			*probe(m, old.slots[i].key) = old.slots[i];
	}
	free(old.slots);
}

uint64_t *map_find(const struct map *m, uint64_t key)
{
	struct map_slot *slot;

	if (!m->n)
		return NULL;
	slot = probe(m, key);
	return slot->used ? &slot->value : NULL;
}

uint64_t *map_add(struct map *m, uint64_t key, bool *added)
{
	struct map_slot *slot;

	if ((m->n + 1) * 10 > m->room * 7)
		grow(m);
	slot = probe(m, key);
	if (added)
		*added = !slot->used;
	if (!slot->used) {
		*slot = (struct map_slot){.key = key, .used = true};
		m->n++;
	}
	return &slot->value;
}

void map_remove(struct map *m, uint64_t key)
{
	struct map_slot *slot;
	size_t hole, i;

	if (!m->n)
		return;
	slot = probe(m, key);
	if (!slot->used)
		return;
	hole = (size_t)(slot - m->slots);
	for (i = (hole + 1) & (m->room - 1); m->slots[i].used; i = (i + 1) & (m->room - 1)) {
		size_t want = home(m, m->slots[i].key);

		/* It may move into the hole unless its home lies behind the hole. */
		if (((i - want) & (m->room - 1)) >= ((i - hole) & (m->room - 1))) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole].used = false;
	m->n--;
}

void map_clear(struct map *m)
{
	if (m->room)
		memset(m->slots, 0, m->room * sizeof(*m->slots));
	m->n = 0;
}

void map_done(struct map *m)
{
	free(m->slots);
	*m = (struct map){0};
}
