// SPDX-License-Identifier: BSD-2-Clause
/* When the running kernel's symbols may name a tape's frames, by files made here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/symbolize/source.h"

#define KERNEL_ID "abcdefghijklmnopqrst"
#define EXT4_ID	  "ABCDEFGHIJKLMNOPQRST"

static const struct module kernel = {
	.kind = MODULE_KERNEL, .path = "[kernel]", .build_id = KERNEL_ID, .build_id_size = 20
};
static const struct module ext4 = {
	.kind = MODULE_KMOD, .path = "ext4", .build_id = EXT4_ID, .build_id_size = 20
};

static const char symbols[] = "ffffffff91000000 T _text\n"
			      "ffffffff91000100 t do_one_thing\n"
			      "ffffffff91000200 D data\n"
			      "ffffffffc0001000 t open_file\t[ext4]\n"
			      "ffffffffc0001040 t close_file\t[ext4]\n";
static const char hidden[] = "0000000000000000 T _text\n0000000000000000 t f\t[ext4]\n";

/* A folder with a kernel's files, its source, and what the source said last. */
struct fixture {
	char folder[64];
	char paths[4][128];
	struct source source;
	struct tape_error note;
	void *handle;
};

static void put_file(const char *path, const void *bytes, size_t size)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	fclose(f);
}

static void put_note(const char *path, const char *id)
{
	uint32_t note[9] = { 4, 20, 3 };

	memcpy(&note[3], "GNU", 4);
	memcpy(&note[4], id, 20);
	put_file(path, note, sizeof(note));
}

