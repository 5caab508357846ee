// SPDX-License-Identifier: BSD-2-Clause
/* What the text report says, and that it stays a page whatever it is given. */
#include "tests/analyze/outputs/result_maker.h"
#include "tests/support/test.h"

static void assert_shows(const char *text, const char *piece)
{
	if (!strstr(text, piece))
		fail_msg("not shown: %s\nin:\n%s", piece, text);
}

static void assert_lacks(const char *text, const char *piece)
{
	if (strstr(text, piece))
		fail_msg("should not be shown: %s\nin:\n%s", piece, text);
}

/* Columns of the longest line. */
static size_t widest(const char *text)
{
	size_t most = 0, columns = 0;

	for (; *text; text++) {
		columns = *text == '\n' ? 0 : columns + (((unsigned char)*text >> 6) != 2);
		if (columns > most)
			most = columns;
	}
	return most;
}

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void report_of_the_demo_is_this(void **state)
{
	static const char expected[] =
		"Where the CPU time went: demo.tape\n"
		"\n"
		"CPU time: 1.00s in 10.0s, 100 samples, 2 processes, 2 threads,"
		" from 2026-01-01T00:00:00.000000000Z\n"
		"\n"
		"Top functions\n"
		"    flat   flat%     sum%     cum    cum%  module     function\n"
		"   570ms  57.00%   57.00%   720ms  72.00%  app        spin\n"
		"   150ms  15.00%   72.00%   150ms  15.00%  libc.so.6  memcpy\n"
		"   120ms  12.00%   84.00%   120ms  12.00%  app        fib\n"
		"  80.0ms   8.00%   92.00%  80.0ms   8.00%  [kernel]   vfs_read\n"
		"  50.0ms   5.00%   97.00%  50.0ms   5.00%  libfoo.so  [libfoo.so]\n"
		"  20.0ms   2.00%   99.00%  20.0ms   2.00%             [stack lost]\n"
		"  10.0ms   1.00%  100.00%  10.0ms   1.00%  [anon]     [anon]\n"
		"       0   0.00%  100.00%   970ms  97.00%  app        _start\n"
		"       0   0.00%  100.00%   970ms  97.00%  app        main\n"
		"       0   0.00%  100.00%   720ms  72.00%  app        work\n"
		"       0   0.00%  100.00%  80.0ms   8.00%  app        foo::bar(int)\n"
		"       0   0.00%  100.00%  80.0ms   8.00%  libc.so.6  read\n"
		"\n"
		"Call tree, by process name\n"
		"     800ms  80.00%  app\n"
		"     800ms  80.00%    _start → main\n"
		"     550ms  55.00%      work → spin\n"
		"     150ms  15.00%        memcpy\n"
		"     120ms  12.00%      fib → fib → fib\n"
		"    80.0ms   8.00%      foo::bar(int) → read → vfs_read\n"
		"    50.0ms   5.00%      [libfoo.so]\n"
		"     200ms  20.00%  worker\n"
		"     170ms  17.00%    _start → main → work → spin\n"
		"    20.0ms   2.00%    [stack lost]\n"
		"    10.0ms   1.00%    [anon]\n"
		"\n"
		"Without names: 6.00% in all\n"
		"  flat%   cum%  module     why, and what helps\n"
		"  5.00%  5.00%  libfoo.so  no symbol there: a file that is not stripped,"
		" or --symfs, would name it\n"
		"  1.00%  1.00%  [anon]     code that was made at run time (JIT):"
		" no file has its names\n"
		"\n"
		"Coverage: complete: no event lost, no damage, every stack known;"
		" 1000 records read\n";
	struct maker m;
	char *text;

	(void)state;
	maker_demo(&m);
	text = maker_write(&m, "text");
	assert_string_equal(text, expected);
	free(text);
	maker_done(&m);
}

static void recursion_counts_once_in_cum(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "f;g;f;f", 3);
	maker_add(&m, "app", "f", 1);
	maker_add(&m, "app", "g", 6);
	text = maker_write(&m, "text");
	assert_shows(text, "40.0ms  40.00%  100.00%  40.0ms  40.00%  app     f\n");
	assert_shows(text, "60.0ms  60.00%   60.00%  90.0ms  90.00%  app     g\n");
	free(text);
	maker_done(&m);
}

static void function_in_two_modules_is_one_row_with_the_greater_module(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "memcpy@libc.so.6", 3);
	maker_add(&m, "app", "memcpy@musl.so", 7);
	text = maker_write(&m, "text");
	assert_shows(text, "100ms  100.00%  100.00%  100ms  100.00%  musl.so  memcpy\n");
	assert_lacks(text, "libc.so.6");
	free(text);
	maker_done(&m);
}

