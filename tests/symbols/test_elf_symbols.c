// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/elf_symbols.h promises, on this program, libc, the vdso and files made to order. */
#include "tests/support/elf_maker.h"
#include "tests/support/elf_load.h"

#include <fcntl.h>
#include <stdlib.h>

#include "symbols/vdso.h"

static struct elf_symbols *load_fd(int fd)
{
	struct elf_symbols *s = NULL;
	struct tape_error err = { 0 };

	if (elf_load_file(fd, "made.elf", &s, &err) < 0)
		fail_msg("%s", err.text);
	close(fd);
	return s;
}

static struct elf_symbols *load(const struct elf_plan *plan)
{
	return load_fd(make_elf(plan));
}

static struct elf_symbols *load_symbols(const struct made_symbol *symbols, size_t n)
{
	return load(&(struct elf_plan){ .symbols = symbols, .n = n });
}

#define LOAD(symbols) load_symbols(symbols, sizeof(symbols) / sizeof((symbols)[0]))

/* The name at an offset, "" if there is none. */
static const char *name_at(const struct elf_symbols *s, uint64_t offset)
{
	struct symbol found;

	return elf_symbols_find(s, offset, &found) ? found.name : "";
}

/* Where the byte at an address stands in its file, from /proc/self/maps; the path goes to *path. */
static uint64_t offset_of(const void *address, char path[4096])
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uint64_t at = (uintptr_t)address;
	char line[8192];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long start, end, offset;

		if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %4095s", &start, &end, &offset, path) !=
		    4)
			continue;
		if (at < start || at >= end)
			continue;
		fclose(maps);
		return at - start + offset;
	}
	fail_msg("no mapping at %p", address);
	return 0;
}

__attribute__((noinline)) static int a_static_function(int x)
{
	__asm__ volatile("" : "+r"(x));
	return x + 1;
}

static void a_static_function_of_this_program_is_found(void **state)
{
	char path[4096];
	uint64_t offset = offset_of((const void *)(uintptr_t)a_static_function, path);
	struct elf_symbols *s = load_fd(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	struct symbol found;

	(void)state;
	assert_int_equal(a_static_function(1), 2);
	assert_int_equal(elf_symbols_find(s, offset + 1, &found), 1);
	assert_string_equal(found.name, "a_static_function");
	assert_int_equal(found.start, offset);
	elf_symbols_free(s);
}

static void an_exported_function_of_libc_is_found(void **state)
{
	char path[4096];
	uint64_t offset = offset_of((const void *)(uintptr_t)getenv, path);
	struct elf_symbols *s = load_fd(open(path, O_RDONLY | O_CLOEXEC));

	(void)state;
	assert_string_equal(name_at(s, offset), "getenv");
	elf_symbols_free(s);
}

static void the_vdso_has_its_clock(void **state)
{
	struct elf_symbols *s;
	struct vdso vdso;
	bool found = false;

	(void)state;
	if (vdso_get(&vdso) < 0)
		skip();
	assert_int_equal(elf_load_memory(vdso.image, vdso.size, "[vdso]", &s, NULL), 0);
	for (uint64_t at = 0; at < vdso.size; at++)
		found = found || strstr(name_at(s, at), "clock_gettime");
	assert_true(found);
	elf_symbols_free(s);
}

static const struct made_symbol two[] = {
	FUNC("first", TEXT + 0x10, 0x10, STB_GLOBAL),
	FUNC("second", TEXT + 0x40, 0x20, STB_GLOBAL),
};

static void a_function_reaches_from_its_first_byte_to_its_last(void **state)
{
	struct elf_symbols *s = LOAD(two);
	struct symbol found;

	(void)state;
	assert_string_equal(name_at(s, TEXT + 0x10), "first");
	assert_string_equal(name_at(s, TEXT + 0x1f), "first");
	assert_int_equal(elf_symbols_find(s, TEXT + 0x5f, &found), 1);
	assert_string_equal(found.name, "second");
	assert_int_equal(found.start, TEXT + 0x40);
	assert_int_equal(found.size, 0x20);
	elf_symbols_free(s);
}

static void a_gap_between_functions_has_no_name(void **state)
{
	struct elf_symbols *s = LOAD(two);
	struct symbol found = { .name = "untouched" };

	(void)state;
	assert_int_equal(elf_symbols_find(s, TEXT + 0x20, &found), 0);
	assert_int_equal(elf_symbols_find(s, TEXT + 0x3f, &found), 0);
	assert_string_equal(found.name, "untouched");
	elf_symbols_free(s);
}

static void places_before_the_first_and_behind_the_last_function_have_no_name(void **state)
{
	struct elf_symbols *s = LOAD(two);

	(void)state;
	assert_string_equal(name_at(s, 0), "");
	assert_string_equal(name_at(s, TEXT + 0xf), "");
	assert_string_equal(name_at(s, TEXT + 0x60), "");
	assert_string_equal(name_at(s, UINT64_MAX), "");
	elf_symbols_free(s);
}

static void a_symbol_of_size_0_reaches_to_the_next_one(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("sizeless", TEXT + 0x10, 0, STB_GLOBAL),
		FUNC("next", TEXT + 0x40, 8, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT + 0x3f), "sizeless");
	assert_string_equal(name_at(s, TEXT + 0x40), "next");
	assert_string_equal(name_at(s, TEXT + 0x48), "");
	elf_symbols_free(s);
}

