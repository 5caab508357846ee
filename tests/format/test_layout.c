// SPDX-License-Identifier: BSD-2-Clause
/* Layouts that a tape brings: fields read by them, and what is done where they lie. */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/layout_bench.h"
#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

static const struct ev_header *raw_record(struct bench *b, size_t size, int fill)
{
	lay_out(b, 999, 48,
		"future\na u8 24 1 x\nb u16 26 2 x\nc s32 28 4 x\nd s64 32 8 x\ne u16[] 40 8 x\n"
		"f char[] 48 0 text\n");
	add(b, 999, size, fill);
	read_block(b, TAPE_READER_RAW);
	return find(b, 999);
}

static const struct ev_field *field(const struct bench *b, size_t i)
{
	return &tape_reader_layout(b->reader, 999)->fields[i];
}

static void raw_fields_have_their_values(void **state)
{
	struct bench *b = *state;
	const struct ev_header *raw = raw_record(b, 56, 0xfe);

	assert_int_equal(tape_field_value(raw, field(b, 0), 0), 0xfe);
	assert_int_equal(tape_field_value(raw, field(b, 1), 0), 0xfefe);
	assert_int_equal(tape_field_value(raw, field(b, 4), 3), 0xfefe);
	assert_int_equal(tape_field_value(raw, field(b, 5), 7), 0xfe);
}

static void raw_signed_fields_are_sign_extended(void **state)
{
	struct bench *b = *state;
	const struct ev_header *raw = raw_record(b, 56, 0xfe);

	assert_true(tape_field_value(raw, field(b, 2), 0) == (uint64_t)(int32_t)0xfefefefe);
	assert_true(tape_field_value(raw, field(b, 3), 0) == 0xfefefefefefefefe);
}

static void raw_fields_count_their_elements(void **state)
{
	struct bench *b = *state;
	const struct ev_header *raw = raw_record(b, 56, 0xfe);

	assert_int_equal(tape_field_count(raw, field(b, 0)), 1);
	assert_int_equal(tape_field_count(raw, field(b, 4)), 4);
	assert_int_equal(tape_field_count(raw, field(b, 5)), 8);
}

static void a_raw_element_out_of_range_is_zero(void **state)
{
	struct bench *b = *state;
	const struct ev_header *raw = raw_record(b, 56, 0xfe);

	assert_int_equal(tape_field_value(raw, field(b, 0), 1), 0);
	assert_int_equal(tape_field_value(raw, field(b, 5), 8), 0);
	assert_int_equal(tape_field_value(raw, field(b, 5), SIZE_MAX / 2), 0);
}

static void a_field_beyond_a_raw_record_has_no_elements(void **state)
{
	struct bench *b = *state;
	const struct ev_header *raw = raw_record(b, 56, 0xfe);
	struct ev_field beyond = { .offset = 56, .size = 8, .kind = EV_U64 };
	struct ev_field across = { .offset = 52, .size = 8, .kind = EV_U64 };

	assert_int_equal(tape_field_count(raw, &beyond), 0);
	assert_int_equal(tape_field_count(raw, &across), 0);
	assert_int_equal(tape_field_value(raw, &across, 0), 0);
}

static void a_field_beyond_the_fixed_size_is_left_out_of_its_layout(void **state)
{
	struct bench *b = *state;

	lay_out(b, 999, 32,
		"lie\na u64 32 8 x\nb u64 28 8 x\nc u64 999999 8 x\nd u64 24 8 x\ne u64[] 24 16 x\n"
		"f u64[] 40 0 x\n");
	read_block(b, 0);
	assert_int_equal(tape_reader_layout(b->reader, 999)->n_fields, 1);
	assert_string_equal(tape_reader_layout(b->reader, 999)->fields[0].name, "d");
}

static void a_field_in_the_header_is_left_out_of_its_layout(void **state)
{
	struct bench *b = *state;

	lay_out(b, 999, 32, "lie\ntype u16 0 2 x\ntgid u32 20 4 x\n");
	read_block(b, 0);
	assert_int_equal(tape_reader_layout(b->reader, 999)->n_fields, 0);
}

static void lines_that_are_no_field_are_left_out_of_their_layout(void **state)
{
	struct bench *b = *state;

	lay_out(b, 999, 64,
		"lie\n\na\na u64\na u64 24\na u64 24 8\na u128 24 8 x\na u64 -24 8 x\n"
		"a u64 24 8\na  u64 24 8 x\na u64 0x18 8 x\na u64 24 7 x\na u64[ 24 8 x\n"
		"a u64 99999999999999999999 8 x\nb u32 24 8 x\nc u64 24 0 x\ngood u64 24 8 x");
	read_block(b, 0);
	assert_int_equal(tape_reader_layout(b->reader, 999)->n_fields, 1);
	assert_string_equal(tape_reader_layout(b->reader, 999)->fields[0].name, "good");
}

