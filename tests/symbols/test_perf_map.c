// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/perf_map.h promises of whole and broken lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/perf_map.h"
#include "tests/support/test.h"

/* The name that a map gives to an address; lent until the next call. */
static const char *named(const char *map, size_t size, uint64_t address)
{
	static char text[JIT_NAME_MAX + 1];
	struct jit_hits h = { 0 };
	int fd = memfd_create("map", MFD_CLOEXEC);

	assert_true(fd >= 0 && write(fd, map, size) == (ssize_t)size);
	jit_hits_add(&h, address, 0);
	jit_hits_settle(&h);
	assert_int_equal(perf_map_read(fd, &h), 0);
	strcpy(text, jit_hits_text(&h, h.at[0].name));
	jit_hits_done(&h);
	close(fd);
	return text;
}

static void assert_name(const char *map, uint64_t address, const char *name)
{
	assert_string_equal(named(map, strlen(map), address), name);
}

static void a_line_names_its_range(void **state)
{
	(void)state;
	assert_name("1000 10 f\n", 0x1000, "f");
	assert_name("1000 10 f\n", 0x100f, "f");
	assert_name("1000 10 f\n", 0x1010, "");
	assert_name("1000 10 f\n", 0xfff, "");
}

static void a_name_may_have_blanks(void **state)
{
	(void)state;
	assert_name("1000 10 JS:*fib /a b/x.js:12:3\n", 0x1004, "JS:*fib /a b/x.js:12:3");
}

static void numbers_may_have_a_prefix_and_large_letters(void **state)
{
	(void)state;
	assert_name("0xABC0 0X20 f\n", 0xabc4, "f");
}

static void the_last_line_of_an_address_wins(void **state)
{
	const char *map = "1000 100 old\n1040 20 new\n1030 20 newest\n";

	(void)state;
	assert_name(map, 0x1000, "old");
	assert_name(map, 0x1035, "newest");
	assert_name(map, 0x1045, "newest");
	assert_name(map, 0x1055, "new");
	assert_name(map, 0x1060, "old");
}

static void a_broken_line_costs_only_itself(void **state)
{
	static const char *const broken[] = {
		"",
		"x",
		"1000",
		"1000 10",
		"1000 10 ",
		"1000 zz f",
		" 1000 10 f",
		"1000 0 f",
		"-1000 10 f",
		"1000  10 f",
		"fffffffffffffffff 10 f",
		"fffffffffffffff0 20 f",
		"0x 10 f",
	};
	char map[256];

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		snprintf(map, sizeof(map), "%s\n2000 10 whole\n", broken[i]);
		assert_name(map, 0x1000, "");
		assert_name(map, 0x2000, "whole");
	}
}

static void a_last_line_needs_no_newline(void **state)
{
	(void)state;
	assert_name("1000 10 f\n2000 10 g", 0x2000, "g");
}

static void a_line_of_another_system_loses_its_carriage_return(void **state)
{
	(void)state;
	assert_name("1000 10 f\r\n", 0x1000, "f");
}

static void a_line_that_is_too_long_is_skipped_as_a_whole(void **state)
{
	size_t size = 200000;
	char *map = malloc(size + 64);

	(void)state;
	memset(map, 'x', size);
	memcpy(map, "1000 10 ", 8);
	/* What would look like a line stands where pieces of the file meet. */
	memcpy(map + 65536, "3000 10 inner ", 14);
	memcpy(map + size, "\n2000 10 g\n", 12);
	assert_string_equal(named(map, size + 11, 0x1000), "");
	assert_string_equal(named(map, size + 11, 0x3000), "");
	assert_string_equal(named(map, size + 11, 0x2000), "g");
	free(map);
}

static void lines_are_whole_wherever_pieces_of_the_file_meet(void **state)
{
	size_t n = 20000, used = 0;
	char *map = malloc(n * 32);

	(void)state;
	for (size_t i = 0; i < n; i++)
		used += (size_t)sprintf(map + used, "%zx 10 f%zu\n", 0x10000 + i * 16, i);
	for (size_t i = 0; i < n; i += 997) {
		char name[32];

		snprintf(name, sizeof(name), "f%zu", i);
		assert_string_equal(named(map, used, 0x10000 + i * 16 + 5), name);
	}
	free(map);
}

static void a_name_is_cut_where_it_is_too_long_and_at_a_nul(void **state)
{
	char map[8192];

	(void)state;
	memset(map, 'n', sizeof(map));
	memcpy(map, "1000 10 ", 8);
	map[sizeof(map) - 1] = '\n';
	assert_int_equal(strlen(named(map, sizeof(map), 0x1000)), JIT_NAME_MAX);
	memcpy(map + 8, "ab\0cd", 5);
	assert_string_equal(named(map, sizeof(map), 0x1000), "ab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_its_range),
		cmocka_unit_test(a_name_may_have_blanks),
		cmocka_unit_test(numbers_may_have_a_prefix_and_large_letters),
		cmocka_unit_test(the_last_line_of_an_address_wins),
		cmocka_unit_test(a_broken_line_costs_only_itself),
		cmocka_unit_test(a_last_line_needs_no_newline),
		cmocka_unit_test(a_line_of_another_system_loses_its_carriage_return),
		cmocka_unit_test(a_line_that_is_too_long_is_skipped_as_a_whole),
		cmocka_unit_test(lines_are_whole_wherever_pieces_of_the_file_meet),
		cmocka_unit_test(a_name_is_cut_where_it_is_too_long_and_at_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
