// SPDX-License-Identifier: BSD-2-Clause
/*
 * The compiler reads a variable by mov or compares it with a number, each with a distance
 * from the next instruction. Code is not decoded: bytes within an instruction may look
 * like one, but seldom point to where the program can write.
 */
#include <string.h>

#include "symbols/go_memory.h"
#include "symbols/go_rate.h"

#define MOST_CODE   1024 /* bytes of the function */
#define MODRM_NEXT  0x05 /* ModRM without its register: a distance from the next instruction */
#define MOV	    0x8b
#define COMPARE_8   0x83 /* with a number of 8 bits, or */
#define COMPARE_32  0x81 /* of 32; both with 7 in place of the register */
#define COMPARE_REG 0x3d

static bool is_data(const struct go_program *p, uint64_t address)
{
	for (size_t i = 0; i < p->n_data; i++) {
		if (address >= p->data[i].start && address + 8 <= p->data[i].end)
			return true;
	}
	return false;
}

/* How long an instruction is that reads so; 0: it is none. */
static size_t length_of(const uint8_t *b)
{
	if ((b[0] != 0x48 && b[0] != 0x4c) || (b[2] & 0xc7) != MODRM_NEXT)
		return 0;
	if (b[1] == MOV)
		return 7;
	if (b[2] != COMPARE_REG)
		return 0;
	return b[1] == COMPARE_8 ? 8 : b[1] == COMPARE_32 ? 11 : 0;
}

static bool has(const uint64_t *list, size_t n, uint64_t value)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i] == value)
			return true;
	}
	return false;
}

size_t go_rate_reads(const struct go_program *p, const uint8_t *code, size_t size, uint64_t address,
		     uint64_t ret[GO_RATE_READS])
{
	size_t n = 0;

	for (size_t i = 0; i + 7 <= size && n < GO_RATE_READS; i++) {
		size_t length = length_of(code + i);
		uint64_t at = address + i + length + (uint64_t)(int32_t)go_u32(code + i + 3);

		if (length && is_data(p, at) && !has(ret, n, at))
			ret[n++] = at;
	}
	return n;
}

/* Leaves of the list what a function reads, too. */
static void intersect(struct go_program *p, const struct go_range *f, uint64_t *list, size_t *n)
{
	uint8_t code[MOST_CODE];
	uint64_t reads[GO_RATE_READS];
	size_t size = f->end - f->start < MOST_CODE ? (size_t)(f->end - f->start) : MOST_CODE;
	size_t n_reads = 0, kept = 0;

	if (go_program_code(p, f->start, code, size))
		n_reads = go_rate_reads(p, code, size, f->start, reads);
	if (*n == SIZE_MAX) {
		memcpy(list, reads, n_reads * sizeof(*reads));
		*n = n_reads;
		return;
	}
	for (size_t i = 0; i < *n; i++) {
		if (has(reads, n_reads, list[i]))
			list[kept++] = list[i];
	}
	*n = kept;
}

/* The first of them is inlined in the others. */
uint64_t go_rate_find(struct go_program *p)
{
	static const char *const readers[] = { "runtime.nextSample", "runtime.profilealloc",
					       "runtime.allocmcache" };
	uint64_t list[GO_RATE_READS];
	size_t n = SIZE_MAX; /* of none yet */
	struct go_range f;

	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++) {
		if (go_program_function(p, readers[i], &f))
			intersect(p, &f, list, &n);
	}
	return n == 1 ? list[0] : 0;
}

bool go_rate_is_linked(struct go_program *p)
{
	struct go_range f;

	return go_program_function(p, "runtime.MemProfile", &f) ||
	       go_program_function(p, "runtime.memProfileInternal", &f) ||
	       go_program_function(p, "runtime.pprof_memProfileInternal", &f);
}
