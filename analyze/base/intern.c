// SPDX-License-Identifier: BSD-2-Clause
/* Open addressing over numbers; the bytes stand in an arena. */
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "analyze/base/intern.h"
#include "analyze/base/memory.h"

static void grow(struct intern *s)
{
	size_t room = s->room ? s->room * 2 : 64;

	free(s->slots);
	s->slots = memory_alloc(room * sizeof(*s->slots));
	s->room = room;
	for (size_t i = 0; i < s->entries.n; i++) {
		size_t at = s->entries.items[i].hash & (room - 1);

		while (s->slots[at])
			at = (at + 1) & (room - 1);
		s->slots[at] = (uint32_t)i + 1;
	}
}

static uint32_t add(struct intern *s, const void *data, uint32_t size, uint32_t hash)
{
	char *copy = arena_alloc(&s->arena, (size_t)size + 1);

	if (size)
		memcpy(copy, data, size);
	*vec_push(&s->entries) = (struct intern_entry){ .data = copy, .size = size, .hash = hash };
	return (uint32_t)s->entries.n - 1;
}

uint32_t intern_bytes(struct intern *s, const void *data, uint32_t size)
{
	uint32_t hash = (uint32_t)XXH3_64bits(data, size);
	size_t at;

	if ((s->entries.n + 1) * 2 > s->room)
		grow(s);
	for (at = hash & (s->room - 1); s->slots[at]; at = (at + 1) & (s->room - 1)) {
		const struct intern_entry *e = &s->entries.items[s->slots[at] - 1];

		if (e->hash == hash && e->size == size && memcmp(e->data, data, size) == 0)
			return s->slots[at] - 1;
	}
	s->slots[at] = add(s, data, size, hash) + 1;
	return s->slots[at] - 1;
}

uint32_t intern_text(struct intern *s, const char *text)
{
	return intern_bytes(s, text, (uint32_t)strlen(text));
}

const void *intern_get(const struct intern *s, uint32_t number, uint32_t *size)
{
	const struct intern_entry *e = &s->entries.items[number];

	if (size)
		*size = e->size;
	return e->data;
}

const char *intern_get_text(const struct intern *s, uint32_t number)
{
	return intern_get(s, number, NULL);
}

void intern_done(struct intern *s)
{
	free(s->slots);
	vec_done(&s->entries);
	arena_done(&s->arena);
	*s = (struct intern){ 0 };
}
