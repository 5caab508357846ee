// SPDX-License-Identifier: BSD-2-Clause
/* Members of the structs of tests/symbols/data/structs.c, as compilers tell of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "symbols/dwarf_structs.h"
#include "tests/support/test.h"

#define DATA "tests/symbols/data/"

static int read_of(const char *name, struct dwarf_member *members, size_t n)
{
	char path[128];
	Elf *elf;
	int fd, rc;

	snprintf(path, sizeof(path), DATA "%s.so", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	assert_non_null(elf);
	rc = dwarf_structs_read(elf, fd, members, n);
	elf_end(elf);
	close(fd);
	return rc;
}

static void expect(const char *type, const char *path, uint64_t at)
{
	static const char *const files[] = { "structs4", "structs5" };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct dwarf_member m = { .type = type, .path = path };

		assert_int_equal(read_of(files[i], &m, 1), 0);
		assert_true(m.there);
		assert_int_equal(m.at, at);
	}
}

static void expect_none(const char *file, const char *type, const char *path)
{
	struct dwarf_member m = { .type = type, .path = path, .there = true };

	assert_int_equal(read_of(file, &m, 1), 0);
	assert_false(m.there);
}

static void a_member_stands_where_the_compiler_put_it(void **state)
{
	(void)state;
	expect("high", "number", 0);
	expect("high", "next", 24);
	expect("low", "deep", 8);
}

static void an_empty_path_is_the_size_of_the_struct(void **state)
{
	(void)state;
	expect("low", "", 16);
	expect("high", "", 40);
}

static void a_path_leads_through_other_names_of_a_type(void **state)
{
	(void)state;
	expect("high", "inner.deep", 16);
}

static void a_path_leads_through_structs_without_a_name(void **state)
{
	(void)state;
	expect("high", "pair.b", 38);
}

static void of_several_paths_the_first_that_leads_somewhere_counts(void **state)
{
	(void)state;
	expect("high", "inner.lost|nothing|next|number", 24);
	expect("high", "next|number", 24);
}

static void what_is_not_there_is_not_found(void **state)
{
	(void)state;
	expect_none("structs5", "high", "nothing");
	expect_none("structs5", "high", "inner.nothing");
	expect_none("structs5", "nothing", "");
	expect_none("structs5", "high", "number.deep");
}

static void a_pointer_leads_nowhere(void **state)
{
	(void)state;
	expect_none("structs5", "high", "next.number");
}

static void a_declaration_is_no_struct(void **state)
{
	(void)state;
	expect_none("structs5", "declared", "");
}

static void places_that_are_told_by_expressions_are_not_found(void **state)
{
	(void)state;
	expect_none("structs2", "high", "number");
}

static void a_file_without_dwarf_has_none(void **state)
{
	struct dwarf_member m = { .type = "high", .path = "" };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char head[4096];
	Elf *elf;

	(void)state;
	/* Its first page, which names sections that are not there. */
	assert_int_equal(read(fd, head, sizeof(head)), sizeof(head));
	close(fd);
	elf_version(EV_CURRENT);
	elf = elf_memory(head, sizeof(head));
	assert_int_equal(dwarf_structs_read(elf, -1, &m, 1), -ENODATA);
	elf_end(elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_stands_where_the_compiler_put_it),
		cmocka_unit_test(an_empty_path_is_the_size_of_the_struct),
		cmocka_unit_test(a_path_leads_through_other_names_of_a_type),
		cmocka_unit_test(a_path_leads_through_structs_without_a_name),
		cmocka_unit_test(of_several_paths_the_first_that_leads_somewhere_counts),
		cmocka_unit_test(what_is_not_there_is_not_found),
		cmocka_unit_test(a_pointer_leads_nowhere),
		cmocka_unit_test(a_declaration_is_no_struct),
		cmocka_unit_test(places_that_are_told_by_expressions_are_not_found),
		cmocka_unit_test(a_file_without_dwarf_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
