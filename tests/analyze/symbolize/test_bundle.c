// SPDX-License-Identifier: BSD-2-Clause
/* What analyze/symbolize/bundle.h promises. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/symbolize/bundle.h"

static const struct module libc = { .path = "/lib/libc.so.6",
				    .build_id = { 1, 2, 3 },
				    .build_id_size = 20 };
static const struct module moved = { .path = "/opt/libc.so.6",
				     .build_id = { 1, 2, 3 },
				     .build_id_size = 20 };
static const struct module rebuilt = { .path = "/lib/libc.so.6",
				       .build_id = { 9, 2, 3 },
				       .build_id_size = 20 };
static const struct module bare = { .path = "/bin/bare" };

static void add(struct bundle *b, const struct module *m, uint64_t start, uint64_t size,
		const char *name)
{
	bundle_add(b, m, &(struct symbol){ .start = start, .size = size, .name = name });
}

/* The name at an offset, "" if there is none. */
static const char *name_at(const struct bundle *b, const struct module *m, uint64_t offset)
{
	struct symbol found;

	return bundle_find(b, m, offset, &found) ? found.name : "";
}

static void a_symbol_is_found_from_its_first_byte_to_its_last(void **state)
{
	struct bundle *b = bundle_new();
	struct symbol found;

	(void)state;
	add(b, &libc, 0x100, 0x10, "read");
	assert_string_equal(name_at(b, &libc, 0xff), "");
	assert_int_equal(bundle_find(b, &libc, 0x100, &found), 1);
	assert_string_equal(found.name, "read");
	assert_int_equal(found.start, 0x100);
	assert_int_equal(found.size, 0x10);
	assert_string_equal(name_at(b, &libc, 0x10f), "read");
	assert_string_equal(name_at(b, &libc, 0x110), "");
	bundle_free(b);
}

static void a_module_with_a_build_id_is_known_by_it_alone(void **state)
{
	struct bundle *b = bundle_new();

	(void)state;
	add(b, &libc, 0, 8, "read");
	assert_string_equal(name_at(b, &moved, 0), "read");
	assert_string_equal(name_at(b, &rebuilt, 0), "");
	bundle_free(b);
}

static void a_module_without_a_build_id_is_known_by_kind_and_path(void **state)
{
	struct module other = bare, kind = bare;
	struct bundle *b = bundle_new();

	(void)state;
	other.path = "/bin/other";
	kind.kind = MODULE_KMOD;
	add(b, &bare, 0, 8, "main");
	assert_string_equal(name_at(b, &bare, 0), "main");
	assert_string_equal(name_at(b, &other, 0), "");
	assert_string_equal(name_at(b, &kind, 0), "");
	bundle_free(b);
}

static void strings_are_copied(void **state)
{
	char path[] = "/bin/a", name[] = "main";
	struct module m = { .path = path };
	struct bundle *b = bundle_new();

	(void)state;
	add(b, &m, 0, 8, name);
	memset(path, 'x', sizeof(path) - 1);
	memset(name, 'x', sizeof(name) - 1);
	m.path = "/bin/a";
	assert_string_equal(name_at(b, &m, 0), "main");
	bundle_free(b);
}

static void the_same_symbol_twice_counts_once(void **state)
{
	struct bundle *b = bundle_new();

	(void)state;
	add(b, &libc, 0x100, 0x10, "read");
	assert_string_equal(name_at(b, &libc, 0x100), "read");
	add(b, &moved, 0x100, 0x10, "read");
	assert_int_equal(bundle_count(b), 1);
	add(b, &libc, 0x200, 0x10, "read");
	add(b, &rebuilt, 0x100, 0x10, "read");
	assert_int_equal(bundle_count(b), 3);
	bundle_free(b);
}

static void symbols_that_come_after_a_question_are_found_too(void **state)
{
	struct bundle *b = bundle_new();

	(void)state;
	add(b, &libc, 0x300, 0x10, "third");
	assert_string_equal(name_at(b, &libc, 0x300), "third");
	add(b, &libc, 0x400, 0x10, "fourth");
	add(b, &libc, 0x200, 0x10, "second");
	add(b, &libc, 0x100, 0x10, "first");
	assert_string_equal(name_at(b, &libc, 0x100), "first");
	assert_string_equal(name_at(b, &libc, 0x200), "second");
	assert_string_equal(name_at(b, &libc, 0x300), "third");
	assert_string_equal(name_at(b, &libc, 0x400), "fourth");
	bundle_free(b);
}

