// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/elf_symbols.h promises of files that are damaged, or were made to hurt. */
#include "tests/support/elf_maker.h"
#include "tests/support/elf_load.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

static struct elf_symbols *load(const struct elf_plan *plan)
{
	int fd = make_elf(plan);
	struct elf_symbols *s = NULL;

	assert_int_equal(elf_load_file(fd, "made.elf", &s, NULL), 0);
	close(fd);
	return s;
}

static void names_that_share_their_bytes_stay_what_they_are(void **state)
{
	static struct made_symbol symbols[500];
	static char strings[1000];
	struct elf_symbols *s;

	(void)state;
	memset(strings + 1, 'x', sizeof(strings) - 2);
	for (size_t i = 0; i < 500; i++)
		symbols[i] = (struct made_symbol)FUNC("", TEXT + i, 1, STB_GLOBAL);
	s = load(&(struct elf_plan){ .symbols = symbols,
				     .n = 500,
				     .strings = strings,
				     .strings_size = sizeof(strings) });
	for (size_t i = 0; i < 500; i++) {
		struct symbol found;

		assert_int_equal(elf_symbols_find(s, TEXT + i, &found), 1);
		assert_int_equal(strlen(found.name), 998 - i);
	}
	elf_symbols_free(s);
}

static size_t heap_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void names_that_share_their_bytes_cost_no_more_than_the_file(void **state)
{
	static struct made_symbol symbols[2000];
	static char strings[60000];
	struct elf_symbols *s;
	size_t before;

	(void)state;
	memset(strings + 1, 'x', sizeof(strings) - 2);
	for (size_t i = 0; i < 2000; i++)
		symbols[i] = (struct made_symbol)FUNC("", TEXT + i, 1, STB_GLOBAL);
	before = heap_in_use();
	s = load(&(struct elf_plan){ .symbols = symbols,
				     .n = 2000,
				     .strings = strings,
				     .strings_size = sizeof(strings) });
	assert_in_range(heap_in_use() - before, 0, 1 << 20);
	elf_symbols_free(s);
}

static void names_that_are_no_functions_cost_nothing(void **state)
{
	static char name[200000];
	struct made_symbol symbols[] = {
		FUNC("function", TEXT, 8, STB_GLOBAL),
		{ name, 0x404000, 8, STT_OBJECT, STB_GLOBAL, IN_DATA },
	};
	struct elf_symbols *s;
	size_t before;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	before = heap_in_use();
	s = load(&(struct elf_plan){ .symbols = symbols, .n = 2 });
	assert_in_range(heap_in_use() - before, 0, 10000);
	elf_symbols_free(s);
}

static void a_file_that_is_no_elf_file_is_refused(void **state)
{
	struct elf_symbols *s = NULL;
	struct tape_error err = { 0 };
	int fd = memfd_create("text", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(write(fd, "#!/bin/sh\n", 10), 10);
	assert_int_equal(elf_load_file(fd, "/bin/script", &s, &err), -ENOEXEC);
	assert_string_equal(err.text, "/bin/script: not an ELF file");
	assert_null(s);
	close(fd);
}

static const struct made_symbol two[] = {
	FUNC("first", TEXT + 0x10, 0x10, STB_GLOBAL),
	FUNC("second", TEXT + 0x40, 0x20, STB_GLOBAL),
};

static void a_file_cut_anywhere_is_read_or_refused(void **state)
{
	int fd = make_elf(&(struct elf_plan){ .symbols = two, .n = 2 });
	size_t size = (size_t)lseek(fd, 0, SEEK_END);
	char *bytes = malloc(size);
	size_t whole = 0;

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(pread(fd, bytes, size, 0), size);
	for (size_t cut = 0; cut <= size; cut++) {
		struct elf_symbols *s = NULL;

		if (cut == 0x4100)
			cut = 0xfff00; /* there is nothing between the strings and the symbols */
		if (elf_load_memory(bytes, cut, "cut", &s, NULL) == 0)
			whole += elf_symbols_count(s) == 2;
		elf_symbols_free(s);
	}
	assert_int_equal(whole, 1);
	free(bytes);
	close(fd);
}

#define TEST cmocka_unit_test

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_that_share_their_bytes_stay_what_they_are),
		TEST(names_that_share_their_bytes_cost_no_more_than_the_file),
		TEST(names_that_are_no_functions_cost_nothing),
		TEST(a_file_that_is_no_elf_file_is_refused),
		TEST(a_file_cut_anywhere_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
