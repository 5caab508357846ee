/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory that a stack copy brings, as bytes at addresses. */
#ifndef ANALYZE_UNWIND_IMAGE_H
#define ANALYZE_UNWIND_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/replay/copies.h"

struct image {
	const struct copies *copies; /* borrowed, as copy */
	const struct copy *copy;
	uint64_t from;	     /* sp: what is below it means nothing */
	uint64_t base;	     /* of the first part */
	uint64_t end;	     /* of the last part */
	uint64_t stack_end;  /* of the stack; UINT64_MAX: not known */
	uint32_t part_index; /* that was read last; UINT32_MAX: none */
	const uint64_t *part;
	bool cut;  /* an address behind the copy, but of the stack, was asked for, */
	bool lost; /* or one of a part that is not there */
};

void image_init(struct image *m, const struct copies *copies, const struct copy *copy, uint64_t sp);

/* For struct frame_memory: size is 1, 2, 4 or 8. Returns 0, or -EFAULT. */
int image_read(void *image, uint64_t address, unsigned int size, uint64_t *ret);

#endif