static void a_symbol_of_size_0_ends_with_its_section(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("last", TEXT + 0x10, 0, STB_GLOBAL),
		{ "init", BASE + INIT + 0x100, 8, STT_FUNC, STB_GLOBAL, IN_INIT },
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT + SECTION_SIZE - 1), "last");
	assert_string_equal(name_at(s, TEXT + SECTION_SIZE), "");
	elf_symbols_free(s);
}

static void a_symbol_of_size_0_ends_with_the_function_around_it(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("function", TEXT + 0x10, 0x20, STB_GLOBAL),
		FUNC("entry", TEXT + 0x18, 0, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT + 0x17), "function");
	assert_string_equal(name_at(s, TEXT + 0x2f), "entry");
	assert_string_equal(name_at(s, TEXT + 0x30), "");
	elf_symbols_free(s);
}

static void a_size_that_is_too_large_ends_with_the_section(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("huge", TEXT + 0x10, UINT64_MAX, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);
	struct symbol found;

	(void)state;
	assert_int_equal(elf_symbols_find(s, TEXT + 0x10, &found), 1);
	assert_int_equal(found.size, SECTION_SIZE - 0x10);
	elf_symbols_free(s);
}

static void of_aliases_the_global_one_wins(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("a", TEXT, 8, STB_LOCAL),
		FUNC("longer", TEXT, 8, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT), "longer");
	assert_int_equal(elf_symbols_count(s), 1);
	elf_symbols_free(s);
}

static void of_global_aliases_the_shortest_wins(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("__libc_read", TEXT, 8, STB_GLOBAL),
		FUNC("read", TEXT, 8, STB_WEAK),
		FUNC("__read", TEXT, 8, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT), "read");
	elf_symbols_free(s);
}

static void of_aliases_of_one_length_the_first_by_alphabet_wins(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("beta", TEXT, 8, STB_GLOBAL),
		FUNC("alfa", TEXT, 8, STB_GLOBAL),
		FUNC("cafe", TEXT, 8, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT), "alfa");
	elf_symbols_free(s);
}

static void an_alias_that_reaches_further_names_the_rest(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("short", TEXT, 8, STB_GLOBAL),
		FUNC("region_of_code", TEXT, 0x20, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT + 7), "short");
	assert_string_equal(name_at(s, TEXT + 8), "region_of_code");
	elf_symbols_free(s);
}

