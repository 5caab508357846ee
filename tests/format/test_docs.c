// SPDX-License-Identifier: BSD-2-Clause
/*
 * docs/format.md lists every record and every field as they are. Where it does
 * not, the test prints the lines that belong there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tape/block.h>
#include <tape/events.h>

#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

static int setup(void **state)
{
	struct made_tape *text = calloc(1, sizeof(*text));

	*text = made_tape_load("docs/format.md");
	made_tape_append(text, "", 1);
	*state = text;
	return 0;
}

static int teardown(void **state)
{
	made_tape_free(*state);
	free(*state);
	return 0;
}

static void expect(void **state, const char *line)
{
	const struct made_tape *text = *state;

	if (!strstr((const char *)text->data, line))
		fail_msg("docs/format.md lacks this line:\n%s", line);
}

static void kind_text(const struct ev_field *f, char *ret, size_t size)
{
	const char *kind = ev_kind_name(f->kind);

	if (!f->array)
		snprintf(ret, size, "%s", kind);
	else if (f->size)
		snprintf(ret, size, "%s[%u]", kind, f->size / ev_kind_size(f->kind));
	else
		snprintf(ret, size, "%s[] to the end", kind);
}

static void the_format_document_lists_every_record_type(void **state)
{
	size_t n;
	const struct ev_info *all = ev_all(&n);
	char line[512];

	for (size_t i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "\n### %u `%s`: %s\n", all[i].type, all[i].name,
			 all[i].help);
		expect(state, line);
	}
}

static void the_format_document_lists_every_field_of_every_record(void **state)
{
	size_t n;
	const struct ev_info *all = ev_all(&n);
	char line[512], kind[64];

	for (size_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < all[i].n_fields; k++) {
			const struct ev_field *f = &all[i].fields[k];

			kind_text(f, kind, sizeof(kind));
			snprintf(line, sizeof(line), "\n| %u | `%s` | %s | %s | %s |\n", f->offset,
				 f->name, kind, f->unit, f->help);
			expect(state, line);
		}
	}
}

#define HEADER_LINE(type, member)                                                                  \
	{                                                                                          \
#member, offsetof(struct type, member), sizeof(((struct type *)0)->member)         \
	}

struct header_line {
	const char *name;
	size_t offset;
	size_t size;
};

static void expect_lines(void **state, const struct header_line *lines, size_t n)
{
	char line[200];

	for (size_t i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "\n| %zu | %zu | %s | ", lines[i].offset,
			 lines[i].size, lines[i].name);
		expect(state, line);
	}
}

static void the_format_document_lists_the_fields_of_the_file_header(void **state)
{
	static const struct header_line lines[] = {
		HEADER_LINE(tape_file_header, magic),	HEADER_LINE(tape_file_header, major),
		HEADER_LINE(tape_file_header, minor),	HEADER_LINE(tape_file_header, header_size),
		HEADER_LINE(tape_file_header, uuid),	HEADER_LINE(tape_file_header, wall_ns),
		HEADER_LINE(tape_file_header, mono_ns), HEADER_LINE(tape_file_header, reserved),
		HEADER_LINE(tape_file_header, hash),
	};

	expect_lines(state, lines, sizeof(lines) / sizeof(lines[0]));
}

static void the_format_document_lists_the_fields_of_the_block_header(void **state)
{
	static const struct header_line lines[] = {
		HEADER_LINE(tape_block_header, sync),
		HEADER_LINE(tape_block_header, header_hash),
		HEADER_LINE(tape_block_header, tape_id),
		HEADER_LINE(tape_block_header, sequence),
		HEADER_LINE(tape_block_header, first_ns),
		HEADER_LINE(tape_block_header, last_ns),
		HEADER_LINE(tape_block_header, payload_hash),
		HEADER_LINE(tape_block_header, epoch),
		HEADER_LINE(tape_block_header, ring),
		HEADER_LINE(tape_block_header, packed_size),
		HEADER_LINE(tape_block_header, plain_size),
		HEADER_LINE(tape_block_header, records),
		HEADER_LINE(tape_block_header, kind),
		HEADER_LINE(tape_block_header, codec),
		HEADER_LINE(tape_block_header, flags),
	};

	expect_lines(state, lines, sizeof(lines) / sizeof(lines[0]));
}

static void the_format_document_lists_the_fields_of_the_record_header(void **state)
{
	static const struct header_line lines[] = {
		HEADER_LINE(ev_header, type),	 HEADER_LINE(ev_header, units),
		HEADER_LINE(ev_header, cpu),	 HEADER_LINE(ev_header, epoch),
		HEADER_LINE(ev_header, time_ns), HEADER_LINE(ev_header, tid),
		HEADER_LINE(ev_header, tgid),
	};

	expect_lines(state, lines, sizeof(lines) / sizeof(lines[0]));
}

static void the_format_document_gives_the_limits_of_a_block(void **state)
{
	_Static_assert(TAPE_BLOCK_PLAIN == 1048576 && TAPE_BLOCK_PACKED == 1052704,
		       "docs/format.md says so");
	expect(state, "at most 1,048,576");
	expect(state, "1,052,704");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_format_document_lists_every_record_type),
		TEST(the_format_document_lists_every_field_of_every_record),
		TEST(the_format_document_lists_the_fields_of_the_file_header),
		TEST(the_format_document_lists_the_fields_of_the_block_header),
		TEST(the_format_document_lists_the_fields_of_the_record_header),
		TEST(the_format_document_gives_the_limits_of_a_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
