/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table: columns with units, and rows. One of the three shapes that an
 * analysis may produce. A cell may be a frame or a stack, of a profile that stands
 * beside the table, so that code has its name here too.
 */
#ifndef ANALYZE_RESULT_TABLE_H
#define ANALYZE_RESULT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/result/profile.h"

enum table_kind {
	TABLE_TEXT,
	TABLE_INTEGER,
	TABLE_REAL,
	TABLE_FRAME, /* integer: a frame's number in table_profile(); negative: not known */
	TABLE_STACK, /* integer: a stack's number there; PROFILE_ROOT or negative: not known */
};

/* How a report for people shows it. */
enum table_layout {
	TABLE_ROWS,
	TABLE_PARAGRAPHS, /* of each row: its numbers, then its frames, a line each */
	TABLE_DUMP, /* the same as Go's runtime prints goroutines: heading, stack, who made it */
};

struct table_column {
	const char *name; /* "samples" */
	const char *unit; /* "count", "ns", "bytes", "percent", "wall_ns", "hex", "" */
	enum table_kind kind;
};

union table_cell {
	const char *text; /* NULL: nothing is known */
	int64_t integer;
	double real;
};

struct table;

/* name is for machines ("processes"), title for people. All strings are copied. Never NULL. */
struct table *table_new(const char *name, const char *title, const struct table_column *columns,
			size_t n_columns);
void table_free(struct table *t); /* accepts NULL */

/* Whose frames and stacks its cells are. Lent: it has to live as long as the table. */
void table_set_profile(struct table *t, const struct profile *p);
void table_take_profile(struct table *t, struct profile *p); /* the same, and the table's own */
const struct profile *table_profile(const struct table *t);  /* NULL: it has no such cells */

/* TABLE_ROWS if nobody says otherwise. */
void table_set_layout(struct table *t, enum table_layout layout);
enum table_layout table_layout(const struct table *t);

/* Adds a row of n_columns cells. */
void table_add(struct table *t, const union table_cell *cells);

const char *table_name(const struct table *t);
const char *table_title(const struct table *t);
size_t table_n_columns(const struct table *t);
const struct table_column *table_column(const struct table *t, size_t index);
size_t table_n_rows(const struct table *t);
const union table_cell *table_row(const struct table *t, size_t index);

#endif
