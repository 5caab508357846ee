// SPDX-License-Identifier: BSD-2-Clause
/* Two generations; see copies.h. */
#include <string.h>

#include "analyze/replay/copies.h"

/* A generation that outgrew this is the last one, even within an epoch. */
#define GENERATION_LIMIT ((size_t)64 << 20)

static void generation_done(struct copies_generation *g)
{
	map_done(&g->by_id);
	map_done(&g->parts);
	map_done(&g->tops);
	map_done(&g->gos);
	arena_done(&g->arena);
}

void copies_done(struct copies *c)
{
	generation_done(&c->now);
	generation_done(&c->before);
}

void copies_begin_epoch(struct copies *c, uint32_t epoch)
{
	if (epoch == c->epoch && c->now.arena.total < GENERATION_LIMIT)
		return;
	generation_done(&c->before);
	c->before = c->now;
	c->now = (struct copies_generation){ 0 };
	c->epoch = epoch;
}

void copies_define(struct copies *c, const struct ev_stack_copy *record)
{
	uint32_t n = ev_tail_size(&record->h, sizeof(*record)) / sizeof(uint64_t);
	struct copy *copy;
	uint64_t *slot;

	if (record->n_registers > n)
		return;
	slot = map_add(&c->now.by_id, record->id, NULL);
	if (*slot)
		return;
	copy = arena_alloc(&c->now.arena, sizeof(*copy) + n * sizeof(uint64_t));
	copy->id = record->id;
	copy->in_use = record->in_use;
	copy->n_registers = record->n_registers;
	copy->n_parts = n - record->n_registers;
	memcpy(copy->words, record->words, n * sizeof(uint64_t));
	*slot = (uintptr_t)copy;
}

void copies_define_part(struct copies *c, const struct ev_stack_part *record)
{
	uint64_t *slot;

	if (!record->id || ev_tail_size(&record->h, sizeof(*record)) < EV_STACK_PART_SIZE)
		return;
	slot = map_add(&c->now.parts, record->id, NULL);
	if (!*slot)
		*slot = (uintptr_t)arena_copy(&c->now.arena, record->words, EV_STACK_PART_SIZE);
}

void copies_define_top(struct copies *c, const struct ev_stack_top *record)
{
	uint64_t *slot = map_add(&c->now.tops, record->id, NULL);

	if (!*slot)
		*slot = (uintptr_t)arena_copy(&c->now.arena, record->word, sizeof(record->word));
}

void copies_define_go(struct copies *c, const struct ev_stack_go *record)
{
	uint32_t n = ev_tail_size(&record->h, sizeof(*record)) / sizeof(uint64_t);
	uint64_t *slot = map_add(&c->now.gos, record->id, NULL);
	struct copy_go *go;

	if (*slot)
		return;
	go = arena_alloc(&c->now.arena, sizeof(*go) + n * sizeof(uint64_t));
	go->switch_sp = record->switch_sp;
	go->n_walked = record->n_walked;
	go->flags = record->flags;
	go->n = n;
	if (n)
		memcpy(go->words, record->words, n * sizeof(uint64_t));
	*slot = (uintptr_t)go;
}

static const void *find(const struct map *now, const struct map *before, uint64_t id)
{
	const uint64_t *slot = map_find(now, id);

	if (!slot)
		slot = map_find(before, id);
	return slot ? (const void *)(uintptr_t)*slot : NULL;
}

const struct copy *copies_find(const struct copies *c, uint64_t id)
{
	return find(&c->now.by_id, &c->before.by_id, id);
}

const uint64_t *copies_part(const struct copies *c, uint64_t id)
{
	return find(&c->now.parts, &c->before.parts, id);
}

const struct copy_top *copies_top(const struct copies *c, uint64_t id)
{
	return find(&c->now.tops, &c->before.tops, id);
}

const struct copy_go *copies_go(const struct copies *c, uint64_t id)
{
	return find(&c->now.gos, &c->before.gos, id);
}
