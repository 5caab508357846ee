// SPDX-License-Identifier: BSD-2-Clause
/*
 * From records as a tape lays them out to this version's structs.
 *
 * Fields are matched by name once for each layout. Where all of a struct's
 * fields stand in the tape where they stand in the struct, which is the rule,
 * records are used in place. If one record of a block is not so, the whole block
 * is converted, field by field, into a new buffer.
 */
#include <string.h>

#include <tape/cleanup.h>

#include "format/bytes.h"
#include "format/convert.h"
#include "format/layout.h"

/* All layouts of a tape together; a real one has some ten thousand bytes. */
#define LAYOUT_MEMORY (16u << 20)

struct tape_type {
	const struct ev_info *native; /* NULL: this version does not know it */
	struct ev_info *tape;	      /* NULL: the tape does not say */
	struct ev_layout *text;	      /* the LAYOUT record that tape was read from, as it stood */
	const struct ev_field **map;  /* of native's fields in tape; NULL: none has that name */
	bool in_place;
	bool has_text;
	bool is_set;
};

void tape_layouts_done(struct tape_layouts *l)
{
	for (size_t i = 0; i < l->n_types; i++) {
		free(l->types[i].tape);
		free(l->types[i].text);
		free(l->types[i].map);
	}
	for (size_t i = 0; i < l->n_retired; i++)
		free(l->retired[i]);
	free(l->types);
	free(l->retired);
}

const struct ev_info *tape_layouts_find(const struct tape_layouts *l, uint16_t type)
{
	return type < l->n_types ? l->types[type].tape : NULL;
}

/* --- plans --- */

static bool same_place(const struct ev_field *a, const struct ev_field *b)
{
	return a && a->offset == b->offset && a->size == b->size && a->kind == b->kind;
}

/* Text and numbers are not made of each other. */
static const struct ev_field *match(const struct ev_info *tape, const struct ev_field *native)
{
	const struct ev_field *f = tape_layout_find(tape, native->name);

	return f && (f->kind == EV_CHAR) == (native->kind == EV_CHAR) ? f : NULL;
}

static int make_plan(struct tape_type *t)
{
	/* LAYOUT is what all others are read by: it stays as it is. */
	bool fixed = !t->tape || t->native->type == EV_LAYOUT;
	const struct ev_info *tape = fixed ? t->native : t->tape;
	const struct ev_field **map = calloc(t->native->n_fields, sizeof(*map));

	if (!map)
		return -ENOMEM;
	t->in_place = BYTES_LITTLE_ENDIAN && tape->fixed_size >= t->native->fixed_size;
	t->has_text = false;
	for (uint32_t i = 0; i < t->native->n_fields; i++) {
		map[i] = match(tape, &t->native->fields[i]);
		t->in_place = t->in_place && same_place(map[i], &t->native->fields[i]);
		t->has_text = t->has_text || t->native->fields[i].kind == EV_CHAR;
	}
	free(t->map);
	t->map = map;
	return 0;
}

static int find_type(struct tape_layouts *l, uint16_t number, struct tape_type **ret)
{
	size_t before = l->n_types;
	struct tape_type *t;
	int rc;

	if (bytes_grow(&l->types, &l->n_types, (size_t)number + 1, sizeof(*l->types)) < 0)
		return -ENOMEM;
	memset(&l->types[before], 0, (l->n_types - before) * sizeof(*l->types));
	t = &l->types[number];
	if (!t->is_set) {
		t->native = ev_info(number);
		rc = t->native ? make_plan(t) : 0;
		if (rc < 0)
			return rc;
		t->is_set = true;
	}
	*ret = t;
	return 0;
}

/* --- layouts --- */

static int replace(struct tape_layouts *l, struct tape_type *t, struct ev_info *info,
		   struct ev_layout *text)
{
	struct ev_info *old = t->tape;

	if (bytes_grow(&l->retired, &l->retired_room, l->n_retired + 1, sizeof(*l->retired)) < 0)
		return -ENOMEM;
	t->tape = info;
	if (t->native && make_plan(t) < 0) {
		t->tape = old;
		return -ENOMEM;
	}
	if (old)
		l->retired[l->n_retired++] = old;
	free(t->text);
	t->text = text;
	return 0;
}

