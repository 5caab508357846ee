/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands where in an address space: ranges that do not overlap. A new
 * range replaces what it covers.
 *
 * Address spaces share their ranges: a fork costs nothing, and what the child
 * then changes costs only the change.
 */
#ifndef ANALYZE_REPLAY_MAPPINGS_H
#define ANALYZE_REPLAY_MAPPINGS_H

#include <stddef.h>
#include <stdint.h>

struct mappings_node;

/* What all address spaces of a tape have together: a tape cannot make us take more than so much. */
struct mappings_pool {
	size_t nodes;
	uint64_t refused; /* ranges that were left out for it */
};

struct mapping {
	uint64_t start;
	uint64_t end;
	uint64_t file_offset; /* the module's byte that stands at start */
	uint32_t module;      /* its number in the tape */
};

/* All zero is an empty one. */
struct mappings {
	struct mappings_node *root;
};

/* Adds a range; an empty one is ignored. */
void mappings_add(struct mappings *m, struct mappings_pool *pool, const struct mapping *range);

/* The range that holds address, or NULL. Lent until m changes. */
const struct mapping *mappings_find(const struct mappings *m, uint64_t address);

/* What m had is replaced by what from has now. */
void mappings_copy(struct mappings *m, struct mappings_pool *pool, const struct mappings *from);
void mappings_clear(struct mappings *m, struct mappings_pool *pool);

/* Equal for equal content, however it came about. 0 if empty. */
uint64_t mappings_content(const struct mappings *m);

size_t mappings_count(const struct mappings *m);

#endif
