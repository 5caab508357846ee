// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tapes whose records are laid out otherwise, by older and newer versions. Records
 * are made by hand from text layouts.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/layout_bench.h"
#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

static uint64_t bad_records(const struct bench *b)
{
	struct tape_health h;

	tape_reader_health(b->reader, &h);
	return h.bad_records;
}

static void fields_are_found_by_their_names(void **state)
{
	struct bench *b = *state;
	const struct ev_cpu_sample *s;
	uint8_t *record;

	lay_out(b, EV_CPU_SAMPLE, 48,
		"cpu_sample\ncgroup u64 24 8 cgroup\nustack u64 32 8 stack\nkstack u64 40 8 stack\n");
	record = add(b, EV_CPU_SAMPLE, 48, 0);
	put64(record + 24, 33);
	put64(record + 32, 22);
	put64(record + 40, 11);
	read_block(b, 0);
	s = find(b, EV_CPU_SAMPLE);
	assert_int_equal(s->kstack, 11);
	assert_int_equal(s->ustack, 22);
	assert_int_equal(s->cgroup, 33);
}

static void fields_that_the_tape_lacks_are_zero(void **state)
{
	struct bench *b = *state;
	const struct ev_cpu_sample *s;

	lay_out(b, EV_CPU_SAMPLE, 32, "cpu_sample\nkstack u64 24 8 stack\n");
	put64(add(b, EV_CPU_SAMPLE, 32, 0) + 24, 11);
	add(b, EV_EXIT, 32, 0xff);
	read_block(b, 0);
	s = find(b, EV_CPU_SAMPLE);
	assert_int_equal(ev_size(&s->h), sizeof(*s));
	assert_int_equal(s->kstack, 11);
	assert_int_equal(s->ustack, 0);
	assert_int_equal(s->cgroup, 0);
}

static void a_field_that_this_version_does_not_know_is_left_out(void **state)
{
	struct bench *b = *state;
	const struct ev_cpu_sample *s;
	uint8_t *record;

	lay_out(b, EV_CPU_SAMPLE, 56,
		"cpu_sample\nnew u64 24 8 ns\nkstack u64 32 8 stack\nustack u64 40 8 stack\n"
		"cgroup u64 48 8 cgroup\n");
	record = add(b, EV_CPU_SAMPLE, 56, 0);
	put64(record + 24, 99);
	put64(record + 32, 11);
	read_block(b, 0);
	s = find(b, EV_CPU_SAMPLE);
	assert_int_equal(ev_size(&s->h), sizeof(*s));
	assert_int_equal(s->kstack, 11);
}

static void an_appended_field_does_not_stand_in_the_way(void **state)
{
	struct bench *b = *state;
	const struct ev_cpu_sample *s;
	uint8_t *record;

	lay_out(b, EV_CPU_SAMPLE, 56,
		"cpu_sample\nkstack u64 24 8 stack\nustack u64 32 8 stack\ncgroup u64 40 8 cgroup\n"
		"new u64 48 8 ns\n");
	for (int i = 0; i < 2; i++) {
		record = add(b, EV_CPU_SAMPLE, 56, 0);
		put64(record + 24, 11);
		put64(record + 40, 33);
		put64(record + 48, 99);
	}
	read_block(b, 0);
	s = find(b, EV_CPU_SAMPLE);
	assert_int_equal(count(b, EV_CPU_SAMPLE), 2);
	assert_int_equal(s->kstack, 11);
	assert_int_equal(s->cgroup, 33);
}

static void a_number_of_another_width_keeps_its_value(void **state)
{
	struct bench *b = *state;
	const struct ev_cpu_sample *s;
	uint8_t *record;

	lay_out(b, EV_CPU_SAMPLE, 40,
		"cpu_sample\nkstack u32 24 4 stack\nustack s32 28 4 stack\ncgroup u16 32 2 cgroup\n");
	record = add(b, EV_CPU_SAMPLE, 40, 0);
	put32(record + 24, 0xfffffff0);
	put32(record + 28, (uint32_t)-2);
	record[32] = 0x34;
	record[33] = 0x12;
	read_block(b, 0);
	s = find(b, EV_CPU_SAMPLE);
	assert_int_equal(s->kstack, 0xfffffff0);
	assert_int_equal(s->ustack, (uint64_t)-2);
	assert_int_equal(s->cgroup, 0x1234);
}

