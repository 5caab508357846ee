// SPDX-License-Identifier: BSD-2-Clause
/* What analyze/symbolize/symbolizer.h promises, on files made to order below a symfs. */
#include "tests/support/elf_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "analyze/symbolize/symbolizer.h"
#include "symbols/build_id.h"
#include "symbols/vdso.h"

static const uint8_t note[] = { 4, 0, 0,   0,	4,   0, 0,   0,	  3,   0,
				0, 0, 'G', 'N', 'U', 0, 0xa, 0xb, 0xc, 0xd };
static const struct made_symbol functions[] = {
	FUNC("_ZN3foo3barEi", TEXT, 0x10, STB_GLOBAL),
	FUNC("bad\x1b\xff", TEXT + 0x20, 0x10, STB_GLOBAL),
};

static const struct module lib = { .path = "/lib.so",
				   .build_id = { 0xa, 0xb, 0xc, 0xd },
				   .build_id_size = 4 };
static const struct module rebuilt = { .path = "/lib.so",
				       .build_id = { 1, 2, 3, 4 },
				       .build_id_size = 4 };
static const struct module bare = { .path = "/bare.so" };

/* A folder to be a symfs: lib.so has a build-id and names, bare.so no build-id. */
struct fixture {
	char symfs[64];
	char path[128];
	struct bundle *bundle;
	struct symbolizer *s;
};