static void of_nested_functions_the_inner_one_wins_and_then_the_outer_goes_on(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("outer", TEXT, 0x100, STB_GLOBAL),
		FUNC("middle", TEXT + 0x20, 0x40, STB_GLOBAL),
		FUNC("inner", TEXT + 0x30, 0x10, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT + 0x1f), "outer");
	assert_string_equal(name_at(s, TEXT + 0x3f), "inner");
	assert_string_equal(name_at(s, TEXT + 0x40), "middle");
	assert_string_equal(name_at(s, TEXT + 0x60), "outer");
	assert_string_equal(name_at(s, TEXT + 0x100), "");
	elf_symbols_free(s);
}

static void an_untyped_symbol_counts_where_nothing_else_covers(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("function", TEXT, 0x20, STB_GLOBAL),
		{ "label", BASE + TEXT + 0x10, 0, STT_NOTYPE, STB_LOCAL, IN_TEXT },
		{ "assembly", BASE + TEXT + 0x30, 0, STT_NOTYPE, STB_GLOBAL, IN_TEXT },
		{ "end_of_text", BASE + TEXT + SECTION_SIZE, 0, STT_NOTYPE, STB_GLOBAL, IN_TEXT },
		{ "in_data", 0x404000, 0, STT_NOTYPE, STB_GLOBAL, IN_DATA },
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT + 0x10), "function");
	assert_string_equal(name_at(s, TEXT + 0x20), "");
	assert_string_equal(name_at(s, TEXT + 0x30), "assembly");
	assert_int_equal(elf_symbols_count(s), 2);
	elf_symbols_free(s);
}

static void a_function_wins_over_an_untyped_alias(void **state)
{
	static const struct made_symbol symbols[] = {
		{ "a", BASE + TEXT, 0x100, STT_NOTYPE, STB_GLOBAL, IN_TEXT },
		FUNC("function", TEXT, 0x20, STB_LOCAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT), "function");
	assert_string_equal(name_at(s, TEXT + 0x20), "");
	elf_symbols_free(s);
}

static void what_is_not_code_of_the_file_is_left_out(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("kept", TEXT, 8, STB_GLOBAL),
		{ "object", BASE + TEXT + 0x10, 8, STT_OBJECT, STB_GLOBAL, IN_TEXT },
		{ "undefined", 0, 0, STT_FUNC, STB_GLOBAL, SHN_UNDEF },
		{ "absolute", BASE + TEXT + 0x20, 8, STT_FUNC, STB_GLOBAL, SHN_ABS },
		{ "in_data", 0x404000, 8, STT_FUNC, STB_GLOBAL, IN_DATA },
		{ "elsewhere", 0x900000, 8, STT_FUNC, STB_GLOBAL, IN_TEXT },
		{ "no_such_section", BASE + TEXT + 0x30, 8, STT_FUNC, STB_GLOBAL, 999 },
		FUNC("", TEXT + 0x40, 8, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_int_equal(elf_symbols_count(s), 1);
	assert_string_equal(name_at(s, TEXT), "kept");
	elf_symbols_free(s);
}

static void functions_chosen_at_run_time_count_too(void **state)
{
	static const struct made_symbol symbols[] = {
		{ "memcpy", BASE + TEXT, 8, STT_GNU_IFUNC, STB_GLOBAL, IN_TEXT },
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT), "memcpy");
	elf_symbols_free(s);
}

static const struct made_symbol mapping[] = {
	{ "$x", BASE + TEXT, 0, STT_NOTYPE, STB_LOCAL, IN_TEXT },
	{ "$d.12", BASE + TEXT + 0x20, 0, STT_NOTYPE, STB_LOCAL, IN_TEXT },
};

static void mapping_symbols_of_arm_name_nothing(void **state)
{
	struct elf_symbols *s =
		load(&(struct elf_plan){ .machine = EM_AARCH64, .symbols = mapping, .n = 2 });

	(void)state;
	assert_int_equal(elf_symbols_count(s), 0);
	elf_symbols_free(s);
}

