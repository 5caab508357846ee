// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/pclntab.h promises, on small programs of every layout (pclntab_maker.h). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gelf.h>
#include <libelf.h>

#include "symbols/pclntab.h"
#include "tests/support/pclntab_maker.h"

#define FIRST  MADE_TEXT
#define SECOND (MADE_TEXT + 0x40)
#define INNER  (MADE_TEXT + 0x60)
#define DEEP   (MADE_TEXT + 0x80)
#define LAST   (MADE_TEXT + 0xc0)

struct opened {
	uint8_t bytes[MADE_BYTES];
	Elf *elf;
	struct pclntab *p;
};

/* size: less than the file has, for one that was cut. */
static int open_bytes(struct opened *o, size_t size, struct tape_error *err)
{
	elf_version(EV_CURRENT);
	o->p = NULL;
	o->elf = elf_memory((char *)o->bytes, size);
	return pclntab_open(o->elf, "made", &o->p, err);
}

static int open_plan(struct opened *o, const struct pclntab_plan *plan)
{
	make_pclntab(plan, o->bytes);
	return open_bytes(o, MADE_BYTES, NULL);
}

static void close_opened(struct opened *o)
{
	pclntab_free(o->p);
	elf_end(o->elf);
}

static void expect_name(struct opened *o, uint64_t offset, const char *name, uint64_t start,
			uint64_t size)
{
	struct symbol s;

	assert_int_equal(pclntab_find(o->p, offset, &s), 1);
	assert_string_equal(s.name, name);
	assert_int_equal(s.start, start);
	assert_int_equal(s.size, size);
	assert_int_equal(s.origin, EV_SYMBOL_PCLNTAB);
}

static void expect_line(const struct line *l, const char *function, const char *file, uint32_t line)
{
	assert_string_equal(l->function, function);
	assert_string_equal(l->file, file);
	assert_int_equal(l->line, line);
}

/* Everything that the maker says of its program. */
static void expect_all(struct opened *o, enum made_layout layout)
{
	struct lines l;

	expect_name(o, FIRST, "main.first", FIRST, 0x40);
	expect_name(o, LAST - 1, "main.second", SECOND, 0x80);
	assert_int_equal(pclntab_lines(o->p, FIRST + 0x11, &l), 1);
	assert_int_equal(l.n, 1);
	expect_line(&l.at[0], "main.first", "/src/a.go", 12);
	assert_int_equal(l.start, FIRST + 0x10);
	assert_int_equal(l.size, 0x20);
	/* Before 1.20, the line of its first instruction. */
	assert_int_equal(l.at[0].first_line, layout >= MADE_1_20 ? 9 : 10);
	assert_int_equal(pclntab_lines(o->p, DEEP, &l), 1);
	assert_int_equal(l.n, 3);
	expect_line(&l.at[0], "main.deepest", "/src/c.go", 201);
	expect_line(&l.at[1], "main.inner", "/src/c.go", 101);
	expect_line(&l.at[2], "main.second", "/src/b.go", 21);
	assert_int_equal(l.at[0].first_line, layout >= MADE_1_20 ? 200 : 0);
	assert_int_equal(l.start, DEEP);
	assert_int_equal(l.size, 0x20);
	assert_int_equal(l.origin, EV_SYMBOL_PCLNTAB);
}

static void every_layout_is_read_in_both_byte_orders_and_word_sizes(void **state)
{
	static struct opened o;

	(void)state;
	for (unsigned int i = 0; i < 4 * MADE_LAYOUTS; i++) {
		const struct pclntab_plan plan = {
			.layout = (enum made_layout)(i / 4),
			.big = i & 1,
			.narrow = i & 2,
		};

		assert_int_equal(open_plan(&o, &plan), 0);
		expect_all(&o, plan.layout);
		expect_name(&o, LAST, "main.last", LAST, 0x40);
		close_opened(&o);
	}
}

