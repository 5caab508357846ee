// SPDX-License-Identifier: BSD-2-Clause
/*
 * Walks from the innermost call outwards. Since 1.20 only the place of each call is
 * told, and its file and line are looked up there; before, they stand in the tree.
 */
#include <stdbool.h>

#include "symbols/pclntab_inline.h"
#include "symbols/pclntab_steps.h"

/* How many functions with trees are enough for a score, and how many are asked at most. */
enum { ENOUGH = 64, MOST_ASKED = 4096 };

/* More calls are in no function, and none is deeper. */
enum { MOST_CALLS = 1 << 20, MOST_DEEP = 1024 };

struct call {
	const char *name;
	uint32_t name_at;    /* its offset */
	uint32_t first_line; /* 0: not told */
	int32_t parent;	     /* the call that it is in; before 1.20 */
	int32_t file;	     /* where the call is; before 1.20 */
	uint32_t line;
	uint32_t place; /* of the call, from the function's start */
};

/* The inlined call of a number: 1, or 0. */
static int read_call(const struct pclntab_table *t, uint64_t tree, int32_t number, struct call *ret)
{
	bool old = t->layout < PCLNTAB_GO_1_20;
	uint64_t size = old ? 20 : 16;
	const uint8_t *bytes;
	uint32_t word[5];

	if (!tree || number < 0 || number >= MOST_CALLS)
		return 0;
	bytes = pclntab_image_bytes(t->image, tree + size * (uint32_t)number, size);
	if (!bytes)
		return 0;
	for (size_t i = 0; i < size / 4; i++)
		word[i] = pclntab_image_u32(t->image, bytes + 4 * i);
	if (old) {
		*ret = (struct call){
			.name = pclntab_table_name(t, word[3]),
			.name_at = word[3],
			.parent = (int16_t)(t->image->big ? word[0] >> 16 : word[0]),
			.file = (int32_t)word[1],
			.line = word[2],
			.place = word[4],
		};
	} else {
		*ret = (struct call){
			.name = pclntab_table_name(t, word[1]),
			.name_at = word[1],
			.place = word[2],
			.first_line = word[3],
		};
	}
	return ret->name != NULL;
}

/* Whether a text begins there, and not only goes on. */
static bool is_begin(const struct pclntab_table *t, uint32_t offset)
{
	const uint8_t *before = pclntab_image_bytes(t->image, t->names + offset - 1, 1);

	return offset == 0 || (before && *before == '\0');
}

static bool makes_sense(const struct pclntab_table *t, const struct pclntab_function *f,
			uint64_t tree, int32_t number)
{
	struct call c;

	if (!read_call(t, tree, number, &c) || !is_begin(t, c.name_at) ||
	    c.place >= f->end - f->start)
		return false;
	if (t->layout >= PCLNTAB_GO_1_20)
		return c.first_line <= INT32_MAX;
	return c.parent >= -1 && c.parent != number && c.line <= INT32_MAX &&
	       pclntab_table_file(t, f, c.file);
}

/* Bytes that are all zero make sense in some place, and say nothing. */
static bool is_empty(const struct pclntab_table *t, uint64_t tree, int32_t number)
{
	struct call c;

	return read_call(t, tree, number, &c) && t->layout >= PCLNTAB_GO_1_20 && !c.first_line;
}

/* 1 if the function's tree makes sense, 0 if it has none, -1 if it makes none. */
static int judge(struct pclntab_table *t, const struct pclntab_function *f)
{
	uint32_t values = pclntab_table_pcdata(t, f, t->inline_values);
	uint64_t tree = pclntab_table_funcdata(t, f, t->inline_tree);
	struct pclntab_steps s = pclntab_steps_of(t, f, values);
	struct pclntab_step step;
	int found = 0;

	while (tree && pclntab_steps_next(&s, &step)) {
		if (step.value < 0)
			continue;
		if (!makes_sense(t, f, tree, step.value))
			return -1;
		found |= !is_empty(t, tree, step.value);
	}
	return found;
}

unsigned int pclntab_inline_score(struct pclntab_table *t)
{
	uint64_t asked = t->n < MOST_ASKED ? t->n : MOST_ASKED;
	unsigned int score = 0;

	for (uint64_t i = 0; i < asked && score < ENOUGH; i++) {
		struct pclntab_function f;
		int verdict;

		if (!pclntab_table_nth(t, t->n / asked * i, &f))
			continue;
		verdict = judge(t, &f);
		if (verdict < 0)
			return 0;
		score += (unsigned int)verdict;
	}
	return score;
}

/* What holds at a place of a function. */
struct here {
	const char *file;
	uint32_t line;
	int32_t call; /* -1: the function itself */
	uint64_t start;
	uint64_t end;
};

static void narrow(struct here *h, const struct pclntab_step *step)
{
	if (step->start > h->start)
		h->start = step->start;
	if (step->end < h->end)
		h->end = step->end;
}

static struct here look(struct pclntab_table *t, const struct pclntab_function *f, uint64_t place)
{
	uint32_t calls = pclntab_table_pcdata(t, f, t->inline_values);
	struct here h = { .file = "", .call = -1, .start = f->start, .end = f->end };
	struct pclntab_step step;

	if (pclntab_steps_find(t, f, f->file, place, &step)) {
		const char *file = pclntab_table_file(t, f, step.value);

		h.file = file ? file : "";
	}
	narrow(&h, &step);
	if (pclntab_steps_find(t, f, f->line, place, &step))
		h.line = step.value > 0 ? (uint32_t)step.value : 0;
	narrow(&h, &step);
	if (pclntab_steps_find(t, f, calls, place, &step))
		h.call = step.value;
	narrow(&h, &step);
	return h;
}

/* Where a function is declared, where no field says so: the line of its first instruction. */
static uint32_t first_line(struct pclntab_table *t, const struct pclntab_function *f)
{
	struct pclntab_step step;

	if (t->layout >= PCLNTAB_GO_1_20)
		return f->first_line <= INT32_MAX ? f->first_line : 0;
	if (!pclntab_steps_find(t, f, f->line, f->start, &step) || step.value < 0)
		return 0;
	return (uint32_t)step.value;
}

/* Takes h to where an inlined call was made. */
static void go_out(struct pclntab_table *t, const struct pclntab_function *f, const struct call *c,
		   struct here *h)
{
	if (t->layout >= PCLNTAB_GO_1_20) {
		*h = look(t, f, f->start + c->place);
		return;
	}
	h->file = pclntab_table_file(t, f, c->file);
	h->file = h->file ? h->file : "";
	h->line = c->line <= INT32_MAX ? c->line : 0;
	h->call = c->parent;
}

void pclntab_inline_lines(struct pclntab_table *t, const struct pclntab_function *f, uint64_t place,
			  struct lines *ret)
{
	uint64_t tree = pclntab_table_funcdata(t, f, t->inline_tree);
	struct here h = look(t, f, place);
	struct call c;

	ret->start = h.start;
	ret->size = h.end - h.start;
	ret->n = 0;
	/* Only in a file that was made to hurt do calls go round in a circle. */
	for (int deep = 0; deep < MOST_DEEP && read_call(t, tree, h.call, &c); deep++) {
		if (ret->n < LINES_MAX - 1)
			ret->at[ret->n++] = (struct line){ c.name, h.file, h.line, c.first_line };
		go_out(t, f, &c, &h);
	}
	ret->at[ret->n++] = (struct line){ f->name, h.file, h.line, first_line(t, f) };
}
