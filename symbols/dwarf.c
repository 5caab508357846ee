// SPDX-License-Identifier: BSD-2-Clause
/*
 * Answers from the tables of a unit, which are read at the first question about it.
 * When all tables together grow large beside the debug information, those go that
 * were not asked for longest.
 */
#include "symbols/dwarf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "symbols/dwarf_functions.h"
#include "symbols/dwarf_names.h"
#include "symbols/dwarf_rows.h"
#include "symbols/dwarf_split.h"
#include "symbols/dwarf_units.h"

enum {
	LONGEST_TEXT = 16 * 1024,
	MOST_ORIGINS = 16,		 /* of an entry that has its name from another */
	LEAST_TABLES = 32 * 1024 * 1024, /* bytes */
	LEAST_NAMES = 16 * 1024 * 1024,
	LEAST_WORK = 16 * 1024 * 1024,
	MOST_WORK = 64, /* beside the sections' size; the tables may be read again */
};

struct tables {
	struct dwarf_functions functions;
	struct dwarf_rows rows;
	size_t size;
	uint64_t used;
	bool split; /* the functions are of the unit's other half */
};

struct dwarf {
	struct dwarf_reader reader;
	struct dwarf_units units;
	struct dwarf *alt;	   /* borrowed; may be NULL */
	struct dwarf_split *split; /* NULL: all is here */
	struct tables **tables;	   /* by number of the unit; NULL: not read */
	size_t size;		   /* of all tables */
	size_t most;
	uint64_t total; /* of the debug information that is known of */
	uint64_t clock;
	struct dwarf_names *names;
	char text[3 * LONGEST_TEXT + 4];
};

DEFINE_CLEANUP(dwarf_free, struct dwarf);

/* Tables and names may be as large as goes with so much more debug information. */
static void allow(struct dwarf *d, uint64_t total)
{
	if (total == d->total)
		return;
	d->total = total;
	if (d->most < total / 4)
		d->most = total / 4;
	dwarf_names_allow(d->names, LEAST_NAMES + total);
}

static int prepare_split(struct dwarf *d, const struct dwarf_files *files)
{
	bool any = false;

	for (size_t i = 0; i < d->units.n; i++)
		any |= d->units.at[i].rest.name.kind != DWARF_VALUE_NONE;
	if (!any || !files->split)
		return 0;
	d->split = dwarf_split_new(files->split, &d->reader, d->units.n);
	return d->split ? 0 : -ENOMEM;
}

static int prepare(struct dwarf *d, const struct dwarf_files *files)
{
	uint64_t total;
	int rc = dwarf_sections_open(files->elf, files->fd, &d->reader.sections);

	if (rc == 0)
		rc = dwarf_code_init(&d->reader.code, files->code);
	if (rc < 0)
		return rc;
	total = dwarf_sections_total(d->reader.sections);
	d->reader.work = LEAST_WORK + MOST_WORK * total;
	d->reader.most_spans = 4096 + total / 8;
	d->most = LEAST_TABLES;
	d->alt = files->alt;
	d->reader.alt = files->alt ? files->alt->reader.sections : NULL;
	rc = dwarf_units_read(&d->reader, &d->units);
	if (rc < 0)
		return rc;
	d->names = dwarf_names_new(LEAST_NAMES);
	d->tables = calloc(d->units.n + 1, sizeof(struct tables *));
	if (!d->names || !d->tables)
		return -ENOMEM;
	allow(d, total);
	return prepare_split(d, files);
}

int dwarf_open(const struct dwarf_files *files, const char *label, struct dwarf **ret,
	       struct tape_error *err)
{
	CLEANUP(dwarf_freep) struct dwarf *d = calloc(1, sizeof(*d));
	int rc = d ? prepare(d, files) : -ENOMEM;

	if (rc == -ENODATA)
		return tape_fail(err, rc, "%s: no DWARF in it", label);
	if (rc < 0)
		return tape_fail(err, rc, "%s: cannot read its DWARF: %s", label, strerror(-rc));
	*ret = TAKE(d);
	return 0;
}

static void free_tables(struct tables *t)
{
	if (!t)
		return;
	dwarf_functions_done(&t->functions);
	dwarf_rows_done(&t->rows);
	free(t);
}

static void forget_oldest(struct dwarf *d, uint32_t but)
{
	uint32_t oldest = but;

	for (uint32_t i = 0; i < d->units.n; i++) {
		if (d->tables[i] && i != but &&
		    (oldest == but || d->tables[i]->used < d->tables[oldest]->used))
			oldest = i;
	}
	if (oldest == but) {
		d->most = d->size;
		return;
	}
	d->size -= d->tables[oldest]->size;
	free_tables(d->tables[oldest]);
	d->tables[oldest] = NULL;
}

/* The other half of a unit whose entries are elsewhere, or NULL. Lent until the next call. */
static struct dwarf_half *half_of(struct dwarf *d, uint32_t unit)
{
	struct dwarf_half *half;
	uint64_t before;

