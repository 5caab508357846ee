// SPDX-License-Identifier: BSD-2-Clause
/* Open addressing, at most half full. Sweeping builds it anew, so that there are no graves. */
#include <errno.h>
#include <stdlib.h>

#include <tape/cleanup.h>

#include "record/go_known.h"

static size_t slot_of(const struct go_known *k, uint64_t key)
{
	size_t i = (size_t)((key ^ key >> 32) * 0x9e3779b97f4a7c15ull >> 32) & (k->room - 1);

	while (k->entries[i].key && k->entries[i].key != key)
		i = (i + 1) & (k->room - 1);
	return i;
}

static int make_room(struct go_known *k)
{
	struct go_known bigger = { .room = k->room ? k->room * 2 : 64, .n = k->n };

	if (k->room && k->n < k->room / 2)
		return 0;
	bigger.entries = calloc(bigger.room, sizeof(*bigger.entries));
	if (!bigger.entries)
		return -ENOMEM;
	for (size_t i = 0; i < k->room; i++) {
		if (k->entries[i].key)
			bigger.entries[slot_of(&bigger, k->entries[i].key)] = k->entries[i];
	}
	free(k->entries);
	*k = bigger;
	return 0;
}

int go_known_put(struct go_known *k, uint64_t key, uint64_t value, uint64_t round, bool *changed)
{
	struct go_known_entry *e;
	int rc = make_room(k);

	if (rc < 0)
		return rc;
	e = &k->entries[slot_of(k, key)];
	*changed = !e->key || e->value != value;
	k->n += !e->key;
	*e = (struct go_known_entry){ .key = key, .value = value, .round = round };
	return 0;
}

struct go_known_entry *go_known_get(const struct go_known *k, uint64_t key)
{
	struct go_known_entry *e = k->room ? &k->entries[slot_of(k, key)] : NULL;

	return e && e->key ? e : NULL;
}

static size_t count_old(const struct go_known *k, uint64_t round)
{
	size_t n = 0;

	for (size_t i = 0; i < k->room; i++)
		n += k->entries[i].key && k->entries[i].round != round;
	return n;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int go_known_sweep(struct go_known *k, uint64_t round, uint64_t **gone, size_t *n_gone)
{
	size_t old = count_old(k, round), n = 0;
	struct go_known kept = { .room = k->room };
	CLEANUP(freep) uint64_t *keys = NULL;

	if (n_gone)
		*n_gone = old;
	if (!old)
		return 0;
	keys = calloc(old, sizeof(*keys));
	kept.entries = calloc(kept.room, sizeof(*kept.entries));
	if (!keys || !kept.entries) {
		free(kept.entries);
		go_known_clear(k);
		return -ENOMEM;
	}
	for (size_t i = 0; i < k->room; i++) {
		const struct go_known_entry *e = &k->entries[i];

		if (e->key && e->round != round) {
			keys[n++] = e->key;
		} else if (e->key) {
			kept.entries[slot_of(&kept, e->key)] = *e;
			kept.n++;
		}
	}
	free(k->entries);
	*k = kept;
	qsort(keys, n, sizeof(*keys), by_value);
	if (gone)
		*gone = TAKE(keys);
	return 0;
}

void go_known_clear(struct go_known *k)
{
	free(k->entries);
	*k = (struct go_known){ 0 };
}