static void text_is_not_made_of_a_number(void **state)
{
	struct bench *b = *state;
	const struct ev_task *task;

	lay_out(b, EV_TASK, 40, "task\ncomm u64[] 24 16 text\n");
	add(b, EV_TASK, 40, 'x');
	read_block(b, 0);
	task = find(b, EV_TASK);
	assert_string_equal(task->comm, "");
}

static void an_array_keeps_the_elements_that_fit(void **state)
{
	struct bench *b = *state;
	const struct ev_module *m;

	lay_out(b, EV_MODULE, 56,
		"module\nmodule u32 24 4 module\nbuild_id u8[] 28 28 hex\n"
		"path char[] 56 0 text\n");
	memcpy(add(b, EV_MODULE, 64, 0x11) + 56, "/bin/a\0", 8);
	read_block(b, 0);
	m = find(b, EV_MODULE);
	for (size_t i = 0; i < sizeof(m->build_id); i++)
		assert_int_equal(m->build_id[i], 0x11);
	assert_int_equal(m->reserved, 0);
	assert_string_equal(m->path, "/bin/a");
}

static void a_tail_moves_with_the_fixed_part(void **state)
{
	struct bench *b = *state;
	const struct ev_stack *s;
	uint8_t *record;

	lay_out(b, EV_STACK, 32, "stack\nid u64 24 8 stack\nip u64[] 32 0 address\n");
	record = add(b, EV_STACK, 56, 0);
	for (uint64_t i = 0; i < 4; i++)
		put64(record + 24 + i * 8, 100 + i);
	read_block(b, 0);
	s = find(b, EV_STACK);
	assert_int_equal(s->id, 100);
	assert_int_equal(s->kind, 0);
	assert_int_equal(ev_tail_size(&s->h, sizeof(*s)), 3 * 8);
	assert_int_equal(s->ip[0], 101);
	assert_int_equal(s->ip[2], 103);
}

static void the_header_is_kept(void **state)
{
	struct bench *b = *state;
	const struct ev_cpu_sample *s;
	uint8_t *record;

	lay_out(b, EV_CPU_SAMPLE, 32, "cpu_sample\nkstack u64 24 8 stack\n");
	record = add(b, EV_CPU_SAMPLE, 32, 0);
	record[4] = 3;
	record[6] = 9;
	put64(record + 8, 123456789012345);
	put32(record + 16, 71);
	put32(record + 20, 70);
	read_block(b, 0);
	s = find(b, EV_CPU_SAMPLE);
	assert_int_equal(s->h.cpu, 3);
	assert_int_equal(s->h.epoch, 9);
	assert_int_equal(s->h.time_ns, 123456789012345);
	assert_int_equal(s->h.tid, 71);
	assert_int_equal(s->h.tgid, 70);
}

static void all_records_of_a_converted_block_come_in_their_order(void **state)
{
	struct bench *b = *state;
	uint64_t expected = 1;

	lay_out(b, EV_CPU_SAMPLE, 32, "cpu_sample\nkstack u64 24 8 stack\n");
	for (uint64_t i = 1; i <= 500; i++) {
		put64(add(b, EV_CPU_SAMPLE, 32, 0) + 24, i);
		add(b, 999, 48, (int)i);
	}
	read_block(b, 0);
	tape_block_for_each (b->block, record) {
		const uint8_t *bytes = (const uint8_t *)record;

		if (record->type == EV_CPU_SAMPLE)
			assert_int_equal(((const struct ev_cpu_sample *)record)->kstack, expected);
		if (record->type == 999) {
			assert_int_equal(ev_size(record), 48);
			assert_int_equal(bytes[24], (uint8_t)expected);
			assert_int_equal(bytes[47], (uint8_t)expected);
			expected++;
		}
	}
	assert_int_equal(expected, 501);
}

