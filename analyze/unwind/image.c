// SPDX-License-Identifier: BSD-2-Clause
/* See image.h. The words of parts are numbers already: byte 0 is their least. */
#include <errno.h>

#include "analyze/unwind/image.h"

void image_init(struct image *m, const struct copies *copies, const struct copy *copy, uint64_t sp)
{
	uint64_t size = (uint64_t)copy->n_parts * EV_STACK_PART_SIZE;

	*m = (struct image){
		.copies = copies,
		.copy = copy,
		.from = sp,
		.base = sp / EV_STACK_PART_SIZE * EV_STACK_PART_SIZE,
		.stack_end = copy->in_use && copy->in_use < UINT64_MAX - sp ? sp + copy->in_use
									    : UINT64_MAX,
		.part_index = UINT32_MAX,
	};
	m->end = size < UINT64_MAX - m->base ? m->base + size : UINT64_MAX;
}

/* The part that begins so many parts behind base; NULL if it is not there. */
static const uint64_t *find_part(struct image *m, uint32_t index)
{
	uint64_t id;

	if (index == m->part_index)
		return m->part;
	id = m->copy->words[m->copy->n_registers + index];
	m->part_index = index;
	m->part = id ? copies_part(m->copies, id) : NULL;
	return m->part;
}

static int read_word(struct image *m, uint64_t address, uint64_t *ret)
{
	uint64_t at = address - m->base;
	const uint64_t *part = find_part(m, (uint32_t)(at / EV_STACK_PART_SIZE));

	if (!part) {
		m->lost = true;
		return -EFAULT;
	}
	*ret = part[at % EV_STACK_PART_SIZE / sizeof(uint64_t)];
	return 0;
}

int image_read(void *image, uint64_t address, unsigned int size, uint64_t *ret)
{
	struct image *m = image;
	unsigned int skip = address % sizeof(uint64_t), shift = 8 * skip;
	uint64_t low, high = 0, mask = size < 8 ? (1ull << 8 * size) - 1 : UINT64_MAX;

	if (address < m->from)
		return -EFAULT;
	if (address >= m->end || m->end - address < size) {
		m->cut |= address < m->stack_end && m->stack_end - address >= size;
		return -EFAULT;
	}
	if (read_word(m, address - skip, &low) < 0)
		return -EFAULT;
	if (skip + size > 8 && read_word(m, address - skip + 8, &high) < 0)
		return -EFAULT;
	*ret = (shift ? low >> shift | high << (64 - shift) : low) & mask;
	return 0;
}
