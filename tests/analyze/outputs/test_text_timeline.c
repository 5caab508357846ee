// SPDX-License-Identifier: BSD-2-Clause
/* Timelines of threads and CPUs in the text report. */
#include "tests/analyze/outputs/timeline_maker.h"
#include "tests/support/test.h"

static void assert_shows(const char *text, const char *piece)
{
	if (!strstr(text, piece))
		fail_msg("not there:\n%s\nin:\n%s", piece, text);
}

static void threads_and_cpus_show_what_they_spent_their_time_with(void **state)
{
	struct timeline_maker m;
	char *text;

	(void)state;
	timeline_maker_demo(&m);
	timeline_maker_state(&m, 0, (uint64_t[]){ 1100, 1200 }, TIMELINE_RUNNING);
	timeline_maker_state(&m, 3, (uint64_t[]){ 2000, 2250 }, TIMELINE_LOST);
	text = maker_write(&m.maker, "text");
	assert_shows(text, "Scheduling: 10 slices on 5 tracks, 1 links, 2 values\n");
	assert_shows(text, "    seen  running  runnable  blocked  unknown    ran  CPU\n"
			   "  1.25us    8.00%     0.00%    0.00%    0.00%  100ns  CPU 0\n");
	assert_shows(text, "    seen  running  runnable  blocked  unknown    ran  thread\n"
			   "  1.00us   50.00%    10.00%   40.00%    0.00%  500ns  app (7) / two\n"
			   "  1.25us   40.00%     0.00%   40.00%   20.00%  500ns  app (7) / one\n");
	free(text);
	timeline_maker_done(&m);
}

static void tables_show_no_more_rows_than_asked_for(void **state)
{
	struct timeline_maker m;
	char *text = NULL;
	size_t size;

	(void)state;
	timeline_maker_demo(&m);
	maker_write_with(&m.maker, "text", (struct output_options){ .top = 1 }, &text, &size);
	assert_shows(text, "app (7) / two\n  …1 more\n");
	assert_null(strstr(text, "app (7) / one"));
	free(text);
	timeline_maker_done(&m);
}

static void slices_without_categories_come_in_order_of_time(void **state)
{
	struct timeline_maker m;
	char *text = NULL;
	size_t size;
	uint32_t a, b;

	(void)state;
	timeline_maker_init(&m);
	a = timeline_maker_track(&m, "a", TIMELINE_TRACK_GROUP, TIMELINE_NO_PARENT);
	b = timeline_maker_track(&m, "b", TIMELINE_TRACK_GROUP, TIMELINE_NO_PARENT);
	timeline_maker_slice(&m, b, 3000, 4000, "second");
	timeline_maker_slice(&m, a, 5000, 6000, "third");
	timeline_maker_slice(&m, b, 2000, 2500, "first");
	maker_write_with(&m.maker, "text", (struct output_options){ .top = 2 }, &text, &size);
	assert_shows(text, "       0   500ns  b      first\n");
	assert_shows(text, "  1.00us  1.00us  b      second\n  …1 more\n");
	assert_null(strstr(text, "third"));
	free(text);
	timeline_maker_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_and_cpus_show_what_they_spent_their_time_with),
		cmocka_unit_test(tables_show_no_more_rows_than_asked_for),
		cmocka_unit_test(slices_without_categories_come_in_order_of_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
