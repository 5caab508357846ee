// SPDX-License-Identifier: BSD-2-Clause
/*
 * What symbols/dwarf.h promises, on files that tests/symbols/data/make.sh made of
 * shop.cc with several compilers: the lines below are those of shop.cc.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/dwarf.h"
#include "symbols/dwarf_split.h"

/* mangled: also functions that are not exported have their mangled name. */
struct made {
	const char *name;
	bool mangled;
};

static const struct made all[] = {
	{ "gcc2", false },	 { "gcc4", false },	  { "gcc5", false },
	{ "gcc64", false },	 { "packed", false },	  { "oldpacked", false },
	{ "lto", false },	 { "clang4", true },	  { "clang5", true },
	{ "s390x", true },	 { "zstd", false },	  { "split4", false },
	{ "split5", false },	 { "splitzstd", false },  { "package4", false },
	{ "clangsplit4", true }, { "clangsplit5", true }, { "clangpackage5", true },
};

#define N_ALL (sizeof(all) / sizeof(all[0]))

/* Where the other half of what is split lies, as make.sh left it; instead: another one's. */
struct halves {
	struct dwarf_split_files files;
	const char *of;
	const char *instead;
	struct tape_error note;
};

static int open_half(void *context, unsigned int place, const char *folder, const char *name)
{
	const struct halves *h = context;
	char path[64];

	if (place)
		return -ENOENT;
	if (name)
		assert_string_equal(folder, "/src");
	if (name)
		snprintf(path, sizeof(path), "tests/symbols/data/%s",
			 h->instead ? h->instead : name);
	else
		snprintf(path, sizeof(path), "tests/symbols/data/%s.dwp", h->of);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static struct halves *new_halves(const char *of, const char *instead)
{
	struct halves *h = calloc(1, sizeof(*h));

	*h = (struct halves){ .of = of, .instead = instead };
	h->files = (struct dwarf_split_files){ open_half, h, 2, &h->note };
	return h;
}

struct opened {
	int fd;
	Elf *elf;
	struct dwarf *dwarf;
	struct halves *halves;
};

static struct opened open_with(const char *name, const char *instead)
{
	struct opened o;
	struct dwarf_files files;
	struct tape_error err = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "tests/symbols/data/%s.so", name);
	elf_version(EV_CURRENT);
	o.fd = open(path, O_RDONLY | O_CLOEXEC);
	o.elf = elf_begin(o.fd, ELF_C_READ, NULL);
	o.halves = new_halves(name, instead);
	files = (struct dwarf_files){
		.elf = o.elf, .fd = o.fd, .code = o.elf, .split = &o.halves->files
	};
	if (dwarf_open(&files, path, &o.dwarf, &err) < 0)
		fail_msg("%s", err.text);
	return o;
}

static struct opened open_made(const char *name)
{
	return open_with(name, NULL);
}

static void close_made(struct opened *o)
{
	dwarf_free(o->dwarf);
	free(o->halves);
	elf_end(o->elf);
	close(o->fd);
}

/* The value of a symbol: addresses are offsets in what make.sh makes. */
static uint64_t place_of(Elf *elf, const char *name)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr h;

	while ((scn = elf_nextscn(elf, scn))) {
		Elf_Data *data;
		GElf_Sym symbol;

		if (!gelf_getshdr(scn, &h) || h.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(scn, NULL);
		for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
			if (strcmp(elf_strptr(elf, h.sh_link, symbol.st_name), name) == 0)
				return symbol.st_value;
		}
	}
	fail_msg("no symbol %s", name);
	return 0;
}

static struct lines lines_at(const struct opened *o, const char *mark)
{
	struct lines found = { .n = 0 };

	dwarf_lines(o->dwarf, place_of(o->elf, mark), &found);
	return found;
}

/* The functions at a mark, innermost first, with a blank behind each. */
static void assert_functions(const char *mark, const char *plain, const char *mangled)
{
	for (size_t i = 0; i < N_ALL; i++) {
		struct opened o = open_made(all[i].name);
		struct lines found = lines_at(&o, mark);
		char text[512] = "";

		for (size_t k = 0; k < found.n; k++) {
			strcat(text, found.at[k].function);
			strcat(text, " ");
		}
		if (strcmp(text, all[i].mangled ? mangled : plain) != 0)
			fail_msg("%s, %s: %s", all[i].name, mark, text);
		close_made(&o);
	}
}

