// SPDX-License-Identifier: BSD-2-Clause
/* What record/line_texts.h promises. */
#include <stdlib.h>
#include <string.h>

#include "record/line_texts.h"
#include "tests/support/test.h"

static struct line_text made(const struct lines *l)
{
	struct line_text t;

	line_texts_make(l, &t);
	return t;
}

static struct lines one_line(const char *function, const char *file)
{
	return (struct lines){
		.start = 16,
		.size = 8,
		.n = 1,
		.origin = EV_SYMBOL_DWARF,
		.at = { { function, file, 12, 10 } },
	};
}

static void a_line_is_written_with_tabs_between(void **state)
{
	struct lines l = one_line("work", "/src/a.c");

	(void)state;
	assert_string_equal(made(&l).text, "work\t/src/a.c\t12\t10\n");
}

static void inlined_calls_come_first(void **state)
{
	struct lines l = one_line("inner", "a.h");

	(void)state;
	l.n = 2;
	l.at[1] = (struct line){ "outer", "a.c", 5, 1 };
	assert_string_equal(made(&l).text, "inner\ta.h\t12\t10\nouter\ta.c\t5\t1\n");
}

static void tabs_and_newlines_in_names_become_blanks(void **state)
{
	struct lines l = one_line("a\tb", "c\nd");

	(void)state;
	assert_string_equal(made(&l).text, "a b\tc d\t12\t10\n");
}

static void what_is_not_known_is_empty(void **state)
{
	struct lines l = { .size = 1, .n = 1 };

	(void)state;
	assert_string_equal(made(&l).text, "\t\t0\t0\n");
}

static void the_function_itself_is_kept_where_room_is_short(void **state)
{
	static char name[1000];
	struct lines l = { .size = 1, .n = LINES_MAX };
	struct line_text t;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	for (size_t i = 0; i < LINES_MAX; i++)
		l.at[i] = (struct line){ name, "a.c", 1, 1 };
	l.at[LINES_MAX - 1].function = "outermost";
	t = made(&l);
	assert_string_equal(strrchr(t.text, 'x') + 1, "\ta.c\t1\t1\noutermost\ta.c\t1\t1\n");
}

static void ranges_that_touch_and_say_the_same_are_joined(void **state)
{
	struct lines l = one_line("work", "a.c");
	struct line_text before = made(&l), next;

	(void)state;
	l.start = 24;
	next = made(&l);
	assert_true(line_texts_join(&before, &next));
	assert_int_equal(before.end, 32);
}

static void ranges_with_a_gap_between_stay_two(void **state)
{
	struct lines l = one_line("work", "a.c");
	struct line_text before = made(&l), next;

	(void)state;
	l.start = 25;
	next = made(&l);
	assert_false(line_texts_join(&before, &next));
}

static void ranges_of_different_lines_stay_two(void **state)
{
	struct lines l = one_line("work", "a.c");
	struct line_text before = made(&l), next;

	(void)state;
	l.start = 24;
	l.at[0].line = 13;
	next = made(&l);
	assert_false(line_texts_join(&before, &next));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_written_with_tabs_between),
		cmocka_unit_test(inlined_calls_come_first),
		cmocka_unit_test(tabs_and_newlines_in_names_become_blanks),
		cmocka_unit_test(what_is_not_known_is_empty),
		cmocka_unit_test(the_function_itself_is_kept_where_room_is_short),
		cmocka_unit_test(ranges_that_touch_and_say_the_same_are_joined),
		cmocka_unit_test(ranges_with_a_gap_between_stay_two),
		cmocka_unit_test(ranges_of_different_lines_stay_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
