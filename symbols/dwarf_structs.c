// SPDX-License-Identifier: BSD-2-Clause
/*
 * One walk over the entries of all units finds the structs that are asked for, by
 * name: the first of a name that is not a mere declaration. Their members are read
 * then, and the types of those that lead on.
 */
#include "symbols/dwarf_structs.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "symbols/dwarf_units.h"

enum {
	LONGEST_NAME = 128,
	LONGEST_STRUCT = 64 * 1024, /* bytes of entries */
	MOST_TYPEDEFS = 16,
	LEAST_WORK = 16 * 1024 * 1024,
};

struct place {
	const struct dwarf_unit *unit; /* NULL: not found */
	uint64_t at;
};

struct search {
	struct dwarf_reader reader;
	struct dwarf_units units;
	struct dwarf_member *members;
	struct place *places; /* of the struct of each member */
	size_t n;
	size_t left; /* members whose struct was not found yet */
	uint8_t room[LONGEST_STRUCT];
};

static void search_done(struct search *s)
{
	if (!s)
		return;
	dwarf_units_done(&s->units);
	dwarf_dies_done(&s->reader);
	dwarf_sections_free(s->reader.sections);
	free(s->places);
	free(s);
}

DEFINE_CLEANUP(search_done, struct search);

/* --- where the structs are --- */

static void take_struct(struct search *s, const struct dwarf_unit *unit,
			const struct dwarf_die *die)
{
	char name[LONGEST_NAME];

	if (die->values[DWARF_BYTE_SIZE].kind != DWARF_VALUE_NUMBER ||
	    !dwarf_dies_text(&s->reader, unit, &die->values[DWARF_NAME], name, sizeof(name)))
		return;
	for (size_t i = 0; i < s->n; i++) {
		if (s->places[i].unit || strcmp(s->members[i].type, name) != 0)
			continue;
		s->places[i] = (struct place){ unit, die->at };
		s->left--;
	}
}

static void walk_unit(struct search *s, const struct dwarf_unit *unit, struct dwarf_bytes *b)
{
	const struct dwarf_abbrevs *table = dwarf_dies_table(&s->reader, unit);

	while (table && s->left && b->at < b->end) {
		struct dwarf_die die = { .at = dwarf_bytes_place(b) };
		uint64_t code = dwarf_bytes_uleb(b);

		if (!code)
			continue;
		die.abbrev = dwarf_abbrevs_find(table, code);
		if (!die.abbrev || dwarf_dies_spend(&s->reader, 1) < 0)
			return;
		if (die.abbrev->tag != DW_TAG_structure_type) {
			dwarf_dies_pass(b, table, die.abbrev);
			continue;
		}
		if (dwarf_dies_spend(&s->reader, die.abbrev->n_specs + LONGEST_NAME) < 0)
			return;
		dwarf_dies_parse(b, table, &die);
		if (!b->bad)
			take_struct(s, unit, &die);
	}
}

static int find_structs(struct search *s)
{
	for (size_t i = 0; s->left && i < s->units.n; i++) {
		const struct dwarf_unit *unit = &s->units.at[i];
		size_t n = unit->end - unit->first;
		CLEANUP(freep) uint8_t *bytes = NULL;
		struct dwarf_bytes b;

		if (dwarf_dies_spend(&s->reader, n) < 0)
			return 0;
		bytes = malloc(n);
		if (!bytes)
			return -ENOMEM;
		n = dwarf_sections_read(s->reader.sections, DWARF_INFO, unit->first, bytes, n);
		b = dwarf_bytes_of(bytes, n, unit->first,
				   dwarf_sections_big_endian(s->reader.sections));
		walk_unit(s, unit, &b);
	}
	return 0;
}

/* --- what is in them --- */

static struct place target_of(struct search *s, const struct dwarf_unit *unit,
			      const struct dwarf_die *die)
{
	bool alt;
	uint64_t at = dwarf_dies_target(unit, &die->values[DWARF_TYPE], &alt);
	const struct dwarf_unit *found =
		at == DWARF_NOWHERE || alt ? NULL : dwarf_units_of_place(&s->units, at);

	return (struct place){ found, at };
}

/* The type that a place comes to through its other names. */
static struct place real_type(struct search *s, struct place p)
{
	struct dwarf_die die;

	for (int i = 0; p.unit && i < MOST_TYPEDEFS; i++) {
		if (dwarf_dies_read(&s->reader, p.unit, p.at, &die) < 0)
			break;
		if (die.abbrev->tag != DW_TAG_typedef)
			return p;
		p = target_of(s, p.unit, &die);
	}
	return (struct place){ 0 };
}

