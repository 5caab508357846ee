// SPDX-License-Identifier: BSD-2-Clause
/*
 * Command "dump": every record in the order of the file, a line each, with the
 * fields that the tape itself says it has. So records that this version has no
 * code for are printed as well as all others.
 */
#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#include <tape/cleanup.h>
#include <tape/reader.h>

#include "analyze/commands/command.h"

DEFINE_CLEANUP(tape_reader_close, struct tape_reader);

/* Elements of an array that are printed; the others are counted. */
#define MOST_ELEMENTS 1024

static const struct ev_info *layout_of(const struct tape_reader *reader, uint16_t type)
{
	const struct ev_info *info = tape_reader_layout(reader, type);

	return info ? info : ev_info(type);
}

static bool is_hex(const struct ev_field *f)
{
	static const char *const units[] = { "address", "stack", "flags", "hex" };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(f->unit, units[i]) == 0)
			return true;
	}
	return false;
}

static bool is_signed(const struct ev_field *f)
{
	return f->kind == EV_S32 || f->kind == EV_S64;
}

/* How long a text is: an array to its first NUL, a tail to the NULs that pad it. */
static size_t chars_length(const struct ev_header *h, const struct ev_field *f)
{
	size_t n = tape_field_count(h, f), length = 0;

	if (!f->size) {
		while (n && !tape_field_value(h, f, n - 1))
			n--;
		return n;
	}
	while (length < n && tape_field_value(h, f, length))
		length++;
	return length;
}

/* --- text --- */

/* Printable characters as they are, all others as \xNN: one record stays one line. */
static void print_chars(FILE *out, const struct ev_header *h, const struct ev_field *f)
{
	size_t n = chars_length(h, f);

	fputc('"', out);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)tape_field_value(h, f, i);

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void print_number(FILE *out, const struct ev_field *f, uint64_t value)
{
	if (is_hex(f))
		fprintf(out, "0x%" PRIx64, value);
	else if (is_signed(f))
		fprintf(out, "%" PRId64, (int64_t)value);
	else
		fprintf(out, "%" PRIu64, value);
}

static void print_array(FILE *out, const struct ev_header *h, const struct ev_field *f)
{
	size_t n = tape_field_count(h, f), shown = n < MOST_ELEMENTS ? n : MOST_ELEMENTS;

	if (f->kind == EV_U8) {
		for (size_t i = 0; i < shown; i++)
			fprintf(out, "%02x", (unsigned int)tape_field_value(h, f, i));
	} else {
		fputc('[', out);
		for (size_t i = 0; i < shown; i++) {
			fputs(i ? " " : "", out);
			print_number(out, f, tape_field_value(h, f, i));
		}
		fputc(']', out);
	}
	if (shown < n)
		fprintf(out, "+%zu", n - shown);
}

static void print_field(FILE *out, const struct ev_header *h, const struct ev_field *f)
{
	fprintf(out, " %s=", f->name);
	if (f->kind == EV_CHAR)
		print_chars(out, h, f);
	else if (f->array)
		print_array(out, h, f);
	else
		print_number(out, f, tape_field_value(h, f, 0));
	if (strcmp(f->unit, "ns") == 0 || strcmp(f->unit, "bytes") == 0)
		fprintf(out, " %s", f->unit);
}

static void print_record(FILE *out, const struct tape_reader *reader, const struct ev_header *h)
{
	const struct ev_info *info = layout_of(reader, h->type);

	fprintf(out, "%" PRIu64 ".%09" PRIu64 " cpu=%u pid=%u tid=%u ", h->time_ns / 1000000000,
		h->time_ns % 1000000000, h->cpu, h->tgid, h->tid);
	if (!info) {
		fprintf(out, "type%u %u bytes\n", h->type, ev_size(h));
		return;
	}
	fputs(info->name, out);
	for (uint32_t i = 0; i < info->n_fields; i++)
		print_field(out, h, &info->fields[i]);
	fputc('\n', out);
}

/* --- JSON --- */

static json_t *chars_to_json(const struct ev_header *h, const struct ev_field *f)
{
	size_t length = chars_length(h, f);
	char *text = malloc(length + 1);
	json_t *json;

	for (size_t i = 0; text && i < length; i++)
		text[i] = (char)tape_field_value(h, f, i);
	json = text ? json_stringn(text, length) : NULL;
	for (size_t i = 0; !json && i < length; i++) {
		/* Not UTF-8: what is beyond ASCII becomes a question mark. */
		if ((unsigned char)text[i] > 0x7e)
			text[i] = '?';
	}
	if (text && !json)
		json = json_stringn(text, length);
	free(text);
	return json;
}