static void pointers_of_a_pie_are_taken_from_its_relocations(void **state)
{
	static struct opened o;

	(void)state;
	for (unsigned int i = 0; i < MADE_LAYOUTS; i++) {
		const struct pclntab_plan plan = { .layout = (enum made_layout)i, .pie = true };

		assert_int_equal(open_plan(&o, &plan), 0);
		expect_all(&o, plan.layout);
		close_opened(&o);
	}
}

static void a_table_is_found_without_section_headers(void **state)
{
	static struct opened o;

	(void)state;
	for (unsigned int i = 0; i < 2 * MADE_LAYOUTS; i++) {
		const struct pclntab_plan plan = {
			.layout = (enum made_layout)(i / 2),
			.no_sections = true,
			.pie = i & 1,
		};

		assert_int_equal(open_plan(&o, &plan), 0);
		expect_all(&o, plan.layout);
		close_opened(&o);
	}
}

static void a_table_is_found_among_relocated_data(void **state)
{
	static struct opened o;

	(void)state;
	assert_int_equal(open_plan(&o, &(struct pclntab_plan){ .layout = MADE_1_26,
							       .section = ".data.rel.ro" }),
			 0);
	expect_all(&o, MADE_1_26);
	close_opened(&o);
}

static void a_program_that_is_not_go_is_refused(void **state)
{
	static struct opened o;
	struct tape_error err = { 0 };

	(void)state;
	make_pclntab(&(struct pclntab_plan){ .layout = MADE_1_20, .section = ".rodata" }, o.bytes);
	assert_int_equal(open_bytes(&o, MADE_BYTES, &err), -ENODATA);
	assert_string_equal(err.text, "made: no Go program");
	assert_null(o.p);
	close_opened(&o);
}

static void a_table_of_another_word_size_is_refused(void **state)
{
	static struct opened o;

	(void)state;
	make_pclntab(&(struct pclntab_plan){ .layout = MADE_1_20 }, o.bytes);
	o.bytes[MADE_TABLE + 7] = 4;
	assert_int_equal(open_bytes(&o, MADE_BYTES, NULL), -ENODATA);
	close_opened(&o);
}

static void a_function_without_tables_has_a_name_and_no_line(void **state)
{
	static struct opened o;
	struct lines l;

	(void)state;
	assert_int_equal(open_plan(&o, &(struct pclntab_plan){ .layout = MADE_1_20 }), 0);
	assert_int_equal(pclntab_lines(o.p, LAST + 1, &l), 1);
	assert_int_equal(l.n, 1);
	expect_line(&l.at[0], "main.last", "", 0);
	assert_int_equal(l.start, LAST);
	assert_int_equal(l.size, 0x40);
	close_opened(&o);
}

static void behind_the_last_step_of_a_table_nothing_is_told(void **state)
{
	static struct opened o;
	struct lines l;

	(void)state;
	assert_int_equal(open_plan(&o, &(struct pclntab_plan){ .layout = MADE_1_13 }), 0);
	assert_int_equal(pclntab_lines(o.p, FIRST + 0x38, &l), 1);
	expect_line(&l.at[0], "main.first", "/src/a.go", 0);
	assert_int_equal(l.start, FIRST + 0x30);
	assert_int_equal(l.size, 0x10);
	close_opened(&o);
}

static void what_is_outside_of_the_text_has_no_name(void **state)
{
	static struct opened o;
	struct symbol s;
	struct lines l;

	(void)state;
	assert_int_equal(open_plan(&o, &(struct pclntab_plan){ .layout = MADE_1_16 }), 0);
	assert_int_equal(pclntab_find(o.p, MADE_TEXT + 0x100, &s), 0);
	assert_int_equal(pclntab_find(o.p, MADE_TEXT - 1, &s), 0);
	assert_int_equal(pclntab_lines(o.p, MADE_TABLE, &l), 0);
	assert_int_equal(pclntab_lines(o.p, UINT64_MAX, &l), 0);
	close_opened(&o);
}

