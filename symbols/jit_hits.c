// SPDX-License-Identifier: BSD-2-Clause
/*
 * An array that is sorted and thinned whenever it is full. Texts are appended
 * and never taken away: one that a later piece of code has replaced costs its
 * bytes, which are few, since only code that was hit has any.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/jit_hits.h"

#define HITS_MAX  (1u << 20)
#define TEXTS_MAX (64u << 20)
#define WORK_MAX  (1u << 27) /* a file may speak of all hits in every line; none needs to */

static int compare(const void *a, const void *b)
{
	const struct jit_hit *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

void jit_hits_settle(struct jit_hits *h)
{
	size_t kept = 0;

	if (h->n_settled == h->n)
		return;
	qsort(h->at, h->n, sizeof(*h->at), compare);
	for (size_t i = 1; i < h->n; i++) {
		if (h->at[i].address != h->at[kept].address)
			kept++;
		h->at[kept] = h->at[i];
	}
	h->n = h->n_settled = kept + 1;
}

static void make_room(struct jit_hits *h)
{
	size_t room = h->room ? h->room * 2 : 256;
	struct jit_hit *grown;

	jit_hits_settle(h);
	if ((h->room && h->n <= h->room / 2) || room > HITS_MAX)
		return;
	grown = reallocarray(h->at, room, sizeof(*grown));
	if (!grown)
		return;
	h->at = grown;
	h->room = room;
}

void jit_hits_add(struct jit_hits *h, uint64_t address, uint64_t time_ns)
{
	if (h->n == h->room)
		make_room(h);
	if (h->n == h->room)
		return;
	h->at[h->n++] = (struct jit_hit){ .address = address, .time_ns = time_ns };
}

size_t jit_hits_from(const struct jit_hits *h, uint64_t address)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (h->at[mid].address < address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Appends a text. Returns where it stands: at 0 is the empty one; or -ENOMEM. */
static ssize_t keep(struct jit_hits *h, const char *text, size_t size)
{
	size_t at = h->n_texts ? h->n_texts : 1, need, room = h->texts_room ? h->texts_room : 4096;

	size = strnlen(text, size < JIT_NAME_MAX ? size : JIT_NAME_MAX);
	if (!size)
		return 0;
	need = at + size + 1;
	while (room < need)
		room *= 2;
	if (room > TEXTS_MAX)
		return -ENOMEM;
	if (room != h->texts_room) {
		char *grown = realloc(h->texts, room);

		if (!grown)
			return -ENOMEM;
		h->texts = grown;
		h->texts_room = room;
	}
	h->texts[0] = 0;
	memcpy(h->texts + at, text, size);
	h->texts[at + size] = 0;
	h->n_texts = need;
	return (ssize_t)at;
}

int jit_hits_name(struct jit_hits *h, const struct jit_code *code)
{
	ssize_t name = -1;

	for (size_t i = jit_hits_from(h, code->start);
	     i < h->n && h->at[i].address - code->start < code->size; i++) {
		struct jit_hit *hit = &h->at[i];

		if (++h->work > WORK_MAX)
			return -E2BIG;
		if (hit->time_ns < code->since_ns || (hit->size && hit->since_ns > code->since_ns))
			continue;
		if (name < 0)
			name = keep(h, code->name, code->name_size);
		if (name < 0)
			return (int)name;
		hit->start = code->start;
		hit->size = code->size;
		hit->since_ns = code->since_ns;
		hit->origin = code->origin;
		hit->name = (size_t)name;
		hit->file = 0;
		hit->line = 0;
	}
	return 0;
}

int jit_hits_line(struct jit_hits *h, const struct jit_code *code, const struct jit_line *line)
{
	ssize_t file = -1;

	for (size_t i = jit_hits_from(h, line->from); i < h->n && h->at[i].address < line->to;
	     i++) {
		struct jit_hit *hit = &h->at[i];

		if (++h->work > WORK_MAX)
			return -E2BIG;
		if (hit->start != code->start || hit->size != code->size ||
		    hit->since_ns != code->since_ns)
			continue;
		if (file < 0)
			file = keep(h, line->file, line->file_size);
		if (file < 0)
			return (int)file;
		hit->file = (size_t)file;
		hit->line = line->line;
	}
	return 0;
}

const char *jit_hits_text(const struct jit_hits *h, size_t text)
{
	return text ? h->texts + text : "";
}

void jit_hits_done(struct jit_hits *h)
{
	free(h->at);
	free(h->texts);
	*h = (struct jit_hits){ 0 };
}