static void equal_rows_stand_in_order_of_their_names(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "zeta", 5);
	maker_add(&m, "app", "alpha", 5);
	text = maker_write(&m, "text");
	assert_true(strstr(text, "alpha") < strstr(text, "zeta"));
	free(text);
	maker_done(&m);
}

static void what_exceeds_top_is_counted(void **state)
{
	struct maker m;
	char *text = NULL;
	size_t size;

	(void)state;
	maker_demo(&m);
	maker_write_with(&m, "text", (struct output_options){ .top = 3 }, &text, &size);
	assert_shows(text, "  …9 more (16.00%)\n");
	assert_lacks(text, "vfs_read\n  50.0ms");
	free(text);
	maker_done(&m);
}

static void small_branches_of_the_tree_are_folded(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "main;large", 1000);
	maker_add(&m, "app", "main;small", 4);
	maker_add(&m, "app", "main;tiny", 2);
	text = maker_write(&m, "text");
	assert_shows(text, "    60.0ms   0.60%    …2 more\n");
	free(text);
	maker_done(&m);
}

static void callees_that_are_all_small_are_three_dots(void **state)
{
	struct maker m;
	char name[32], *text;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "main", 100);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "main;loop;small_%d", i);
		maker_add(&m, "app", name, 1);
	}
	text = maker_write(&m, "text");
	assert_shows(text, "Call tree\n"
			   "     3.00s 100.00%  main\n"
			   "     2.00s  66.67%    loop → …\n\n");
	free(text);
	maker_done(&m);
}

static void tree_of_small_branches_only_is_counted(void **state)
{
	struct maker m;
	char name[32], *text;

	(void)state;
	maker_init(&m);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "small_%d", i);
		maker_add(&m, "app", name, 1);
	}
	text = maker_write(&m, "text");
	assert_shows(text, "Call tree\n     2.00s 100.00%  …200 more\n");
	free(text);
	maker_done(&m);
}

static void callers_without_names_ask_for_nothing(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "?@libc.so.6;main", 1);
	text = maker_write(&m, "text");
	assert_lacks(text, "Without names");
	free(text);
	maker_done(&m);
}

static void callers_in_no_module_are_told(void **state)
{
	const struct module nowhere = { .kind = MODULE_UNKNOWN, .path = "[unknown]" };
	struct maker m;
	uint32_t frame;
	char *text;

	(void)state;
	maker_init(&m);
	frame = profile_frame(m.profile, profile_module(m.profile, &nowhere), 77);
	maker_add_stack(&m, maker_labels(&m, "app", 1, 1),
			profile_stack(m.profile, profile_stack(m.profile, PROFILE_ROOT, frame),
				      maker_frame(&m, "main", "app")),
			1);
	text = maker_write(&m, "text");
	assert_shows(text, "  0.00%  100.00%  [unknown]  no mapping there: often a wrong caller");
	free(text);
	maker_done(&m);
}

static void single_process_gets_no_row_of_its_own_in_the_tree(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	maker_add(&m, "app", "main", 1);
	text = maker_write(&m, "text");
	assert_shows(text, "Call tree\n    10.0ms 100.00%  main\n");
	free(text);
	maker_done(&m);
}

static void empty_profile_says_why_it_may_be(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	text = maker_write(&m, "text");
	assert_shows(text, "no samples: what was recorded did not run on a CPU");
	free(text);
	result_coverage(m.result)->filtered = true;
	text = maker_write(&m, "text");
	assert_shows(text, "no samples: the filters leave nothing");
	free(text);
	result_coverage(m.result)->filtered = false;
	result_coverage(m.result)->lost_events = 5;
	text = maker_write(&m, "text");
	assert_shows(text, "no samples: they may be among what was lost");
	free(text);
	maker_done(&m);
}

static void coverage_names_all_that_is_amiss(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_demo(&m);
	*result_coverage(m.result) = (struct coverage){
		.records = 7,
		.lost_events = 12,
		.lost_ns = 3400000,
		.paused_ns = 2000000000,
		.damaged_places = 2,
		.lost_blocks = 1,
		.lost_bytes = 1536,
		.unknown_records = 1,
		.unknown_stacks = 3,
		.unknown_names = 1,
		.filtered = true,
	};
	text = maker_write(&m, "text");
	assert_shows(
		text,
		"Coverage: incomplete: 12 events lost within 3.40ms; 2 damaged places (1 block, "
		"1.50KiB lost); the recorder did not finish the tape; 1 record could not be "
		"read; 3 events without their stacks; 1 event of a process without a name; "
		"7 records read; paused for 2.00s; filtered: not all of the tape is shown\n");
	free(text);
	maker_done(&m);
}

