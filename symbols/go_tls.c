// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two forms are made by Go and by linkers that know the distance: mov %fs:-8,%reg, and
 * in a PIE mov $-8,%reg; mov %fs:(%reg),%reg. C may be linked in between and has
 * accesses of its own: only those of functions that Go's table names count.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/go_tls.h"

#define BLOCK	    ((size_t)64 << 10)
#define MOST_CODE   ((uint64_t)64 << 20)
#define ENOUGH	    64 /* accesses that are looked at */
#define LEAST	    4
#define FURTHEST    (-(1 << 20)) /* no thread has more storage */
#define PREFIX_FS   0x64
#define REX_W	    0x48
#define REX_R	    0x04
#define REX_B	    0x01
#define MODRM_FIXED 0x04 /* no base in ModRM: a SIB byte follows */
#define SIB_NONE    0x25 /* neither has that one: a distance alone */

static int32_t i32(const uint8_t *b)
{
	uint32_t n =
		(uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;

	return (int32_t)n;
}

/* A move between %fs:… and a register, or of a constant there; with this bit B. */
static bool is_move(const uint8_t *b, uint8_t rex_b)
{
	return b[0] == PREFIX_FS && (b[1] & ~REX_R) == (REX_W | rex_b) &&
	       (b[2] == 0x8b || b[2] == 0x89 || b[2] == 0xc7);
}

/* mov $…,%reg; mov %fs:(%reg),… */
static bool is_pair(const uint8_t *b)
{
	uint8_t rex_b = b[0] & REX_B, base = b[2] & 7;

	/* The base 4 would be a SIB byte, 5 a distance from the next instruction. */
	return (b[0] & ~REX_B) == REX_W && b[1] == 0xc7 && (b[2] & 0xf8) == 0xc0 && base != 4 &&
	       base != 5 && is_move(b + 7, rex_b) && (b[10] & 0xc7) == base;
}

bool go_tls_access(const uint8_t *code, size_t size, int32_t *ret)
{
	if (size < GO_TLS_ACCESS_MAX)
		return false;
	if (is_move(code, 0) && (code[3] & 0xc7) == MODRM_FIXED && code[4] == SIB_NONE)
		*ret = i32(code + 5);
	else if (is_pair(code))
		*ret = i32(code + 3);
	else
		return false;
	return *ret < 0 && *ret >= FURTHEST && *ret % 8 == 0;
}

struct votes {
	struct go_program *program;
	size_t n;
	int32_t offset;
	bool differ;
};

/* The accesses that begin before the end of a block; they may end behind it. */
static void count(struct votes *v, const uint8_t *block, size_t size, uint64_t address)
{
	for (size_t i = 0; i + GO_TLS_ACCESS_MAX <= size && v->n < ENOUGH && !v->differ; i++) {
		int32_t offset;

		if (!go_tls_access(block + i, size - i, &offset) ||
		    !go_program_name(v->program, address + i))
			continue;
		v->differ = v->n && offset != v->offset;
		v->offset = offset;
		v->n++;
	}
}

int go_tls_find(struct go_program *p, int32_t *ret)
{
	CLEANUP(freep) uint8_t *block = malloc(BLOCK);
	uint64_t at = p->text.start, end = p->text.end;
	struct votes v = { .program = p };

	if (!block)
		return -ENOMEM;
	if (end - at > MOST_CODE)
		end = at + MOST_CODE;
	while (at < end && v.n < ENOUGH && !v.differ) {
		size_t size = end - at < BLOCK ? (size_t)(end - at) : BLOCK;

		if (!go_program_code(p, at, block, size))
			break;
		count(&v, block, size, at);
		at += size < BLOCK ? size : BLOCK - GO_TLS_ACCESS_MAX + 1;
	}
	if (v.n < LEAST || v.differ)
		return -ENOENT;
	*ret = v.offset;
	return 0;
}
