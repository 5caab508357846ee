// SPDX-License-Identifier: BSD-2-Clause
/* What the views summary, info and timeline show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/pipeline.h"
#include "tests/analyze/view_runner.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

static struct made_world three_samples(void)
{
	struct ev_cpu_sample in_group = { .h = { .time_ns = 1300, .tgid = 8, .tid = 8 },
					  .ustack = 80,
					  .cgroup = 5 };
	struct made_world w = begin();

	made_world_cgroup(&w, 5, "/a/b");
	made_world_sample(&w, 1100, 7, 70);
	made_world_sample(&w, 1200, 7, 70);
	made_world_put_sample(&w, in_group);
	return w;
}

/* The cell of the row whose first cell is key. */
static const char *value_of(const struct pipeline_report *report, const char *table,
			    const char *key)
{
	for (size_t i = 0; i < result_n_items(report->result); i++) {
		const struct result_item *item = result_item(report->result, i);

		if (item->shape != RESULT_TABLE || strcmp(table_name(item->table), table) != 0)
			continue;
		for (size_t row = 0; row < table_n_rows(item->table); row++) {
			if (strcmp(table_row(item->table, row)[0].text, key) == 0)
				return table_row(item->table, row)[1].text;
		}
	}
	return "no such row";
}

static void summary_tells_when_it_was_recorded(void **state)
{
	struct made_world w = three_samples();
	struct pipeline_report report;

	(void)state;
	made_world_text(&w, EV_HOST, "uname.nodename=box");
	made_world_end(&w);
	report = run_view(&w, "summary", &(struct filter){ 0 });
	assert_string_equal(value_of(&report, "recording", "host"), "box");
	assert_string_equal(value_of(&report, "recording", "started"), "2026-01-01 00:00:00 UTC");
	assert_string_equal(value_of(&report, "recording", "duration"), "0.300 us");
	pipeline_report_done(&report);
}

static const struct table *table_called(const struct pipeline_report *report, const char *name)
{
	for (size_t i = 0; i < result_n_items(report->result); i++) {
		const struct result_item *item = result_item(report->result, i);

		if (item->shape == RESULT_TABLE && strcmp(table_name(item->table), name) == 0)
			return item->table;
	}
	return NULL;
}

static void processes_are_listed_by_their_share(void **state)
{
	struct made_world w = three_samples();
	struct pipeline_report report = run(&w);
	const struct table *t = table_called(&report, "processes");

	(void)state;
	assert_int_equal(table_n_rows(t), 2);
	assert_int_equal(table_row(t, 0)[0].integer, 7);
	assert_string_equal(table_row(t, 0)[1].text, "seven");
	assert_int_equal(table_row(t, 0)[2].integer, 2);
	assert_int_equal(table_row(t, 0)[3].integer, 200);
	assert_float_equal(table_row(t, 0)[4].real, 66.67, 0.01);
	pipeline_report_done(&report);
}

static void summary_shows_five_rows_and_says_of_how_many(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	for (uint32_t pid = 100; pid < 120; pid++) {
		made_world_process(&w, START, pid, "many");
		made_world_sample(&w, 1100 + pid, pid, 0);
	}
	made_world_end(&w);
	report = run_view(&w, "summary", &(struct filter){ 0 });
	t = table_called(&report, "processes");
	assert_int_equal(table_n_rows(t), 5);
	assert_string_equal(table_title(t), "CPU time by process, 5 of 20 rows");
	pipeline_report_done(&report);
}

static void info_lists_a_process_of_many_epochs_once(void **state)
{
	struct ev_process idle = { .h = { .type = EV_PROCESS, .tgid = 5, .tid = 5 },
				   .start_ns = 77000000000,
				   .comm = "rare" };
	struct made_world w = begin();
	struct pipeline_report report;
	const struct table *t;

	(void)state;
	for (uint32_t epoch = 2; epoch < 20; epoch++) {
		made_world_usual_epoch(&w, epoch, epoch * 1000);
		idle.h.time_ns = epoch * 1000;
		if (epoch == 2 || epoch == 12)
			made_world_put(&w, &idle.h, sizeof(idle), "", 1);
	}
	made_world_end(&w);
	report = run_view(&w, "info", &(struct filter){ 0 });
	t = table_called(&report, "processes");
	assert_int_equal(table_n_rows(t), 3);
	assert_int_equal(table_row(t, 2)[0].integer, 5);
	pipeline_report_done(&report);
}

static void timeline_has_a_slice_from_fork_to_exit(void **state)
{
	struct made_world w = begin();
	struct pipeline_report report;
	const struct timeline *t;
	size_t n;

	(void)state;
	made_world_fork(&w, 1100, 7, 9);
	made_world_exec(&w, 1150, 9, "tool");
	made_world_exit(&w, 1300, 9, 9);
	made_world_sample(&w, 1500, 7, 70);
	made_world_end(&w);
	report = run_view(&w, "timeline", &(struct filter){ 0 });
	t = result_first(report.result, RESULT_TIMELINE)->timeline;
	assert_int_equal(timeline_n_slices(t), 3);
	assert_string_equal(timeline_text(t, timeline_spans(t, 2, &n)->name), "tool");
	assert_int_equal(timeline_spans(t, 2, &n)->start_ns, 1100);
	assert_int_equal(timeline_spans(t, 2, &n)->end_ns, 1300);
	assert_int_equal(timeline_spans(t, 0, &n)->end_ns, 1500);
	pipeline_report_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(summary_tells_when_it_was_recorded),
		cmocka_unit_test(processes_are_listed_by_their_share),
		cmocka_unit_test(summary_shows_five_rows_and_says_of_how_many),
		cmocka_unit_test(info_lists_a_process_of_many_epochs_once),
		cmocka_unit_test(timeline_has_a_slice_from_fork_to_exit),
	};

	return cmocka_run_group_tests_name("analyze/analyses/views", tests, NULL, NULL);
}