static void put_elf(struct fixture *f, const char *name, const struct elf_plan *plan)
{
	int fd;

	snprintf(f->path, sizeof(f->path), "%s/%s", f->symfs, name);
	fd = open(f->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	write_elf(plan, fd);
	close(fd);
}

static int make_files(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct elf_plan plan = {
		.symbols = functions, .n = 2, .notes = note, .notes_size = sizeof(note)
	};

	strcpy(f->symfs, "/tmp/symfs.XXXXXX");
	assert_non_null(mkdtemp(f->symfs));
	put_elf(f, "lib.so", &plan);
	plan.n = 0;
	put_elf(f, "empty.so", &plan);
	plan.n = 2;
	plan.notes_size = 0;
	put_elf(f, "bare.so", &plan);
	f->bundle = bundle_new();
	f->s = symbolizer_new(
		&(struct symbolizer_options){ .bundle = f->bundle, .symfs = f->symfs });
	*state = f;
	return 0;
}

static int drop_files(void **state)
{
	struct fixture *f = *state;
	char command[128];

	symbolizer_free(f->s);
	bundle_free(f->bundle);
	snprintf(command, sizeof(command), "rm -rf %s", f->symfs);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* Replaces the fixture's symbolizer by one of these options. */
static void use(struct fixture *f, struct symbolizer_options options)
{
	symbolizer_free(f->s);
	f->s = symbolizer_new(&options);
}

static void assert_frame(struct fixture *f, const struct module *m, uint64_t offset,
			 const char *name)
{
	struct frame_name found;

	symbolizer_find(f->s, m, offset, &found);
	assert_string_equal(found.name, name);
}

/* That the only note is "SYMFS/..." and the rest of the text. */
static void assert_note(const struct fixture *f, const char *text)
{
	char want[512];

	assert_int_equal(symbolizer_n_notes(f->s), 1);
	snprintf(want, sizeof(want), "%s%s", f->symfs, text);
	assert_string_equal(symbolizer_note(f->s, 0), want);
}

static void a_file_of_the_same_build_id_names_its_code(void **state)
{
	struct fixture *f = *state;
	struct frame_name found;

	symbolizer_find(f->s, &lib, TEXT + 5, &found);
	assert_string_equal(found.name, "foo::bar(int)");
	assert_string_equal(found.system_name, "_ZN3foo3barEi");
	assert_int_equal(found.source, SYMBOL_ELF);
	assert_int_equal(symbolizer_n_notes(f->s), 0);
}

static void a_file_of_another_build_id_is_refused_and_said_so(void **state)
{
	struct fixture *f = *state;
	struct frame_name found;

	symbolizer_find(f->s, &rebuilt, TEXT + 5, &found);
	assert_string_equal(found.name, "[lib.so]");
	assert_string_equal(found.system_name, "");
	assert_int_equal(found.source, SYMBOL_NONE);
	assert_note(f, "/lib.so: its build-id is 0a0b0c0d here and 01020304 in the tape; skipped");
}

static void a_longer_build_id_is_another_one(void **state)
{
	struct fixture *f = *state;
	struct module longer = lib;

	longer.build_id_size = 5;
	assert_frame(f, &lib, TEXT, "foo::bar(int)");
	assert_frame(f, &longer, TEXT, "[lib.so]");
	assert_note(f,
		    "/lib.so: its build-id is 0a0b0c0d here and 0a0b0c0d00 in the tape; skipped");
}

static void a_file_without_a_build_id_is_refused_if_the_tape_has_one(void **state)
{
	struct fixture *f = *state;
	struct module m = lib;

	m.path = "/bare.so";
	assert_frame(f, &m, TEXT, "[bare.so]");
	assert_note(f, "/bare.so: no build-id here, 0a0b0c0d in the tape; skipped");
}

static void below_a_symfs_a_module_without_a_build_id_is_named_unchecked(void **state)
{
	struct fixture *f = *state;

	assert_frame(f, &bare, TEXT, "foo::bar(int)");
	assert_note(f, "/bare.so: no build-id in the tape; names are taken from this file "
		       "unchecked");
}

static void without_a_symfs_a_module_without_a_build_id_is_not_named(void **state)
{
	struct fixture *f = *state;
	struct module m = { .path = f->path }; /* bare.so */
	char want[512];

	use(f, (struct symbolizer_options){ 0 });
	assert_frame(f, &m, TEXT, "[bare.so]");
	assert_int_equal(symbolizer_n_notes(f->s), 1);
	snprintf(want, sizeof(want),
		 "%s: no build-id in the tape, so it cannot be checked; skipped (--symfs takes "
		 "the files of a folder unchecked)",
		 f->path);
	assert_string_equal(symbolizer_note(f->s, 0), want);
}

static void a_missing_file_is_told_once_however_often_it_is_asked_for(void **state)
{
	struct fixture *f = *state;
	struct module m = lib;

	m.path = "/gone.so.1";
	assert_frame(f, &m, 1, "[gone.so.1]");
	assert_frame(f, &m, 2, "[gone.so.1]");
	assert_note(f, "/gone.so.1: not on this machine; skipped");
}

static void a_fifo_is_not_opened(void **state)
{
	struct fixture *f = *state;
	struct module m = lib;
	char path[128];

	m.path = "/fifo";
	snprintf(path, sizeof(path), "%s/fifo", f->symfs);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_frame(f, &m, 1, "[fifo]");
	assert_note(f, "/fifo: not a regular file; skipped");
}

static void a_path_that_is_none_is_not_opened(void **state)
{
	struct fixture *f = *state;
	struct module m = lib;

	m.path = "lib.so";
	assert_frame(f, &m, TEXT, "[lib.so]");
	m.path = "";
	assert_frame(f, &m, TEXT, "[]");
	assert_int_equal(symbolizer_n_notes(f->s), 0);
}

static void a_file_without_symbols_is_told(void **state)
{
	struct fixture *f = *state;
	struct module m = lib;

	m.path = "/empty.so";
	assert_frame(f, &m, TEXT, "[empty.so]");
	assert_note(f, "/empty.so: no function symbols in it");
}

static void the_bundle_is_asked_first(void **state)
{
	struct fixture *f = *state;
	struct frame_name found;

	bundle_add(f->bundle, &lib,
		   &(struct symbol){ TEXT, 0x10, "_Z11from_bundlev", EV_SYMBOL_UNTOLD });
	symbolizer_find(f->s, &lib, TEXT, &found);
	assert_string_equal(found.name, "from_bundle()");
	assert_string_equal(found.system_name, "_Z11from_bundlev");
	assert_int_equal(found.source, SYMBOL_BUNDLE);
}

static void what_the_bundle_lacks_is_looked_up_in_the_file(void **state)
{
	struct fixture *f = *state;

	bundle_add(f->bundle, &lib, &(struct symbol){ 0, 0x10, "other", EV_SYMBOL_UNTOLD });
	assert_frame(f, &lib, TEXT, "foo::bar(int)");
}

static void a_module_that_the_bundle_names_needs_no_file(void **state)
{
	struct fixture *f = *state;

	bundle_add(f->bundle, &rebuilt, &(struct symbol){ TEXT, 0x10, "here", EV_SYMBOL_UNTOLD });
	assert_frame(f, &rebuilt, TEXT, "here");
	assert_int_equal(symbolizer_n_notes(f->s), 0);
}

static void without_files_only_the_bundle_names(void **state)
{
	struct fixture *f = *state;

	bundle_add(f->bundle, &lib, &(struct symbol){ 0, 0x10, "other", EV_SYMBOL_UNTOLD });
	use(f, (struct symbolizer_options){
		       .bundle = f->bundle, .symfs = f->symfs, .no_files = true });
	assert_frame(f, &lib, 0, "other");
	assert_frame(f, &lib, TEXT, "[lib.so]");
	assert_int_equal(symbolizer_n_notes(f->s), 0);
}

static void add_lines(struct fixture *f, uint64_t start, const char *text)
{
	const struct symbol range = { .start = start, .size = 0x10, .origin = EV_SYMBOL_DWARF };

	assert_int_equal(bundle_add_lines(f->bundle, &lib, &range, text), 0);
}

static void lines_are_given_with_demangled_names(void **state)
{
	struct fixture *f = *state;
	struct frame_lines found;

	add_lines(f, TEXT, "_ZN3foo2inEv\t/src/foo.h\t7\t5\n_ZN3foo3barEi\t/src/foo.cc\t70\t60\n");
	symbolizer_lines(f->s, &lib, TEXT, &found);
	assert_int_equal(found.n, 2);
	assert_string_equal(found.at[0].name, "foo::in()");
	assert_string_equal(found.at[0].system_name, "_ZN3foo2inEv");
	assert_string_equal(found.at[0].file, "/src/foo.h");
	assert_int_equal(found.at[0].line, 7);
	assert_string_equal(found.at[1].name, "foo::bar(int)");
	assert_int_equal(found.at[1].first_line, 60);
	assert_int_equal(found.source, SYMBOL_BUNDLE);
	assert_int_equal(found.origin, EV_SYMBOL_DWARF);
}

static void a_frame_without_lines_has_its_name_alone(void **state)
{
	struct fixture *f = *state;
	struct frame_lines found;

	symbolizer_lines(f->s, &lib, TEXT, &found);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.at[0].name, "foo::bar(int)");
	assert_string_equal(found.at[0].file, "");
	assert_int_equal(found.source, SYMBOL_NONE);
	symbolizer_lines(f->s, &lib, TEXT + 0x10, &found);
	assert_string_equal(found.at[0].name, "[lib.so]");
}

static void a_function_has_one_name_whatever_the_lines_call_it(void **state)
{
	struct fixture *f = *state;
	struct frame_lines found;

	add_lines(f, TEXT, "bar\t/src/foo.cc\t70\t60\n");
	symbolizer_lines(f->s, &lib, TEXT, &found);
	assert_string_equal(found.at[0].name, "foo::bar(int)");
	assert_int_equal(found.at[0].line, 70);
}

static void where_no_symbol_reaches_lines_name_the_function(void **state)
{
	struct fixture *f = *state;
	struct frame_name found;

	add_lines(f, TEXT + 0x10, "in\t\t1\t1\n_Z3gapv\t/src/foo.cc\t70\t60\n");
	symbolizer_find(f->s, &lib, TEXT + 0x10, &found);
	assert_string_equal(found.name, "gap()");
	assert_int_equal(found.origin, EV_SYMBOL_DWARF);
}

static void a_mark_has_no_lines(void **state)
{
	struct fixture *f = *state;
	const struct module mark = { .kind = MODULE_MARK, .path = "[cut]" };
	struct frame_lines found;

	symbolizer_lines(f->s, &mark, 0, &found);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.at[0].name, "[cut]");
}

