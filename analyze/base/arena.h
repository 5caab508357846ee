/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is given out piece by piece and freed all at once. All zero is an
 * empty one. Addresses hold until arena_done().
 */
#ifndef ANALYZE_BASE_ARENA_H
#define ANALYZE_BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;
	size_t used;  /* of the first chunk */
	size_t total; /* bytes given out */
};

void *arena_alloc(struct arena *a, size_t size); /* aligned to 16, zeroed */
void *arena_copy(struct arena *a, const void *data, size_t size);
char *arena_copy_text(struct arena *a, const char *text); /* NULL gives NULL */
void arena_done(struct arena *a);

#endif
