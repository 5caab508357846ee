/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where pprof is told that modules stand in memory, and which of them is the
 * main program. pprof wants addresses inside of [start, limit); a profile has
 * offsets, of all processes.
 */
#ifndef ANALYZE_OUTPUTS_PPROF_MAP_H
#define ANALYZE_OUTPUTS_PPROF_MAP_H

#include <stdint.h>

#include "analyze/result/profile.h"

struct pprof_mapping {
	uint32_t module;
	uint64_t start;
	uint64_t limit;
	uint64_t file_offset; /* of the byte at start */
};

struct pprof_map {
	size_t n;
	struct pprof_mapping *mappings; /* the main program first, then by number of module */
	uint32_t *ids;			/* by module: its place in mappings + 1; 0: a mark, none */
};

void pprof_map_init(struct pprof_map *map, const struct profile *p, size_t value);
void pprof_map_done(struct pprof_map *map);

/* The address of an offset in a mapping: inside of it if the offset is a frame's of it. */
static inline uint64_t pprof_map_address(const struct pprof_mapping *m, uint64_t offset)
{
	return m->start + (offset - m->file_offset);
}

#endif
