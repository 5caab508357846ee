// SPDX-License-Identifier: BSD-2-Clause
/*
 * A frame begins where the depth first is more than 0. The instruction there, or the
 * one before it, saves the frame pointer, or none does.
 */
#include <elf.h>
#include <string.h>

#include "symbols/pclntab_frame.h"

#define LOAD_WITHIN 512u /* bytes: the functions that do it are short */

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

/* How long the instruction is, if it loads the stack pointer; else 0. n: bytes there. */
static size_t load_size(unsigned int machine, const uint8_t *b, size_t n)
{
	if (machine == EM_AARCH64) /* mov sp, xN */
		return n >= 4 && (b[0] & 0x1f) == 0x1f && (b[1] & 0xfc) == 0 && b[2] == 0 &&
				       b[3] == 0x91
			       ? 4
			       : 0;
	/* mov rsp, [reg + 8 bits] */
	if (n >= 4 && (b[0] == 0x48 || b[0] == 0x49) && b[1] == 0x8b && (b[2] & 0xf8) == 0x60 &&
	    b[2] != 0x64)
		return 4;
	/* mov rsp, reg */
	if (n >= 3 && (b[0] == 0x48 || b[0] == 0x4c) && b[1] == 0x89 && (b[2] & 0xc7) == 0xc4)
		return 3;
	return 0;
}

int pclntab_frame_load(const struct pclntab_table *t, uint64_t start, uint64_t end, uint64_t *ret)
{
	unsigned int machine = t->image->machine;
	uint64_t address, size = end - start < LOAD_WITHIN ? end - start : LOAD_WITHIN;
	const uint8_t *b;

	if ((machine != EM_X86_64 && machine != EM_AARCH64) || size == 0 ||
	    !pclntab_table_address(t, start, &address))
		return 0;
	b = pclntab_image_bytes(t->image, address, size);
	for (size_t i = 0; b && i < size; i += machine == EM_AARCH64 ? 4 : 1) {
		size_t length = load_size(machine, b + i, size - i);

		if (length) {
			*ret = start + i + length;
			return 1;
		}
	}
	return 0;
}
