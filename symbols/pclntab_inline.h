/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inlined calls of Go's tables: a table of values says which call a place is of, the
 * function's tree of calls where that was inlined (runtime/symtabinl.go and
 * cmd/link/internal/ld/pcln.go of each version):
 *
 *   1.12 to 1.19: parent and kind (16, 8, 8 bits), file, line, name, place of the call
 *   1.20 and later: kind, name, place of the call, first line
 */
#ifndef SYMBOLS_PCLNTAB_INLINE_H
#define SYMBOLS_PCLNTAB_INLINE_H

#include "symbols/lines.h"
#include "symbols/pclntab_table.h"

/*
 * How well the trees can be read as the table is set up now (funcdata, inline_tree,
 * inline_values): of the functions looked at that have one, right ones count for it,
 * a wrong one makes it 0.
 */
unsigned int pclntab_inline_score(struct pclntab_table *t);

/* The functions, files and lines of a place of f. Fills all but origin; start and size as places. */
void pclntab_inline_lines(struct pclntab_table *t, const struct pclntab_function *f, uint64_t place,
			  struct lines *ret);

#endif