static void assert_lines(const char *mark, const char *wanted)
{
	for (size_t i = 0; i < N_ALL; i++) {
		struct opened o = open_made(all[i].name);
		struct lines found = lines_at(&o, mark);
		char text[512] = "", one[128];

		for (size_t k = 0; k < found.n; k++) {
			snprintf(one, sizeof(one), "%s:%u:%u ", found.at[k].file, found.at[k].line,
				 found.at[k].first_line);
			strcat(text, one);
		}
		if (strcmp(text, wanted) != 0)
			fail_msg("%s, %s: %s", all[i].name, mark, text);
		close_made(&o);
	}
}

static void functions_that_were_inlined_are_told_innermost_first(void **state)
{
	(void)state;
	assert_functions("mark_inner", "inner middle _ZN4shop5outerEi ",
			 "_ZN4shopL5innerEi _ZN4shopL6middleEi _ZN4shop5outerEi ");
	assert_functions("mark_middle", "middle _ZN4shop5outerEi ",
			 "_ZN4shopL6middleEi _ZN4shop5outerEi ");
	assert_functions("mark_outer", "_ZN4shop5outerEi ", "_ZN4shop5outerEi ");
}

static void lines_are_of_the_code_and_then_of_each_call(void **state)
{
	(void)state;
	assert_lines("mark_inner", "/src/shop.cc:27:24 /src/shop.cc:34:31 /src/shop.cc:40:37 ");
	assert_lines("mark_middle", "/src/shop.cc:33:31 /src/shop.cc:40:37 ");
	assert_lines("mark_outer", "/src/shop.cc:39:37 ");
}

static void a_function_of_a_class_has_its_name_from_the_class(void **state)
{
	(void)state;
	assert_functions("mark_open", "_ZNK4shop3box4openEi ", "_ZNK4shop3box4openEi ");
}

static void a_function_of_a_class_begins_where_it_is_defined(void **state)
{
	(void)state;
	assert_lines("mark_open", "/src/shop.cc:45:43 ");
}

static void a_function_that_is_not_mangled_has_its_plain_name(void **state)
{
	(void)state;
	assert_functions("mark_plain", "plain ", "plain ");
}

static void an_answer_holds_from_its_start_to_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALL; i++) {
		struct opened o = open_made(all[i].name);
		struct lines found = lines_at(&o, "mark_inner"), again;

		assert_in_range(place_of(o.elf, "mark_inner"), found.start,
				found.start + found.size - 1);
		for (uint64_t at = found.start; at < found.start + found.size; at++) {
			assert_int_equal(dwarf_lines(o.dwarf, at, &again), 1);
			assert_int_equal(again.start, found.start);
			assert_int_equal(again.size, found.size);
			assert_memory_equal(again.at, found.at, found.n * sizeof(found.at[0]));
		}
		close_made(&o);
	}
}

static void a_function_is_found_from_its_first_byte_to_its_last(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALL; i++) {
		struct opened o = open_made(all[i].name);
		struct symbol found, again;

		assert_int_equal(dwarf_find(o.dwarf, place_of(o.elf, "mark_inner"), &found), 1);
		assert_string_equal(found.name, "_ZN4shop5outerEi");
		assert_int_equal(found.start, place_of(o.elf, "_ZN4shop5outerEi"));
		assert_int_equal(found.origin, EV_SYMBOL_DWARF);
		assert_int_equal(dwarf_find(o.dwarf, found.start + found.size - 1, &again), 1);
		assert_ptr_equal(again.name, found.name);
		if (dwarf_find(o.dwarf, found.start + found.size, &again))
			assert_string_not_equal(again.name, found.name);
		close_made(&o);
	}
}

/* Its address in the DWARF is 0, where the ELF header is mapped as code. */
static void what_the_linker_threw_away_is_nowhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALL; i++) {
		struct opened o = open_made(all[i].name);
		struct symbol symbol;
		struct lines found;

		for (uint64_t at = 0; at < 8192; at++) {
			if (dwarf_find(o.dwarf, at, &symbol))
				assert_null(strstr(symbol.name, "discarded"));
		}
		assert_int_equal(dwarf_lines(o.dwarf, 4, &found), 0);
		close_made(&o);
	}
}