static void a_layout_of_an_impossible_size_is_not_believed(void **state)
{
	struct bench *b = *state;

	lay_out(b, EV_CPU_SAMPLE, 23, "cpu_sample\n");
	lay_out(b, EV_CPU_SAMPLE, 0, "cpu_sample\n");
	lay_out(b, EV_CPU_SAMPLE, UINT32_MAX, "cpu_sample\nkstack u64 24 8 stack\n");
	put64(add(b, EV_CPU_SAMPLE, sizeof(struct ev_cpu_sample), 0) + 24, 11);
	read_block(b, 0);
	assert_null(tape_reader_layout(b->reader, EV_CPU_SAMPLE));
	assert_int_equal(((const struct ev_cpu_sample *)find(b, EV_CPU_SAMPLE))->kstack, 11);
}

static void a_layout_of_thousands_of_fields_is_not_believed(void **state)
{
	struct bench *b = *state;
	char *text = malloc(40000), *end = text + sprintf(text, "lie\n");

	for (int i = 0; i < 2000; i++)
		end += sprintf(end, "f%d u8 24 1 x\n", i);
	lay_out(b, 999, 64, text);
	free(text);
	read_block(b, 0);
	assert_null(tape_reader_layout(b->reader, 999));
}

static void a_layout_without_a_name_is_not_believed(void **state)
{
	struct bench *b = *state;

	lay_out(b, 999, 64, "\na u64 24 8 x\n");
	lay_out(b, 998, 64, "");
	read_block(b, 0);
	assert_null(tape_reader_layout(b->reader, 999));
	assert_null(tape_reader_layout(b->reader, 998));
}

static void overlapping_fields_are_read_as_they_are_said_to_stand(void **state)
{
	struct bench *b = *state;
	const struct ev_cpu_sample *s;

	lay_out(b, EV_CPU_SAMPLE, 32,
		"cpu_sample\nkstack u64 24 8 stack\nustack u32 24 4 stack\ncgroup u16 25 2 cgroup\n");
	put64(add(b, EV_CPU_SAMPLE, 32, 0) + 24, 0x0102030405060708);
	read_block(b, 0);
	s = find(b, EV_CPU_SAMPLE);
	assert_int_equal(s->kstack, 0x0102030405060708);
	assert_int_equal(s->ustack, 0x05060708);
	assert_int_equal(s->cgroup, 0x0607);
}

static void a_layout_of_layouts_changes_nothing(void **state)
{
	struct bench *b = *state;

	lay_out(b, EV_LAYOUT, 200, "layout\ntext char[] 200 0 text\n");
	lay_out(b, EV_CPU_SAMPLE, 32, "cpu_sample\nkstack u64 24 8 stack\n");
	put64(add(b, EV_CPU_SAMPLE, 32, 0) + 24, 11);
	read_block(b, 0);
	assert_int_equal(count(b, EV_LAYOUT), 2);
	assert_int_equal(((const struct ev_cpu_sample *)find(b, EV_CPU_SAMPLE))->kstack, 11);
}

static void a_layout_of_a_number_beyond_all_types_is_ignored(void **state)
{
	struct bench *b = *state;

	lay_out(b, EV_CPU_SAMPLE, 32, "cpu_sample\nkstack u64 24 8 stack\n");
	put32(b->bytes + offsetof(struct ev_layout, of_type), 0x10000 + EV_CPU_SAMPLE);
	add(b, EV_CPU_SAMPLE, sizeof(struct ev_cpu_sample), 0);
	read_block(b, 0);
	assert_null(tape_reader_layout(b->reader, EV_CPU_SAMPLE));
	assert_int_equal(count(b, EV_CPU_SAMPLE), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(raw_fields_have_their_values),
		TEST(raw_signed_fields_are_sign_extended),
		TEST(raw_fields_count_their_elements),
		TEST(a_raw_element_out_of_range_is_zero),
		TEST(a_field_beyond_a_raw_record_has_no_elements),
		TEST(a_field_beyond_the_fixed_size_is_left_out_of_its_layout),
		TEST(a_field_in_the_header_is_left_out_of_its_layout),
		TEST(lines_that_are_no_field_are_left_out_of_their_layout),
		TEST(a_layout_of_an_impossible_size_is_not_believed),
		TEST(a_layout_of_thousands_of_fields_is_not_believed),
		TEST(a_layout_without_a_name_is_not_believed),
		TEST(overlapping_fields_are_read_as_they_are_said_to_stand),
		TEST(a_layout_of_layouts_changes_nothing),
		TEST(a_layout_of_a_number_beyond_all_types_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
