/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table: columns with units, and rows. One of the three shapes that an
 * analysis may produce.
 */
#ifndef ANALYZE_RESULT_TABLE_H
#define ANALYZE_RESULT_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum table_kind { TABLE_TEXT, TABLE_INTEGER, TABLE_REAL };

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

/* Adds a row of n_columns cells. */
void table_add(struct table *t, const union table_cell *cells);

const char *table_name(const struct table *t);
const char *table_title(const struct table *t);
size_t table_n_columns(const struct table *t);
const struct table_column *table_column(const struct table *t, size_t index);
size_t table_n_rows(const struct table *t);
const union table_cell *table_row(const struct table *t, size_t index);

#endif
