// SPDX-License-Identifier: BSD-2-Clause
/* A sorted array: a process has some hundreds at most, and they change seldom. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/grow.h"
#include "record/mappings.h"

/* The first that ends behind address. */
static size_t lower(const struct mappings *m, uint64_t address)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->items[mid].end <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int insert(struct mappings *m, size_t at, const struct mapping *mapping)
{
	struct mapping *grown = grow(m->items, m->n + 1, &m->room, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	m->items = grown;
	memmove(&m->items[at + 1], &m->items[at], (m->n - at) * sizeof(*m->items));
	m->items[at] = *mapping;
	m->n++;
	return 0;
}

int mappings_remove(struct mappings *m, uint64_t start, uint64_t end)
{
	size_t i = lower(m, start);

	/* One that reaches over both sides becomes two. */
	if (i < m->n && m->items[i].start < start && m->items[i].end > end) {
		struct mapping rest = m->items[i];

		rest.file_offset += end - rest.start;
		rest.start = end;
		m->items[i].end = start;
		return insert(m, i + 1, &rest);
	}
	if (i < m->n && m->items[i].start < start)
		m->items[i++].end = start;
	while (i < m->n && m->items[i].end <= end) {
		memmove(&m->items[i], &m->items[i + 1], (m->n - i - 1) * sizeof(*m->items));
		m->n--;
	}
	if (i < m->n && m->items[i].start < end) {
		m->items[i].file_offset += end - m->items[i].start;
		m->items[i].start = end;
	}
	return 0;
}

int mappings_add(struct mappings *m, const struct mapping *mapping)
{
	int rc;

	if (mapping->start >= mapping->end)
		return 0;
	rc = mappings_remove(m, mapping->start, mapping->end);
	return rc < 0 ? rc : insert(m, lower(m, mapping->start), mapping);
}

const struct mapping *mappings_find(const struct mappings *m, uint64_t address)
{
	size_t i = lower(m, address);

	return i < m->n && m->items[i].start <= address ? &m->items[i] : NULL;
}

int mappings_copy(struct mappings *to, const struct mappings *from)
{
	struct mapping *items = NULL;

	mappings_done(to);
	if (!from->n)
		return 0;
	items = reallocarray(NULL, from->n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	memcpy(items, from->items, from->n * sizeof(*items));
	*to = (struct mappings){ .items = items, .n = from->n, .room = from->n };
	return 0;
}

void mappings_clear(struct mappings *m)
{
	m->n = 0;
}

void mappings_done(struct mappings *m)
{
	free(m->items);
	*m = (struct mappings){ 0 };
}
