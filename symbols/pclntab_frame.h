/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules for a frame, of its depth and of the code that begins it. Go's tables do not
 * say where the frame pointer is saved, but its compiler and its assembler do that in
 * few ways (cmd/internal/obj/x86/obj6.go, obj/arm64/obj7.go, preprocess()).
 */
#ifndef SYMBOLS_PCLNTAB_FRAME_H
#define SYMBOLS_PCLNTAB_FRAME_H

#include "symbols/pclntab.h"
#include "symbols/pclntab_steps.h"

struct pclntab_frame_maker {
	struct pclntab_table *table;
	bool begun;	/* the frame's first step was seen */
	uint64_t saved; /* from which place on the pointer is saved; UINT64_MAX: never */
};

/* For one function. Returns 1, or 0 if nothing is known of the machine. */
int pclntab_frame_maker_init(struct pclntab_frame_maker *m, struct pclntab_table *t);

/* The rules of the function's next step, as places. Returns how many: 0, 1 or 2. */
size_t pclntab_frame_maker_next(struct pclntab_frame_maker *m, const struct pclntab_step *step,
				struct pclntab_frame ret[2]);

/*
 * The first place behind an instruction that loads the stack pointer with what was
 * kept elsewhere, between two places of a function: 1 with *ret, or 0.
 */
int pclntab_frame_load(const struct pclntab_table *t, uint64_t start, uint64_t end, uint64_t *ret);

#endif
