// SPDX-License-Identifier: BSD-2-Clause
/* Version 5 says itself what it tells of a file; before, names and three numbers. */
#include "symbols/dwarf_line_head.h"
#include "symbols/grow.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

enum { MOST_FORMATS = 16 };

struct format {
	uint64_t content; /* DW_LNCT_* */
	struct dwarf_spec spec;
};

static int add_directory(struct dwarf_rows *rows, struct dwarf_value name)
{
	if (grow_by_one((void **)&rows->directories, rows->n_directories, sizeof(name)) < 0)
		return -ENOMEM;
	rows->directories[rows->n_directories++] = name;
	return 0;
}

static int add_file(struct dwarf_rows *rows, struct dwarf_file file)
{
	if (grow_by_one((void **)&rows->files, rows->n_files, sizeof(file)) < 0)
		return -ENOMEM;
	rows->files[rows->n_files++] = file;
	return 0;
}

static struct dwarf_value read_text(struct dwarf_bytes *b)
{
	struct dwarf_value text = { .kind = DWARF_VALUE_TEXT,
				    .section = DWARF_LINE,
				    .n = dwarf_bytes_place(b) };

	dwarf_bytes_skip_text(b);
	return text;
}

/* A list of texts ends with an empty one. */
static bool more(struct dwarf_bytes *b)
{
	if (b->at < b->end && *b->at)
		return true;
	dwarf_bytes_u8(b);
	return false;
}

static int read_old_files(struct dwarf_bytes *b, const struct dwarf_unit *unit,
			  struct dwarf_rows *rows)
{
	int rc = add_directory(rows, unit->directory);

	if (rc == 0)
		rc = add_file(rows, (struct dwarf_file){ 0 });
	while (rc == 0 && more(b))
		rc = add_directory(rows, read_text(b));
	while (rc == 0 && more(b)) {
		struct dwarf_file file = { .name = read_text(b) };

		file.directory = (uint32_t)dwarf_bytes_uleb(b);
		dwarf_bytes_uleb(b);
		dwarf_bytes_uleb(b);
		rc = add_file(rows, file);
	}
	return rc < 0 ? rc : b->bad ? -EBADMSG : 0;
}

static size_t read_formats(struct dwarf_bytes *b, struct format *formats)
{
	size_t n = dwarf_bytes_u8(b);

	if (n > MOST_FORMATS)
		dwarf_bytes_spoil(b);
	for (size_t i = 0; i < n && !b->bad; i++) {
		formats[i] = (struct format){ .content = dwarf_bytes_uleb(b) };
		formats[i].spec.form = (uint16_t)dwarf_bytes_uleb(b);
	}
	return n;
}

static struct dwarf_file read_new_file(struct dwarf_bytes *b, const struct format *formats,
				       size_t n, struct dwarf_layout layout)
{
	struct dwarf_file file = { .name = { .kind = DWARF_VALUE_NONE } };

	for (size_t i = 0; i < n; i++) {
		struct dwarf_value value;

		if (formats[i].content != DW_LNCT_path &&
		    formats[i].content != DW_LNCT_directory_index) {
			dwarf_values_skip(b, formats[i].spec.form, layout);
			continue;
		}
		value = dwarf_values_read(b, &formats[i].spec, layout);
		if (value.kind == DWARF_VALUE_TEXT && formats[i].spec.form == DW_FORM_string)
			value.section = DWARF_LINE;
		if (formats[i].content == DW_LNCT_path)
			file.name = value;
		else
			file.directory = (uint32_t)value.n;
	}
	return file;
}

/* Directories, or files: both look the same in version 5. */
static int read_new_table(struct dwarf_bytes *b, struct dwarf_layout layout, bool files,
			  struct dwarf_rows *rows)
{
	struct format formats[MOST_FORMATS];
	size_t n = read_formats(b, formats);
	uint64_t count = dwarf_bytes_uleb(b);
	int rc = 0;

	if (b->bad || (count && n == 0))
		return -EBADMSG;
	for (uint64_t i = 0; i < count && rc == 0; i++) {
		const uint8_t *before = b->at;
		struct dwarf_file file = read_new_file(b, formats, n, layout);

		if (b->bad || b->at == before)
			return -EBADMSG;
		rc = files ? add_file(rows, file) : add_directory(rows, file.name);
	}
	return rc;
}

static int read_files(struct dwarf_bytes *b, const struct dwarf_unit *unit,
		      const struct dwarf_line_head *head, struct dwarf_rows *rows)
{
	int rc;

	if (head->layout.version < 5)
		return read_old_files(b, unit, rows);
	rc = read_new_table(b, head->layout, false, rows);
	return rc < 0 ? rc : read_new_table(b, head->layout, true, rows);
}

/* What stands between the lengths and the files. */
static void read_machine(struct dwarf_bytes *b, struct dwarf_line_head *head)
{
	head->min_length = dwarf_bytes_u8(b);
	head->max_ops = head->layout.version >= 4 ? dwarf_bytes_u8(b) : 1;
	dwarf_bytes_u8(b);
	head->line_base = (int8_t)dwarf_bytes_u8(b);
	head->line_range = dwarf_bytes_u8(b);
	head->opcode_base = dwarf_bytes_u8(b);
	for (int i = 1; i < head->opcode_base; i++)
		head->lengths[i] = dwarf_bytes_u8(b);
	if (head->line_range == 0 || head->max_ops == 0 || head->opcode_base == 0)
		dwarf_bytes_spoil(b);
}

int dwarf_line_head_read(struct dwarf_bytes *b, const struct dwarf_unit *unit,
			 struct dwarf_line_head *head, struct dwarf_rows *rows)
{
	uint64_t n = dwarf_bytes_length(b, &head->layout.offset_size);
	const uint8_t *program;
	int rc;

	if (n < dwarf_bytes_left(b))
		b->end = b->at + n;
	head->layout.version = (uint16_t)dwarf_bytes_number(b, 2);
	head->layout.address_size = unit->layout.address_size;
	if (head->layout.version >= 5) {
		head->layout.address_size = dwarf_bytes_u8(b);
		dwarf_bytes_u8(b);
	}
	n = dwarf_bytes_number(b, head->layout.offset_size);
	if (b->bad || n > dwarf_bytes_left(b) || head->layout.version < 2 ||
	    head->layout.version > 5)
		return -EBADMSG;
	program = b->at + n;
	rows->version = head->layout.version;
	read_machine(b, head);
	rc = read_files(b, unit, head, rows);
	if (rc < 0)
		return rc;
	b->at = program;
	return 0;
}
