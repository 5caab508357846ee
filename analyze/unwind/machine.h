/* SPDX-License-Identifier: BSD-2-Clause */
/* What unwinding must know of a processor: registers by DWARF's numbers (the psABIs). */
#ifndef ANALYZE_UNWIND_MACHINE_H
#define ANALYZE_UNWIND_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

struct machine {
	unsigned int n_registers; /* of a copy, by which machines are told apart */
	unsigned int sp, fp, pc;
	bool call_pushes;      /* the return address, on the stack */
	uint64_t scratch;      /* registers that a function need not give back: a bit each */
	uint64_t address_mask; /* the rest of a return address is a signature */
};

/* The machine whose copies have so many registers; NULL: none that is known. Static. */
const struct machine *machine_of(unsigned int n_registers);

#endif
