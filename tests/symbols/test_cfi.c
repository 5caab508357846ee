// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/cfi.h promises, on this program itself, the vdso, and what is no program. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <gelf.h>
#include <libelf.h>

#include "symbols/cfi.h"
#include "symbols/vdso.h"
#include "tests/support/elf_load.h"

struct own {
	int fd;
	struct cfi *cfi;
	struct elf_symbols *symbols;
};

static int set_up(void **state)
{
	static struct own own;
	struct tape_error err;

	own.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	assert_true(own.fd >= 0);
	assert_int_equal(cfi_open(own.fd, "self", &own.cfi, &err), 0);
	assert_int_equal(elf_load_file(own.fd, "self", &own.symbols, &err), 0);
	*state = &own;
	return 0;
}

static int tear_down(void **state)
{
	struct own *own = *state;

	cfi_free(own->cfi);
	elf_symbols_free(own->symbols);
	close(own->fd);
	return 0;
}

/* Where the function of ours with this name begins and how large it is, by the symbol table. */
static struct symbol find_function(const struct own *own, const char *name)
{
	for (uint64_t at = 0; at < 64 << 20; at += 16) {
		struct symbol s;

		if (elf_symbols_find(own->symbols, at, &s) == 1 && strcmp(s.name, name) == 0)
			return s;
	}
	fail_msg("%s: no such function", name);
	return (struct symbol){ .size = 0 };
}

static void function_has_the_reach_that_its_symbol_has(void **state)
{
	const struct own *own = *state;
	struct symbol s = find_function(own, "cfi_find");
	struct cfi_entry e;

	assert_int_equal(cfi_find(own->cfi, s.start, &e), 1);
	assert_int_equal(e.start, s.start);
	assert_int_equal(e.size, s.size);
	assert_int_equal(cfi_find(own->cfi, s.start + s.size - 1, &e), 1);
	assert_int_equal(e.start, s.start);
}

static void entry_has_the_rules_of_the_machine(void **state)
{
	const struct own *own = *state;
	struct cfi_entry e;

	assert_int_equal(cfi_find(own->cfi, find_function(own, "cfi_find").start, &e), 1);
#ifdef __x86_64__
	assert_int_equal(e.code_align, 1);
	assert_int_equal(e.data_align, -8);
	assert_int_equal(e.return_register, 16);
	assert_int_equal(e.cie[0], 0x0c); /* DW_CFA_def_cfa */
#endif
	assert_true(e.cie_bytes > 0);
	assert_true(e.fde_bytes > 0);
	assert_int_equal(e.flags, 0);
}

static void offset_outside_all_functions_has_none(void **state)
{
	const struct own *own = *state;
	struct cfi_entry e;

	assert_int_equal(cfi_find(own->cfi, 0, &e), 0);
	assert_int_equal(cfi_find(own->cfi, UINT64_MAX, &e), 0);
}

/*
 * The build keeps them: -fno-omit-frame-pointer. It cannot be told on machines whose
 * compilers find the frame from sp all the same, as gcc does on aarch64.
 */
static void program_with_frame_pointers_is_told(void **state)
{
	const struct own *own = *state;

#ifdef __x86_64__
	assert_true(cfi_keeps_frames(own->cfi));
#endif
	assert_false(cfi_is_go(own->cfi));
}

static void vdso_is_read_from_memory(void **state)
{
	struct cfi *cfi = NULL;
	struct cfi_entry e;
	struct vdso vdso;
	size_t found = 0;

	(void)state;
	if (vdso_get(&vdso) < 0)
		skip();
	assert_int_equal(cfi_open_memory(vdso.image, vdso.size, "vdso", &cfi, NULL), 0);
	for (uint64_t at = 0; at < vdso.size; at++)
		found += (size_t)cfi_find(cfi, at, &e);
	assert_true(found > 100);
	cfi_free(cfi);
}

/* The same code, as tests/symbols/data/make.sh made it. */
static void a_packed_section_has_what_was_packed(void **state)
{
	static const char *const names[] = { "gcc5", "packed", "zstd" };
	struct cfi *made[3];
	int fds[3];
	size_t known = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct tape_error err;
		char path[64];

		snprintf(path, sizeof(path), "tests/symbols/data/%s.so", names[i]);
		fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		assert_int_equal(cfi_open(fds[i], path, &made[i], &err), 0);
	}
	for (uint64_t at = 0; at < 4096; at++) {
		struct cfi_entry e[3] = { 0 };
		int found = cfi_find(made[0], at, &e[0]);

		for (int i = 1; i < 3; i++) {
			assert_int_equal(cfi_find(made[i], at, &e[i]), found);
			assert_int_equal(e[i].start, e[0].start);
			assert_int_equal(e[i].fde_bytes, e[0].fde_bytes);
		}
		known += found == 1;
	}
	assert_in_range(known, 16, 256);
	for (int i = 0; i < 3; i++) {
		cfi_free(made[i]);
		close(fds[i]);
	}
}

static void what_is_no_program_is_refused(void **state)
{
	struct tape_error err;
	struct cfi *cfi = NULL;

	(void)state;
	assert_int_equal(cfi_open_memory("#!/bin/sh\n", 10, "script", &cfi, &err), -ENOEXEC);
	assert_string_equal(err.text, "script: not an ELF file");
	assert_null(cfi);
}

static void program_without_any_is_told_so(void **state)
{
	Elf64_Ehdr header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
					   ELFDATA2LSB, EV_CURRENT } };
	struct tape_error err;
	struct cfi *cfi = NULL;

	(void)state;
	assert_int_equal(cfi_open_memory(&header, sizeof(header), "bare", &cfi, &err), -ENODATA);
	assert_string_equal(err.text, "bare: no call frame information in it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(function_has_the_reach_that_its_symbol_has),
		cmocka_unit_test(entry_has_the_rules_of_the_machine),
		cmocka_unit_test(offset_outside_all_functions_has_none),
		cmocka_unit_test(program_with_frame_pointers_is_told),
		cmocka_unit_test(vdso_is_read_from_memory),
		cmocka_unit_test(a_packed_section_has_what_was_packed),
		cmocka_unit_test(what_is_no_program_is_refused),
		cmocka_unit_test(program_without_any_is_told_so),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
