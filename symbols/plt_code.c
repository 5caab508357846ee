// SPDX-License-Identifier: BSD-2-Clause
/*
 * See plt_code.h. Entries are looked for at each place where one may begin: their size
 * is nowhere told, and linkers put code of other kinds between them.
 */
#include <elf.h>
#include <string.h>

#include "symbols/plt_code.h"

enum { X86_STEP = 8, X86_MAX = 16, ARM_STEP = 4, ARM_MAX = 24 };

/* ARM DDI 0487, C6.2: the fields that do not matter are masked out. */
enum {
	ARM_BTI_C = 0xd503245f,
	ARM_ADRP_X16 = 0x90000010,
	ARM_ADRP_MASK = 0x9f00001f,
	ARM_LDR_X17_X16 = 0xf9400211,
	ARM_LDR_MASK = 0xffc003ff,
};

static uint32_t word_at(const uint8_t *b)
{
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* Passes over some bytes if they stand there. */
static bool take(const struct plt_code *c, size_t *at, const char *bytes, size_t n)
{
	if (c->size - *at < n || memcmp(c->bytes + *at, bytes, n) != 0)
		return false;
	*at += n;
	return true;
}

/* Passes over an opcode and the 32 bits behind it. */
static bool take_with_word(const struct plt_code *c, size_t *at, const char *opcode, size_t n,
			   uint32_t *word)
{
	size_t next = *at;

	if (!take(c, &next, opcode, n) || c->size - next < 4)
		return false;
	*word = word_at(c->bytes + next);
	*at = next + 4;
	return true;
}

/*
 * [endbr64] [mov $number, %r11d] [bnd] jmp *slot(%rip), or, where another table has
 * that jump (IBT, MPX): [endbr64] push $number; [bnd] jmp to the head.
 */
static bool decode_x86(const struct plt_code *c, size_t at, struct plt_jump *ret)
{
	uint32_t word, ignored;
	bool numbered;

	take(c, &at, "\xf3\x0f\x1e\xfa", 4);
	numbered = take_with_word(c, &at, "\x68", 1, &word);
	if (!numbered)
		take_with_word(c, &at, "\x41\xbb", 2, &ignored);
	take(c, &at, "\xf2", 1);
	if (numbered) {
		*ret = (struct plt_jump){ .slot = word, .numbered = true };
		return take_with_word(c, &at, "\xe9", 1, &ignored);
	}
	if (!take_with_word(c, &at, "\xff\x25", 2, &word))
		return false;
	*ret = (struct plt_jump){ .slot = c->address + at + (uint64_t)(int64_t)(int32_t)word };
	return true;
}

/* [bti c] adrp x16, page; ldr x17, [x16, rest]. */
static bool decode_arm(const struct plt_code *c, size_t at, struct plt_jump *ret)
{
	uint32_t adrp, ldr;
	int64_t pages;

	take(c, &at, "\x5f\x24\x03\xd5", 4);
	if (c->size - at < 8)
		return false;
	adrp = word_at(c->bytes + at);
	ldr = word_at(c->bytes + at + 4);
	if ((adrp & ARM_ADRP_MASK) != ARM_ADRP_X16 || (ldr & ARM_LDR_MASK) != ARM_LDR_X17_X16)
		return false;
	/* 21 bits with a sign: 19 of them from bit 5 on, the lowest two in bits 29 and 30. */
	pages = (int64_t)((uint64_t)((adrp >> 5 & 0x7ffff) << 2 | (adrp >> 29 & 3)) << 43) >> 43;
	*ret = (struct plt_jump){
		.slot = ((c->address + at) & ~0xfffull) + (uint64_t)pages * 4096 +
			(uint64_t)(ldr >> 10 & 0xfff) * 8,
	};
	return true;
}

static bool decode(const struct plt_code *c, size_t at, struct plt_jump *ret)
{
	switch (c->machine) {
	case EM_X86_64:
		return decode_x86(c, at, ret);
	case EM_AARCH64:
		return decode_arm(c, at, ret);
	default:
		return false;
	}
}

int plt_code_next(struct plt_code *c, struct plt_jump *ret)
{
	size_t step = c->machine == EM_AARCH64 ? ARM_STEP : X86_STEP;
	size_t most = c->machine == EM_AARCH64 ? ARM_MAX : X86_MAX;
	struct plt_jump jump, next;
	size_t begin, end;

	while (c->at < c->size && !decode(c, c->at, &jump))
		c->at += step;
	if (c->at >= c->size)
		return 0;
	begin = c->at;
	/* What an optional instruction begins would be found behind it again. */
	for (end = begin + 8; end < begin + most && end < c->size; end += step) {
		if (decode(c, end, &next))
			break;
	}
	if (end > c->size)
		end = c->size;
	c->at = end;
	jump.at = begin;
	jump.size = (uint32_t)(end - begin);
	*ret = jump;
	return 1;
}
