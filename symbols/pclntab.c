// SPDX-License-Identifier: BSD-2-Clause
/*
 * Questions by offset in the file, put to the table by place. All that is kept is
 * where the table's parts are: names and files are lent as they stand in the file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "symbols/pclntab.h"
#include "symbols/pclntab_find.h"
#include "symbols/pclntab_frame.h"
#include "symbols/pclntab_inline.h"
#include "symbols/pclntab_steps.h"

/* What a question about a real program needs at most, on average. */
#define STEPS_A_QUESTION 4096

#define MOST_FUNCTIONS ((uint64_t)1 << 20)

struct pclntab {
	struct pclntab_image image;
	struct pclntab_table table;
};

DEFINE_CLEANUP(pclntab_free, struct pclntab);

int pclntab_open(Elf *elf, const char *label, struct pclntab **ret, struct tape_error *err)
{
	CLEANUP(pclntab_freep) struct pclntab *p = calloc(1, sizeof(*p));
	int rc = p ? pclntab_image_open(elf, &p->image) : -ENOMEM;

	if (rc == 0)
		rc = pclntab_find_table(&p->image, &p->table);
	if (rc == -ENOMEM)
		return tape_fail(err, rc, "%s: out of memory", label);
	if (rc < 0)
		return tape_fail(err, -ENODATA, "%s: no Go program", label);
	*ret = TAKE(p);
	return 0;
}

/* What was asked about. */
struct question {
	uint64_t offset;
	uint64_t place;
	struct pclntab_load segment;
	struct pclntab_function f;
};

static int ask(struct pclntab *p, uint64_t offset, struct question *q)
{
	q->offset = offset;
	p->table.steps_left += STEPS_A_QUESTION;
	if (!pclntab_image_segment(&p->image, offset, &q->segment))
		return 0;
	return pclntab_table_place(&p->table, q->segment.address + (offset - q->segment.offset),
				   &q->place) &&
	       pclntab_table_function(&p->table, q->place, &q->f);
}

/* The offset of a place of the function; beyond the segment, where that ends. */
static uint64_t offset_of(const struct question *q, uint64_t place)
{
	uint64_t before = q->offset - q->segment.offset, behind = q->segment.size - before;

	if (place <= q->place)
		return q->place - place < before ? q->offset - (q->place - place)
						 : q->segment.offset;
	return place - q->place < behind ? q->offset + (place - q->place)
					 : q->segment.offset + q->segment.size;
}

int pclntab_find(struct pclntab *p, uint64_t offset, struct symbol *ret)
{
	struct question q;

	if (!ask(p, offset, &q))
		return 0;
	*ret = (struct symbol){ .name = q.f.name, .origin = EV_SYMBOL_PCLNTAB };
	ret->start = offset_of(&q, q.f.start);
	ret->size = offset_of(&q, q.f.end) - ret->start;
	return 1;
}

/* Of an address, the offset in the file: 1, or 0 if it is in no segment. */
static int file_offset(const struct pclntab_image *im, uint64_t address, uint64_t *ret)
{
	for (size_t i = 0; i < im->n_loads; i++) {
		if (address - im->loads[i].address >= im->loads[i].size)
			continue;
		*ret = im->loads[i].offset + (address - im->loads[i].address);
		return 1;
	}
	return 0;
}

int pclntab_named(struct pclntab *p, const char *name, struct symbol *ret)
{
	struct pclntab_function f;
	uint64_t address, start;

	for (uint64_t i = 0; i < p->table.n && i < MOST_FUNCTIONS; i++) {
		if (!pclntab_table_nth(&p->table, i, &f) || strcmp(f.name, name) != 0)
			continue;
		if (!pclntab_table_address(&p->table, f.start, &address) ||
		    !file_offset(&p->image, address, &start))
			return 0;
		*ret = (struct symbol){ .name = f.name,
					.start = start,
					.size = f.end - f.start,
					.origin = EV_SYMBOL_PCLNTAB };
		return 1;
	}
	return 0;
}

int pclntab_lines(struct pclntab *p, uint64_t offset, struct lines *ret)
{
	struct question q;
	uint64_t end;

	if (!ask(p, offset, &q))
		return 0;
	pclntab_inline_lines(&p->table, &q.f, q.place, ret);
	end = offset_of(&q, ret->start + ret->size);
	ret->start = offset_of(&q, ret->start);
	ret->size = end - ret->start;
	ret->origin = EV_SYMBOL_PCLNTAB;
	return 1;
}

size_t pclntab_depths(struct pclntab *p, uint64_t offset, struct pclntab_depth *ret, size_t n)
{
	struct pclntab_steps s;
	struct pclntab_step step;
	struct question q;
	size_t there = 0;

	if (!ask(p, offset, &q))
		return 0;
	s = pclntab_steps_of(&p->table, &q.f, q.f.depths);
	for (; pclntab_steps_next(&s, &step); there++) {
		if (there < n)
			ret[there] = (struct pclntab_depth){
				.start = offset_of(&q, step.start),
				.end = offset_of(&q, step.end),
				.depth = step.value,
			};
	}
	return there;
}

size_t pclntab_frames(struct pclntab *p, uint64_t offset, struct pclntab_frame *ret, size_t n)
{
	struct pclntab_frame_maker m;
	struct pclntab_steps s;
	struct pclntab_step step;
	struct question q;
	size_t there = 0;

	if (!ask(p, offset, &q) || !pclntab_frame_maker_init(&m, &p->table))
		return 0;
	s = pclntab_steps_of(&p->table, &q.f, q.f.depths);
	while (pclntab_steps_next(&s, &step)) {
		struct pclntab_frame made[2];
		size_t n_made = pclntab_frame_maker_next(&m, &step, made);

		for (size_t i = 0; i < n_made; i++, there++) {
			if (there >= n)
				continue;
			ret[there] = made[i];
			ret[there].start = offset_of(&q, made[i].start);
			ret[there].end = offset_of(&q, made[i].end);
		}
	}
	return there;
}

int pclntab_switch(struct pclntab *p, uint64_t offset, uint64_t *from, uint64_t *to)
{
	uint64_t begin, end;
	struct question q;

	if (!ask(p, offset, &q) || !pclntab_frame_load(&p->table, q.f.start, q.f.end, &begin))
		return 0;
	if (!pclntab_frame_load(&p->table, begin, q.f.end, &end))
		end = q.f.end;
	*from = offset_of(&q, begin);
	*to = offset_of(&q, end);
	return 1;
}

void pclntab_free(struct pclntab *p)
{
	if (!p)
		return;
	pclntab_image_done(&p->image);
	free(p);
}