static void the_inner_of_two_nested_symbols_wins(void **state)
{
	struct bundle *b = bundle_new();

	(void)state;
	add(b, &libc, 0x120, 0x10, "inner");
	add(b, &libc, 0x100, 0x100, "outer");
	assert_string_equal(name_at(b, &libc, 0x11f), "outer");
	assert_string_equal(name_at(b, &libc, 0x12f), "inner");
	assert_string_equal(name_at(b, &libc, 0x130), "outer");
	bundle_free(b);
}

static void of_two_names_of_one_place_the_same_wins_in_any_order(void **state)
{
	struct bundle *one = bundle_new(), *other = bundle_new();

	(void)state;
	add(one, &libc, 0, 8, "bb");
	add(one, &libc, 0, 8, "aa");
	add(one, &libc, 0, 8, "longer");
	add(other, &libc, 0, 8, "longer");
	add(other, &libc, 0, 8, "aa");
	add(other, &libc, 0, 8, "bb");
	assert_string_equal(name_at(one, &libc, 0), "aa");
	assert_string_equal(name_at(other, &libc, 0), "aa");
	bundle_free(one);
	bundle_free(other);
}

static void a_size_beyond_all_memory_ends_with_it(void **state)
{
	struct bundle *b = bundle_new();

	(void)state;
	add(b, &libc, 0x100, UINT64_MAX, "huge");
	assert_string_equal(name_at(b, &libc, UINT64_MAX - 1), "huge");
	assert_string_equal(name_at(b, &libc, 0xff), "");
	bundle_free(b);
}

static void thousands_of_modules_are_kept_apart(void **state)
{
	struct bundle *b = bundle_new();
	char path[32], name[32];
	struct module m = { .path = path };

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "/bin/%d", i);
		snprintf(name, sizeof(name), "main%d", i);
		add(b, &m, 0, 8, name);
	}
	for (int i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "/bin/%d", i);
		snprintf(name, sizeof(name), "main%d", i);
		assert_string_equal(name_at(b, &m, 0), name);
	}
	bundle_free(b);
}

static void an_empty_bundle_knows_nothing(void **state)
{
	struct bundle *b = bundle_new();
	struct symbol found = { .size = 77 };

	(void)state;
	assert_int_equal(bundle_find(b, &libc, 0, &found), 0);
	assert_int_equal(found.size, 77);
	assert_int_equal(bundle_count(b), 0);
	bundle_free(b);
	bundle_free(NULL);
}

#define TEST cmocka_unit_test

/* --- lines --- */

static int add_lines(struct bundle *b, const struct module *m, uint64_t start, const char *text)
{
	const struct symbol range = { .start = start, .size = 0x10, .origin = EV_SYMBOL_DWARF };

	return bundle_add_lines(b, m, &range, text);
}

static void lines_come_innermost_first_with_all_that_is_known(void **state)
{
	struct bundle *b = bundle_new();
	struct lines found;

	(void)state;
	assert_int_equal(add_lines(b, &libc, 0x100, "in\t/src/a.h\t7\t5\nout\t/src/a.c\t70\t60\n"),
			 0);
	assert_int_equal(bundle_lines(b, &libc, 0x10f, &found), 1);
	assert_int_equal(found.n, 2);
	assert_int_equal(found.start, 0x100);
	assert_int_equal(found.size, 0x10);
	assert_int_equal(found.origin, EV_SYMBOL_DWARF);
	assert_string_equal(found.at[0].function, "in");
	assert_string_equal(found.at[0].file, "/src/a.h");
	assert_int_equal(found.at[0].line, 7);
	assert_int_equal(found.at[0].first_line, 5);
	assert_string_equal(found.at[1].function, "out");
	assert_int_equal(found.at[1].line, 70);
	bundle_free(b);
}