	if (!d->split || d->units.at[unit].rest.name.kind == DWARF_VALUE_NONE)
		return NULL;
	before = dwarf_split_total(d->split);
	half = dwarf_split_get(d->split, &d->units.at[unit], unit);
	allow(d, d->total + dwarf_split_total(d->split) - before);
	return half;
}

static void read_functions(struct dwarf *d, uint32_t unit, struct tables *t)
{
	struct dwarf_half *half = half_of(d, unit);

	t->split = half != NULL;
	if (half)
		dwarf_functions_read(&half->reader, &half->unit, &t->functions);
	else
		dwarf_functions_read(&d->reader, &d->units.at[unit], &t->functions);
}

/* What cannot be read is empty and stays so. NULL without memory. */
static struct tables *get_tables(struct dwarf *d, uint32_t unit)
{
	struct tables *t = d->tables[unit];

	if (!t) {
		t = calloc(1, sizeof(*t));
		if (!t)
			return NULL;
		read_functions(d, unit, t);
		dwarf_rows_read(&d->reader, &d->units.at[unit], &t->rows);
		t->size = sizeof(*t) + dwarf_functions_size(&t->functions) +
			  dwarf_rows_size(&t->rows);
		d->tables[unit] = t;
		d->size += t->size;
		while (d->size > d->most)
			forget_oldest(d, unit);
	}
	t->used = ++d->clock;
	return t;
}

/* --- names --- */

struct found {
	size_t n; /* bytes of the name in text */
	uint32_t first_line;
	bool linkage;
};

/* What one entry says of its name. */
static void read_name(const struct dwarf_reader *r, const struct dwarf_unit *unit,
		      const struct dwarf_die *die, char *text, struct found *found)
{
	const struct dwarf_value *line = &die->values[DWARF_DECL_LINE];

	if (die->values[DWARF_LINKAGE_NAME].kind != DWARF_VALUE_NONE) {
		found->n = dwarf_dies_text(r, unit, &die->values[DWARF_LINKAGE_NAME], text,
					   LONGEST_TEXT);
		found->linkage = found->n > 0;
	}
	if (found->n == 0)
		found->n = dwarf_dies_text(r, unit, &die->values[DWARF_NAME], text, LONGEST_TEXT);
	if (!found->first_line && line->kind == DWARF_VALUE_NUMBER && line->n <= UINT32_MAX)
		found->first_line = (uint32_t)line->n;
}

/* An entry that leads to a name. */
struct entry {
	struct dwarf *d;
	struct dwarf_half *half; /* NULL: it is in d itself */
	uint64_t place;
	bool alt; /* in the file that is shared */
};

/* From entry to entry: of a call to what was inlined, from there to its declaration. */
static struct found find_name(struct entry e, char *text)
{
	struct found found = { 0 };

	for (int i = 0; i < MOST_ORIGINS && e.place != DWARF_NOWHERE; i++) {
		struct dwarf_reader *r;
		const struct dwarf_unit *unit;
		struct dwarf_die die;

		if (e.alt)
			e = (struct entry){ .d = e.d->alt, .place = e.place };
		if (!e.d)
			break;
		r = e.half ? &e.half->reader : &e.d->reader;
		unit = e.half ? &e.half->unit : dwarf_units_of_place(&e.d->units, e.place);
		if (!unit || dwarf_dies_read(r, unit, e.place, &die) < 0)
			break;
		read_name(r, unit, &die, text, &found);
		if (found.linkage && found.first_line)
			break;
		e.place = dwarf_dies_target(unit, &die.values[DWARF_ORIGIN], &e.alt);
	}
	return found;
}

/* Entries of other halves are told apart by their unit: each file begins at 0. */
static uint64_t key_of(const struct entry *e, uint32_t unit, bool split)
{
	uint64_t key = e->place << 1 | e->alt;

	return split ? key ^ ((uint64_t)unit + 1) << 44 : key;
}

static struct dwarf_name name_of(struct dwarf *d, uint32_t unit, const struct dwarf_function *f)
{
	static const struct dwarf_name none = { .text = "" };
	bool split = d->tables[unit]->split;
	struct entry e = {
		.d = d,
		.place = (uint64_t)(f->die_high & ~DWARF_IN_ALT) << 32 | f->die_low,
		.alt = f->die_high & DWARF_IN_ALT,
	};
	struct dwarf_name *name = dwarf_names_of(d->names, key_of(&e, unit, split));

	if (!name)
		return none;
	if (!name->text) {
		struct found found = { 0 };

		e.half = split ? half_of(d, unit) : NULL;
		if (e.half || !split)
			found = find_name(e, d->text);
		name->text = dwarf_names_keep(d->names, d->text, found.n);
		name->first_line = found.first_line;
	}
	return *name;
}

/* --- paths --- */

static size_t add_part(struct dwarf *d, const struct dwarf_unit *unit,
		       const struct dwarf_value *part, size_t n)
{
	size_t more;

	if (n && d->text[n - 1] != '/')
		d->text[n++] = '/';
	more = dwarf_dies_text(&d->reader, unit, part, d->text + n, LONGEST_TEXT);
	if (more && d->text[n] == '/') {
		memmove(d->text, d->text + n, more);
		n = 0;
	}
	return n + more;
}

