// SPDX-License-Identifier: BSD-2-Clause
/*
 * Some halves are kept, and with each its file, or for all the one .dwp. How much work
 * may be done grows with each file that was not seen before: a program that names one
 * file a thousand times gains nothing.
 */
#include "symbols/dwarf_split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libelf.h>

#include "symbols/dwarf_package.h"
#include "symbols/dwarf_units.h"

enum {
	MOST_OPEN = 16,
	MOST_SEEN = 4096, /* files that make more work */
	MORE_WORK = 64,	  /* beside a file's size, as dwarf.c has it */
	OPEN_WORK = 4096,
	LONGEST_PATH = 4096,
};

struct file {
	int fd;
	struct dwarf_sections *sections; /* NULL: none is open */
};

struct seen {
	dev_t dev;
	ino_t ino;
};

struct slot {
	struct dwarf_half half;
	struct file file; /* none if the half is in the .dwp */
	uint32_t number;
	uint64_t used; /* 0: free */
};

struct dwarf_split {
	const struct dwarf_split_files *files;
	struct dwarf_reader *program;
	struct file package;
	bool tried_package;
	struct slot slots[MOST_OPEN];
	uint64_t clock;
	uint64_t total;
	struct seen seen[MOST_SEEN];
	size_t n_seen;
	uint8_t missing[]; /* by number of the unit */
};

struct dwarf_split *dwarf_split_new(const struct dwarf_split_files *files,
				    struct dwarf_reader *program, size_t units)
{
	struct dwarf_split *s = calloc(1, sizeof(*s) + units);

	if (s) {
		s->files = files;
		s->program = program;
		s->package.fd = -1;
		for (int i = 0; i < MOST_OPEN; i++)
			s->slots[i].file.fd = -1;
	}
	return s;
}

/* --- files --- */

static void close_file(struct file *f)
{
	dwarf_sections_free(f->sections);
	if (f->fd >= 0)
		close(f->fd);
	*f = (struct file){ .fd = -1 };
}

/* What is asked of a file is bounded by its size, once. */
static void count_file(struct dwarf_split *s, const struct file *f)
{
	uint64_t size = dwarf_sections_total(f->sections);
	struct stat st;

	if (fstat(f->fd, &st) < 0 || s->n_seen == MOST_SEEN)
		return;
	for (size_t i = 0; i < s->n_seen; i++) {
		if (s->seen[i].dev == st.st_dev && s->seen[i].ino == st.st_ino)
			return;
	}
	s->seen[s->n_seen++] = (struct seen){ st.st_dev, st.st_ino };
	s->program->work += MORE_WORK * size;
	s->total += size;
}

/* Returns 0 with *ret, or -errno. */
static int open_file(struct dwarf_split *s, unsigned int place, const char *folder,
		     const char *name, struct file *ret)
{
	struct file f = { .fd = -1 };
	Elf *elf;
	int rc = dwarf_dies_spend(s->program, OPEN_WORK);

	if (rc == 0)
		f.fd = s->files->open(s->files->context, place, folder, name);
	if (rc < 0 || f.fd < 0)
		return rc < 0 ? rc : f.fd;
	elf = elf_begin(f.fd, ELF_C_READ, NULL);
	rc = -ENODATA;
	if (elf && elf_kind(elf) == ELF_K_ELF)
		rc = dwarf_sections_open_split(elf, f.fd, s->program->sections, &f.sections);
	elf_end(elf);
	if (rc < 0) {
		close_file(&f);
		return rc;
	}
	count_file(s, &f);
	*ret = f;
	return 0;
}

/* --- the right unit --- */

static void begin_reader(struct dwarf_split *s, struct dwarf_sections *sections,
			 struct dwarf_reader *ret)
{
	*ret = (struct dwarf_reader){
		.sections = sections,
		.alt = s->program->alt,
		.program = s->program,
		.most_spans = 4096 + dwarf_sections_total(sections) / 8,
	};
}

/* Whether h->unit has the id. That of version 4 is an attribute. */
static bool has_id(struct dwarf_half *h, uint64_t id)
{
	struct dwarf_die die;

	if (h->unit.layout.version >= 5)
		return h->unit.rest.id == id;
	return dwarf_dies_read(&h->reader, &h->unit, h->unit.first, &die) == 0 &&
	       die.values[DWARF_DWO_ID].kind == DWARF_VALUE_NUMBER &&
	       die.values[DWARF_DWO_ID].n == id;
}

/* Where its tables are: what it does not have itself the skeleton has. */
static void complete(struct dwarf_half *h, const struct dwarf_unit *skeleton,
		     const struct dwarf_package *part)
{
	struct dwarf_unit *u = &h->unit;

	u->rows = DWARF_NOWHERE;
	u->low_pc = skeleton->low_pc;
	u->addr_base = skeleton->addr_base;
	u->str_offsets_base = part->str_offsets + dwarf_units_first(u, 4);
	u->rnglists_base = part->rnglists + dwarf_units_first(u, 8);
	u->ranges_base = u->layout.version < 5 ? skeleton->rest.ranges_base : part->rnglists;
}

