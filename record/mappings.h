/* SPDX-License-Identifier: BSD-2-Clause */
/* The executable mappings of one process: ranges of addresses that do not overlap. */
#ifndef RECORD_MAPPINGS_H
#define RECORD_MAPPINGS_H

#include <stddef.h>
#include <stdint.h>

struct mapping {
	uint64_t start, end, file_offset;
	uint32_t module;
};

struct mappings {
	struct mapping *items; /* in order of address */
	size_t n;
	size_t room;
};

/* Adds one; what it covers of others is cut away. Returns 0 or -ENOMEM. */
int mappings_add(struct mappings *m, const struct mapping *mapping);

/* Removes what stands in a range. */
int mappings_remove(struct mappings *m, uint64_t start, uint64_t end);

/* NULL if none is there. */
const struct mapping *mappings_find(const struct mappings *m, uint64_t address);

/* Makes *to equal to *from. Returns 0 or -ENOMEM, *to is then empty. */
int mappings_copy(struct mappings *to, const struct mappings *from);

void mappings_clear(struct mappings *m);
void mappings_done(struct mappings *m);

#endif
