// SPDX-License-Identifier: BSD-2-Clause
/*
 * Steps are counted: the tables of a real program are short, but in a file that was
 * made to hurt, each of a million functions can share one table of a million steps.
 */
#include "symbols/pclntab_steps.h"

/* Ten bytes a number at most, and two numbers a step. */
#define STEP_BYTES 20

struct pclntab_steps pclntab_steps_of(struct pclntab_table *t, const struct pclntab_function *f,
				      uint32_t offset)
{
	return (struct pclntab_steps){
		.table = t,
		.at = offset ? t->values + offset : 0,
		.end = f->end,
		.now = { .start = f->start, .end = f->start, .value = -1 },
	};
}

/* A number of 7 bits a byte, the lowest first: how many bytes it has, or 0 if it does not end. */
static size_t read_number(const uint8_t *bytes, size_t size, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < size && i < STEP_BYTES / 2; i++) {
		if (i < 5)
			value |= (uint32_t)(bytes[i] & 0x7f) << 7 * i;
		if (!(bytes[i] & 0x80)) {
			*ret = value;
			return i + 1;
		}
	}
	return 0;
}

/* Reads a step that may be of no length. */
static int read_step(struct pclntab_steps *s)
{
	size_t size = 0, change_size, length_size;
	uint32_t change, length;
	const uint8_t *bytes;

	if (!s->at || s->table->steps_left == 0)
		return 0;
	s->table->steps_left--;
	bytes = pclntab_image_run(s->table->image, s->at, &size);
	if (!bytes)
		return 0;
	change_size = read_number(bytes, size, &change);
	if (!change_size || (change == 0 && s->begun))
		return 0;
	length_size = read_number(bytes + change_size, size - change_size, &length);
	if (!length_size)
		return 0;
	s->begun = true;
	s->at += change_size + length_size;
	change = change & 1 ? ~(change >> 1) : change >> 1;
	s->now.start = s->now.end;
	s->now.end += (uint64_t)length * s->table->quantum;
	s->now.value = (int32_t)((uint32_t)s->now.value + change);
	return 1;
}

int pclntab_steps_next(struct pclntab_steps *s, struct pclntab_step *ret)
{
	do {
		if (s->now.end >= s->end || !read_step(s))
			return 0;
	} while (s->now.end == s->now.start);
	*ret = s->now;
	if (ret->end > s->end)
		ret->end = s->end;
	return 1;
}

int pclntab_steps_find(struct pclntab_table *t, const struct pclntab_function *f, uint32_t offset,
		       uint64_t place, struct pclntab_step *ret)
{
	struct pclntab_steps s = pclntab_steps_of(t, f, offset);
	struct pclntab_step step;

	while (pclntab_steps_next(&s, &step)) {
		if (place < step.end) {
			*ret = step;
			return 1;
		}
	}
	*ret = (struct pclntab_step){ .start = s.now.end, .end = f->end };
	return 0;
}
