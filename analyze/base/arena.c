// SPDX-License-Identifier: BSD-2-Clause
/* A list of chunks; the first is the one in use. */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/arena.h"
#include "analyze/base/memory.h"

#define CHUNK_SIZE (64u * 1024)

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	_Alignas(16) char data[];
};

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->chunks;
	size_t need = (size + 15) & ~(size_t)15;

	if (!c || c->size - a->used < need) {
		size_t room = need > CHUNK_SIZE ? need : CHUNK_SIZE;

		c = memory_alloc(sizeof(*c) + room);
		c->size = room;
		c->next = a->chunks;
		a->chunks = c;
		a->used = 0;
	}
	a->used += need;
	a->total += need;
	return c->data + a->used - need;
}

void *arena_copy(struct arena *a, const void *data, size_t size)
{
	void *p = arena_alloc(a, size);

	if (size)
		memcpy(p, data, size);
	return p;
}

char *arena_copy_text(struct arena *a, const char *text)
{
	return text ? arena_copy(a, text, strlen(text) + 1) : NULL;
}

void arena_done(struct arena *a)
{
	while (a->chunks) {
		struct arena_chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
	*a = (struct arena){ 0 };
}