static const char *path_of(struct dwarf *d, const struct dwarf_unit *unit, struct dwarf_rows *rows,
			   uint32_t number)
{
	struct dwarf_file *file = number < rows->n_files ? &rows->files[number] : NULL;
	size_t n = 0;

	if (!file || file->name.kind == DWARF_VALUE_NONE)
		return "";
	if (file->path)
		return file->path;
	if (rows->version < 5 || file->directory)
		n = add_part(d, unit, &unit->directory, n);
	if (file->directory < rows->n_directories && (rows->version >= 5 || file->directory))
		n = add_part(d, unit, &rows->directories[file->directory], n);
	n = add_part(d, unit, &file->name, n);
	file->path = dwarf_names_keep(d->names, d->text, n);
	return file->path;
}

/* --- answers --- */

/* A place in the code, and how far around it an answer holds: addresses. */
struct place {
	const struct dwarf_load *load;
	uint64_t address;
	uint64_t start;
	uint64_t end;
	uint32_t unit;
};

static void narrow(struct place *p, uint64_t start, uint64_t end)
{
	if (start > p->start)
		p->start = start;
	if (end < p->end)
		p->end = end;
}

/* The tables of the unit of an offset, or NULL. */
static struct tables *find_place(struct dwarf *d, uint64_t offset, struct place *p)
{
	uint64_t start, end;

	p->load = dwarf_code_at_offset(&d->reader.code, offset);
	if (!p->load)
		return NULL;
	p->address = offset - p->load->offset + p->load->address;
	p->start = p->load->address;
	p->end = p->load->address + p->load->size;
	p->unit = dwarf_units_of_address(&d->units, p->address, &start, &end);
	narrow(p, start, end);
	return p->unit == DWARF_NONE ? NULL : get_tables(d, p->unit);
}

int dwarf_find(struct dwarf *d, uint64_t offset, struct symbol *ret)
{
	struct place p;
	struct tables *t = find_place(d, offset, &p);
	struct dwarf_name name;
	uint64_t start, end;
	uint32_t owner;

	if (!t)
		return 0;
	owner = dwarf_segments_find(&t->functions.functions, p.address, &start, &end);
	if (owner == DWARF_NONE)
		return 0;
	narrow(&p, start, end);
	name = name_of(d, p.unit, &t->functions.at[owner]);
	if (!name.text[0])
		return 0;
	*ret = (struct symbol){
		.start = p.start - p.load->address + p.load->offset,
		.size = p.end - p.start,
		.name = name.text,
		.origin = EV_SYMBOL_DWARF,
	};
	return 1;
}

/* From the innermost call outwards; each one's call is a line of the next. */
static void add_calls(struct dwarf *d, struct tables *t, const struct place *p, uint32_t owner,
		      struct lines *ret)
{
	const struct dwarf_unit *unit = &d->units.at[p->unit];
	struct line next = ret->at[0];

	ret->n = 0;
	while (owner != DWARF_NONE) {
		const struct dwarf_function *f = &t->functions.at[owner];
		struct dwarf_name name = name_of(d, p->unit, f);

		next.function = name.text;
		next.first_line = name.first_line;
		if (ret->n == LINES_MAX)
			ret->n--;
		ret->at[ret->n++] = next;
		next.file = path_of(d, unit, &t->rows, f->call_file);
		next.line = f->call_line;
		owner = f->caller;
	}
}

int dwarf_lines(struct dwarf *d, uint64_t offset, struct lines *ret)
{
	struct place p;
	struct tables *t = find_place(d, offset, &p);
	const struct dwarf_row *row;
	uint64_t start, end;
	uint32_t owner;

	if (!t)
		return 0;
	owner = dwarf_segments_find(&t->functions.calls, p.address, &start, &end);
	narrow(&p, start, end);
	row = dwarf_rows_find(&t->rows, p.address, &start, &end);
	narrow(&p, start, end);
	if (owner == DWARF_NONE && !row)
		return 0;
	ret->start = p.start - p.load->address + p.load->offset;
	ret->size = p.end - p.start;
	ret->origin = EV_SYMBOL_DWARF;
	ret->n = 1;
	ret->at[0] = (struct line){ .function = "", .file = "" };
	if (row) {
		ret->at[0].file = path_of(d, &d->units.at[p.unit], &t->rows, row->file);
		ret->at[0].line = row->line;
	}
	if (owner != DWARF_NONE)
		add_calls(d, t, &p, owner, ret);
	return 1;
}

void dwarf_free(struct dwarf *d)
{
	if (!d)
		return;
	for (size_t i = 0; d->tables && i < d->units.n; i++)
		free_tables(d->tables[i]);
	free(d->tables);
	dwarf_split_free(d->split);
	dwarf_names_free(d->names);
	dwarf_units_done(&d->units);
	dwarf_dies_done(&d->reader);
	dwarf_sections_free(d->reader.sections);
	free(d);
}
