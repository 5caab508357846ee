// SPDX-License-Identifier: BSD-2-Clause
/*
 * What symbols/cfi_made.h promises of the runtime's functions that change stacks, on
 * main.first of pclntab_maker.h under their names: from 0x1c to 0x2b it is on another
 * stack.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gelf.h>
#include <libelf.h>

#include "symbols/cfi_made.h"
#include "tests/support/pclntab_maker.h"

#define FIRST MADE_TEXT

struct found {
	int rc;
	struct cfi_entry entry;
	uint8_t fde[256];
};

struct change {
	uint16_t machine;
	const char *name;
	size_t at;
	const char *load; /* instruction at at */
	size_t size;
	const char *back; /* 15 bytes behind it; NULL: none */
	size_t back_size;
};

static const struct change usual = {
	EM_X86_64, NULL, 0x18, "\x48\x8b\x62\x38", 4, "\x4c\x89\xe4", 3,
};

/* What is said of an offset of the function. */
static struct found find(const struct change *c, uint64_t at)
{
	static uint8_t bytes[MADE_BYTES];
	struct cfi_made *made = NULL;
	struct found f = { 0 };
	Elf *elf;

	elf_version(EV_CURRENT);
	make_pclntab(&(struct pclntab_plan){ .layout = MADE_1_20,
					     .machine = c->machine,
					     .first = c->name },
		     bytes);
	memcpy(bytes + FIRST + c->at, c->load, c->size);
	if (c->back)
		memcpy(bytes + FIRST + c->at + c->size + 12, c->back, c->back_size);
	elf = elf_memory((char *)bytes, MADE_BYTES);
	assert_int_equal(cfi_made_open(elf, c->machine, &made), 0);
	f.rc = cfi_made_find(made, FIRST + at, &f.entry);
	if (f.rc > 0) {
		assert_true(f.entry.fde_bytes <= sizeof(f.fde));
		memcpy(f.fde, f.entry.fde, f.entry.fde_bytes);
	}
	cfi_made_free(made);
	elf_end(elf);
	return f;
}

static struct found find_usual(const char *name, uint64_t at)
{
	struct change c = usual;

	c.name = name;
	return find(&c, at);
}

static void assert_reach(const struct found *f, uint64_t start, uint64_t end)
{
	assert_int_equal(f->rc, 1);
	assert_int_equal(f->entry.start, FIRST + start);
	assert_int_equal(f->entry.size, end - start);
}

static void assert_says(const struct found *f, const char *fde, size_t size)
{
	assert_int_equal(f->entry.fde_bytes, size);
	assert_memory_equal(f->fde, fde, size);
}

static void goroutines_begin_where_they_exit(void **state)
{
	struct found f = find_usual("runtime.goexit", 4);

	(void)state;
	assert_reach(&f, 0, 0x40);
	assert_says(&f, "\x07\x10", 2);
}

static void mcall_has_no_caller_on_the_stack_that_it_changes_to(void **state)
{
	struct found f = find_usual("runtime.mcall", 0x20);

	(void)state;
	assert_reach(&f, 0x1c, 0x2b);
	assert_says(&f, "\x07\x10", 2);
}

static void mcall_has_its_caller_before_it_changes_stacks(void **state)
{
	struct found f = find_usual("runtime.mcall", 0x1b);

	(void)state;
	assert_reach(&f, 0, 0x1c);
	assert_int_equal(f.fde[0], 0x0e); /* where the CFA is */
}

static void the_caller_is_there_again_when_the_stack_is(void **state)
{
	struct found f = find_usual("runtime.systemstack", 0x2b);

	(void)state;
	assert_reach(&f, 0x2b, 0x40);
	assert_int_equal(f.fde[0], 0x0e);
}

static void systemstack_is_left_by_the_frame_pointer(void **state)
{
	struct found f = find_usual("runtime.systemstack", 0x20);

	(void)state;
	assert_reach(&f, 0x1c, 0x2b);
	/* The CFA is rbp + 16; rip is at CFA - 8, rbp at CFA - 16. */
	assert_says(&f, "\x0c\x06\x10\x11\x10\x78\x11\x06\x70", 9);
}

static void without_a_frame_of_its_own_nobody_says_how_to_leave(void **state)
{
	struct change c = usual;

	(void)state;
	c.name = "runtime.morestack";
	c.at = 0; /* before the frame begins */
	assert_int_equal(find(&c, 5).rc, -ENOENT);
}

static void a_change_that_is_not_undone_holds_to_the_functions_end(void **state)
{
	struct change c = usual;
	struct found f;

	(void)state;
	c.name = "runtime.mcall";
	c.back = NULL;
	f = find(&c, 0x3f);
	assert_reach(&f, 0x1c, 0x40);
	assert_says(&f, "\x07\x10", 2);
}

static void arm64_changes_stacks_by_a_move(void **state)
{
	struct change c = { EM_AARCH64, "runtime.mcall", 0x18, "\x1f\0\0\x91", 4, NULL, 0 };
	struct found f = find(&c, 0x20);

	(void)state;
	assert_reach(&f, 0x1c, 0x40);
	assert_says(&f, "\x07\x1e", 2);
}

static void other_functions_are_left_as_their_table_says(void **state)
{
	struct found f = find_usual("main.first", 0x20);

	(void)state;
	assert_reach(&f, 0, 0x40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goroutines_begin_where_they_exit),
		cmocka_unit_test(mcall_has_no_caller_on_the_stack_that_it_changes_to),
		cmocka_unit_test(mcall_has_its_caller_before_it_changes_stacks),
		cmocka_unit_test(the_caller_is_there_again_when_the_stack_is),
		cmocka_unit_test(systemstack_is_left_by_the_frame_pointer),
		cmocka_unit_test(without_a_frame_of_its_own_nobody_says_how_to_leave),
		cmocka_unit_test(a_change_that_is_not_undone_holds_to_the_functions_end),
		cmocka_unit_test(arm64_changes_stacks_by_a_move),
		cmocka_unit_test(other_functions_are_left_as_their_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