static int make_kernel(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	static const char modules[] = "ext4 8192 1 - Live 0xffffffffc0001000\n";
	static const char *const names[] = { "kallsyms", "modules", "notes", "sysfs" };
	char path[256];

	strcpy(f->folder, "/tmp/kernel.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	for (int i = 0; i < 4; i++)
		snprintf(f->paths[i], sizeof(f->paths[i]), "%s/%s", f->folder, names[i]);
	put_file(f->paths[0], symbols, sizeof(symbols) - 1);
	put_file(f->paths[1], modules, sizeof(modules) - 1);
	put_note(f->paths[2], KERNEL_ID);
	mkdir(f->paths[3], 0700);
	snprintf(path, sizeof(path), "%s/ext4", f->paths[3]);
	mkdir(path, 0700);
	strcat(path, "/notes");
	mkdir(path, 0700);
	strcat(path, "/.note.gnu.build-id");
	put_note(path, EXT4_ID);
	f->source = source_kallsyms(&(struct kernel_paths){
		.kallsyms = f->paths[0],
		.modules = f->paths[1],
		.notes = f->paths[2],
		.sysfs = f->paths[3],
	});
	*state = f;
	return 0;
}

static int drop_kernel(void **state)
{
	struct fixture *f = *state;
	char command[128];

	if (f->handle)
		f->source.ops->close(f->handle);
	f->source.ops->free(f->source.state);
	snprintf(command, sizeof(command), "rm -rf %s", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static int open_module(struct fixture *f, const struct module *m)
{
	f->note = (struct tape_error){ 0 };
	return f->source.ops->open(f->source.state, m, &f->handle, &f->note);
}

static void the_same_kernels_symbols_count_from_its_text(void **state)
{
	struct fixture *f = *state;
	struct symbol found;

	assert_int_equal(open_module(f, &kernel), 1);
	assert_int_equal(f->note.code, 0);
	assert_int_equal(f->source.ops->find(f->handle, 0x1ff, &found), 1);
	assert_string_equal(found.name, "do_one_thing");
	assert_int_equal(found.start, 0x100);
	assert_int_equal(found.size, 0x100);
	assert_int_equal(f->source.ops->find(f->handle, 0x200, &found), 0);
}

static void a_module_is_no_part_of_the_kernel(void **state)
{
	struct fixture *f = *state;
	struct symbol found;

	assert_int_equal(open_module(f, &kernel), 1);
	assert_int_equal(
		f->source.ops->find(f->handle, 0xffffffffc0001000 - 0xffffffff91000000, &found), 0);
	assert_int_equal(f->source.ops->find(f->handle, UINT64_MAX, &found), 0);
}

static void a_modules_symbols_count_from_its_base(void **state)
{
	struct fixture *f = *state;
	struct symbol found;

	assert_int_equal(open_module(f, &ext4), 1);
	assert_int_equal(f->source.ops->find(f->handle, 0x41, &found), 1);
	assert_string_equal(found.name, "close_file");
	assert_int_equal(found.start, 0x40);
}

static void another_kernel_is_refused(void **state)
{
	struct fixture *f = *state;
	struct module other = kernel;

	other.build_id[0] = 0;
	assert_int_equal(open_module(f, &other), 0);
	assert_string_equal(f->note.text,
			    "[kernel]: its build-id is 6162636465666768696a6b6c6d6e6f7071727374 "
			    "here and 0062636465666768696a6b6c6d6e6f7071727374 in the tape; "
			    "skipped");
}

static void a_kernel_of_unknown_build_id_is_refused(void **state)
{
	struct fixture *f = *state;
	struct module unknown = kernel;

	unknown.build_id_size = 0;
	assert_int_equal(open_module(f, &unknown), 0);
	assert_string_equal(f->note.text,
			    "[kernel]: no build-id in the tape, so it cannot be checked; skipped");
}

static void a_machine_without_kernel_notes_is_refused(void **state)
{
	struct fixture *f = *state;

	unlink(f->paths[2]);
	assert_int_equal(open_module(f, &kernel), 0);
	assert_string_equal(f->note.text,
			    "[kernel]: no build-id here, 6162636465666768696a6b6c6d6e6f7071727374 "
			    "in the tape; skipped");
}

static void a_module_that_was_built_again_is_refused(void **state)
{
	struct fixture *f = *state;
	struct module again = ext4;

	again.build_id[0] = 0;
	assert_int_equal(open_module(f, &again), 0);
	assert_string_equal(f->note.text,
			    "ext4: its build-id is 4142434445464748494a4b4c4d4e4f5051525354 here "
			    "and 0042434445464748494a4b4c4d4e4f5051525354 in the tape; skipped");
}

static void a_module_that_is_not_loaded_is_told(void **state)
{
	struct fixture *f = *state;
	struct module xfs = ext4;

	xfs.path = "xfs";
	assert_int_equal(open_module(f, &xfs), 0);
	assert_string_equal(f->note.text,
			    "xfs: kernel module: not loaded on this machine; skipped");
}

static void a_name_that_leads_out_of_sysfs_is_refused(void **state)
{
	struct fixture *f = *state;
	struct module bad = ext4;

	bad.path = "../sysfs/ext4";
	put_file(f->paths[1], "../sysfs/ext4 8192 1 - Live 0xffffffffc0001000\n", 47);
	assert_int_equal(open_module(f, &bad), 0);
}

static void hidden_addresses_are_told_once(void **state)
{
	struct fixture *f = *state;

	put_file(f->paths[0], hidden, sizeof(hidden) - 1);
	assert_int_equal(open_module(f, &kernel), 0);
	assert_int_equal(f->note.code, -EPERM);
	assert_int_equal(open_module(f, &ext4), 0);
	assert_int_equal(f->note.code, 0);
}

static void a_kernel_without_the_symbol_of_its_beginning_is_refused(void **state)
{
	struct fixture *f = *state;
	char want[256];

	put_file(f->paths[0], "ffffffff91000100 t f\n", 21);
	assert_int_equal(open_module(f, &kernel), 0);
	snprintf(want, sizeof(want), "%s: no symbol _text; skipped", f->paths[0]);
	assert_string_equal(f->note.text, want);
}

static void files_are_not_its_business(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(open_module(f, &(struct module){ .path = "/bin/sh" }), 0);
	assert_int_equal(f->note.code, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_kernel, drop_kernel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_kernels_symbols_count_from_its_text),
		TEST(a_module_is_no_part_of_the_kernel),
		TEST(a_modules_symbols_count_from_its_base),
		TEST(another_kernel_is_refused),
		TEST(a_kernel_of_unknown_build_id_is_refused),
		TEST(a_machine_without_kernel_notes_is_refused),
		TEST(a_module_that_was_built_again_is_refused),
		TEST(a_module_that_is_not_loaded_is_told),
		TEST(a_name_that_leads_out_of_sysfs_is_refused),
		TEST(hidden_addresses_are_told_once),
		TEST(a_kernel_without_the_symbol_of_its_beginning_is_refused),
		TEST(files_are_not_its_business),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