static void notes_stand_before_the_coverage(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_demo(&m);
	result_add_note(m.result, "cpu-clock\033 is used");
	text = maker_write(&m, "text");
	assert_shows(text, "\nNote: cpu-clock\\x1b is used\nCoverage: ");
	free(text);
	maker_done(&m);
}

static void no_line_is_wider_than_a_page(void **state)
{
	char name[700], stack[4000];
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(stack, sizeof(stack), "a%s;b%s@%.200s;c%s", name, name, name, name);
	maker_add(&m, "app", stack, 1);
	maker_add(&m, "other", "_start;main;run;loop;wait;work;spin;turn;walk;read;write;open;sort",
		  1);
	text = maker_write(&m, "text");
	assert_in_range(widest(text), 100, 120);
	free(text);
	maker_done(&m);
}

static void hostile_names_cannot_reach_the_terminal(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	maker_add(&m, "e\033[2J", "a\033]0;x\007;\xff\xfe\n@lib\033.so", 1);
	maker_add(&m, "other",
		  "\xe2\x80\xae"
		  "x",
		  1);
	text = maker_write(&m, "text");
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
	assert_lacks(text, "\xe2\x80\xae");
	assert_lacks(text, "\xff");
	free(text);
	maker_done(&m);
}

/* main calls itself depth times; each level has a sample, so no chain is compact. */
static void add_deep(struct maker *m, uint32_t depth)
{
	uint32_t frames[2] = { maker_frame(m, "even", "app"), maker_frame(m, "odd", "app") };
	uint32_t labels = maker_labels(m, "app", 1, 1), stack = PROFILE_ROOT;

	for (uint32_t i = 0; i < depth; i++) {
		stack = profile_stack(m->profile, stack, frames[i % 2]);
		maker_add_stack(m, labels, stack, 1);
	}
}

static void tree_of_a_deep_recursion_stays_a_page(void **state)
{
	struct maker m;
	char *text;

	(void)state;
	maker_init(&m);
	add_deep(&m, 4096);
	text = maker_write(&m, "text");
	assert_in_range(lines(text), 20, 100);
	assert_in_range(widest(text), 50, 120);
	free(text);
	maker_done(&m);
}

static void many_equal_branches_are_all_in_the_tree(void **state)
{
	struct maker m;
	char name[32], *text;

	(void)state;
	maker_init(&m);
	for (int i = 0; i < 80; i++) {
		snprintf(name, sizeof(name), "main;worker_%02d", i);
		maker_add(&m, "app", name, 1);
	}
	text = maker_write(&m, "text");
	assert_shows(text, "1.25%    worker_79\n");
	free(text);
	maker_done(&m);
}

static void table_is_aligned_and_has_units(void **state)
{
	const struct table_column columns[] = {
		{ "process", "", TABLE_TEXT },	       { "time", "ns", TABLE_INTEGER },
		{ "size", "bytes", TABLE_INTEGER },    { "share", "percent", TABLE_REAL },
		{ "at", "wall_ns", TABLE_INTEGER },    { "where", "hex", TABLE_INTEGER },
		{ "samples", "count", TABLE_INTEGER },
	};
	struct maker m;
	struct table *t = table_new("x", "All kinds", columns, 7);
	char *text;

	(void)state;
	table_add(t, (union table_cell[]){ { .text = "a" },
					   { .integer = 1500 },
					   { .integer = 2048 },
					   { .real = 12.345 },
					   { .integer = 1767225600000000000 },
					   { .integer = 255 },
					   { .integer = 3 } });
	table_add(t, (union table_cell[]){ { .text = NULL },
					   { .integer = 12 },
					   { .integer = 0 },
					   { .real = 0 },
					   { .integer = 0 },
					   { .integer = 0 },
					   { .integer = 12345 } });
	maker_init(&m);
	result_take_table(m.result, t);
	text = maker_write(&m, "text");
	assert_shows(
		text,
		"All kinds\n"
		"  process    time     size   share                              at  where  samples\n"
		"  a        1.50us  2.00KiB  12.35%  2026-01-01T00:00:00.000000000Z   0xff        3\n"
		"  -          12ns       0B   0.00%                                    0x0    12345\n");
	free(text);
	maker_done(&m);
}

