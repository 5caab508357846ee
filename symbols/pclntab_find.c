// SPDX-License-Identifier: BSD-2-Clause
/*
 * The section has a name of its own where Go's linker made the file, and in most
 * others. Where the system's linker made a PIE it is in .data.rel.ro, and a file
 * without section headers tells nothing at all: there every word is looked at.
 */
#include <errno.h>
#include <string.h>

#include <gelf.h>

#include "symbols/pclntab_find.h"
#include "symbols/pclntab_module.h"

/* A real table's first functions have names and follow each other. */
enum { FIRST_FUNCTIONS = 16 };

static bool is_plausible(const struct pclntab_table *t)
{
	uint64_t n = t->n < FIRST_FUNCTIONS ? t->n : FIRST_FUNCTIONS, last = 0, good = 0;

	for (uint64_t i = 0; i < n; i++) {
		struct pclntab_function f;

		if (!pclntab_table_nth(t, i, &f))
			continue;
		if (f.start < last)
			return false;
		last = f.start;
		good++;
	}
	return good > 0;
}

/* Takes the table at an address if there is one. size: how far it may reach; 0: not known. */
static int try(struct pclntab_image *im, uint64_t at, uint64_t size, struct pclntab_table *ret)
{
	struct pclntab_table t;
	int rc = pclntab_table_open(im, at, &t);

	if (rc < 0)
		return rc;
	if (size && size < t.end - t.at)
		t.end = t.at + size;
	/* Pointers to code, or only that to the text. */
	rc = pclntab_image_relocate(im, t.at, t.end);
	if (rc == 0)
		rc = pclntab_table_open(im, at, ret);
	if (rc == 0) {
		ret->end = t.end;
		rc = is_plausible(ret) ? 0 : -ENODATA;
	}
	return rc;
}

/* Every word of a range that may be a table's head. */
static int search(struct pclntab_image *im, uint64_t start, uint64_t size,
		  struct pclntab_table *ret)
{
	uint64_t at = (start + im->word - 1) / im->word * im->word, end = start + size;
	uint64_t there;
	size_t run;

	for (; at < end; at += there) {
		const uint8_t *bytes = pclntab_image_run(im, at, &run);

		there = run / im->word * im->word;
		if (!bytes || there == 0)
			break;
		if (there > end - at)
			there = end - at;
		for (uint64_t i = 0; i + 8 <= there; i += im->word) {
			const uint8_t *b = bytes + i;
			int rc;

			/* A first look, before all the rest is read. */
			if (b[4] || b[5] || b[7] != im->word || b[6] - 1u > 3)
				continue;
			rc = try(im, at + i, 0, ret);
			if (rc != -ENODATA)
				return rc;
		}
	}
	return -ENODATA;
}

static int search_all(struct pclntab_image *im, struct pclntab_table *ret)
{
	int rc = -ENODATA;

	/* It is data: code is looked through last. */
	for (int code = 0; code < 2; code++) {
		for (size_t i = 0; i < im->n_loads && rc == -ENODATA; i++) {
			const struct pclntab_load *l = &im->loads[i];

			if (!(l->flags & PF_X) == !code)
				rc = search(im, l->address, l->size, ret);
		}
	}
	return rc;
}

/* A section of the n-th of these, in order of how likely the table is there. */
static int is_wanted(int n, const char *name)
{
	switch (n) {
	case 0:
		return strcmp(name, ".gopclntab") == 0 ||
		       strcmp(name, ".data.rel.ro.gopclntab") == 0;
	default:
		return strcmp(name, ".data.rel.ro") == 0;
	}
}

/* Whether Go made it: other programs' relocated data need not be looked through. */
static bool is_sign(const char *name)
{
	return strncmp(name, ".note.go.", 9) == 0 || strncmp(name, ".go.", 4) == 0 ||
	       strcmp(name, ".gosymtab") == 0 || strcmp(name, ".itablink") == 0 ||
	       strcmp(name, ".typelink") == 0;
}

/* 1 with whether there is a sign of Go. */
static int search_sections(struct pclntab_image *im, int kind, bool *sign,
			   struct pclntab_table *ret)
{
	Elf_Scn *scn = NULL;
	size_t names;
	GElf_Shdr h;

	if (elf_getshdrstrndx(im->elf, &names) != 0)
		return -ENODATA;
	while ((scn = elf_nextscn(im->elf, scn))) {
		const char *name =
			gelf_getshdr(scn, &h) ? elf_strptr(im->elf, names, h.sh_name) : NULL;
		int rc = -ENODATA;

		if (!name)
			continue;
		*sign |= is_sign(name);
		if (!is_wanted(kind, name) || h.sh_type == SHT_NOBITS)
			continue;
		rc = kind == 0 ? try(im, h.sh_addr, h.sh_size, ret)
			       : search(im, h.sh_addr, h.sh_size, ret);
		if (rc != -ENODATA)
			return rc;
	}
	return -ENODATA;
}

int pclntab_find_table(struct pclntab_image *image, struct pclntab_table *ret)
{
	struct pclntab_table t;
	bool sign = false;
	size_t n;
	int rc;

	if (elf_getshdrnum(image->elf, &n) != 0 || n == 0) {
		rc = search_all(image, &t);
	} else {
		rc = search_sections(image, 0, &sign, &t);
		if (rc == -ENODATA && sign)
			rc = search_sections(image, 1, &sign, &t);
	}
	if (rc == 0)
		rc = pclntab_module_read(&t);
	if (rc == 0)
		*ret = t;
	return rc;
}