static void what_is_not_known_of_a_line_is_empty_or_0(void **state)
{
	struct bundle *b = bundle_new();
	struct lines found;

	(void)state;
	assert_int_equal(add_lines(b, &libc, 0, "\t\t\t\n"), 0);
	assert_int_equal(bundle_lines(b, &libc, 0, &found), 1);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.at[0].function, "");
	assert_string_equal(found.at[0].file, "");
	assert_int_equal(found.at[0].line + found.at[0].first_line, 0);
	bundle_free(b);
}

static void a_text_of_another_form_is_no_lines(void **state)
{
	static const char *const texts[] = {
		"",
		"main",
		"main\ta.c\t1\t1",
		"main\ta.c\t1\n",
		"main\ta.c\t1\t1\t1\n",
		"main\ta.c\t-1\t1\n",
		"main\ta.c\t1x\t1\n",
		"main\ta.c\t4294967296\t1\n",
		"main\ta.c\t1\t99999999999999999999\n",
		"main\ta.c\t1\t1\nmain\t",
		"main\n\t1\t1\n",
	};
	struct bundle *b = bundle_new();
	struct lines found;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(add_lines(b, &libc, 0, texts[i]), -EINVAL);
	assert_int_equal(bundle_lines(b, &libc, 0, &found), 0);
	bundle_free(b);
}

static void more_inlined_calls_than_are_allowed_are_no_lines(void **state)
{
	char text[LINES_MAX * 4 + 5] = "";
	struct bundle *b = bundle_new();

	(void)state;
	for (int i = 0; i < LINES_MAX; i++)
		strcat(text, "\t\t\t\n");
	assert_int_equal(add_lines(b, &libc, 0, text), 0);
	strcat(text, "\t\t\t\n");
	assert_int_equal(add_lines(b, &libc, 0x10, text), -EINVAL);
	bundle_free(b);
}

static void lines_and_names_do_not_hide_each_other(void **state)
{
	struct bundle *b = bundle_new();
	struct lines found;

	(void)state;
	add(b, &libc, 0, 0x100, "read");
	assert_int_equal(add_lines(b, &libc, 8, "read\tio.c\t3\t1\n"), 0);
	assert_string_equal(name_at(b, &libc, 8), "read");
	assert_int_equal(bundle_lines(b, &libc, 0, &found), 0);
	assert_int_equal(bundle_count(b), 1);
	bundle_free(b);
}

static void a_name_keeps_where_it_came_from(void **state)
{
	struct bundle *b = bundle_new();
	struct symbol found;

	(void)state;
	bundle_add(b, &libc, &(struct symbol){ 0, 8, "read", EV_SYMBOL_MINI });
	bundle_add(b, &libc, &(struct symbol){ 8, 8, "write", (enum ev_symbol_origin)77 });
	assert_int_equal(bundle_find(b, &libc, 0, &found), 1);
	assert_int_equal(found.origin, EV_SYMBOL_MINI);
	assert_int_equal(bundle_find(b, &libc, 8, &found), 1);
	assert_int_equal(found.origin, EV_SYMBOL_UNTOLD);
	bundle_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_symbol_is_found_from_its_first_byte_to_its_last),
		TEST(a_module_with_a_build_id_is_known_by_it_alone),
		TEST(a_module_without_a_build_id_is_known_by_kind_and_path),
		TEST(strings_are_copied),
		TEST(the_same_symbol_twice_counts_once),
		TEST(symbols_that_come_after_a_question_are_found_too),
		TEST(the_inner_of_two_nested_symbols_wins),
		TEST(of_two_names_of_one_place_the_same_wins_in_any_order),
		TEST(a_size_beyond_all_memory_ends_with_it),
		TEST(thousands_of_modules_are_kept_apart),
		TEST(an_empty_bundle_knows_nothing),
		cmocka_unit_test(lines_come_innermost_first_with_all_that_is_known),
		cmocka_unit_test(what_is_not_known_of_a_line_is_empty_or_0),
		cmocka_unit_test(a_text_of_another_form_is_no_lines),
		cmocka_unit_test(more_inlined_calls_than_are_allowed_are_no_lines),
		cmocka_unit_test(lines_and_names_do_not_hide_each_other),
		cmocka_unit_test(a_name_keeps_where_it_came_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
