/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives equal byte strings the same number, from 0 on in order of first sight,
 * and gives them back by number. All zero is an empty one.
 */
#ifndef ANALYZE_BASE_INTERN_H
#define ANALYZE_BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/base/arena.h"
#include "analyze/base/vec.h"

struct intern_entry {
	const void *data; /* a NUL stands behind it */
	uint32_t size;
	uint32_t hash;
};

struct intern {
	struct arena arena;
	VEC(struct intern_entry) entries;
	uint32_t *slots; /* number + 1, or 0 */
	size_t room;
};

uint32_t intern_bytes(struct intern *s, const void *data, uint32_t size);
uint32_t intern_text(struct intern *s, const char *text);

/* Lent until done; aligned to 16. *size may be NULL. */
const void *intern_get(const struct intern *s, uint32_t number, uint32_t *size);
const char *intern_get_text(const struct intern *s, uint32_t number);

static inline size_t intern_count(const struct intern *s)
{
	return s->entries.n;
}

void intern_done(struct intern *s);

#endif