static void what_is_asked_for_comes_as_it_stands(void **state)
{
	struct fixture *f = *state;
	struct symbol found;

	assert_int_equal(symbolizer_ask(f->s, &lib, TEXT + 1, &found), 1);
	assert_string_equal(found.name, "_ZN3foo3barEi");
	assert_int_equal(found.start, TEXT);
	assert_int_equal(symbolizer_ask(f->s, &lib, TEXT + 0x10, &found), 0);
}

static void a_gap_between_functions_has_its_modules_name(void **state)
{
	struct fixture *f = *state;

	assert_frame(f, &lib, TEXT + 0x10, "[lib.so]");
	assert_int_equal(symbolizer_n_notes(f->s), 0);
}

static void names_come_without_bytes_that_may_not_be_shown(void **state)
{
	struct fixture *f = *state;
	struct frame_name found;

	symbolizer_find(f->s, &lib, TEXT + 0x20, &found);
	assert_string_equal(found.name, "bad??");
	assert_string_equal(found.system_name, "bad??");
}

static void what_has_no_name_is_called_by_its_kind(void **state)
{
	struct fixture *f = *state;

	use(f, (struct symbolizer_options){ .no_files = true });
	assert_frame(f, &(struct module){ .kind = MODULE_FILE, .path = "/lib/a.so.6" }, 1,
		     "[a.so.6]");
	assert_frame(f, &(struct module){ .kind = MODULE_KERNEL, .path = "[kernel]" }, 1,
		     "[kernel]");
	assert_frame(f, &(struct module){ .kind = MODULE_KMOD, .path = "ext4" }, 1, "[ext4]");
	assert_frame(f, &(struct module){ .kind = MODULE_VDSO, .path = "[vdso]" }, 1, "[vdso]");
	assert_frame(f, &(struct module){ .kind = MODULE_ANON, .path = "[anon]" }, 1, "[anon]");
	assert_frame(f, &(struct module){ .kind = MODULE_UNKNOWN, .path = "" }, 1, "[unknown]");
	assert_frame(f, &(struct module){ .kind = MODULE_BPF, .path = "bpf_prog_1_f" }, 1,
		     "[bpf_prog_1_f]");
}

