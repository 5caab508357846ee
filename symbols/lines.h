/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where code comes from in the source: the functions that a place is of, of which
 * all but the last were inlined. The same for DWARF, Go's tables and tapes.
 */
#ifndef SYMBOLS_LINES_H
#define SYMBOLS_LINES_H

#include <stddef.h>
#include <stdint.h>

#include <tape/events/stack.h>

/* Deeper inlining is cut at the outer end, but for the function itself. */
#define LINES_MAX 64

/* Texts are lent by whoever gives it. What is not known is "" or 0. */
struct line {
	const char *function; /* as the debug information has it: mangled if it can be */
	const char *file;     /* whole path, as compiled */
	uint32_t line;	      /* of the code, or of the call that was inlined here */
	uint32_t first_line;  /* where the function is declared */
};

/*
 * at[0] is the innermost inlined call, at[n - 1] the function that holds them all;
 * the answer is the same for all offsets from start to start + size. n is 0 where
 * nothing is known.
 */
struct lines {
	uint64_t start;
	uint64_t size;
	size_t n;
	enum ev_symbol_origin origin;
	struct line at[LINES_MAX];
};

#endif