/* The record's own fields stand where they always did: it is read without a layout. */
static int learn(struct tape_layouts *l, const uint8_t *record, size_t size)
{
	CLEANUP(freep) struct ev_layout *copy = NULL;
	CLEANUP(freep) struct ev_info *info = NULL;
	uint32_t of_type = bytes_get32(record + offsetof(struct ev_layout, of_type));
	uint32_t fixed_size = bytes_get32(record + offsetof(struct ev_layout, fixed_size));
	const size_t skip = sizeof(struct ev_header), text = offsetof(struct ev_layout, text);
	struct tape_type *t;
	int rc, memory;

	if (of_type > UINT16_MAX)
		return 0;
	rc = find_type(l, (uint16_t)of_type, &t);
	if (rc < 0)
		return rc;
	/* The header differs from epoch to epoch, by its time. */
	if (t->text && memcmp(&t->text->h.units, record + 2, 2) == 0 &&
	    memcmp((uint8_t *)t->text + skip, record + skip, size - skip) == 0)
		return 0;
	if (l->memory > LAYOUT_MEMORY)
		return 0;
	memory = tape_layout_parse((uint16_t)of_type, fixed_size, (const char *)record + text,
				   size - text, &info);
	if (memory == -EBADMSG)
		return 0;
	copy = malloc(size);
	if (memory < 0 || !copy)
		return -ENOMEM;
	memcpy(copy, record, size);
	rc = replace(l, t, info, copy);
	if (rc < 0)
		return rc;
	l->memory += (size_t)memory + size;
	info = NULL;
	copy = NULL;
	return 0;
}

/* --- looking through --- */

static size_t least_size(const struct tape_type *t, uint16_t number)
{
	if (t->tape && number != EV_LAYOUT)
		return t->tape->fixed_size;
	return t->native ? t->native->fixed_size : sizeof(struct ev_header);
}

/* Returns false if a text tail has no byte for its NUL. */
static bool end_texts(const struct ev_info *native, uint8_t *record, size_t size)
{
	for (uint32_t i = 0; i < native->n_fields; i++) {
		const struct ev_field *f = &native->fields[i];
		size_t end = f->size ? f->offset + f->size : size;

		if (f->kind != EV_CHAR)
			continue;
		if (end == f->offset)
			return false;
		if (record[end - 1] && !memchr(record + f->offset, 0, end - f->offset))
			record[end - 1] = 0;
	}
	return true;
}

static void header_to_native(uint8_t *record)
{
	struct ev_header h = {
		.type = bytes_get16(record),
		.units = bytes_get16(record + 2),
		.cpu = bytes_get16(record + 4),
		.epoch = bytes_get16(record + 6),
		.time_ns = bytes_get64(record + 8),
		.tid = bytes_get32(record + 16),
		.tgid = bytes_get32(record + 20),
	};

	memcpy(record, &h, sizeof(h));
}

/* Returns the record's size, 0 if it is none, or -ENOMEM. */
static int check_record(struct tape_layouts *l, uint8_t *record, size_t room, bool raw,
			struct tape_records *ret)
{
	uint16_t number = bytes_get16(record);
	size_t size = (size_t)bytes_get16(record + 2) * EV_UNIT;
	struct tape_type *t;
	int rc;

	if (size < sizeof(struct ev_header) || size > room)
		return 0;
	rc = find_type(l, number, &t);
	if (rc < 0)
		return rc;
	if (size < least_size(t, number))
		return 0;
	if (number == EV_LAYOUT) {
		rc = learn(l, record, size);
		if (rc < 0)
			return rc;
		t = &l->types[number]; /* it may have moved */
	}
	ret->unknown += !t->tape && !t->native;
	if (raw) {
		if (!BYTES_LITTLE_ENDIAN)
			header_to_native(record);
		return (int)size;
	}
	if (!BYTES_LITTLE_ENDIAN || (t->native && !t->in_place))
		ret->must_convert = true;
	else if (t->has_text && !end_texts(t->native, record, size))
		ret->must_convert = true;
	return (int)size;
}

int tape_layouts_check(struct tape_layouts *l, uint8_t *plain, size_t size, bool raw,
		       struct tape_records *ret)
{
	*ret = (struct tape_records){ 0 };
	while (size - ret->size >= sizeof(struct ev_header)) {
		int n = check_record(l, plain + ret->size, size - ret->size, raw, ret);

		if (n < 0)
			return n;
		if (n == 0)
			break;
		ret->size += (size_t)n;
	}
	ret->bad = ret->size < size;
	return 0;
}

