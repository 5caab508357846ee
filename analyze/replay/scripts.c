// SPDX-License-Identifier: BSD-2-Clause
/* Two generations; see scripts.h. */
#include <string.h>

#include "analyze/replay/scripts.h"

/* A generation that outgrew this is the last one, even within an epoch. */
#define GENERATION_LIMIT ((size_t)64 << 20)
#define MOST_RUNTIMES	 256
/* A look-up reads a table from its beginning: no recorder writes longer ones, or deeper stacks. */
#define MOST_LINES	 8192
#define MOST_FRAMES	 1024

static void generation_done(struct scripts_generation *g)
{
	map_done(&g->codes);
	map_done(&g->stacks);
	arena_done(&g->arena);
}

void scripts_done(struct scripts *s)
{
	generation_done(&s->now);
	generation_done(&s->before);
	vec_done(&s->runtimes);
}

void scripts_begin_epoch(struct scripts *s, uint32_t epoch)
{
	if (epoch == s->epoch && s->now.arena.total < GENERATION_LIMIT)
		return;
	generation_done(&s->before);
	s->before = s->now;
	s->now = (struct scripts_generation){ 0 };
	s->epoch = epoch;
}

static const char *copy_text(struct arena *a, const char *text, size_t size)
{
	char *copy = arena_alloc(a, size + 1);

	memcpy(copy, text, size);
	return copy; /* the arena's memory is zeroed; a NUL in it ends the text */
}

void scripts_define_code(struct scripts *s, const struct ev_script_code *record)
{
	size_t room = ev_tail_size(&record->h, sizeof(*record));
	size_t size = record->text_bytes < room ? record->text_bytes : room;
	size_t lines = record->lines_bytes <= room - size ? record->lines_bytes : 0;
	uint64_t *slot = map_add(&s->now.codes, record->id, NULL);
	const char *tab = memchr(record->text, '\t', size);
	size_t name = tab ? (size_t)(tab - record->text) : size;
	struct script_code *code;

	if (*slot)
		return;
	if (lines > MOST_LINES)
		lines = 0;
	code = arena_alloc(&s->now.arena, sizeof(*code));
	code->name = copy_text(&s->now.arena, record->text, name);
	code->file = tab ? copy_text(&s->now.arena, tab + 1, size - name - 1) : "";
	code->lines = (struct script_lines){
		.version = record->version,
		.first_line = record->first_line,
		.bytes = arena_copy(&s->now.arena, record->text + size, lines),
		.n = lines,
	};
	*slot = (uintptr_t)code;
}

void scripts_define_stack(struct scripts *s, const struct ev_script_stack *record)
{
	uint32_t n = ev_tail_size(&record->h, sizeof(*record)) / (2 * sizeof(uint64_t));
	uint64_t *slot = map_add(&s->now.stacks, record->id, NULL);
	struct script_stack *stack;

	if (*slot)
		return;
	if (n > MOST_FRAMES)
		n = MOST_FRAMES;
	stack = arena_alloc(&s->now.arena, sizeof(*stack) + n * 2 * sizeof(uint64_t));
	stack->flags = record->flags;
	stack->n = n;
	memcpy(stack->words, record->frames, n * 2 * sizeof(uint64_t));
	*slot = (uintptr_t)stack;
}

void scripts_define_runtime(struct scripts *s, const struct modules *modules,
			    const struct ev_script_runtime *record)
{
	uint32_t module = modules_index(modules, record->module);

	if (module == MODULES_NONE || s->runtimes.n >= MOST_RUNTIMES)
		return;
	vec_for_each (r, &s->runtimes) {
		if (r->module == module)
			return;
	}
	*vec_push(&s->runtimes) = (struct script_runtime){ module, record->start, record->size,
							   record->cold_start, record->cold_size };
}

const struct script_code *scripts_code(const struct scripts *s, uint64_t id)
{
	uint64_t *slot = map_find(&s->now.codes, id);

	if (!slot)
		slot = map_find(&s->before.codes, id);
	return slot ? (const struct script_code *)(uintptr_t)*slot : NULL;
}

const struct script_stack *scripts_stack(const struct scripts *s, uint64_t id)
{
	uint64_t *slot = map_find(&s->now.stacks, id);

	if (!slot)
		slot = map_find(&s->before.stacks, id);
	return slot ? (const struct script_stack *)(uintptr_t)*slot : NULL;
}

bool scripts_is_loop(const struct script_runtime *r, uint64_t offset)
{
	return offset - r->start < r->size || offset - r->cold_start < r->cold_size;
}
