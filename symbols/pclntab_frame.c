// SPDX-License-Identifier: BSD-2-Clause
/*
 * A frame begins where the depth first is more than 0. The instruction there, or the
 * one before it, saves the frame pointer, or none does.
 */
#include <elf.h>
#include <string.h>

#include "symbols/pclntab_frame.h"

int pclntab_frame_maker_init(struct pclntab_frame_maker *m, struct pclntab_table *t)
{
	*m = (struct pclntab_frame_maker){ .table = t, .saved = UINT64_MAX };
	return t->image->machine == EM_X86_64 || t->image->machine == EM_AARCH64;
}

static bool is_there(const struct pclntab_table *t, uint64_t address, const void *code, size_t size)
{
	const uint8_t *bytes = pclntab_image_bytes(t->image, address, size);

	return bytes && memcmp(bytes, code, size) == 0;
}

/* From how many bytes behind its beginning on the frame holds the pointer, or -1. */
static int saved_after(const struct pclntab_table *t, uint64_t address)
{
	if (t->image->machine == EM_AARCH64) {
		/* stur x29, [sp, #-8]; else a stp that stores both is before it. */
		return is_there(t, address, "\xfd\x83\x1f\xf8", 4) ? 4 : 0;
	}
	/* push rbp; mov [rsp], rbp; mov [rsp + 8 bits], rbp; mov [rsp + 32 bits], rbp. */
	if (is_there(t, address - 1, "\x55", 1))
		return 0;
	if (is_there(t, address, "\x48\x89\x2c\x24", 4))
		return 4;
	if (is_there(t, address, "\x48\x89\x6c\x24", 4))
		return 5;
	if (is_there(t, address, "\x48\x89\xac\x24", 4))
		return 8;
	return -1;
}

static void begin(struct pclntab_frame_maker *m, const struct pclntab_step *step)
{
	uint64_t address;
	int after = -1;

	m->begun = true;
	if (pclntab_table_address(m->table, step->start, &address))
		after = saved_after(m->table, address);
	if (after >= 0)
		m->saved = step->start + (uint64_t)after;
}

static struct pclntab_frame rule(const struct pclntab_frame_maker *m, int32_t depth, bool saved)
{
	if (m->table->image->machine == EM_X86_64)
		return (struct pclntab_frame){
			.cfa = depth + 8,
			.return_at = -8,
			.pointer_at = saved ? -16 : 0,
		};
	return (struct pclntab_frame){
		.cfa = depth,
		.return_at = -depth,
		.pointer_at = saved ? -depth - 8 : 0,
	};
}

size_t pclntab_frame_maker_next(struct pclntab_frame_maker *m, const struct pclntab_step *step,
				struct pclntab_frame ret[2])
{
	int32_t depth = step->value;
	bool split;

	/* Below 0 the table has run out of what it knows; and no stack is that deep. */
	if (depth < 0 || depth > INT32_MAX / 2)
		return 0;
	if (depth > 0 && !m->begun)
		begin(m, step);
	split = depth > 0 && m->saved > step->start && m->saved < step->end;
	ret[0] = rule(m, depth, depth > 0 && m->saved <= step->start);
	ret[0].start = step->start;
	ret[0].end = split ? m->saved : step->end;
	if (split) {
		ret[1] = rule(m, depth, true);
		ret[1].start = m->saved;
		ret[1].end = step->end;
	}
	return split ? 2 : 1;
}