static void a_dollar_is_an_ordinary_letter_elsewhere(void **state)
{
	struct elf_symbols *s = LOAD(mapping);

	(void)state;
	assert_string_equal(name_at(s, TEXT + 0x10), "$x");
	elf_symbols_free(s);
}

static void the_thumb_bit_of_arm_is_no_part_of_the_place(void **state)
{
	static const struct made_symbol symbols[] = { FUNC("thumb", TEXT + 1, 8, STB_GLOBAL) };
	struct elf_symbols *s = load(&(struct elf_plan){
		.class = ELFCLASS32, .machine = EM_ARM, .symbols = symbols, .n = 1 });

	(void)state;
	assert_string_equal(name_at(s, TEXT), "thumb");
	assert_string_equal(name_at(s, TEXT + 8), "");
	elf_symbols_free(s);
}

static void the_dynamic_table_serves_where_the_full_one_is_missing(void **state)
{
	struct elf_symbols *s =
		load(&(struct elf_plan){ .table = SHT_DYNSYM, .symbols = two, .n = 2 });

	(void)state;
	assert_string_equal(name_at(s, TEXT + 0x10), "first");
	elf_symbols_free(s);
}

static void a_stripped_file_gives_an_empty_set(void **state)
{
	struct elf_symbols *s = load(&(struct elf_plan){ 0 });

	(void)state;
	assert_int_equal(elf_symbols_count(s), 0);
	assert_string_equal(name_at(s, TEXT), "");
	elf_symbols_free(s);
}

static void a_32_bit_big_endian_file_reads_the_same(void **state)
{
	struct elf_symbols *s = load(&(struct elf_plan){ .class = ELFCLASS32,
							 .data = ELFDATA2MSB,
							 .machine = EM_S390,
							 .symbols = two,
							 .n = 2 });
	struct symbol found;

	(void)state;
	assert_int_equal(elf_symbols_find(s, TEXT + 0x5f, &found), 1);
	assert_string_equal(found.name, "second");
	assert_int_equal(found.start, TEXT + 0x40);
	assert_int_equal(found.size, 0x20);
	elf_symbols_free(s);
}

static void a_64_bit_big_endian_file_reads_the_same(void **state)
{
	struct elf_symbols *s = load(&(struct elf_plan){
		.data = ELFDATA2MSB, .machine = EM_S390, .symbols = two, .n = 2 });

	(void)state;
	assert_string_equal(name_at(s, TEXT + 0x5f), "second");
	elf_symbols_free(s);
}

static void without_segments_the_section_says_where_code_stands(void **state)
{
	static const struct made_symbol symbols[] = {
		{ "text", 0x10, 8, STT_FUNC, STB_GLOBAL, IN_TEXT },
		{ "init", 0x10, 8, STT_FUNC, STB_GLOBAL, IN_INIT },
	};
	struct elf_symbols *s = load(&(struct elf_plan){
		.type = ET_REL, .no_segments = true, .symbols = symbols, .n = 2 });

	(void)state;
	assert_string_equal(name_at(s, TEXT + 0x10), "text");
	assert_string_equal(name_at(s, INIT + 0x10), "init");
	elf_symbols_free(s);
}

static void code_that_is_not_in_the_file_has_no_place_in_it(void **state)
{
	struct elf_symbols *s =
		load(&(struct elf_plan){ .text_without_bytes = true, .symbols = two, .n = 2 });

	(void)state;
	assert_int_equal(elf_symbols_count(s), 0);
	elf_symbols_free(s);
}