static void code_without_debug_information_is_unknown(void **state)
{
	struct opened o = open_made("gcc5");
	struct lines found = { .n = 77 };
	struct symbol symbol = { .name = "untouched" };

	(void)state;
	assert_int_equal(dwarf_lines(o.dwarf, UINT64_MAX, &found), 0);
	assert_int_equal(dwarf_find(o.dwarf, 1 << 20, &symbol), 0);
	assert_int_equal(found.n, 77);
	assert_string_equal(symbol.name, "untouched");
	close_made(&o);
}

static void what_was_split_off_and_is_not_there_leaves_lines_without_names(void **state)
{
	struct opened o = open_made("skeleton");
	struct lines found = lines_at(&o, "mark_inner");

	(void)state;
	assert_int_equal(found.n, 1);
	assert_string_equal(found.at[0].function, "");
	assert_string_equal(found.at[0].file, "/src/shop.cc");
	assert_int_equal(found.at[0].line, 27);
	assert_string_equal(o.halves->note.text, "its functions' lines are in another file, "
						 "shop.dwo, and that is not there");
	close_made(&o);
}

static void a_dwo_file_of_another_build_is_refused_and_named(void **state)
{
	struct opened o = open_with("split5", "clangsplit5.dwo");
	struct lines found = lines_at(&o, "mark_inner");

	(void)state;
	assert_int_equal(found.n, 1);
	assert_string_equal(found.at[0].function, "");
	assert_int_equal(found.at[0].line, 27);
	assert_string_equal(o.halves->note.text, "its functions' lines are in another file, "
						 "split5.dwo, and that is of another build");
	close_made(&o);
}

static void *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes = malloc(65536);

	*size = (size_t)read(fd, bytes, 65536);
	close(fd);
	return bytes;
}

static void an_image_in_memory_gives_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALL; i++) {
		struct opened o = open_made(all[i].name);
		struct lines found = lines_at(&o, "mark_inner"), again;
		struct dwarf_files files = { .fd = -1, .split = &o.halves->files };
		struct dwarf *d;
		char path[64], *image;
		size_t size;

		snprintf(path, sizeof(path), "tests/symbols/data/%s.so", all[i].name);
		image = read_file(path, &size);
		files.elf = files.code = elf_memory(image, size);
		assert_int_equal(dwarf_open(&files, "image", &d, NULL), 0);
		assert_int_equal(dwarf_lines(d, found.start, &again), 1);
		assert_string_equal(again.at[0].function, found.at[0].function);
		assert_int_equal(again.at[2].line, found.at[2].line);
		dwarf_free(d);
		elf_end(files.elf);
		free(image);
		close_made(&o);
	}
}

static void a_file_without_dwarf_is_refused(void **state)
{
	static const char nothing[] = "\177ELF";
	struct tape_error err = { 0 };
	struct dwarf_files files = { .fd = -1 };
	struct dwarf *d = NULL;

	(void)state;
	elf_version(EV_CURRENT);
	files.elf = files.code = elf_memory((char *)(uintptr_t)nothing, sizeof(nothing));
	assert_int_equal(dwarf_open(&files, "x.so", &d, &err), -ENODATA);
	assert_string_equal(err.text, "x.so: no DWARF in it");
	assert_null(d);
	elf_end(files.elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_that_were_inlined_are_told_innermost_first),
		cmocka_unit_test(lines_are_of_the_code_and_then_of_each_call),
		cmocka_unit_test(a_function_of_a_class_has_its_name_from_the_class),
		cmocka_unit_test(a_function_of_a_class_begins_where_it_is_defined),
		cmocka_unit_test(a_function_that_is_not_mangled_has_its_plain_name),
		cmocka_unit_test(an_answer_holds_from_its_start_to_its_end),
		cmocka_unit_test(a_function_is_found_from_its_first_byte_to_its_last),
		cmocka_unit_test(what_the_linker_threw_away_is_nowhere),
		cmocka_unit_test(code_without_debug_information_is_unknown),
		cmocka_unit_test(what_was_split_off_and_is_not_there_leaves_lines_without_names),
		cmocka_unit_test(a_dwo_file_of_another_build_is_refused_and_named),
		cmocka_unit_test(an_image_in_memory_gives_the_same),
		cmocka_unit_test(a_file_without_dwarf_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