static void without_the_modules_data_there_are_names_but_no_inlined_calls(void **state)
{
	static struct opened o;
	struct lines l;

	(void)state;
	assert_int_equal(
		open_plan(&o, &(struct pclntab_plan){ .layout = MADE_1_20, .no_module = true }), 0);
	expect_name(&o, SECOND, "main.second", SECOND, 0x80);
	assert_int_equal(pclntab_lines(o.p, DEEP, &l), 1);
	assert_int_equal(l.n, 1);
	expect_line(&l.at[0], "main.second", "/src/c.go", 201);
	close_opened(&o);
}

static void bytes_that_are_all_zero_are_no_inlined_calls(void **state)
{
	const struct pclntab_plan plan = { .layout = MADE_1_27, .zeros = true };
	static struct opened o;

	(void)state;
	assert_int_equal(open_plan(&o, &plan), 0);
	expect_all(&o, plan.layout);
	close_opened(&o);
}

static void a_text_in_two_parts_is_read_in_both(void **state)
{
	static struct opened o;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		const struct pclntab_plan plan = {
			.layout = i ? MADE_1_27 : MADE_1_18,
			.two_texts = true,
		};

		assert_int_equal(open_plan(&o, &plan), 0);
		expect_all(&o, plan.layout);
		expect_name(&o, 0x1800, "main.last", 0x1800, 0x40);
		close_opened(&o);
	}
}

static void depths_follow_the_code(void **state)
{
	static struct opened o;
	struct pclntab_depth d[3];

	(void)state;
	assert_int_equal(open_plan(&o, &(struct pclntab_plan){ .layout = MADE_1_20 }), 0);
	assert_int_equal(pclntab_depths(o.p, FIRST + 5, d, 3), 3);
	assert_int_equal(d[0].start, FIRST);
	assert_int_equal(d[0].depth, 0);
	assert_int_equal(d[1].start, FIRST + 8);
	assert_int_equal(d[1].end, FIRST + 0x38);
	assert_int_equal(d[1].depth, 24);
	assert_int_equal(d[2].end, FIRST + 0x40);
	assert_int_equal(pclntab_depths(o.p, FIRST, NULL, 0), 3);
	assert_int_equal(pclntab_depths(o.p, LAST, d, 3), 0);
	close_opened(&o);
}

static void frames_say_from_where_on_the_frame_pointer_is_saved(void **state)
{
	static struct opened o;
	struct pclntab_frame f[4];

	(void)state;
	assert_int_equal(open_plan(&o, &(struct pclntab_plan){ .layout = MADE_1_20 }), 0);
	assert_int_equal(pclntab_frames(o.p, FIRST, f, 4), 4);
	assert_int_equal(f[0].cfa, 8);
	assert_int_equal(f[0].return_at, -8);
	assert_int_equal(f[0].pointer_at, 0);
	assert_int_equal(f[1].start, FIRST + 8);
	assert_int_equal(f[1].end, FIRST + 13);
	assert_int_equal(f[1].cfa, 32);
	assert_int_equal(f[1].pointer_at, 0);
	assert_int_equal(f[2].end, FIRST + 0x38);
	assert_int_equal(f[2].cfa, 32);
	assert_int_equal(f[2].pointer_at, -16);
	assert_int_equal(f[3].cfa, 8);
	close_opened(&o);
}

static void frames_of_arm64_keep_their_return_address_at_the_lower_end(void **state)
{
	static struct opened o;
	struct pclntab_frame f[3];

	(void)state;
	assert_int_equal(
		open_plan(&o, &(struct pclntab_plan){ .layout = MADE_1_20, .machine = EM_AARCH64 }),
		0);
	assert_int_equal(pclntab_frames(o.p, FIRST, f, 3), 3);
	assert_int_equal(f[0].cfa, 0);
	assert_int_equal(f[0].return_at, 0);
	assert_int_equal(f[1].cfa, 24);
	assert_int_equal(f[1].return_at, -24);
	assert_int_equal(f[1].pointer_at, -32);
	close_opened(&o);
}