/* A cursor at a struct's first member; spoiled if it has none. */
static struct dwarf_bytes enter(struct search *s, const struct place *p,
				const struct dwarf_abbrevs *table)
{
	size_t n = p->unit->end - p->at;
	struct dwarf_die die = { .at = p->at };
	struct dwarf_bytes b;

	if (n > LONGEST_STRUCT)
		n = LONGEST_STRUCT;
	n = dwarf_sections_read(s->reader.sections, DWARF_INFO, p->at, s->room, n);
	b = dwarf_bytes_of(s->room, n, p->at, dwarf_sections_big_endian(s->reader.sections));
	die.abbrev = dwarf_abbrevs_find(table, dwarf_bytes_uleb(&b));
	if (die.abbrev && die.abbrev->children && die.abbrev->tag == DW_TAG_structure_type)
		dwarf_dies_pass(&b, table, die.abbrev);
	else
		dwarf_bytes_spoil(&b);
	return b;
}

static bool is_member(struct search *s, const struct dwarf_unit *unit, const struct dwarf_die *die,
		      const char *name, size_t length)
{
	char text[LONGEST_NAME];

	return die->abbrev->tag == DW_TAG_member &&
	       die->values[DWARF_MEMBER_AT].kind == DWARF_VALUE_NUMBER &&
	       dwarf_dies_text(&s->reader, unit, &die->values[DWARF_NAME], text, sizeof(text)) ==
		       length &&
	       memcmp(text, name, length) == 0;
}

/* A member of the struct at *p. 1: *p is its type's place, and *at where it stands; or 0. */
static int find_member(struct search *s, struct place *p, const char *name, size_t length,
		       uint64_t *at)
{
	const struct dwarf_abbrevs *table = dwarf_dies_table(&s->reader, p->unit);
	struct dwarf_bytes b;
	size_t depth = 0;

	if (!table || dwarf_dies_spend(&s->reader, LONGEST_STRUCT / 16) < 0)
		return 0;
	b = enter(s, p, table);
	while (!b.bad && b.at < b.end) {
		struct dwarf_die die = { .at = dwarf_bytes_place(&b) };
		uint64_t code = dwarf_bytes_uleb(&b);

		if (!code && depth-- == 0)
			return 0;
		if (!code)
			continue;
		die.abbrev = dwarf_abbrevs_find(table, code);
		if (!die.abbrev)
			return 0;
		dwarf_dies_parse(&b, table, &die);
		if (!b.bad && !depth && is_member(s, p->unit, &die, name, length)) {
			*at = die.values[DWARF_MEMBER_AT].n;
			*p = target_of(s, p->unit, &die);
			return 1;
		}
		depth += die.abbrev->children;
	}
	return 0;
}

static int follow(struct search *s, struct place p, const char *path, size_t length, uint64_t *ret)
{
	const char *end = path + length;

	*ret = 0;
	while (path < end) {
		const char *dot = memchr(path, '.', (size_t)(end - path));
		size_t n = (size_t)((dot ? dot : end) - path);
		uint64_t at = 0;

		p = real_type(s, p);
		if (!p.unit || !find_member(s, &p, path, n, &at) || at > UINT32_MAX)
			return 0;
		*ret += at;
		path += n + (dot != NULL);
	}
	return 1;
}

static void read_member(struct search *s, const struct place *p, struct dwarf_member *m)
{
	const char *path = m->path;
	struct dwarf_die die;

	if (!p->unit)
		return;
	if (!*path) {
		m->there = dwarf_dies_read(&s->reader, p->unit, p->at, &die) == 0;
		m->at = m->there ? die.values[DWARF_BYTE_SIZE].n : 0;
		return;
	}
	while (*path && !m->there) {
		size_t n = strcspn(path, "|");

		m->there = follow(s, *p, path, n, &m->at);
		path += n + (path[n] == '|');
	}
}

int dwarf_structs_read(Elf *elf, int fd, struct dwarf_member *members, size_t n)
{
	CLEANUP(search_donep) struct search *s = calloc(1, sizeof(*s));
	uint64_t total;
	int rc;

	if (!s)
		return -ENOMEM;
	s->members = members;
	s->n = s->left = n;
	s->places = calloc(n, sizeof(*s->places));
	rc = s->places ? dwarf_sections_open(elf, fd, &s->reader.sections) : -ENOMEM;
	if (rc == 0)
		rc = dwarf_code_init(&s->reader.code, elf);
	if (rc < 0)
		return rc;
	total = dwarf_sections_total(s->reader.sections);
	s->reader.work = LEAST_WORK + 4 * total;
	s->reader.most_spans = 4096 + total / 8;
	rc = dwarf_units_read(&s->reader, &s->units);
	if (rc == 0)
		rc = find_structs(s);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		members[i].there = false;
		read_member(s, &s->places[i], &members[i]);
	}
	return rc;
}