static void a_char_array_that_is_full_is_ended(void **state)
{
	struct bench *b = *state;
	const struct ev_task *task;

	add(b, EV_TASK, sizeof(struct ev_task), 'x');
	read_block(b, 0);
	task = find(b, EV_TASK);
	assert_string_equal(task->comm, "xxxxxxxxxxxxxxx");
}

static void a_char_array_that_is_full_is_ended_when_it_is_converted(void **state)
{
	struct bench *b = *state;
	const struct ev_task *task;

	lay_out(b, EV_TASK, 48, "task\ncomm char[] 24 24 text\n");
	add(b, EV_TASK, 48, 'x');
	read_block(b, 0);
	task = find(b, EV_TASK);
	assert_string_equal(task->comm, "xxxxxxxxxxxxxxx");
}

static void a_text_tail_without_an_end_loses_its_last_byte(void **state)
{
	struct bench *b = *state;
	const struct ev_note *note;

	add(b, EV_NOTE, 32, 'x');
	read_block(b, 0);
	note = find(b, EV_NOTE);
	assert_string_equal(note->text, "xxxxxxx");
}

static void a_text_tail_of_no_bytes_is_an_empty_text(void **state)
{
	struct bench *b = *state;
	const struct ev_note *note;

	add(b, EV_NOTE, 24, 0);
	add(b, EV_EXIT, 32, 0xff);
	read_block(b, 0);
	note = find(b, EV_NOTE);
	assert_true(ev_tail_size(&note->h, sizeof(*note)) > 0);
	assert_string_equal(note->text, "");
	assert_int_equal(((const struct ev_exit *)find(b, EV_EXIT))->reserved, UINT64_MAX);
}

static void the_longest_text_is_kept_within_the_longest_record(void **state)
{
	struct bench *b = *state;
	uint8_t *bytes = calloc(1, 1 << 20);
	size_t size = made_layout(bytes, 0, EV_COST, 24, "cost\nkey char[] 24 0 text\n");
	struct ev_header *record = (struct ev_header *)(bytes + size);
	const struct ev_cost *cost;

	memset(record + 1, 'k', EV_MAX_SIZE - sizeof(*record));
	record->type = htole16(EV_COST);
	record->units = UINT16_MAX;
	b->tape = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	made_tape_add(&b->tape, (struct tape_block_header){ 0 }, bytes, size + EV_MAX_SIZE);
	free(bytes);
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &b->reader, NULL),
			 0);
	assert_int_equal(tape_reader_next(b->reader, &b->block, NULL), 1);
	cost = find(b, EV_COST);
	assert_int_equal(cost->value, 0);
	assert_int_equal(strlen(cost->key), EV_MAX_SIZE - sizeof(*cost) - 1);
}

static void a_record_shorter_than_its_layout_is_bad(void **state)
{
	struct bench *b = *state;

	lay_out(b, EV_CPU_SAMPLE, 40, "cpu_sample\nkstack u64 24 8 stack\nustack u64 32 8 stack\n");
	add(b, EV_CPU_SAMPLE, 32, 0);
	read_block(b, 0);
	assert_int_equal(count(b, EV_CPU_SAMPLE), 0);
	assert_int_equal(bad_records(b), 1);
}

static void a_record_shorter_than_its_struct_is_bad_where_the_tape_has_no_layout(void **state)
{
	struct bench *b = *state;

	add(b, EV_CPU_SAMPLE, 40, 0);
	read_block(b, 0);
	assert_int_equal(count(b, EV_CPU_SAMPLE), 0);
	assert_int_equal(bad_records(b), 1);
}

