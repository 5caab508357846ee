// SPDX-License-Identifier: BSD-2-Clause
/* What symbols/cfi_entries.h promises, on sections made byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "symbols/cfi_entries.h"

#define ADDRESS 0x500000ull

struct maker {
	uint8_t bytes[512];
	size_t n;
	size_t entry; /* where the open entry's length stands */
};

static void put(struct maker *m, uint64_t v, size_t size)
{
	for (size_t i = 0; i < size; i++)
		m->bytes[m->n++] = (uint8_t)(v >> 8 * i);
}

static void put_bytes(struct maker *m, const void *bytes, size_t n)
{
	if (n)
		memcpy(m->bytes + m->n, bytes, n);
	m->n += n;
}

static void begin(struct maker *m, uint64_t id)
{
	m->entry = m->n;
	put(m, 0, 4);
	put(m, id, 4);
}

static void end(struct maker *m)
{
	size_t n = m->n;

	m->n = m->entry;
	put(m, n - m->entry - 4, 4);
	m->n = n;
}

/* A CIE of version 1 at the beginning; data: of the augmentation behind 'z'. */
static void put_cie(struct maker *m, const char *letters, const void *data, size_t n)
{
	static const uint8_t rules[] = { 0x0c, 7, 8, 0x90, 1 };

	begin(m, 0);
	put(m, 1, 1);
	put_bytes(m, letters, strlen(letters) + 1);
	put(m, 1, 1);
	put(m, 0x78, 1); /* -8 */
	put(m, 16, 1);
	if (letters[0] == 'z')
		put(m, n, 1);
	put_bytes(m, data, n);
	put_bytes(m, rules, sizeof(rules));
	end(m);
}

static void begin_fde(struct maker *m)
{
	begin(m, m->n + 4);
}

static struct cfi_section section_of(const struct maker *m)
{
	return (struct cfi_section){
		.bytes = m->bytes, .size = m->n, .address = ADDRESS, .eh = true, .address_size = 8
	};
}

/* The only FDE of a section; fails if there is none. */
static struct cfi_fde only(const struct cfi_section *s)
{
	struct cfi_fde f;
	size_t at = 0;
	int rc;

	while ((rc = cfi_entries_next(s, &at, &f)) == 0)
		;
	assert_int_equal(rc, 1);
	return f;
}

static bool has_none(const struct cfi_section *s)
{
	struct cfi_fde f;
	size_t at = 0;
	int rc;

	while ((rc = cfi_entries_next(s, &at, &f)) == 0)
		;
	return rc < 0;
}

/* A section whose FDE has the pointer encoding given, and its start and size in n bytes each. */
static struct maker of_encoding(uint8_t encoding, uint64_t start, uint64_t size, size_t n)
{
	struct maker m = { .n = 0 };

	put_cie(&m, "zR", &encoding, 1);
	begin_fde(&m);
	put(&m, start, n);
	put(&m, size, n);
	put(&m, 0, 1);
	put(&m, 0x41, 1); /* advance by 1 */
	end(&m);
	return m;
}

static void function_is_found_by_a_pointer_relative_to_itself(void **state)
{
	struct maker m = of_encoding(0x1b, (uint64_t)-0x100, 0x40, 4);
	struct cfi_section s = section_of(&m);
	size_t place = m.entry + 8;

	(void)state;
	assert_int_equal(only(&s).start, ADDRESS + place - 0x100);
	assert_int_equal(only(&s).size, 0x40);
}

static void pointers_have_all_widths(void **state)
{
	static const struct {
		uint8_t encoding;
		size_t n;
	} forms[] = { { 0x00, 8 }, { 0x02, 2 }, { 0x03, 4 }, { 0x04, 8 },
		      { 0x0a, 2 }, { 0x0b, 4 }, { 0x0c, 8 } };

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct maker m = of_encoding(forms[i].encoding, 0x1234, 0x56, forms[i].n);
		struct cfi_section s = section_of(&m);

		assert_int_equal(only(&s).start, 0x1234);
		assert_int_equal(only(&s).size, 0x56);
	}
}

static void pointer_is_relative_to_text_or_data_if_these_are_known(void **state)
{
	struct maker of_text = of_encoding(0x2b, 0x10, 8, 4),
		     of_data = of_encoding(0x3b, 0x10, 8, 4);
	struct cfi_section s = section_of(&of_text), d = section_of(&of_data);

	(void)state;
	assert_true(has_none(&s));
	assert_true(has_none(&d));
	s.text = 0x1000;
	d.data = 0x2000;
	assert_int_equal(only(&s).start, 0x1010);
	assert_int_equal(only(&d).start, 0x2010);
}

static void pointer_that_stands_elsewhere_in_memory_is_refused(void **state)
{
	struct maker m = of_encoding(0x9b, 0x100, 0x40, 4);
	struct cfi_section s = section_of(&m);

	(void)state;
	assert_true(has_none(&s));
}

static void instructions_of_both_entries_are_given_as_they_stand(void **state)
{
	struct maker m = of_encoding(0x03, 0x1000, 0x10, 4);
	struct cfi_section s = section_of(&m);
	struct cfi_fde f = only(&s);

	(void)state;
	assert_int_equal(f.cie.n, 5);
	assert_int_equal(f.cie.instructions[0], 0x0c);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.instructions[0], 0x41);
	assert_int_equal(f.cie.code_align, 1);
	assert_int_equal(f.cie.data_align, -8);
	assert_int_equal(f.cie.return_register, 16);
}

