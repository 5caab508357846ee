// SPDX-License-Identifier: BSD-2-Clause
/*
 * The struct begins alike in all versions from 1.18 on, up to the text; behind it,
 * fields come and go. So its own pointers say where it is, and which field the
 * inlined calls count from is tried out.
 */
#include <errno.h>
#include <string.h>

#include <gelf.h>

#include "symbols/pclntab_inline.h"
#include "symbols/pclntab_module.h"

/* Words of moduledata: six parts of the table, five of them as slices of three words. */
enum {
	WORD_NAMES = 1,
	WORD_UNITS = 4,
	WORD_FILES = 7,
	WORD_VALUES = 10,
	WORD_FUNCTIONS = 13,
	WORD_TEXT = 22,
	WORD_TEXT_END = 23,
	/* gofunc: word 38 in 1.18, 40 in 1.20, 43 in 1.27. */
	WORD_FUNCDATA_FROM = 36,
	WORD_FUNCDATA_TO = 48,
	WORDS = 56,
};

static int word(const struct pclntab_table *t, uint64_t module, uint64_t n, uint64_t *ret)
{
	return pclntab_image_pointer(t->image, module + n * t->image->word, ret);
}

static bool holds(const struct pclntab_table *t, uint64_t module, uint64_t n, uint64_t wanted)
{
	uint64_t value;

	return word(t, module, n, &value) && value == wanted;
}

/* Whether it is there. Its relocations stay. Returns 1, 0 or -errno. */
static int is_module(const struct pclntab_table *t, uint64_t at)
{
	int rc = pclntab_image_relocate(t->image, at, at + WORDS * t->image->word);

	if (rc < 0)
		return rc;
	return holds(t, at, 0, t->at) && holds(t, at, WORD_NAMES, t->names) &&
	       holds(t, at, WORD_UNITS, t->units) && holds(t, at, WORD_FILES, t->files) &&
	       holds(t, at, WORD_VALUES, t->values) && holds(t, at, WORD_FUNCTIONS, t->functions);
}