static void a_mark_is_shown_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct frame_name found;

	symbolizer_find(f->s, &(struct module){ .kind = MODULE_MARK, .path = "[stack/lost]" }, 0,
			&found);
	assert_string_equal(found.name, "[stack/lost]");
	assert_string_equal(found.system_name, "");
	assert_int_equal(found.source, SYMBOL_NONE);
}

static void answers_stay_where_they_are(void **state)
{
	struct fixture *f = *state;
	struct frame_name first, again;

	symbolizer_find(f->s, &lib, TEXT, &first);
	for (uint64_t i = 0; i < 10000; i++)
		symbolizer_find(f->s, &bare, i, &again);
	symbolizer_find(f->s, &lib, TEXT, &again);
	assert_ptr_equal(first.name, again.name);
	assert_ptr_equal(first.system_name, again.system_name);
}

static void the_file_is_read_once(void **state)
{
	struct fixture *f = *state;
	char path[128];

	assert_frame(f, &lib, TEXT, "foo::bar(int)");
	snprintf(path, sizeof(path), "%s/lib.so", f->symfs);
	assert_int_equal(unlink(path), 0);
	assert_frame(f, &lib, TEXT + 1, "foo::bar(int)");
}

static void this_program_is_named_from_its_own_file(void **state)
{
	struct fixture *f = *state;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char path[4096] = { 0 };
	struct module m = { .path = path };
	struct build_id id;

	use(f, (struct symbolizer_options){ 0 });
	assert_true(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	assert_int_equal(build_id_of_fd(fd, &id), 0);
	close(fd);
	m.build_id_size = id.size;
	memcpy(m.build_id, id.bytes, id.size);
	for (uint64_t offset = 0; offset < 1 << 22; offset++) {
		struct frame_name found;

		symbolizer_find(f->s, &m, offset, &found);
		if (strcmp(found.name, "this_program_is_named_from_its_own_file") == 0)
			return;
	}
	fail_msg("%s: its own function was not found", path);
}

static void the_vdso_is_named_if_it_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct module m = { .kind = MODULE_VDSO, .path = "[vdso]" };
	struct build_id id;
	struct vdso vdso;
	bool found = false;

	if (vdso_get(&vdso) < 0 || build_id_of_memory(vdso.image, vdso.size, &id) < 0)
		skip();
	m.build_id_size = id.size;
	memcpy(m.build_id, id.bytes, id.size);
	for (uint64_t offset = 0; offset < vdso.size && !found; offset++) {
		struct frame_name name;

		symbolizer_find(f->s, &m, offset, &name);
		found = strstr(name.name, "clock_gettime") != NULL;
	}
	assert_true(found);
	m.build_id[0] ^= 1;
	assert_frame(f, &m, 0, "[vdso]");
	assert_int_equal(symbolizer_n_notes(f->s), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_files, drop_files)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_of_the_same_build_id_names_its_code),
		TEST(a_file_of_another_build_id_is_refused_and_said_so),
		TEST(a_longer_build_id_is_another_one),
		TEST(a_file_without_a_build_id_is_refused_if_the_tape_has_one),
		TEST(below_a_symfs_a_module_without_a_build_id_is_named_unchecked),
		TEST(without_a_symfs_a_module_without_a_build_id_is_not_named),
		TEST(a_missing_file_is_told_once_however_often_it_is_asked_for),
		TEST(a_fifo_is_not_opened),
		TEST(a_path_that_is_none_is_not_opened),
		TEST(a_file_without_symbols_is_told),
		TEST(the_bundle_is_asked_first),
		TEST(what_the_bundle_lacks_is_looked_up_in_the_file),
		TEST(a_module_that_the_bundle_names_needs_no_file),
		TEST(without_files_only_the_bundle_names),
		TEST(lines_are_given_with_demangled_names),
		TEST(a_frame_without_lines_has_its_name_alone),
		TEST(a_function_has_one_name_whatever_the_lines_call_it),
		TEST(where_no_symbol_reaches_lines_name_the_function),
		TEST(a_mark_has_no_lines),
		TEST(what_is_asked_for_comes_as_it_stands),
		TEST(a_gap_between_functions_has_its_modules_name),
		TEST(names_come_without_bytes_that_may_not_be_shown),
		TEST(what_has_no_name_is_called_by_its_kind),
		TEST(a_mark_is_shown_as_it_is),
		TEST(answers_stay_where_they_are),
		TEST(the_file_is_read_once),
		TEST(this_program_is_named_from_its_own_file),
		TEST(the_vdso_is_named_if_it_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