/* The half in one part of a file's .debug_info. Returns 0, or -errno. */
static int find_in(struct dwarf_split *s, struct dwarf_sections *sections,
		   const struct dwarf_unit *skeleton, const struct dwarf_package *part,
		   struct dwarf_half *ret)
{
	uint64_t end = part->info + part->info_size;
	int rc = 0;

	begin_reader(s, sections, &ret->reader);
	for (uint64_t at = part->info; rc >= 0 && at < end; at = ret->unit.end) {
		rc = dwarf_dies_spend(s->program, sizeof(ret->unit));
		if (rc == 0)
			rc = dwarf_units_head(&ret->reader, at, &ret->unit);
		if (rc != 1)
			continue;
		ret->unit.abbrevs += part->abbrev;
		complete(ret, skeleton, part);
		if (has_id(ret, skeleton->rest.id))
			return 0;
	}
	dwarf_dies_done(&ret->reader);
	return -ENOENT;
}

static int find_in_package(struct dwarf_split *s, const struct dwarf_unit *skeleton,
			   struct dwarf_half *ret)
{
	struct dwarf_package part;
	struct dwarf_reader reader;

	if (!s->tried_package) {
		s->tried_package = true;
		for (unsigned int i = 0; i < s->files->n_places; i++) {
			if (open_file(s, i, "", NULL, &s->package) == 0)
				break;
		}
	}
	if (!s->package.sections)
		return -ENOENT;
	begin_reader(s, s->package.sections, &reader);
	if (dwarf_package_find(&reader, skeleton->rest.id, &part) < 0)
		return -ENOENT;
	return find_in(s, s->package.sections, skeleton, &part, ret);
}

static void note(struct dwarf_split *s, const char *name, bool other)
{
	if (!s->files->note || s->files->note->code)
		return;
	if (other)
		tape_fail(
			s->files->note, -EKEYREJECTED,
			"its functions' lines are in another file, %s, and that is of another build",
			name);
	else
		tape_fail(s->files->note, -ENOENT,
			  "its functions' lines are in another file, %s, and that is not there",
			  name);
}

static int find_in_files(struct dwarf_split *s, const struct dwarf_unit *skeleton,
			 struct slot *slot)
{
	char folder[LONGEST_PATH], name[LONGEST_PATH];
	bool other = false;

	dwarf_dies_text(s->program, skeleton, &skeleton->directory, folder, sizeof(folder));
	if (!dwarf_dies_text(s->program, skeleton, &skeleton->rest.name, name, sizeof(name)))
		return -ENOENT;
	for (unsigned int i = 0; i < s->files->n_places; i++) {
		struct dwarf_package all = { 0 };

		if (open_file(s, i, folder, name, &slot->file) < 0)
			continue;
		all.info_size = dwarf_sections_size(slot->file.sections, DWARF_INFO);
		if (find_in(s, slot->file.sections, skeleton, &all, &slot->half) == 0)
			return 0;
		close_file(&slot->file);
		other = true;
	}
	note(s, name, other);
	return -ENOENT;
}

/* --- halves --- */

static void empty(struct slot *slot)
{
	if (slot->used)
		dwarf_dies_done(&slot->half.reader);
	close_file(&slot->file);
	*slot = (struct slot){ .file.fd = -1 };
}

/* The slot of a unit, or that which was not asked for longest. */
static struct slot *slot_of(struct dwarf_split *s, uint32_t number)
{
	struct slot *oldest = s->slots;

	for (int i = 0; i < MOST_OPEN; i++) {
		if (s->slots[i].used && s->slots[i].number == number)
			return &s->slots[i];
		if (s->slots[i].used < oldest->used)
			oldest = &s->slots[i];
	}
	return oldest;
}

struct dwarf_half *dwarf_split_get(struct dwarf_split *s, const struct dwarf_unit *skeleton,
				   uint32_t number)
{
	struct slot *slot = slot_of(s, number);

	if (s->missing[number])
		return NULL;
	if (!slot->used || slot->number != number) {
		empty(slot);
		if (find_in_package(s, skeleton, &slot->half) < 0 &&
		    find_in_files(s, skeleton, slot) < 0) {
			s->missing[number] = 1;
			return NULL;
		}
		slot->number = number;
	}
	slot->used = ++s->clock;
	return &slot->half;
}

uint64_t dwarf_split_total(const struct dwarf_split *s)
{
	return s->total;
}

void dwarf_split_free(struct dwarf_split *s)
{
	if (!s)
		return;
	for (int i = 0; i < MOST_OPEN; i++)
		empty(&s->slots[i]);
	close_file(&s->package);
	free(s);
}
