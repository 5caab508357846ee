// SPDX-License-Identifier: BSD-2-Clause
/* The tables that <tape/events.h> promises. */
#include <string.h>

#include <tape/events.h>

#include "tests/support/test.h"

static void all_types_come_in_order_of_their_numbers(void **state)
{
	size_t n;
	const struct ev_info *all = ev_all(&n);

	(void)state;
	assert_true(n >= 20);
	for (size_t i = 1; i < n; i++)
		assert_true(all[i - 1].type < all[i].type);
}

static void every_type_is_found_by_its_number(void **state)
{
	size_t n;
	const struct ev_info *all = ev_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(ev_info(all[i].type), &all[i]);
}

static void a_number_without_a_type_has_no_info_and_the_name_unknown(void **state)
{
	(void)state;
	assert_null(ev_info(0));
	assert_null(ev_info(127));
	assert_null(ev_info(UINT16_MAX));
	assert_string_equal(ev_name(127), "unknown");
}

static void a_type_is_named_as_its_struct(void **state)
{
	(void)state;
	assert_string_equal(ev_name(EV_CPU_SAMPLE), "cpu_sample");
	assert_string_equal(ev_info(EV_LOSS)->name, "loss");
	assert_string_equal(ev_info(EV_LOSS)->help, "records that were lost, and when");
}

static void fields_are_in_order_and_within_the_fixed_size(void **state)
{
	size_t n;
	const struct ev_info *all = ev_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint32_t end = sizeof(struct ev_header);

		assert_true(all[i].n_fields > 0);
		for (uint32_t f = 0; f < all[i].n_fields; f++) {
			const struct ev_field *field = &all[i].fields[f];

			assert_true(field->offset >= end);
			end = field->offset + field->size;
			assert_true(end <= all[i].fixed_size);
			assert_int_equal(field->size % ev_kind_size(field->kind), 0);
		}
	}
}

static void the_fixed_size_is_the_offset_of_the_tail(void **state)
{
	(void)state;
	assert_int_equal(ev_info(EV_STACK)->fixed_size, offsetof(struct ev_stack, ip));
	assert_int_equal(ev_info(EV_NOTE)->fixed_size, offsetof(struct ev_note, text));
}

static void the_fixed_size_of_a_type_without_tail_is_that_of_its_struct(void **state)
{
	(void)state;
	assert_int_equal(ev_info(EV_CPU_SAMPLE)->fixed_size, sizeof(struct ev_cpu_sample));
	assert_int_equal(ev_info(EV_TASK)->fixed_size, sizeof(struct ev_task));
}

static void a_field_says_what_its_member_is(void **state)
{
	const struct ev_field *comm = NULL;

	(void)state;
	for (uint32_t i = 0; i < ev_info(EV_PROCESS)->n_fields; i++) {
		if (strcmp(ev_info(EV_PROCESS)->fields[i].name, "comm") == 0)
			comm = &ev_info(EV_PROCESS)->fields[i];
	}
	assert_non_null(comm);
	assert_int_equal(comm->offset, offsetof(struct ev_process, comm));
	assert_int_equal(comm->size, EV_COMM_SIZE);
	assert_int_equal(comm->kind, EV_CHAR);
	assert_int_equal(comm->array, 1);
	assert_string_equal(comm->unit, "text");
	assert_string_equal(comm->help, "its name");
}

static void kinds_have_names_and_sizes(void **state)
{
	static const struct {
		enum ev_kind kind;
		const char *name;
		uint32_t size;
	} expected[] = { { EV_U8, "u8", 1 },	{ EV_U16, "u16", 2 }, { EV_U32, "u32", 4 },
			 { EV_U64, "u64", 8 },	{ EV_S32, "s32", 4 }, { EV_S64, "s64", 8 },
			 { EV_CHAR, "char", 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_string_equal(ev_kind_name(expected[i].kind), expected[i].name);
		assert_int_equal(ev_kind_size(expected[i].kind), expected[i].size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_types_come_in_order_of_their_numbers),
		cmocka_unit_test(every_type_is_found_by_its_number),
		cmocka_unit_test(a_number_without_a_type_has_no_info_and_the_name_unknown),
		cmocka_unit_test(a_type_is_named_as_its_struct),
		cmocka_unit_test(fields_are_in_order_and_within_the_fixed_size),
		cmocka_unit_test(the_fixed_size_is_the_offset_of_the_tail),
		cmocka_unit_test(the_fixed_size_of_a_type_without_tail_is_that_of_its_struct),
		cmocka_unit_test(a_field_says_what_its_member_is),
		cmocka_unit_test(kinds_have_names_and_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