static void long_table_says_how_much_is_left_out(void **state)
{
	const struct table_column column = { "n", "count", TABLE_INTEGER };
	struct maker m;
	struct table *t = table_new("x", "Numbers", &column, 1);
	char *text;

	(void)state;
	for (int i = 0; i < 50; i++)
		table_add(t, (union table_cell[]){ { .integer = i } });
	maker_init(&m);
	result_take_table(m.result, t);
	text = maker_write(&m, "text");
	assert_shows(text, "  29\n  …20 more rows\n");
	free(text);
	maker_done(&m);
}

static void timeline_shows_its_slices_in_order_of_time(void **state)
{
	const struct timeline_track track = { .name = "app/7", .parent = TIMELINE_NO_PARENT };
	struct timeline *t = timeline_new("sched", "Scheduling");
	struct maker m;
	char *text;

	(void)state;
	timeline_set_clock(t, 0, 1767225600000000000);
	timeline_add_track(t, &track);
	timeline_add_track(t, &track);
	timeline_add_slice(
		t, &(struct timeline_slice){ .start_ns = 2000, .end_ns = 2000, .name = "woken" });
	timeline_add_slice(t,
			   &(struct timeline_slice){
				   .track = 1, .start_ns = 1000, .end_ns = 1500, .name = "runs" });
	maker_init(&m);
	result_take_timeline(m.result, t);
	text = maker_write(&m, "text");
	assert_shows(text, "Scheduling: 2 slices on 2 tracks\n"
			   "  time                             after  lasts  track  what\n"
			   "  2026-01-01T00:00:00.000001000Z       0  500ns  app/7  runs\n"
			   "  2026-01-01T00:00:00.000002000Z  1.00us      -  app/7  woken\n");
	free(text);
	maker_done(&m);
}

static void full_disk_is_an_error_with_its_reason(void **state)
{
	static const char *const outputs[] = { "text", "folded", "pprof", "json", "svg" };
	struct tape_error err;
	struct maker m;

	(void)state;
	maker_demo(&m);
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		err = (struct tape_error){ 0 };
		assert_int_equal(maker_write_to_full(&m, outputs[i], &err), -ENOSPC);
		assert_string_equal(err.text, "output: cannot write: No space left on device");
	}
	maker_done(&m);
}

static void outputs_are_found_by_name_and_by_ending(void **state)
{
	(void)state;
	assert_string_equal(output_by_name("json")->name, "json");
	assert_null(output_by_name("exe"));
	assert_string_equal(output_by_suffix("a/cpu.pb.gz")->name, "pprof");
	assert_string_equal(output_by_suffix("cpu.pprof")->name, "pprof");
	assert_string_equal(output_by_suffix("x.folded")->name, "folded");
	assert_string_equal(output_by_suffix("x.svg")->name, "svg");
	assert_null(output_by_suffix("svg"));
	assert_null(output_by_suffix("cpu.gz"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_of_the_demo_is_this),
		cmocka_unit_test(recursion_counts_once_in_cum),
		cmocka_unit_test(function_in_two_modules_is_one_row_with_the_greater_module),
		cmocka_unit_test(equal_rows_stand_in_order_of_their_names),
		cmocka_unit_test(what_exceeds_top_is_counted),
		cmocka_unit_test(small_branches_of_the_tree_are_folded),
		cmocka_unit_test(callees_that_are_all_small_are_three_dots),
		cmocka_unit_test(tree_of_small_branches_only_is_counted),
		cmocka_unit_test(callers_without_names_ask_for_nothing),
		cmocka_unit_test(callers_in_no_module_are_told),
		cmocka_unit_test(single_process_gets_no_row_of_its_own_in_the_tree),
		cmocka_unit_test(empty_profile_says_why_it_may_be),
		cmocka_unit_test(coverage_names_all_that_is_amiss),
		cmocka_unit_test(notes_stand_before_the_coverage),
		cmocka_unit_test(no_line_is_wider_than_a_page),
		cmocka_unit_test(hostile_names_cannot_reach_the_terminal),
		cmocka_unit_test(tree_of_a_deep_recursion_stays_a_page),
		cmocka_unit_test(many_equal_branches_are_all_in_the_tree),
		cmocka_unit_test(table_is_aligned_and_has_units),
		cmocka_unit_test(long_table_says_how_much_is_left_out),
		cmocka_unit_test(timeline_shows_its_slices_in_order_of_time),
		cmocka_unit_test(full_disk_is_an_error_with_its_reason),
		cmocka_unit_test(outputs_are_found_by_name_and_by_ending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