static void a_layout_in_a_later_epoch_block_holds_for_events_before_it(void **state)
{
	struct bench *b = *state;
	size_t layouts;

	lay_out(b, EV_CPU_SAMPLE, 32, "cpu_sample\nkstack u64 24 8 stack\n");
	layouts = b->size;
	put64(add(b, EV_CPU_SAMPLE, 32, 0) + 24, 11);
	b->tape = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	made_tape_add(&b->tape, (struct tape_block_header){ .epoch = 1 }, b->bytes + layouts,
		      b->size - layouts);
	made_tape_add(&b->tape, (struct tape_block_header){ .epoch = 2, .kind = TAPE_BLOCK_EPOCH },
		      b->bytes, layouts);
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &b->reader, NULL),
			 0);
	assert_int_equal(tape_reader_next(b->reader, &b->block, NULL), 1);
	assert_int_equal(((const struct ev_cpu_sample *)find(b, EV_CPU_SAMPLE))->kstack, 11);
}

static void the_reader_lends_the_layout_that_the_tape_gives(void **state)
{
	struct bench *b = *state;
	const struct ev_info *info;

	lay_out(b, 999, 32, "future\nvalue s64 24 8 count\nname char[] 32 0 text\n");
	add(b, 999, 40, 0);
	read_block(b, 0);
	info = tape_reader_layout(b->reader, 999);
	assert_non_null(info);
	assert_string_equal(info->name, "future");
	assert_int_equal(info->fixed_size, 32);
	assert_int_equal(info->n_fields, 2);
	assert_string_equal(info->fields[0].name, "value");
	assert_string_equal(info->fields[0].unit, "count");
	assert_int_equal(info->fields[0].kind, EV_S64);
	assert_int_equal(info->fields[1].array, 1);
	assert_int_equal(info->fields[1].size, 0);
	assert_null(tape_reader_layout(b->reader, 998));
}

static void a_layout_that_is_replaced_stays_lent(void **state)
{
	struct bench *b = *state;
	const struct ev_info *first;
	struct tape_block *second;

	b->tape = made_tape_begin(TAPE_MAJOR, TAPE_MINOR);
	for (int i = 0; i < 2; i++) {
		b->size = made_layout(b->bytes, 0, 999, 32,
				      i ? "new\nb u64 24 8 count\n" : "old\na u64 24 8 count\n");
		made_tape_add(&b->tape, (struct tape_block_header){ 0 }, b->bytes, b->size);
	}
	assert_int_equal(tape_reader_open_memory(b->tape.data, b->tape.size, 0, &b->reader, NULL),
			 0);
	assert_int_equal(tape_reader_next(b->reader, &b->block, NULL), 1);
	first = tape_reader_layout(b->reader, 999);
	assert_int_equal(tape_reader_next(b->reader, &second, NULL), 1);
	tape_block_free(second);
	assert_string_equal(first->name, "old");
	assert_string_equal(first->fields[0].name, "a");
	assert_string_equal(tape_reader_layout(b->reader, 999)->name, "new");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_are_found_by_their_names),
		TEST(fields_that_the_tape_lacks_are_zero),
		TEST(a_field_that_this_version_does_not_know_is_left_out),
		TEST(an_appended_field_does_not_stand_in_the_way),
		TEST(a_number_of_another_width_keeps_its_value),
		TEST(text_is_not_made_of_a_number),
		TEST(an_array_keeps_the_elements_that_fit),
		TEST(a_tail_moves_with_the_fixed_part),
		TEST(the_header_is_kept),
		TEST(all_records_of_a_converted_block_come_in_their_order),
		TEST(a_char_array_that_is_full_is_ended),
		TEST(a_char_array_that_is_full_is_ended_when_it_is_converted),
		TEST(a_text_tail_without_an_end_loses_its_last_byte),
		TEST(a_text_tail_of_no_bytes_is_an_empty_text),
		TEST(the_longest_text_is_kept_within_the_longest_record),
		TEST(a_record_shorter_than_its_layout_is_bad),
		TEST(a_record_shorter_than_its_struct_is_bad_where_the_tape_has_no_layout),
		TEST(a_layout_in_a_later_epoch_block_holds_for_events_before_it),
		TEST(the_reader_lends_the_layout_that_the_tape_gives),
		TEST(a_layout_that_is_replaced_stays_lent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
