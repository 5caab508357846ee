// SPDX-License-Identifier: BSD-2-Clause
/*
 * One sweep over the sorted ranges with a stack of those that are open. A range that
 * reaches out of the one that it began in is cut: it cannot be right.
 */
#include "symbols/dwarf_segments.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct sweep {
	struct dwarf_segments out;
	size_t room;
	struct dwarf_span *open;
	size_t n_open;
	size_t room_open;
};

int dwarf_spans_add(struct dwarf_spans *s, const struct dwarf_span *span)
{
	if (span->start >= span->end)
		return 0;
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 64;
		struct dwarf_span *more = realloc(s->at, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		s->at = more;
		s->room = room;
	}
	s->at[s->n++] = *span;
	return 0;
}

void dwarf_spans_done(struct dwarf_spans *s)
{
	free(s->at);
	*s = (struct dwarf_spans){ 0 };
}

static int compare(const void *a, const void *b)
{
	const struct dwarf_span *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	return (x->end < y->end) - (x->end > y->end);
}

/* A compiler writes most of them in order. */
static void sort(struct dwarf_spans *s)
{
	for (size_t i = 1; i < s->n; i++) {
		if (compare(&s->at[i - 1], &s->at[i]) > 0) {
			qsort(s->at, s->n, sizeof(*s->at), compare);
			return;
		}
	}
}

/* From a place on it is owner's. There is room: a span makes two places at most. */
static void put(struct sweep *w, uint64_t place, uint32_t owner)
{
	uint32_t start = (uint32_t)(place - w->out.base);
	size_t n = w->out.n;

	if (n && w->out.at[n - 1].start == start)
		n--;
	if (n && w->out.at[n - 1].owner == owner)
		w->out.n = n;
	else
		w->out.at[n++] = (struct dwarf_segment){ start, owner };
	w->out.n = n;
}

static void close_until(struct sweep *w, uint64_t place)
{
	while (w->n_open && w->open[w->n_open - 1].end <= place) {
		uint64_t end = w->open[--w->n_open].end;

		put(w, end, w->n_open ? w->open[w->n_open - 1].owner : DWARF_NONE);
	}
}

static int push(struct sweep *w, struct dwarf_span span)
{
	const struct dwarf_span *top = w->n_open ? &w->open[w->n_open - 1] : NULL;

	if (top && top->group != span.group)
		return 0;
	if (top && span.end > top->end)
		span.end = top->end;
	if (w->n_open == w->room_open) {
		size_t room = w->room_open ? w->room_open * 2 : 32;
		struct dwarf_span *more = realloc(w->open, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		w->open = more;
		w->room_open = room;
	}
	put(w, span.start, span.owner);
	w->open[w->n_open++] = span;
	return 0;
}

static int sweep(struct sweep *w, const struct dwarf_spans *spans)
{
	for (size_t i = 0; i < spans->n; i++) {
		struct dwarf_span span = spans->at[i];
		int rc;

		if (span.start - w->out.base >= UINT32_MAX)
			break;
		if (span.end - w->out.base > UINT32_MAX)
			span.end = w->out.base + UINT32_MAX;
		close_until(w, span.start);
		rc = push(w, span);
		if (rc < 0)
			return rc;
	}
	close_until(w, UINT64_MAX);
	return 0;
}

int dwarf_segments_make(struct dwarf_spans *spans, struct dwarf_segments *ret)
{
	struct sweep w = { 0 };
	struct dwarf_segment *smaller;
	int rc;

	*ret = w.out;
	if (spans->n == 0)
		return 0;
	sort(spans);
	w.out.base = spans->at[0].start;
	w.out.at = malloc(2 * spans->n * sizeof(*w.out.at));
	rc = w.out.at ? sweep(&w, spans) : -ENOMEM;
	free(w.open);
	if (rc < 0) {
		free(w.out.at);
		return rc;
	}
	smaller = realloc(w.out.at, w.out.n * sizeof(*w.out.at));
	if (smaller)
		w.out.at = smaller;
	*ret = w.out;
	return 0;
}

void dwarf_segments_done(struct dwarf_segments *s)
{
	free(s->at);
	*s = (struct dwarf_segments){ 0 };
}

uint32_t dwarf_segments_find(const struct dwarf_segments *s, uint64_t address, uint64_t *start,
			     uint64_t *end)
{
	uint64_t place = address - s->base;
	size_t low = 0, high = s->n;

	*start = 0;
	*end = UINT64_MAX;
	if (s->n == 0)
		return DWARF_NONE;
	if (address < s->base) {
		*end = s->base;
		return DWARF_NONE;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->at[middle].start <= place)
			low = middle + 1;
		else
			high = middle;
	}
	*start = s->base + s->at[low - 1].start;
	if (low < s->n)
		*end = s->base + s->at[low].start;
	return s->at[low - 1].owner;
}
