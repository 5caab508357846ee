/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One frame: runs the instructions of a function's call frame information to the
 * row of one address, and goes from a frame's registers to its caller's by such a
 * row (DWARF 5, 6.4). It is our own interpreter and not libdw's: libdw has to be
 * given a whole ELF file of the recorded architecture for each function, says
 * nothing of how it treats bytes that lie, and leaves evaluating expressions to its
 * user anyway. Every loop here is bounded by the instructions' length or a constant.
 *
 * Operands are little-endian, as all machines that are recorded.
 */
#ifndef ANALYZE_UNWIND_FRAME_H
#define ANALYZE_UNWIND_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "symbols/cfi.h"

/* The most that a machine has, by DWARF's numbers (aarch64: x0 to x30, sp, pc). */
#define FRAME_REGISTERS 33

enum frame_rule_kind {
	FRAME_SAME,	   /* or nothing is said */
	FRAME_UNDEFINED,   /* lost; of the return address: there is no caller */
	FRAME_AT,	   /* saved at CFA + offset */
	FRAME_VALUE,	   /* is CFA + offset */
	FRAME_REGISTER,	   /* is reg; of the CFA: reg + offset */
	FRAME_AT_RESULT,   /* saved where the expression says */
	FRAME_VALUE_RESULT /* is what the expression gives */
};

/* What a register was, or where the CFA is. */
struct frame_rule {
	uint8_t kind;
	uint8_t of;    /* which register this is about */
	uint8_t reg;   /* for REGISTER */
	uint32_t size; /* of an expression */
	union {
		int64_t offset;
		const uint8_t *code; /* lent by the entry */
	};
};

struct frame_row {
	struct frame_rule cfa;
	bool signal; /* the caller was interrupted, and did not call */
	uint8_t return_register;
	uint8_t n; /* rules: all that are not SAME */
	struct frame_rule rules[FRAME_REGISTERS];
};

/* The row at an offset of the entry's module. Returns 0, or -EINVAL; *ret is only whole then. */
int frame_row(const struct cfi_entry *entry, uint64_t offset, struct frame_row *ret);

/* The rule of a register; NULL if it is SAME. */
const struct frame_rule *frame_rule(const struct frame_row *row, unsigned int reg);

struct frame_registers {
	uint64_t value[FRAME_REGISTERS];
	uint64_t known; /* a bit each */
};

static inline bool frame_knows(const struct frame_registers *r, unsigned int reg)
{
	return reg < FRAME_REGISTERS && r->known >> reg & 1;
}

static inline void frame_set(struct frame_registers *r, unsigned int reg, uint64_t value)
{
	r->value[reg] = value;
	r->known |= 1ull << reg;
}

/* Memory of the recorded program: size is 1, 2, 4 or 8. Returns 0 with *ret, or -EFAULT. */
struct frame_memory {
	int (*read)(void *context, uint64_t address, unsigned int size, uint64_t *ret);
	void *context;
};

/*
 * Each returns 0, -EFAULT if memory is not there, or -EINVAL if the row makes no
 * sense or hangs on a register that is not known.
 */
int frame_cfa(const struct frame_row *row, const struct frame_registers *r,
	      const struct frame_memory *memory, uint64_t *ret);
int frame_apply(const struct frame_rule *rule, const struct frame_registers *r, uint64_t cfa,
		const struct frame_memory *memory, uint64_t *ret);

#endif
