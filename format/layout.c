// SPDX-License-Identifier: BSD-2-Clause
/*
 * LAYOUT records: how a record type stands in a tape, as text. The first line is
 * the type's name; each other line is a field:
 *
 *	name kind offset size unit
 *
 * The kind is u8 u16 u32 u64 s32 s64 or char, with "[]" behind it for an array;
 * offset counts from the record's first byte; size is that of all elements, or 0
 * for the tail, which reaches to the record's end. A line ends with a line feed,
 * the text with a NUL or with the record.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <tape/cleanup.h>

#include "format/bytes.h"
#include "format/layout.h"

static void print_layout(FILE *out, const struct ev_info *info)
{
	fprintf(out, "%s\n", info->name);
	for (uint32_t i = 0; i < info->n_fields; i++) {
		const struct ev_field *f = &info->fields[i];

		fprintf(out, "%s %s%s %u %u %s\n", f->name, ev_kind_name(f->kind),
			f->array ? "[]" : "", f->offset, f->size, f->unit);
	}
}

int tape_layout_make(const struct ev_info *info, struct ev_layout **ret)
{
	CLEANUP(freep) char *text = NULL;
	struct ev_layout *record;
	size_t length = 0, size;
	FILE *out = open_memstream(&text, &length);
	bool failed;

	if (!out)
		return -ENOMEM;
	print_layout(out, info);
	failed = ferror(out);
	if (fclose(out) != 0 || failed)
		return -ENOMEM;
	size = bytes_align8(sizeof(*record) + length + 1);
	if (size > EV_MAX_SIZE)
		return -EMSGSIZE;
	record = calloc(1, size);
	if (!record)
		return -ENOMEM;
	record->h.type = EV_LAYOUT;
	record->h.units = (uint16_t)(size / EV_UNIT);
	record->of_type = info->type;
	record->fixed_size = info->fixed_size;
	memcpy(record->text, text, length);
	*ret = record;
	return 0;
}

/* Cuts the next word off *line; NULL at its end, or if the word is too long. */
static char *next_word(char **line)
{
	char *word = strsep(line, " ");

	return word && *word && strlen(word) < TAPE_LAYOUT_NAME ? word : NULL;
}

/* At most six digits: no offset or size of a record needs more. */
static int parse_number(const char *word, uint32_t *ret)
{
	size_t digits = strspn(word, "0123456789");

	if (digits == 0 || digits > 6 || word[digits])
		return -EBADMSG;
	*ret = (uint32_t)strtoul(word, NULL, 10);
	return 0;
}

static int parse_kind(char *word, struct ev_field *f)
{
	char *brackets = strstr(word, "[]");

	f->array = brackets && !brackets[2];
	if (f->array)
		*brackets = '\0';
	for (int kind = EV_U8; kind <= EV_CHAR; kind++) {
		if (strcmp(word, ev_kind_name(kind)) == 0) {
			f->kind = (uint8_t)kind;
			return 0;
		}
	}
	return -EBADMSG;
}

/* Whether the field lies in the record, behind its header, and holds whole elements. */
static bool field_fits(const struct ev_field *f, uint32_t fixed_size)
{
	uint32_t element = ev_kind_size(f->kind);

	if (f->offset < sizeof(struct ev_header) || f->offset > fixed_size)
		return false;
	if (f->size == 0)
		return f->array;
	if (f->size % element != 0 || (!f->array && f->size != element))
		return false;
	return f->size <= fixed_size - f->offset;
}

static int parse_field(char *line, uint32_t fixed_size, struct ev_field *ret)
{
	char *name = next_word(&line);
	char *kind = next_word(&line);
	char *offset = next_word(&line);
	char *size = next_word(&line);
	char *unit = next_word(&line);
	struct ev_field f = { .name = name, .unit = unit };

	if (!name || !kind || !offset || !size || !unit)
		return -EBADMSG;
	if (parse_kind(kind, &f) < 0 || parse_number(offset, &f.offset) < 0 ||
	    parse_number(size, &f.size) < 0)
		return -EBADMSG;
	if (!field_fits(&f, fixed_size))
		return -EBADMSG;
	*ret = f;
	return 0;
}

static size_t count_lines(const char *text, size_t size)
{
	size_t n = 1;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\n';
	return n;
}

int tape_layout_parse(uint16_t type, uint32_t fixed_size, const char *text, size_t size,
		      struct ev_info **ret)
{
	size_t length = strnlen(text, size), lines = count_lines(text, length), bytes;
	struct ev_field *fields;
	struct ev_info *info;
	char *rest, *line;

	if (fixed_size < sizeof(struct ev_header) || fixed_size > EV_MAX_SIZE)
		return -EBADMSG;
	if (lines > TAPE_LAYOUT_FIELDS)
		return -EBADMSG;
	bytes = sizeof(*info) + lines * sizeof(*fields) + length + 1;
	info = calloc(1, bytes);
	if (!info)
		return -ENOMEM;
	fields = (struct ev_field *)(info + 1);
	rest = (char *)(fields + lines);
	memcpy(rest, text, length);

	*info = (struct ev_info){ .type = type, .fixed_size = fixed_size, .fields = fields };
	info->name = strsep(&rest, "\n");
	if (!*info->name || strlen(info->name) >= TAPE_LAYOUT_NAME) {
		free(info);
		return -EBADMSG;
	}
	while ((line = strsep(&rest, "\n")))
		info->n_fields += parse_field(line, fixed_size, &fields[info->n_fields]) == 0;
	*ret = info;
	return (int)bytes;
}

const struct ev_field *tape_layout_find(const struct ev_info *info, const char *name)
{
	for (uint32_t i = 0; i < info->n_fields; i++) {
		if (strcmp(info->fields[i].name, name) == 0)
			return &info->fields[i];
	}
	return NULL;
}

/* Turns the bytes of each of n elements around, on a big-endian machine. */
static void swap_elements(uint8_t *p, size_t n, size_t element)
{
	for (size_t i = 0; i < n; i++, p += element) {
		for (size_t low = 0, high = element - 1; low < high; low++, high--) {
			uint8_t byte = p[low];

			p[low] = p[high];
			p[high] = byte;
		}
	}
}

void tape_layout_to_disk(uint8_t *record, size_t size, const struct ev_info *info)
{
	if (BYTES_LITTLE_ENDIAN)
		return;
	swap_elements(record, 4, 2);
	swap_elements(record + 8, 1, 8);
	swap_elements(record + 16, 2, 4);
	for (uint32_t i = 0; info && i < info->n_fields; i++) {
		const struct ev_field *f = &info->fields[i];
		size_t element = ev_kind_size(f->kind);
		size_t end = f->size ? f->offset + f->size : size;

		if (end <= size && f->offset < end)
			swap_elements(record + f->offset, (end - f->offset) / element, element);
	}
}
