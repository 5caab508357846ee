/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of views: what stands in the tables of a report, by the names of table and column. */
#ifndef TESTS_ANALYZE_TABLE_CELLS_H
#define TESTS_ANALYZE_TABLE_CELLS_H

#include "tests/analyze/sched_cells.h"

static inline union table_cell cell(const struct pipeline_report *report, const char *table,
				    size_t row, const char *column)
{
	return cell_at(table_of(report, table), row, column);
}

/* 0 if there is no such table. */
static inline size_t n_rows(const struct pipeline_report *report, const char *table)
{
	const struct table *t = table_of(report, table);

	return t ? table_n_rows(t) : 0;
}

#endif