/* --- conversion --- */

static void store(uint8_t kind, uint8_t *p, uint64_t value)
{
	uint16_t v16 = (uint16_t)value;
	uint32_t v32 = (uint32_t)value;

	switch (ev_kind_size(kind)) {
	case 2:
		memcpy(p, &v16, sizeof(v16));
		break;
	case 4:
		memcpy(p, &v32, sizeof(v32));
		break;
	case 8:
		memcpy(p, &value, sizeof(value));
		break;
	default:
		*p = (uint8_t)value;
	}
}

static void copy_elements(uint8_t to_kind, uint8_t *to, uint8_t from_kind, const uint8_t *from,
			  size_t n)
{
	size_t to_size = ev_kind_size(to_kind), from_size = ev_kind_size(from_kind);

	if (to_size == 1 && from_size == 1) {
		memcpy(to, from, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		store(to_kind, to + i * to_size, tape_field_load(from_kind, from + i * from_size));
}

/* How many elements of the tape's field f the record of size bytes has. */
static size_t elements(const struct ev_field *f, size_t size)
{
	size_t end = f->size ? f->offset + f->size : size;

	if (end > size || end < f->offset)
		return 0;
	return (end - f->offset) / ev_kind_size(f->kind);
}

/* How many elements the converted tail has: of a text, all but the NULs at its end, or but the last. */
static size_t tail_elements(const struct ev_field *to, const struct ev_field *from,
			    const uint8_t *record, size_t size)
{
	size_t n = from ? elements(from, size) : 0;
	size_t most = (EV_MAX_SIZE - to->offset) / ev_kind_size(to->kind) - 1;

	/*
	 * As end_texts() does it: a tape reads the same whether it is converted or not.
	 * A text may hold NULs, between arguments for example.
	 */
	if (n && to->kind == EV_CHAR) {
		most = n - 1 < most ? n - 1 : most;
		while (n && record[from->offset + n - 1] == 0)
			n--;
	}
	return n < most ? n : most;
}

/* Writes the record of a known type, at most EV_MAX_SIZE bytes to out, all zero; returns its size. */
static size_t convert_known(const struct tape_type *t, const uint8_t *record, size_t size,
			    uint8_t *out)
{
	size_t made = t->native->fixed_size;

	for (uint32_t i = 0; i < t->native->n_fields; i++) {
		const struct ev_field *to = &t->native->fields[i], *from = t->map[i];
		size_t room = to->size / ev_kind_size(to->kind), n;

		if (to->size == 0) {
			room = tail_elements(to, from, record, size);
			made = to->offset + room * ev_kind_size(to->kind) + (to->kind == EV_CHAR);
		} else if (to->kind == EV_CHAR) {
			room--; /* its NUL */
		}
		if (!from)
			continue;
		n = elements(from, size);
		copy_elements(to->kind, out + to->offset, from->kind, record + from->offset,
			      n < room ? n : room);
	}
	return bytes_align8(made);
}

int tape_layouts_convert(const struct tape_layouts *l, const uint8_t *plain, size_t size,
			 struct tape_bytes *ret)
{
	CLEANUP(freep) uint8_t *out = NULL;
	size_t room = 0, used = ret->size;

	if (bytes_grow(&out, &room, used + size, 1) < 0)
		return -ENOMEM;
	for (size_t at = 0; at < size;) {
		const uint8_t *record = plain + at;
		const struct tape_type *t = &l->types[bytes_get16(record)];
		size_t length = (size_t)bytes_get16(record + 2) * EV_UNIT, made = length, most;
		uint16_t units;

		/* No field grows by more than from a byte to eight. */
		most = (t->native ? t->native->fixed_size : 0) + length * 8 + EV_UNIT;
		if (bytes_grow(&out, &room, used + most, 1) < 0)
			return -ENOMEM;
		memset(out + used, 0, most);
		if (t->native)
			made = convert_known(t, record, length, out + used);
		else
			memcpy(out + used, record, length);
		memcpy(out + used, record, sizeof(struct ev_header));
		header_to_native(out + used);
		units = (uint16_t)(made / EV_UNIT);
		memcpy(out + used + offsetof(struct ev_header, units), &units, sizeof(units));
		used += made;
		at += length;
	}
	ret->data = TAKE(out);
	ret->size = used;
	return 0;
}
