// SPDX-License-Identifier: BSD-2-Clause
/* See facts.h. Bounded, because a tape may repeat them with ever new values. */
#include <stdlib.h>
#include <string.h>

#include "analyze/replay/facts.h"

#define MOST_FACTS 8192
#define MOST_BYTES ((size_t)16 << 20)

void facts_done(struct facts *f)
{
	intern_done(&f->texts);
	intern_done(&f->keys);
	vec_done(&f->list);
}

/* The fact of a key, made if need be; NULL if there are too many. */
static struct fact *put(struct facts *f, const char *key, size_t length)
{
	uint32_t number;

	if (f->list.n >= MOST_FACTS || f->texts.arena.total + f->keys.arena.total > MOST_BYTES)
		return NULL;
	number = intern_bytes(&f->keys, key, (uint32_t)length);
	if (number == f->list.n)
		*vec_push(&f->list) = (struct fact){ .key = number };
	return &f->list.items[number];
}

void facts_put_text(struct facts *f, const char *text, size_t room)
{
	size_t length = strnlen(text, room);
	const char *equals = memchr(text, '=', length);
	size_t key = equals ? (size_t)(equals - text) : length;
	size_t value = equals ? key + 1 : length;
	struct fact *fact = put(f, text, key);

	if (fact)
		fact->value = intern_bytes(&f->texts, text + value, (uint32_t)(length - value));
}

void facts_put_number(struct facts *f, const char *key, size_t room, uint64_t number)
{
	struct fact *fact = put(f, key, strnlen(key, room));

	if (!fact)
		return;
	fact->value = intern_text(&f->texts, "");
	fact->number = number;
}

const char *facts_find(const struct facts *f, const char *key)
{
	for (size_t i = 0; i < f->list.n; i++) {
		if (strcmp(facts_key(f, i), key) == 0)
			return facts_value(f, i);
	}
	return NULL;
}

uint64_t facts_find_number(const struct facts *f, const char *key)
{
	const char *value = facts_find(f, key);

	return value ? strtoull(value, NULL, 10) : 0;
}

const char *facts_key(const struct facts *f, size_t index)
{
	return intern_get_text(&f->keys, f->list.items[index].key);
}

const char *facts_value(const struct facts *f, size_t index)
{
	return intern_get_text(&f->texts, f->list.items[index].value);
}

uint64_t facts_number(const struct facts *f, size_t index)
{
	return f->list.items[index].number;
}
