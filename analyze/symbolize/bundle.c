// SPDX-License-Identifier: BSD-2-Clause
/*
 * Symbols arrive in the order of the tape and are asked for when all are there,
 * so a module's ranges are put in order at the first question after an addition.
 * Lines stay texts until they are asked for: taken apart they are several times
 * as large. Their tabs and line ends are NULs here, so that the pieces are texts.
 */
#include <errno.h>
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

enum { NAMES, LINES, N_SETS };

struct set {
	VEC(struct range) ranges; /* name: a number in texts */
	bool ready;		  /* for ranges_find() */
};

struct members {
	struct key key;
	struct set sets[N_SETS];
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
	struct intern paths;
	struct intern texts[N_SETS]; /* the origin in one byte, then the text */
	struct intern seen[N_SETS];  /* struct member */
};

struct bundle *bundle_new(void)
{
	return memory_alloc(sizeof(struct bundle));
}

void bundle_free(struct bundle *b)
{
	if (!b)
		return;
	vec_for_each (m, &b->modules) {
		for (size_t i = 0; i < N_SETS; i++)
			vec_done(&m->sets[i].ranges);
	}
	vec_done(&b->modules);
	map_done(&b->by_key);
	intern_done(&b->paths);
	for (size_t i = 0; i < N_SETS; i++) {
		intern_done(&b->texts[i]);
		intern_done(&b->seen[i]);
	}
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

/* size bytes of text without the NUL at its end. */
static uint32_t intern_origin_and_text(struct intern *texts, enum ev_symbol_origin origin,
				       const char *text, size_t size)
{
	char *both = memory_alloc(size + 1);
	uint32_t number;

	both[0] = origin <= EV_SYMBOL_LAST ? (char)origin : EV_SYMBOL_UNTOLD;
	memcpy(both + 1, text, size);
	number = intern_bytes(texts, both, (uint32_t)size + 1);
	free(both);
	return number;
}

static void add(struct bundle *b, const struct module *m, int set, struct member member)
{
	struct key k = key_of(m);
	struct members *members = add_members(b, &k);
	size_t before = intern_count(&b->seen[set]);
	uint64_t room = UINT64_MAX - member.start;

	if (member.size > room)
		member.size = room;
	member.module = (uint32_t)(members - b->modules.items);
	intern_bytes(&b->seen[set], &member, sizeof(member));
	if (intern_count(&b->seen[set]) == before)
		return;
	*vec_push(&members->sets[set].ranges) = (struct range){
		.start = member.start,
		.end = member.start + member.size,
		.name = member.name,
	};
	members->sets[set].ready = false;
}

void bundle_add(struct bundle *b, const struct module *m, const struct symbol *symbol)
{
	struct member member = { .start = symbol->start, .size = symbol->size };
	size_t size = strlen(symbol->name);

	if (size >= UINT32_MAX)
		return;
	member.name = intern_origin_and_text(&b->texts[NAMES], symbol->origin, symbol->name, size);
	add(b, m, NAMES, member);
}

/* By place; at one place short names first, as everywhere. */
static int compare(const void *a, const void *b, void *texts)
{
	const struct range *x = a, *y = b;
	const char *x_name, *y_name;
	uint32_t x_size, y_size;
	int order;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	x_name = intern_get(texts, x->name, &x_size);
	y_name = intern_get(texts, y->name, &y_size);
	if (x_size != y_size)
		return x_size < y_size ? -1 : 1;
	order = memcmp(x_name + 1, y_name + 1, x_size - 1);
	if (order != 0)
		return order;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return (unsigned char)x_name[0] - (unsigned char)y_name[0];
}

/* What was found at an offset. */
struct found {
	struct range range;
	const char *text; /* the origin in one byte, then the text */
	uint32_t size;
};

static bool find(const struct bundle *b, const struct module *m, int set, uint64_t offset,
		 struct found *ret)
{
	struct key k = key_of(m);
	uint64_t slot;
	struct members *members = find_members(b, &k, &slot);
	struct set *s = members ? &members->sets[set] : NULL;
	const struct range *r;

	if (!s || !s->ranges.n)
		return false;
	if (!s->ready) {
		qsort_r(s->ranges.items, s->ranges.n, sizeof(struct range), compare,
			(void *)&b->texts[set]);
		s->ranges.n = ranges_link(s->ranges.items, s->ranges.n);
		s->ready = true;
	}
	r = ranges_find(s->ranges.items, s->ranges.n, offset);
	if (!r)
		return false;
	ret->range = *r;
	ret->text = intern_get(&b->texts[set], r->name, &ret->size);
	return true;
}

int bundle_find(const struct bundle *b, const struct module *m, uint64_t offset, struct symbol *ret)
{
	struct found f;

	if (!find(b, m, NAMES, offset, &f))
		return 0;
	*ret = (struct symbol){
		.start = f.range.start,
		.size = f.range.end - f.range.start,
		.name = f.text + 1,
		.origin = (enum ev_symbol_origin)f.text[0],
	};
	return 1;
}

size_t bundle_count(const struct bundle *b)
{
	return intern_count(&b->seen[NAMES]);
}

/* --- lines --- */

/* The length of a number that fits, or of nothing; SIZE_MAX if it is something else. */
static size_t number_length(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n > 10 || (n && strtoull(text, NULL, 10) > UINT32_MAX) ? SIZE_MAX : n;
}

/* The length of one function: "name TAB file TAB line TAB first line LF"; 0: it is none. */
static size_t function_length(const char *text)
{
	size_t at = 0;

	for (int field = 0; field < 2; field++) {
		at += strcspn(text + at, "\t\n");
		if (text[at++] != '\t')
			return 0;
	}
	for (int field = 0; field < 2; field++) {
		size_t n = number_length(text + at);

		if (n == SIZE_MAX || text[at + n] != (field ? '\n' : '\t'))
			return 0;
		at += n + 1;
	}
	return at;
}

int bundle_add_lines(struct bundle *b, const struct module *m, const struct symbol *range,
		     const char *text)
{
	struct member member = { .start = range->start, .size = range->size };
	size_t size = 0, n = 0;
	char *pieces;

	while (text[size]) {
		size_t length = function_length(text + size);

		if (!length || n++ == LINES_MAX || size + length >= UINT32_MAX)
			return -EINVAL;
		size += length;
	}
	if (!n)
		return -EINVAL;
	pieces = memory_alloc(size);
	for (size_t i = 0; i < size; i++)
		pieces[i] = text[i] == '\t' || text[i] == '\n' ? '\0' : text[i];
	member.name = intern_origin_and_text(&b->texts[LINES], range->origin, pieces, size);
	free(pieces);
	add(b, m, LINES, member);
	return 0;
}

static const char *next_piece(const char *text)
{
	return text + strlen(text) + 1;
}

int bundle_lines(const struct bundle *b, const struct module *m, uint64_t offset, struct lines *ret)
{
	const char *text, *end;
	struct found f;

	if (!find(b, m, LINES, offset, &f))
		return 0;
	ret->start = f.range.start;
	ret->size = f.range.end - f.range.start;
	ret->origin = (enum ev_symbol_origin)f.text[0];
	ret->n = 0;
	end = f.text + f.size;
	for (text = f.text + 1; text < end; ret->n++) {
		struct line *line = &ret->at[ret->n];

		line->function = text;
		line->file = next_piece(line->function);
		text = next_piece(line->file);
		line->line = (uint32_t)strtoul(text, NULL, 10);
		text = next_piece(text);
		line->first_line = (uint32_t)strtoul(text, NULL, 10);
		text = next_piece(text);
	}
	return 1;
}
