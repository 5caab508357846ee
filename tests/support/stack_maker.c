// SPDX-License-Identifier: BSD-2-Clause
/* See stack_maker.h. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/stack_maker.h"

#define PART_WORDS (EV_STACK_PART_SIZE / sizeof(uint64_t))

/* DW_CFA_def_cfa rsp 8; DW_CFA_offset rip, 1 (times -8). */
static const uint8_t cie[] = { 0x0c, 7, 8, 0x80 | 16, 1 };

static void *allocate(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

static void put_part(struct made_world *w, uint64_t id, const uint64_t *words)
{
	struct ev_stack_part part = { .h = { .type = EV_STACK_PART }, .id = id };

	made_world_put(w, &part.h, sizeof(part), words, EV_STACK_PART_SIZE);
}

void made_world_copy(struct made_world *w, uint64_t time_ns, const struct made_copy *copy)
{
	uint32_t n_registers = copy->n_registers ? copy->n_registers : 17;
	size_t skip = copy->sp % EV_STACK_PART_SIZE / sizeof(uint64_t);
	size_t n_parts = (skip + copy->n_words + PART_WORDS - 1) / PART_WORDS;
	uint64_t *memory = allocate((n_parts + 1) * EV_STACK_PART_SIZE);
	uint64_t *tail = allocate((n_registers + n_parts) * sizeof(*tail));
	struct ev_stack_copy ev = {
		.h = { .type = EV_STACK_COPY,
		       .time_ns = time_ns,
		       .tid = copy->pid,
		       .tgid = copy->pid },
		.id = copy->id,
		.in_use = copy->in_use,
		.n_registers = n_registers,
	};

	memcpy(memory + skip, copy->words, copy->n_words * sizeof(*memory));
	memcpy(tail, copy->registers, n_registers * sizeof(*tail));
	tail[n_registers == 17 ? 7 : 31] = copy->sp;
	for (size_t i = 0; i < n_parts; i++) {
		if (i + 1 == copy->lost_part)
			continue;
		tail[n_registers + i] = copy->id * 1000 + i + 1;
		put_part(w, tail[n_registers + i], memory + i * PART_WORDS);
	}
	made_world_put(w, &ev.h, sizeof(ev), tail, (n_registers + n_parts) * sizeof(*tail));
	free(memory);
	free(tail);
}

void made_world_top(struct made_world *w, uint64_t time_ns, uint32_t pid, uint64_t id,
		    const uint64_t word[2])
{
	struct ev_stack_top top = {
		.h = { .type = EV_STACK_TOP, .time_ns = time_ns, .tid = pid, .tgid = pid },
		.id = id,
		.word = { word[0], word[1] },
	};

	made_world_put(w, &top.h, sizeof(top), NULL, 0);
}

void made_world_walk(struct made_world *w, uint32_t pid, uint64_t id, const uint64_t *ip, size_t n)
{
	struct ev_stack ev = { .h = { .type = EV_STACK, .tid = pid, .tgid = pid }, .id = id };

	made_world_put(w, &ev.h, sizeof(ev), ip, n * sizeof(*ip));
}

void made_world_go(struct made_world *w, uint64_t time_ns, const struct made_go *go)
{
	struct ev_stack_go ev = {
		.h = { .type = EV_STACK_GO, .time_ns = time_ns, .tid = go->pid, .tgid = go->pid },
		.id = go->id,
		.switch_sp = go->switch_sp,
		.n_walked = go->n_walked,
		.flags = go->flags,
	};

	made_world_put(w, &ev.h, sizeof(ev), go->words, go->n_words * sizeof(*go->words));
}

struct ev_cfi *made_cfi(const struct made_cfi *cfi)
{
	size_t size = sizeof(struct ev_cfi) + (sizeof(cie) + cfi->fde_bytes + 7) / 8 * 8;
	struct ev_cfi *ev = allocate(size);

	*ev = (struct ev_cfi){
		.h = { .type = EV_CFI, .units = (uint16_t)(size / EV_UNIT) },
		.start = cfi->start,
		.size = cfi->size,
		.module = cfi->module,
		.flags = cfi->flags,
		.code_align = 1,
		.data_align = -8,
		.return_register = 16,
		.cie_bytes = sizeof(cie),
		.fde_bytes = (uint32_t)cfi->fde_bytes,
	};
	memcpy(ev->instructions, cie, sizeof(cie));
	if (cfi->fde_bytes)
		memcpy(ev->instructions + sizeof(cie), cfi->fde, cfi->fde_bytes);
	return ev;
}

void made_world_cfi(struct made_world *w, const struct made_cfi *cfi)
{
	struct ev_cfi *ev = made_cfi(cfi);

	made_world_put(w, &ev->h, sizeof(*ev), ev->instructions, ev_size(&ev->h) - sizeof(*ev));
	free(ev);
}
