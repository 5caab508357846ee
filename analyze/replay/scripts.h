/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks of interpreters that events refer to by id, the functions in them, and
 * where the interpreters' evaluation loops are. Each epoch of a tape defines what it
 * uses, so two generations are kept, as in stacks.h.
 */
#ifndef ANALYZE_REPLAY_SCRIPTS_H
#define ANALYZE_REPLAY_SCRIPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#include "analyze/base/arena.h"
#include "analyze/base/map.h"
#include "analyze/base/vec.h"
#include "analyze/replay/modules.h"
#include "analyze/replay/script_lines.h"

struct script_code {
	const char *name; /* "" where it is not known */
	const char *file;
	struct script_lines lines;
};

struct script_stack {
	uint32_t flags;	  /* enum ev_script_flags */
	uint32_t n;	  /* frames */
	uint64_t words[]; /* pairs of the code's id and place; leaf first */
};

struct scripts_generation {
	struct map codes;  /* to struct script_code */
	struct map stacks; /* to struct script_stack */
	struct arena arena;
};

struct script_runtime {
	uint32_t module; /* modules_get() */
	uint64_t start, size, cold_start, cold_size;
};

/* All zero is an empty one. */
struct scripts {
	struct scripts_generation now;
	struct scripts_generation before;
	uint32_t epoch;
	VEC(struct script_runtime) runtimes;
};

void scripts_done(struct scripts *s);

/* Says that records of epoch follow. */
void scripts_begin_epoch(struct scripts *s, uint32_t epoch);

void scripts_define_code(struct scripts *s, const struct ev_script_code *record);
void scripts_define_stack(struct scripts *s, const struct ev_script_stack *record);

/* modules must know the record's module by now. */
void scripts_define_runtime(struct scripts *s, const struct modules *modules,
			    const struct ev_script_runtime *record);

/* NULL if it is not known. Lent until the next scripts_begin_epoch(). */
const struct script_code *scripts_code(const struct scripts *s, uint64_t id);
const struct script_stack *scripts_stack(const struct scripts *s, uint64_t id);

/* Whether an offset of a module is in an interpreter's evaluation loop. */
bool scripts_is_loop(const struct script_runtime *r, uint64_t offset);

#endif