/* By the words as they stand in a segment. Returns 1 with *ret, 0 or -errno. */
static int search_load(const struct pclntab_table *t, const struct pclntab_load *l, uint64_t *ret)
{
	uint32_t size = t->image->word;
	uint64_t at = (l->address + size - 1) / size * size, end = l->address + l->size, there;
	size_t run;

	for (; at < end; at += there) {
		const uint8_t *bytes = pclntab_image_run(t->image, at, &run);

		there = run / size * size;
		if (!bytes || there == 0)
			break;
		for (uint64_t i = 0; i < there; i += size) {
			int rc;

			if (pclntab_image_word(t->image, bytes + i) != t->at)
				continue;
			*ret = at + i;
			rc = is_module(t, *ret);
			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

/* By what the loader will write, or by what is written already. */
static int find_module(const struct pclntab_table *t, uint64_t *ret)
{
	uint64_t n = 0;
	int rc = 0;

	while (rc == 0) {
		n = pclntab_image_pointing(t->image, n, t->at, ret);
		if (n++ >= t->image->n_rela)
			break;
		rc = is_module(t, *ret);
	}
	for (int writable = 1; writable >= 0; writable--) {
		for (size_t i = 0; i < t->image->n_loads && rc == 0; i++) {
			const struct pclntab_load *l = &t->image->loads[i];

			if (!(l->flags & PF_X) && !(l->flags & PF_W) == !writable)
				rc = search_load(t, l, ret);
		}
	}
	return rc;
}

/* Large programs of some machines have their text in parts. */
static int read_texts(struct pclntab_table *t, uint64_t list, uint64_t n)
{
	uint64_t size = t->image->word;
	struct pclntab_text texts[PCLNTAB_TEXTS];
	int rc = pclntab_image_relocate(t->image, list, list + 3 * size * n);

	if (rc < 0)
		return rc;
	for (uint64_t i = 0; i < n; i++) {
		struct pclntab_text *x = &texts[i];
		uint64_t at = list + 3 * size * i;

		if (!pclntab_image_pointer(t->image, at, &x->from) ||
		    !pclntab_image_pointer(t->image, at + size, &x->to) ||
		    !pclntab_image_pointer(t->image, at + 2 * size, &x->address))
			return 0;
		if (x->to < x->from || x->from != (i ? texts[i - 1].to : 0))
			return 0;
	}
	if (texts[0].address != t->texts[0].address)
		return 0;
	memcpy(t->texts, texts, n * sizeof(texts[0]));
	t->n_texts = n;
	return 0;
}

/* Tries the fields that can be gofunc. Returns its number, or 0 if none is right. */
static uint64_t find_funcdata(struct pclntab_table *t, const uint64_t *words)
{
	unsigned int best = 0;
	uint64_t found = 0, base = 0;

	for (uint64_t n = WORD_FUNCDATA_FROM; n < WORD_FUNCDATA_TO; n++) {
		unsigned int score;

		if (pclntab_image_room(t->image, words[n]) == 0)
			continue;
		t->funcdata = words[n];
		score = pclntab_inline_score(t);
		if (score > best) {
			best = score;
			found = n;
			base = words[n];
		}
	}
	t->funcdata = base;
	return found;
}

static int read_module(struct pclntab_table *t, uint64_t module)
{
	uint64_t words[WORDS] = { 0 }, n;
	int rc = 0;

	for (n = 0; n < WORDS; n++)
		word(t, module, n, &words[n]);
	t->texts[0] = (struct pclntab_text){
		.to = words[WORD_TEXT_END] - words[WORD_TEXT],
		.address = words[WORD_TEXT],
	};
	t->n_texts = 1;
	t->inline_values = 2;
	t->inline_tree = 3;
	n = find_funcdata(t, words);
	if (n == 0)
		t->inline_values = -1;
	/* The list of texts is the first slice behind it; since 1.26 a word is between them. */
	for (uint64_t at = n + 1; n && at <= n + 2 && rc == 0; at++) {
		if (words[at + 1] == words[at + 2] && words[at + 1] > 1 &&
		    words[at + 1] <= PCLNTAB_TEXTS)
			rc = read_texts(t, words[at], words[at + 1]);
	}
	return rc;
}

/* Where nothing better is known: what the head says, or the section. */
static void guess_text(struct pclntab_table *t)
{
	uint64_t text = t->head_text, end = UINT32_MAX;
	Elf_Scn *scn = NULL;
	size_t names = 0;
	GElf_Shdr h;

	while (!text && (scn = elf_nextscn(t->image->elf, scn)) &&
	       elf_getshdrstrndx(t->image->elf, &names) == 0) {
		const char *name =
			gelf_getshdr(scn, &h) ? elf_strptr(t->image->elf, names, h.sh_name) : NULL;

		if (name && strcmp(name, ".text") == 0)
			text = h.sh_addr;
	}
	t->texts[0] = (struct pclntab_text){ .to = end, .address = text };
	t->n_texts = 1;
}

/* Before 1.18 all is in the table, but not which numbers the inlined calls have. */
static void find_numbers(struct pclntab_table *t)
{
	/* 1.16 and 1.17; 1.13 to 1.15; 1.12. */
	static const int32_t values[] = { 2, 2, 1 }, trees[] = { 3, 4, 2 };
	unsigned int best = 0;
	size_t found = 0;

	for (size_t i = 0; i < 3; i++) {
		unsigned int score;

		t->inline_values = values[i];
		t->inline_tree = trees[i];
		score = pclntab_inline_score(t);
		if (score > best) {
			best = score;
			found = i;
		}
	}
	t->inline_values = best ? values[found] : -1;
	t->inline_tree = trees[found];
}

int pclntab_module_read(struct pclntab_table *t)
{
	uint64_t module;
	int rc;

	if (t->layout < PCLNTAB_GO_1_18) {
		find_numbers(t);
		return 0;
	}
	rc = find_module(t, &module);
	if (rc < 0)
		return rc;
	if (rc > 0)
		return read_module(t, module);
	guess_text(t);
	return 0;
}