static void code_that_no_segment_loads_has_no_place_in_a_mapping(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("loaded", TEXT, 8, STB_GLOBAL),
		{ "not_loaded", BASE + INIT, 8, STT_FUNC, STB_GLOBAL, IN_INIT },
	};
	struct elf_symbols *s = load(
		&(struct elf_plan){ .segment_without_init = true, .symbols = symbols, .n = 2 });

	(void)state;
	assert_int_equal(elf_symbols_count(s), 1);
	assert_string_equal(name_at(s, INIT), "");
	elf_symbols_free(s);
}

static void the_version_behind_a_name_is_cut_off(void **state)
{
	static const struct made_symbol symbols[] = {
		FUNC("memcpy@@GLIBC_2.14", TEXT, 8, STB_GLOBAL),
		FUNC("old@GLIBC_2.2.5", TEXT + 8, 8, STB_GLOBAL),
		FUNC("?f@@YAXXZ", TEXT + 16, 8, STB_GLOBAL),
	};
	struct elf_symbols *s = LOAD(symbols);

	(void)state;
	assert_string_equal(name_at(s, TEXT), "memcpy");
	assert_string_equal(name_at(s, TEXT + 8), "old");
	assert_string_equal(name_at(s, TEXT + 16), "?f@@YAXXZ");
	elf_symbols_free(s);
}

static void section_numbers_too_large_for_the_table_are_looked_up(void **state)
{
	static const struct made_symbol symbols[] = {
		{ "far", BASE + TEXT, 8, STT_FUNC, STB_GLOBAL, SHN_XINDEX },
	};
	static const GElf_Word numbers[] = { 0, IN_TEXT };
	struct elf_symbols *s =
		load(&(struct elf_plan){ .symbols = symbols, .n = 1, .numbers = numbers });

	(void)state;
	assert_string_equal(name_at(s, TEXT), "far");
	elf_symbols_free(s);
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	elf_symbols_free(NULL);
}

#define TEST cmocka_unit_test

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_static_function_of_this_program_is_found),
		TEST(an_exported_function_of_libc_is_found),
		TEST(the_vdso_has_its_clock),
		TEST(a_function_reaches_from_its_first_byte_to_its_last),
		TEST(a_gap_between_functions_has_no_name),
		TEST(places_before_the_first_and_behind_the_last_function_have_no_name),
		TEST(a_symbol_of_size_0_reaches_to_the_next_one),
		TEST(a_symbol_of_size_0_ends_with_its_section),
		TEST(a_symbol_of_size_0_ends_with_the_function_around_it),
		TEST(a_size_that_is_too_large_ends_with_the_section),
		TEST(of_aliases_the_global_one_wins),
		TEST(of_global_aliases_the_shortest_wins),
		TEST(of_aliases_of_one_length_the_first_by_alphabet_wins),
		TEST(an_alias_that_reaches_further_names_the_rest),
		TEST(of_nested_functions_the_inner_one_wins_and_then_the_outer_goes_on),
		TEST(an_untyped_symbol_counts_where_nothing_else_covers),
		TEST(a_function_wins_over_an_untyped_alias),
		TEST(what_is_not_code_of_the_file_is_left_out),
		TEST(functions_chosen_at_run_time_count_too),
		TEST(mapping_symbols_of_arm_name_nothing),
		TEST(a_dollar_is_an_ordinary_letter_elsewhere),
		TEST(the_thumb_bit_of_arm_is_no_part_of_the_place),
		TEST(the_dynamic_table_serves_where_the_full_one_is_missing),
		TEST(a_stripped_file_gives_an_empty_set),
		TEST(a_32_bit_big_endian_file_reads_the_same),
		TEST(a_64_bit_big_endian_file_reads_the_same),
		TEST(without_segments_the_section_says_where_code_stands),
		TEST(code_that_is_not_in_the_file_has_no_place_in_it),
		TEST(code_that_no_segment_loads_has_no_place_in_a_mapping),
		TEST(the_version_behind_a_name_is_cut_off),
		TEST(section_numbers_too_large_for_the_table_are_looked_up),
		TEST(freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