static void letters_are_read_in_their_order(void **state)
{
	/* P: 4 bytes of a personality; L: an encoding; R; S. */
	static const uint8_t data[] = { 0x9b, 1, 2, 3, 4, 0x1b, 0x03 };
	struct maker m = { .n = 0 };
	struct cfi_section s;

	(void)state;
	put_cie(&m, "zPLRS", data, sizeof(data));
	begin_fde(&m);
	put(&m, 0x2000, 4);
	put(&m, 0x10, 4);
	put(&m, 3, 1); /* augmentation data, which is passed over */
	put(&m, 0, 3);
	put(&m, 0x0a, 1);
	end(&m);
	s = section_of(&m);
	assert_int_equal(only(&s).start, 0x2000);
	assert_true(only(&s).cie.signal);
	assert_int_equal(only(&s).n, 1);
	assert_int_equal(only(&s).instructions[0], 0x0a);
}

static void augmentation_without_a_size_is_not_understood(void **state)
{
	struct maker m = { .n = 0 };
	struct cfi_section s;

	(void)state;
	put_cie(&m, "eh", NULL, 0);
	begin_fde(&m);
	put(&m, 0x2000, 8);
	put(&m, 0x10, 8);
	end(&m);
	s = section_of(&m);
	assert_true(has_none(&s));
}

static void entries_behind_an_end_mark_are_read_too(void **state)
{
	struct maker m = { .n = 0 }, rest = of_encoding(0x03, 0x3000, 8, 4);
	struct cfi_section s;

	(void)state;
	put(&m, 0, 4);
	put_bytes(&m, rest.bytes, rest.n);
	s = section_of(&m);
	assert_int_equal(only(&s).start, 0x3000);
}

static void debug_frame_names_its_cie_by_the_place(void **state)
{
	struct maker m = { .n = 0 };
	struct cfi_section s;

	(void)state;
	begin(&m, 0xffffffff);
	put(&m, 4, 1);
	put(&m, 0, 1); /* no augmentation */
	put(&m, 8, 1);
	put(&m, 0, 1);
	put(&m, 4, 1);
	put(&m, 0x7c, 1);
	put(&m, 16, 1);
	end(&m);
	begin(&m, 0);
	put(&m, 0x4000, 8);
	put(&m, 0x20, 8);
	end(&m);
	s = section_of(&m);
	s.eh = false;
	assert_int_equal(only(&s).start, 0x4000);
	assert_int_equal(only(&s).cie.code_align, 4);
	assert_int_equal(only(&s).cie.data_align, -4);
}

static void section_cut_anywhere_is_read_without_harm(void **state)
{
	struct maker m = of_encoding(0x1b, 0x100, 0x40, 4);

	(void)state;
	for (size_t n = 0; n < m.n; n++) {
		struct cfi_section s = section_of(&m);

		s.size = n;
		assert_true(has_none(&s));
	}
}

static void range_that_passes_the_end_of_memory_is_refused(void **state)
{
	struct maker m = of_encoding(0x04, UINT64_MAX - 4, 0x40, 8);
	struct cfi_section s = section_of(&m);

	(void)state;
	assert_true(has_none(&s));
}

static void frame_pointer_is_told_from_the_rules(void **state)
{
	/* advance 1, def_cfa_offset 16, offset rbp at 2, advance 3, def_cfa_register rbp */
	static const uint8_t with[] = { 0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6 };
	static const uint8_t without[] = { 0x41, 0x0e, 16, 0x83, 2 }, leaf[] = { 0x0e, 8 };
	struct cfi_fde f = { .instructions = with, .n = sizeof(with), .cie.address_size = 8 };

	(void)state;
	assert_true(cfi_entries_use(&f, 6, 8).pushes);
	assert_true(cfi_entries_use(&f, 6, 8).by_pointer);
	f.instructions = without;
	f.n = sizeof(without);
	assert_true(cfi_entries_use(&f, 6, 8).pushes);
	assert_false(cfi_entries_use(&f, 6, 8).by_pointer);
	f.instructions = leaf;
	f.n = sizeof(leaf);
	assert_false(cfi_entries_use(&f, 6, 8).pushes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(function_is_found_by_a_pointer_relative_to_itself),
		cmocka_unit_test(pointers_have_all_widths),
		cmocka_unit_test(pointer_is_relative_to_text_or_data_if_these_are_known),
		cmocka_unit_test(pointer_that_stands_elsewhere_in_memory_is_refused),
		cmocka_unit_test(instructions_of_both_entries_are_given_as_they_stand),
		cmocka_unit_test(letters_are_read_in_their_order),
		cmocka_unit_test(augmentation_without_a_size_is_not_understood),
		cmocka_unit_test(entries_behind_an_end_mark_are_read_too),
		cmocka_unit_test(debug_frame_names_its_cie_by_the_place),
		cmocka_unit_test(section_cut_anywhere_is_read_without_harm),
		cmocka_unit_test(range_that_passes_the_end_of_memory_is_refused),
		cmocka_unit_test(frame_pointer_is_told_from_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
