// SPDX-License-Identifier: BSD-2-Clause
/* Cells stand row by row in one array; equal texts are kept once. */
#include <assert.h>
#include <stdlib.h>

#include "analyze/base/intern.h"
#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/result/table.h"

struct table {
	const char *name;
	const char *title;
	const struct profile *profile;
	struct profile *own; /* the same, if it is the table's */
	enum table_layout layout;
	struct intern texts;
	struct table_column *columns;
	size_t n_columns;
	VEC(union table_cell) cells;
};

static const char *keep(struct table *t, const char *text)
{
	return text ? intern_get_text(&t->texts, intern_text(&t->texts, text)) : NULL;
}

struct table *table_new(const char *name, const char *title, const struct table_column *columns,
			size_t n_columns)
{
	struct table *t = memory_alloc(sizeof(*t));

	assert(n_columns > 0);
	t->name = keep(t, name);
	t->title = keep(t, title);
	t->columns = memory_alloc(n_columns * sizeof(*t->columns));
	t->n_columns = n_columns;
	for (size_t i = 0; i < n_columns; i++) {
		t->columns[i].name = keep(t, columns[i].name);
		t->columns[i].unit = keep(t, columns[i].unit ? columns[i].unit : "");
		t->columns[i].kind = columns[i].kind;
	}
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	vec_done(&t->cells);
	profile_free(t->own);
	free(t->columns);
	intern_done(&t->texts);
	free(t);
}

void table_set_profile(struct table *t, const struct profile *p)
{
	t->profile = p;
}

void table_take_profile(struct table *t, struct profile *p)
{
	t->profile = t->own = p;
}

const struct profile *table_profile(const struct table *t)
{
	return t->profile;
}

void table_set_layout(struct table *t, enum table_layout layout)
{
	t->layout = layout;
}

enum table_layout table_layout(const struct table *t)
{
	return t->layout;
}

void table_add(struct table *t, const union table_cell *cells)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		union table_cell cell = cells[i];

		if (t->columns[i].kind == TABLE_TEXT)
			cell.text = keep(t, cell.text);
		*vec_push(&t->cells) = cell;
	}
}

const char *table_name(const struct table *t)
{
	return t->name;
}

const char *table_title(const struct table *t)
{
	return t->title;
}

size_t table_n_columns(const struct table *t)
{
	return t->n_columns;
}

const struct table_column *table_column(const struct table *t, size_t index)
{
	return &t->columns[index];
}

size_t table_n_rows(const struct table *t)
{
	return t->cells.n / t->n_columns;
}

const union table_cell *table_row(const struct table *t, size_t index)
{
	return &t->cells.items[index * t->n_columns];
}
