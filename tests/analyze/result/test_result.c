// SPDX-License-Identifier: BSD-2-Clause
/* What table.h and result.h promise; timeline.h has a file of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/result/result.h"

static void table_gives_back_its_rows(void **state)
{
	const struct table_column columns[] = {
		{ "name", NULL, TABLE_TEXT },
		{ "samples", "count", TABLE_INTEGER },
		{ "share", "percent", TABLE_REAL },
	};
	char name[] = "app";
	struct table *t = table_new("processes", "CPU time by process", columns, 3);

	(void)state;
	table_add(t, (union table_cell[]){ { .text = name }, { .integer = 7 }, { .real = 0.5 } });
	table_add(t, (union table_cell[]){ { .text = NULL }, { .integer = -1 }, { .real = 99 } });
	memset(name, 'x', 3);
	assert_int_equal(table_n_rows(t), 2);
	assert_string_equal(table_row(t, 0)[0].text, "app");
	assert_null(table_row(t, 1)[0].text);
	assert_int_equal(table_row(t, 1)[1].integer, -1);
	assert_true(table_row(t, 0)[2].real == 0.5);
	assert_string_equal(table_column(t, 0)->unit, "");
	table_free(t);
}

static void result_keeps_items_notes_and_coverage(void **state)
{
	const struct table_column column = { "n", "count", TABLE_INTEGER };
	struct result *r = result_new("cpu", "Where the CPU time went");
	struct table *table = table_new("a", "A", &column, 1);

	(void)state;
	result_take_table(r, table);
	result_take_timeline(r, timeline_new("b", "B"));
	result_add_note(r, "slow disk");
	result_coverage(r)->lost_events = 3;
	assert_int_equal(result_n_items(r), 2);
	assert_ptr_equal(result_first(r, RESULT_TABLE)->table, table);
	assert_int_equal(result_first(r, RESULT_TIMELINE)->shape, RESULT_TIMELINE);
	assert_null(result_first(r, RESULT_PROFILE));
	assert_int_equal(result_n_notes(r), 1);
	assert_string_equal(result_note(r, 0), "slow disk");
	assert_int_equal(result_get_coverage(r)->lost_events, 3);
	result_free(r);
}

static void free_accepts_nothing(void **state)
{
	(void)state;
	result_free(NULL);
	table_free(NULL);
	timeline_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_gives_back_its_rows),
		cmocka_unit_test(result_keeps_items_notes_and_coverage),
		cmocka_unit_test(free_accepts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
