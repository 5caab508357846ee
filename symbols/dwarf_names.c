// SPDX-License-Identifier: BSD-2-Clause
/* Two tables with open addressing, and texts in chunks that never move. */
#include "symbols/dwarf_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHUNK = 64 * 1024,
	FIRST_SLOTS = 256, /* a power of 2, as all sizes are */
};

struct chunk {
	struct chunk *before;
	char text[];
};

struct dwarf_names {
	size_t most;
	size_t bytes;
	struct chunk *chunk;
	size_t used; /* of the newest chunk */
	size_t room;
	const char **texts;
	size_t n_texts;
	size_t room_texts;
	struct dwarf_name *names;
	size_t n_names;
	size_t room_names;
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> 29;
}

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *text, size_t size)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		h = (h ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
	return mix(h);
}

struct dwarf_names *dwarf_names_new(size_t most)
{
	struct dwarf_names *n = calloc(1, sizeof(*n));

	if (n)
		n->most = most;
	return n;
}

void dwarf_names_allow(struct dwarf_names *n, size_t most)
{
	if (most > n->most)
		n->most = most;
}

static int grow_texts(struct dwarf_names *n)
{
	size_t room = n->room_texts ? n->room_texts * 2 : FIRST_SLOTS;
	const char **more;

	if (n->n_texts < n->room_texts / 2)
		return 0;
	more = calloc(room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	for (size_t i = 0; i < n->room_texts; i++) {
		size_t at;

		if (!n->texts[i])
			continue;
		at = hash(n->texts[i], strlen(n->texts[i])) & (room - 1);
		while (more[at])
			at = (at + 1) & (room - 1);
		more[at] = n->texts[i];
	}
	free(n->texts);
	n->texts = more;
	n->room_texts = room;
	return 0;
}

/* A copy in a chunk, or NULL. */
static char *copy(struct dwarf_names *n, const char *text, size_t size)
{
	char *to;

	if (size + 1 > n->most - n->bytes)
		return NULL;
	if (!n->chunk || size + 1 > n->room - n->used) {
		size_t room = size + 1 > CHUNK ? size + 1 : CHUNK;
		struct chunk *more = malloc(sizeof(*more) + room);

		if (!more)
			return NULL;
		more->before = n->chunk;
		n->chunk = more;
		n->room = room;
		n->used = 0;
	}
	to = n->chunk->text + n->used;
	memcpy(to, text, size);
	to[size] = '\0';
	n->used += size + 1;
	n->bytes += size + 1;
	return to;
}

const char *dwarf_names_keep(struct dwarf_names *n, const char *text, size_t size)
{
	const char *kept;
	size_t at;

	if (size == 0 || grow_texts(n) < 0)
		return "";
	at = hash(text, size) & (n->room_texts - 1);
	while ((kept = n->texts[at])) {
		if (strncmp(kept, text, size) == 0 && kept[size] == '\0')
			return kept;
		at = (at + 1) & (n->room_texts - 1);
	}
	kept = copy(n, text, size);
	if (!kept)
		return "";
	n->texts[at] = kept;
	n->n_texts++;
	return kept;
}

/* Where a key is, or the free place for it. */
static struct dwarf_name *slot(struct dwarf_name *names, size_t room, uint64_t key)
{
	size_t at = mix(key) & (room - 1);

	while (names[at].text && names[at].key != key)
		at = (at + 1) & (room - 1);
	return &names[at];
}

static int grow_names(struct dwarf_names *n)
{
	size_t room = n->room_names ? n->room_names * 2 : FIRST_SLOTS;
	struct dwarf_name *more;

	if (n->n_names < n->room_names / 2)
		return 0;
	more = calloc(room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	for (size_t i = 0; i < n->room_names; i++) {
		if (n->names[i].text)
			*slot(more, room, n->names[i].key) = n->names[i];
	}
	free(n->names);
	n->names = more;
	n->room_names = room;
	return 0;
}

struct dwarf_name *dwarf_names_of(struct dwarf_names *n, uint64_t key)
{
	struct dwarf_name *name;

	if (grow_names(n) < 0)
		return NULL;
	name = slot(n->names, n->room_names, key);
	if (!name->text) {
		n->n_names++;
		name->key = key;
	}
	return name;
}

void dwarf_names_free(struct dwarf_names *n)
{
	if (!n)
		return;
	while (n->chunk) {
		struct chunk *before = n->chunk->before;

		free(n->chunk);
		n->chunk = before;
	}
	free(n->texts);
	free(n->names);
	free(n);
}
