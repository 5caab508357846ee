/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DWARF expressions (DWARF 5, 2.5), as far as call frame information has them: no
 * objects, types, threads or calls. Bounded in steps and in depth, since a jump back
 * may go on for ever.
 */
#ifndef ANALYZE_UNWIND_EXPRESSION_H
#define ANALYZE_UNWIND_EXPRESSION_H

#include "analyze/unwind/frame.h"

struct expression {
	const uint8_t *code;
	uint32_t size;
	const uint64_t *first; /* what lies on its stack at the beginning; NULL: nothing */
};

/* Returns 0 with the stack's top, -EFAULT if memory is not there, -EINVAL for all else. */
int expression_run(const struct expression *e, const struct frame_registers *r,
		   const struct frame_memory *memory, uint64_t *ret);

#endif
