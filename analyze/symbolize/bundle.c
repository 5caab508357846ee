// SPDX-License-Identifier: BSD-2-Clause
/*
 * Symbols arrive in the order of the tape and are asked for when all are there,
 * so a module's ranges are put in order at the first question after an addition.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "analyze/base/intern.h"
#include "analyze/base/map.h"
#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/symbolize/bundle.h"
#include "analyze/symbolize/source.h"
#include "symbols/ranges.h"

/* What makes two modules the same one. */
struct key {
	const char *path; /* "" if there is a build-id */
	enum module_kind kind;
	uint8_t build_id[MODULE_BUILD_ID_SIZE];
	uint8_t build_id_size;
};

struct members {
	struct key key;
	VEC(struct range) ranges; /* name: a number in names */
	bool ready;		  /* for ranges_find() */
};

/* A symbol, so that it is not added twice. No padding: its bytes are compared. */
struct member {
	uint64_t start;
	uint64_t size;
	uint32_t name;
	uint32_t module;
};

struct bundle {
	VEC(struct members) modules;
	struct map by_key; /* a key's hash, or the next free number: index of modules */
	struct intern names;
	struct intern paths;
	struct intern seen; /* struct member */
};

struct bundle *bundle_new(void)
{
	return memory_alloc(sizeof(struct bundle));
}

void bundle_free(struct bundle *b)
{
	if (!b)
		return;
	vec_for_each (m, &b->modules)
		vec_done(&m->ranges);
	vec_done(&b->modules);
	map_done(&b->by_key);
	intern_done(&b->names);
	intern_done(&b->paths);
	intern_done(&b->seen);
	free(b);
}

static struct key key_of(const struct module *m)
{
	struct key k = { .path = "" };

	if (m->build_id_size) {
		k.build_id_size = m->build_id_size < MODULE_BUILD_ID_SIZE ? m->build_id_size
									  : MODULE_BUILD_ID_SIZE;
		memcpy(k.build_id, m->build_id, sizeof(k.build_id));
		return k;
	}
	k.kind = m->kind;
	k.path = m->path ? m->path : "";
	return k;
}

static bool same_key(const struct key *a, const struct key *b)
{
	return a->kind == b->kind && a->build_id_size == b->build_id_size &&
	       memcmp(a->build_id, b->build_id, a->build_id_size) == 0 &&
	       strcmp(a->path, b->path) == 0;
}

/*
 * The members of a module, or NULL; *slot is where they are or belong in
 * by_key. Keys of one hash take numbers that follow each other.
 */
static struct members *find_members(const struct bundle *b, const struct key *k, uint64_t *slot)
{
	uint64_t hash = k->build_id_size ? XXH3_64bits(k->build_id, k->build_id_size)
					 : XXH3_64bits(k->path, strlen(k->path)) + k->kind;
	const uint64_t *index;

	for (; (index = map_find(&b->by_key, hash)); hash++) {
		struct members *m = &b->modules.items[*index];

		if (same_key(&m->key, k))
			return m;
	}
	*slot = hash;
	return NULL;
}

static struct members *add_members(struct bundle *b, const struct key *k)
{
	uint64_t slot;
	struct members *m = find_members(b, k, &slot);

	if (m)
		return m;
	*map_add(&b->by_key, slot, NULL) = b->modules.n;
	m = vec_push(&b->modules);
	*m = (struct members){ .key = *k };
	m->key.path = intern_get_text(&b->paths, intern_text(&b->paths, k->path));
	return m;
}

void bundle_add(struct bundle *b, const struct module *m, const struct symbol *symbol)
{
	uint64_t room = UINT64_MAX - symbol->start;
	struct key k = key_of(m);
	struct members *members = add_members(b, &k);
	size_t before = intern_count(&b->seen);
	struct member member = {
		.start = symbol->start,
		.size = symbol->size < room ? symbol->size : room,
		.name = intern_text(&b->names, symbol->name),
		.module = (uint32_t)(members - b->modules.items),
	};

	intern_bytes(&b->seen, &member, sizeof(member));
	if (intern_count(&b->seen) == before)
		return;
	*vec_push(&members->ranges) = (struct range){
		.start = member.start,
		.end = member.start + member.size,
		.name = member.name,
	};
	members->ready = false;
}

/* By place; at one place short names first, as everywhere. */
static int compare(const void *a, const void *b, void *names)
{
	const struct range *x = a, *y = b;
	const char *x_name, *y_name;
	uint32_t x_size, y_size;
	int order;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	x_name = intern_get(names, x->name, &x_size);
	y_name = intern_get(names, y->name, &y_size);
	if (x_size != y_size)
		return x_size < y_size ? -1 : 1;
	order = strcmp(x_name, y_name);
	if (order != 0)
		return order;
	return (x->end < y->end) - (x->end > y->end);
}

int bundle_find(const struct bundle *b, const struct module *m, uint64_t offset, struct symbol *ret)
{
	struct key k = key_of(m);
	uint64_t slot;
	struct members *members = find_members(b, &k, &slot);
	const struct range *r;

	if (!members)
		return 0;
	if (!members->ready) {
		qsort_r(members->ranges.items, members->ranges.n, sizeof(struct range), compare,
			(void *)&b->names);
		members->ranges.n = ranges_link(members->ranges.items, members->ranges.n);
		members->ready = true;
	}
	r = ranges_find(members->ranges.items, members->ranges.n, offset);
	if (!r)
		return 0;
	*ret = (struct symbol){
		.start = r->start,
		.size = r->end - r->start,
		.name = intern_get_text(&b->names, r->name),
	};
	return 1;
}

size_t bundle_count(const struct bundle *b)
{
	return intern_count(&b->seen);
}
