/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of the views sched and wakeups: more records, and cells of tables by name. */
#ifndef TESTS_ANALYZE_SCHED_CELLS_H
#define TESTS_ANALYZE_SCHED_CELLS_H

#include "tests/analyze/sched_tape.h"

/* One thread after the other on a CPU, both watched; 0 is the idle one. */
static inline void sched_swap(struct made_world *w, uint64_t time_ns, uint16_t cpu,
			      const uint32_t tids[2])
{
	struct ev_sched_switch ev = { .h = sched_header(EV_SCHED_SWITCH, time_ns, tids[0]),
				      .next_tid = tids[1],
				      .flags = EV_SCHED_PREV_WATCHED | EV_SCHED_NEXT_WATCHED,
				      .syscall = -1 };

	ev.h.cpu = cpu;
	ev.next_tgid = sched_header(0, 0, tids[1]).tgid;
	if (tids[0])
		ev.flags |= EV_SCHED_PREEMPTED;
	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

/* waker wakes tid, which it asked for waking_ns before. */
static inline void sched_wake_by(struct made_world *w, uint64_t time_ns, uint32_t tid,
				 uint32_t waker, uint32_t waking_ns)
{
	struct ev_sched_wakeup ev = { .h = sched_header(EV_SCHED_WAKEUP, time_ns, tid),
				      .waker_tid = waker,
				      .waker_tgid = sched_header(0, 0, waker).tgid,
				      .waking_ns = waking_ns };

	made_world_put(w, &ev.h, sizeof(ev), NULL, 0);
}

static inline union table_cell cell_at(const struct table *t, size_t row, const char *column)
{
	assert_non_null(t);
	for (size_t i = 0; i < table_n_columns(t); i++) {
		if (strcmp(table_column(t, i)->name, column) != 0)
			continue;
		assert_true(row < table_n_rows(t));
		return table_row(t, row)[i];
	}
	fail_msg("table %s has no column %s", table_name(t), column);
	return (union table_cell){ 0 };
}

/* The row whose cell in the column of texts is text. */
static inline size_t row_of(const struct table *t, const char *column, const char *text)
{
	assert_non_null(t);
	for (size_t i = 0; i < table_n_rows(t); i++) {
		const char *cell = cell_at(t, i, column).text;

		if (cell && strcmp(cell, text) == 0)
			return i;
	}
	fail_msg("table %s has no row whose %s is %s", table_name(t), column, text);
	return 0;
}

/* The sum of a column. */
static inline int64_t sum_of(const struct table *t, const char *column)
{
	int64_t sum = 0;

	assert_non_null(t);
	for (size_t i = 0; i < table_n_rows(t); i++)
		sum += cell_at(t, i, column).integer;
	return sum;
}

#endif
