/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table of values by place: steps of variable length, each a change of the value
 * and how far it holds (golang.org/s/go12symtab; runtime/symtab.go, step()).
 */
#ifndef SYMBOLS_PCLNTAB_STEPS_H
#define SYMBOLS_PCLNTAB_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "symbols/pclntab_table.h"

/* The value from start to end - 1, which are places. */
struct pclntab_step {
	uint64_t start;
	uint64_t end;
	int32_t value;
};

struct pclntab_steps {
	struct pclntab_table *table;
	uint64_t at;  /* address of the next step; 0: there is none */
	uint64_t end; /* of the function */
	bool begun;
	struct pclntab_step now;
};

/* The table of values at an offset, of a function. */
struct pclntab_steps pclntab_steps_of(struct pclntab_table *t, const struct pclntab_function *f,
				      uint32_t offset);

/* The next step: 1 with *ret, or 0 at the end. */
int pclntab_steps_next(struct pclntab_steps *s, struct pclntab_step *ret);

/* The step that a place of the function is in: 1, or 0 with the range that has no value. */
int pclntab_steps_find(struct pclntab_table *t, const struct pclntab_function *f, uint32_t offset,
		       uint64_t place, struct pclntab_step *ret);

#endif
