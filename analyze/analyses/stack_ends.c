// SPDX-License-Identifier: BSD-2-Clause
/* See stack_ends.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/stack_ends.h"
#include "analyze/base/memory.h"

/* Of those that do not reach their root, in the note. */
#define MOST_NAMED 3

static const char *const reasons[UNWIND_N_ENDS] = {
	[UNWIND_ROOT] = "reached the root",
	[UNWIND_CUT] = "deeper than was copied",
	[UNWIND_NO_CFI] = "no call frame information",
	[UNWIND_LOST] = "memory not readable",
	[UNWIND_BROKEN] = "frames make no sense",
	[UNWIND_DEEP] = "too many frames",
};

void stack_ends_done(struct stack_ends *e)
{
	map_done(&e->numbers);
	vec_done(&e->list);
}

void stack_ends_count(struct stack_ends *e, enum unwind_end end, uint32_t module)
{
	bool added;
	uint64_t *number = map_add(&e->numbers, (uint64_t)module << 8 | end, &added);

	if (added) {
		*number = e->list.n;
		*vec_push(&e->list) = (struct stack_end){ .end = end, .module = module };
	}
	e->list.items[*number].stacks++;
	e->stacks++;
}

/* The root first, then by number; what is equal in order of first sight, as numbers are. */
static int by_stacks(const void *left, const void *right)
{
	const struct stack_end *a = left, *b = right;

	if ((a->end == UNWIND_ROOT) != (b->end == UNWIND_ROOT))
		return a->end == UNWIND_ROOT ? -1 : 1;
	if (a->stacks != b->stacks)
		return a->stacks > b->stacks ? -1 : 1;
	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

/* A copy of the list, in order; to be freed. */
static struct stack_end *sorted(const struct stack_ends *e)
{
	struct stack_end *list = memory_alloc((e->list.n + 1) * sizeof(*list));

	if (e->list.n) {
		memcpy(list, e->list.items, e->list.n * sizeof(*list));
		qsort(list, e->list.n, sizeof(*list), by_stacks);
	}
	return list;
}

struct share_text {
	char text[16];
};

/* Rounded down, so that what is not all is never "100.0 %". */
static struct share_text share(uint64_t part, uint64_t whole)
{
	uint64_t tenths = (uint64_t)((unsigned __int128)part * 1000 / whole);
	struct share_text s;

	snprintf(s.text, sizeof(s.text), "%u.%u %%", (unsigned int)(tenths / 10),
		 (unsigned int)(tenths % 10));
	return s;
}

void stack_ends_note(const struct stack_ends *e, const struct profile *p, struct result *ret)
{
	struct stack_end *list;
	char text[600];
	int n;
	size_t first;

	if (!e->stacks)
		return;
	list = sorted(e);
	first = list[0].end == UNWIND_ROOT;
	n = snprintf(text, sizeof(text), "stacks: %s of %" PRIu64 " copied ones reach their root",
		     share(first ? list[0].stacks : 0, e->stacks).text, e->stacks);
	for (size_t i = first; i < e->list.n && i < first + MOST_NAMED; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "; %s end in %.100s (%s)",
			      share(list[i].stacks, e->stacks).text,
			      module_short_name(profile_get_module(p, list[i].module)),
			      reasons[list[i].end]);
	result_add_note(ret, text);
	free(list);
}

struct table *stack_ends_table(const struct stack_ends *e, const struct profile *p)
{
	static const struct table_column columns[] = {
		{ "end", "", TABLE_TEXT },
		{ "module", "", TABLE_TEXT },
		{ "stacks", "count", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },
	};
	struct stack_end *list;
	struct table *t;

	if (!e->stacks)
		return NULL;
	t = table_new("stack_ends", "Copied stacks by where their unwinding ended", columns,
		      sizeof(columns) / sizeof(*columns));
	list = sorted(e);
	for (size_t i = 0; i < e->list.n; i++) {
		const union table_cell row[] = {
			{ .text = reasons[list[i].end] },
			{ .text = list[i].end == UNWIND_ROOT
					  ? NULL
					  : profile_get_module(p, list[i].module)->path },
			{ .integer = (int64_t)list[i].stacks },
			{ .real = 100.0 * (double)list[i].stacks / (double)e->stacks },
		};

		table_add(t, row);
	}
	free(list);
	return t;
}
