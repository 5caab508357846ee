/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The instructions of procedure linkage tables, in the shapes in which binutils, lld,
 * gold, mold and Go's linker write them. Private to plt.c.
 */
#ifndef SYMBOLS_PLT_CODE_H
#define SYMBOLS_PLT_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A section's bytes, borrowed, and how far they are read. */
struct plt_code {
	unsigned int machine; /* EM_* */
	const uint8_t *bytes;
	size_t size;
	uint64_t address; /* of the first byte */
	size_t at;
};

struct plt_jump {
	size_t at; /* where in the section the entry begins */
	uint32_t size;
	uint64_t slot; /* the address of the pointer that it jumps through */
	bool numbered; /* it only pushes a number: slot is that of the relocation in .rela.plt */
};

/* The next entry: 1, or 0 behind the last. */
int plt_code_next(struct plt_code *code, struct plt_jump *ret);

#endif
