// SPDX-License-Identifier: BSD-2-Clause
/* How a text report shows tables whose cells are code: in rows, in paragraphs, as a dump. */
#include "tests/analyze/outputs/result_maker.h"
#include "tests/support/test.h"

static void assert_shows(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("not in the text:\n%s\n--- which is:\n%s", part, text);
}

/* A row of every kind, with the code of the stack; in a table as it is to be laid out. */
static char *write_code_table(const char *stack, enum table_layout layout)
{
	const struct table_column columns[] = {
		{ "what", "", TABLE_TEXT },	 { "why", "", TABLE_TEXT },
		{ "n", "count", TABLE_INTEGER }, { "waits in", "", TABLE_STACK },
		{ "made by", "", TABLE_FRAME },	 { "goid", "", TABLE_INTEGER },
	};
	struct table *t = table_new("x", "Code", columns, 6);
	struct maker m;
	char *text;

	maker_init(&m);
	table_set_profile(t, m.profile);
	table_set_layout(t, layout);
	table_add(t, (union table_cell[]){ { .text = "growing" },
					   { .text = "it rises" },
					   { .integer = 12 },
					   { .integer = maker_stack(&m, stack) },
					   { .integer = maker_frame(&m, "main.spawn", "app") },
					   { .integer = 9 } });
	table_add(t, (union table_cell[]){ { .text = "old" },
					   { .text = "" },
					   { .integer = 1 },
					   { .integer = PROFILE_ROOT },
					   { .integer = -1 },
					   { .integer = 0 } });
	maker_lines(&m, "main.spawn", "app", "main.spawn\t/src/main.go\t42\t40\n");
	maker_lines(&m, "main.work.gowrap1", "app", "main.work.gowrap1\t/src/main.go\t9\t9\n");
	maker_lines(&m, "main.work", "app",
		    "main.wait\t/src/wait.go\t7\t6\nmain.work\t/src/main.go\t12\t10\n");
	result_take_table(m.result, t);
	text = maker_write(&m, "text");
	maker_done(&m);
	return text;
}

static void cells_of_code_have_names(void **state)
{
	char *text = write_code_table("runtime.goexit;main.work;runtime.gopark", TABLE_ROWS);

	(void)state;
	assert_shows(text,
		     "Code\n"
		     "  what     why        n  waits in               made by                "
		     "goid\n"
		     "  growing  it rises  12  main.wait ← main.work  main.spawn main.go:42     "
		     "9\n"
		     "  old                 1  -                      -                         "
		     "0\n");
	free(text);
}

static void a_row_may_be_a_paragraph(void **state)
{
	char *text = write_code_table("runtime.goexit;main.work;runtime.gopark", TABLE_PARAGRAPHS);

	(void)state;
	assert_shows(text, "Code\n"
			   "  growing: n 12, goid 9\n"
			   "      why          it rises\n"
			   "      waits in     main.wait wait.go:7\n"
			   "                   main.work main.go:12\n"
			   "      made by      main.spawn main.go:42\n"
			   "  old: n 1, goid 0\n"
			   "      waits in     -\n"
			   "      made by      -\n");
	free(text);
}

static void a_dump_is_as_the_runtime_prints_it(void **state)
{
	char *text = write_code_table("runtime.goexit;main.work.gowrap1;main.work;runtime.gopark",
				      TABLE_DUMP);

	(void)state;
	assert_shows(text, "growing\n"
			   "it rises\n"
			   "main.wait(...)\n"
			   "\t/src/wait.go:7\n"
			   "main.work(...)\n"
			   "\t/src/main.go:12\n"
			   "created by main.spawn in goroutine 9\n"
			   "\t/src/main.go:42\n"
			   "\n"
			   "old\n");
	free(text);
}

static void a_wrapper_whose_lines_are_not_known_is_shown(void **state)
{
	char *text =
		write_code_table("runtime.goexit;main.f.gowrap2;runtime.gopark", TABLE_PARAGRAPHS);

	(void)state;
	assert_shows(text, "      waits in     main.f.gowrap2\n"
			   "      made by");
	free(text);
}

static void a_stack_of_the_runtime_alone_is_shown(void **state)
{
	char *text = write_code_table("runtime.goexit;runtime.bgsweep", TABLE_PARAGRAPHS);

	(void)state;
	assert_shows(text, "      waits in     runtime.bgsweep\n"
			   "                   runtime.goexit\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_of_code_have_names),
		cmocka_unit_test(a_row_may_be_a_paragraph),
		cmocka_unit_test(a_dump_is_as_the_runtime_prints_it),
		cmocka_unit_test(a_wrapper_whose_lines_are_not_known_is_shown),
		cmocka_unit_test(a_stack_of_the_runtime_alone_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
