/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that code ran from. A tape may state a module again and again, and
 * under more than one number; here each (kind, path, build-id) is one module
 * with one index, from 0 on in order of first sight.
 */
#ifndef ANALYZE_REPLAY_MODULES_H
#define ANALYZE_REPLAY_MODULES_H

#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#include "analyze/base/arena.h"
#include "analyze/base/intern.h"
#include "analyze/base/map.h"
#include "analyze/base/vec.h"

#define MODULES_NONE UINT32_MAX

/* One module of the recorded machine. */
struct tape_module {
	const char *path;
	uint8_t kind; /* enum ev_module_kind */
	uint8_t build_id_size;
	uint8_t build_id[EV_BUILD_ID_SIZE];
	/* Where it was first seen in memory. */
	uint64_t start;
	uint64_t end;
	uint64_t file_offset;
	uint64_t mappings; /* how many MAPPING records named it */
};

/* All zero is an empty one. */
struct modules {
	VEC(struct tape_module) list;
	struct intern identities;
	struct map by_number; /* the tape's number, to index + 1 */
};

void modules_done(struct modules *m);

void modules_define(struct modules *m, const struct ev_module *record);

/* The index behind a number of the tape, or MODULES_NONE. */
uint32_t modules_index(const struct modules *m, uint32_t number);

/* Notes that a MAPPING placed it. */
void modules_map(struct modules *m, const struct ev_mapping *record);

static inline const struct tape_module *modules_get(const struct modules *m, uint32_t index)
{
	return &m->list.items[index];
}

#endif