/* Addresses do not fit into what many readers take a JSON number for. */
static json_t *number_to_json(const struct ev_field *f, uint64_t value)
{
	char text[24];

	if (!is_hex(f) && (is_signed(f) || value <= INT64_MAX))
		return json_integer((json_int_t)value);
	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_string(text);
}

static json_t *field_to_json(const struct ev_header *h, const struct ev_field *f)
{
	size_t n = tape_field_count(h, f);
	json_t *array;

	if (f->kind == EV_CHAR)
		return chars_to_json(h, f);
	if (!f->array)
		return number_to_json(f, tape_field_value(h, f, 0));
	array = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, number_to_json(f, tape_field_value(h, f, i)));
	return array;
}

static void print_record_json(FILE *out, const struct tape_reader *reader,
			      const struct ev_header *h)
{
	const struct ev_info *info = layout_of(reader, h->type);
	json_t *record = json_object(), *fields = json_object();

	json_object_set_new(record, "type", json_integer(h->type));
	json_object_set_new(record, "name", json_string(info ? info->name : "unknown"));
	json_object_set_new(record, "time_ns", json_integer((json_int_t)h->time_ns));
	json_object_set_new(record, "cpu", json_integer(h->cpu));
	json_object_set_new(record, "epoch", json_integer(h->epoch));
	json_object_set_new(record, "pid", json_integer(h->tgid));
	json_object_set_new(record, "tid", json_integer(h->tid));
	for (uint32_t i = 0; info && i < info->n_fields; i++)
		json_object_set_new(fields, info->fields[i].name,
				    field_to_json(h, &info->fields[i]));
	json_object_set_new(record, "fields", fields);
	json_dumpf(record, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(record);
}

/* --- blocks --- */

static const char *kind_name(uint16_t kind)
{
	static const char *const names[] = {
		[TAPE_BLOCK_EPOCH] = "epoch",	  [TAPE_BLOCK_EVENTS] = "events",
		[TAPE_BLOCK_SYMBOLS] = "symbols", [TAPE_BLOCK_INDEX] = "index",
		[TAPE_BLOCK_END] = "end",
	};

	return kind < sizeof(names) / sizeof(names[0]) && names[kind] ? names[kind] : "unknown";
}

static void print_block(FILE *out, const struct tape_block *b)
{
	const struct tape_block_header *h = &b->header;

	fprintf(out,
		"block %" PRIu64 " at %" PRIu64 " %s epoch=%u ring=%u records=%u packed=%u "
		"plain=%u codec=%u first_ns=%" PRIu64 " last_ns=%" PRIu64 "\n",
		h->sequence, b->offset, kind_name(h->kind), h->epoch, h->ring, h->records,
		h->packed_size, h->plain_size, h->codec, h->first_ns, h->last_ns);
}

static void print_block_json(FILE *out, const struct tape_block *b)
{
	const struct tape_block_header *h = &b->header;
	json_t *block = json_object();

	json_object_set_new(block, "sequence", json_integer((json_int_t)h->sequence));
	json_object_set_new(block, "offset", json_integer((json_int_t)b->offset));
	json_object_set_new(block, "kind", json_string(kind_name(h->kind)));
	json_object_set_new(block, "epoch", json_integer(h->epoch));
	json_object_set_new(block, "ring", json_integer(h->ring));
	json_object_set_new(block, "records", json_integer(h->records));
	json_object_set_new(block, "packed_size", json_integer(h->packed_size));
	json_object_set_new(block, "plain_size", json_integer(h->plain_size));
	json_object_set_new(block, "codec", json_integer(h->codec));
	json_object_set_new(block, "first_ns", json_integer((json_int_t)h->first_ns));
	json_object_set_new(block, "last_ns", json_integer((json_int_t)h->last_ns));
	json_dumpf(block, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(block);
}

static void dump_block(const struct command_job *job, const struct tape_reader *reader,
		       const struct tape_block *block)
{
	if (job->blocks) {
		(job->json ? print_block_json : print_block)(job->out, block);
		return;
	}
	tape_block_for_each (block, record) {
		(job->json ? print_record_json : print_record)(job->out, reader, record);
	}
}

static int dump_run(const struct command_job *job, struct tape_error *err)
{
	CLEANUP(tape_reader_closep) struct tape_reader *reader = NULL;
	struct tape_block *block;
	int rc = tape_reader_open(job->tape, TAPE_READER_RAW, &reader, err);

	if (rc < 0)
		return rc;
	while (!ferror(job->out) && (rc = tape_reader_next(reader, &block, err)) > 0) {
		dump_block(job, reader, block);
		tape_block_free(block);
	}
	return rc < 0 ? rc : 0;
}

extern const struct command command_dump;

const struct command command_dump = {
	.name = "dump",
	.help = "every record, a line each, as the tape has it; --blocks: every block",
	.formats = "text json",
	.run = dump_run,
};