static void calls_that_go_round_in_a_circle_end(void **state)
{
	static struct opened o;
	struct lines l;

	(void)state;
	for (unsigned int i = 0; i < MADE_LAYOUTS; i++) {
		const struct pclntab_plan plan = { .layout = (enum made_layout)i, .circle = true };

		assert_int_equal(open_plan(&o, &plan), 0);
		assert_int_equal(pclntab_lines(o.p, DEEP, &l), 1);
		assert_in_range(l.n, 1, LINES_MAX);
		assert_string_equal(l.at[l.n - 1].function, "main.second");
		close_opened(&o);
	}
}

/* Asks about all of the text; what it finds must hold the place that was asked for. */
static void ask_everything(struct opened *o)
{
	for (uint64_t at = MADE_TEXT - 4; at < MADE_TEXT + 0x110; at += 4) {
		struct pclntab_depth d[2];
		struct symbol s;
		struct lines l;

		if (pclntab_find(o->p, at, &s))
			assert_true(at - s.start < s.size);
		if (pclntab_lines(o->p, at, &l))
			assert_true(at - l.start < l.size && l.n >= 1 && l.n <= LINES_MAX);
		pclntab_depths(o->p, at, d, 2);
	}
}

static void a_file_cut_anywhere_is_read_or_refused(void **state)
{
	static struct opened o;

	(void)state;
	for (size_t size = MADE_BYTES; size > 32; size -= 32) {
		make_pclntab(&(struct pclntab_plan){ .layout = MADE_1_20, .no_sections = true },
			     o.bytes);
		if (open_bytes(&o, size, NULL) == 0)
			ask_everything(&o);
		close_opened(&o);
	}
}

static void a_table_with_any_byte_wrong_is_read_or_refused(void **state)
{
	static const uint8_t wrong[] = { 0x00, 0x7f, 0x80, 0xff };
	static struct opened o;

	(void)state;
	for (unsigned int i = 0; i < 4 * 0x600; i++) {
		make_pclntab(&(struct pclntab_plan){ .layout = i / 4 % 2 ? MADE_1_13 : MADE_1_26 },
			     o.bytes);
		o.bytes[MADE_TABLE + i / 4] = wrong[i % 4];
		if (open_bytes(&o, MADE_BYTES, NULL) == 0)
			ask_everything(&o);
		close_opened(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_layout_is_read_in_both_byte_orders_and_word_sizes),
		cmocka_unit_test(pointers_of_a_pie_are_taken_from_its_relocations),
		cmocka_unit_test(a_table_is_found_without_section_headers),
		cmocka_unit_test(a_table_is_found_among_relocated_data),
		cmocka_unit_test(a_program_that_is_not_go_is_refused),
		cmocka_unit_test(a_table_of_another_word_size_is_refused),
		cmocka_unit_test(a_function_without_tables_has_a_name_and_no_line),
		cmocka_unit_test(behind_the_last_step_of_a_table_nothing_is_told),
		cmocka_unit_test(what_is_outside_of_the_text_has_no_name),
		cmocka_unit_test(without_the_modules_data_there_are_names_but_no_inlined_calls),
		cmocka_unit_test(bytes_that_are_all_zero_are_no_inlined_calls),
		cmocka_unit_test(a_text_in_two_parts_is_read_in_both),
		cmocka_unit_test(depths_follow_the_code),
		cmocka_unit_test(frames_say_from_where_on_the_frame_pointer_is_saved),
		cmocka_unit_test(frames_of_arm64_keep_their_return_address_at_the_lower_end),
		cmocka_unit_test(calls_that_go_round_in_a_circle_end),
		cmocka_unit_test(a_file_cut_anywhere_is_read_or_refused),
		cmocka_unit_test(a_table_with_any_byte_wrong_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
