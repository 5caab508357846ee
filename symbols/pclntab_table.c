// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads one table where it stands; nothing is copied. Each number is checked against
 * the bytes that are there before it is used, at the moment when it is: a table that
 * is broken in one place still names the functions of the others.
 */
#include <errno.h>
#include <string.h>

#include "symbols/pclntab_table.h"

/* Steps in a file's life; each question brings some more (pclntab.c). */
#define STEPS (1ull << 28)

/* The head's words behind magic, zeros, quantum and word size. */
enum { HEAD_BYTES = 8, HEAD_WORDS = 8 };

static int layout_of(uint32_t magic)
{
	switch (magic) {
	case 0xfffffffb:
		return PCLNTAB_GO_1_12;
	case 0xfffffffa:
		return PCLNTAB_GO_1_16;
	case 0xfffffff0:
		return PCLNTAB_GO_1_18;
	case 0xfffffff1:
		return PCLNTAB_GO_1_20;
	default:
		return -1;
	}
}

/* How large a field of the list of functions is. */
static uint64_t field_size(const struct pclntab_table *t)
{
	return t->layout >= PCLNTAB_GO_1_18 ? 4 : t->image->word;
}

static uint64_t field(const struct pclntab_table *t, const uint8_t *bytes)
{
	return t->layout >= PCLNTAB_GO_1_18 ? pclntab_image_u32(t->image, bytes)
					    : pclntab_image_word(t->image, bytes);
}

/* The parts of 1.12 follow each other. */
static int read_parts_1_12(struct pclntab_table *t, const uint64_t *words)
{
	uint64_t size = field_size(t);
	const uint8_t *bytes;

	t->n = words[0];
	t->functions = t->at + HEAD_BYTES + t->image->word;
	if (t->n > (t->end - t->functions) / (2 * size))
		return -ENODATA;
	bytes = pclntab_image_bytes(t->image, t->functions + (2 * t->n + 1) * size, 4);
	if (!bytes)
		return -ENODATA;
	t->files = t->at + pclntab_image_u32(t->image, bytes);
	bytes = pclntab_image_bytes(t->image, t->files, 4);
	if (!bytes)
		return -ENODATA;
	t->n_files = pclntab_image_u32(t->image, bytes);
	t->names = t->at;
	t->values = t->at;
	return 0;
}

/* Since 1.16 the head says where they are. */
static int read_parts(struct pclntab_table *t, const uint64_t *words)
{
	bool text = t->layout >= PCLNTAB_GO_1_18;
	const uint64_t *parts = words + (text ? 3 : 2);

	for (size_t i = 0; i < 5; i++) {
		if (parts[i] == 0 || parts[i] >= t->end - t->at || (i && parts[i] < parts[i - 1]))
			return -ENODATA;
	}
	t->n = words[0];
	t->names = t->at + parts[0];
	t->units = t->at + parts[1];
	t->files = t->at + parts[2];
	t->values = t->at + parts[3];
	t->functions = t->at + parts[4];
	if (t->n > (t->end - t->functions) / (2 * field_size(t)))
		return -ENODATA;
	if (text && !pclntab_image_pointer(t->image, t->at + HEAD_BYTES + 2 * t->image->word,
					   &t->head_text))
		return -ENODATA;
	return 0;
}

int pclntab_table_open(struct pclntab_image *image, uint64_t at, struct pclntab_table *ret)
{
	struct pclntab_table t = {
		.image = image,
		.at = at,
		.end = at + pclntab_image_room(image, at),
		.inline_values = -1,
		.steps_left = STEPS,
	};
	const uint8_t *head = pclntab_image_bytes(image, at, HEAD_BYTES + HEAD_WORDS * image->word);
	uint64_t words[HEAD_WORDS];
	int layout, rc;

	layout = head ? layout_of(pclntab_image_u32(image, head)) : -1;
	if (layout < 0 || head[4] || head[5] || head[7] != image->word)
		return -ENODATA;
	if (head[6] != 1 && head[6] != 2 && head[6] != 4)
		return -ENODATA;
	t.layout = (enum pclntab_layout)layout;
	t.quantum = head[6];
	for (size_t i = 0; i < HEAD_WORDS; i++)
		words[i] = pclntab_image_word(image, head + HEAD_BYTES + i * image->word);
	rc = t.layout == PCLNTAB_GO_1_12 ? read_parts_1_12(&t, words) : read_parts(&t, words);
	if (rc < 0 || t.n == 0)
		return -ENODATA;
	*ret = t;
	return 0;
}

int pclntab_table_place(const struct pclntab_table *t, uint64_t address, uint64_t *ret)
{
	for (size_t i = 0; i < t->n_texts; i++) {
		const struct pclntab_text *x = &t->texts[i];

		if (address - x->address < x->to - x->from) {
			*ret = x->from + (address - x->address);
			return 1;
		}
	}
	if (t->n_texts)
		return 0;
	*ret = address;
	return 1;
}

int pclntab_table_address(const struct pclntab_table *t, uint64_t place, uint64_t *ret)
{
	for (size_t i = 0; i < t->n_texts; i++) {
		const struct pclntab_text *x = &t->texts[i];

		if (place - x->from < x->to - x->from) {
			*ret = x->address + (place - x->from);
			return 1;
		}
	}
	if (t->n_texts)
		return 0;
	*ret = place;
	return 1;
}

/* The place of the n-th function, or where the last one ends (n is t->n): 1, or 0. */
static int place_of(const struct pclntab_table *t, uint64_t n, uint64_t *ret)
{
	uint64_t at = t->functions + 2 * n * field_size(t);
	const uint8_t *bytes;

	/* Pointers, in a program that can be moved. */
	if (t->layout < PCLNTAB_GO_1_18)
		return pclntab_image_pointer(t->image, at, ret);
	bytes = pclntab_image_bytes(t->image, at, 4);
	if (bytes)
		*ret = pclntab_image_u32(t->image, bytes);
	return bytes != NULL;
}

/* Reads the n-th function's record, its places known. */
static int read_record(const struct pclntab_table *t, uint64_t n, struct pclntab_function *f)
{
	uint64_t size = field_size(t), entry = t->functions + 2 * n * size, record;
	uint32_t fixed = 28, word[9];
	const uint8_t *bytes = pclntab_image_bytes(t->image, entry, 2 * size);

	if (!bytes)
		return 0;
	record = (t->layout == PCLNTAB_GO_1_12 ? t->at : t->functions) + field(t, bytes + size);
	/* It begins with the function's place, which the list has told already. */
	record += size;
	fixed += t->layout >= PCLNTAB_GO_1_16 ? 4 : 0;
	fixed += t->layout >= PCLNTAB_GO_1_20 ? 4 : 0;
	bytes = pclntab_image_bytes(t->image, record, fixed + 4);
	if (!bytes || record - t->at >= t->end - t->at)
		return 0;
	for (uint32_t i = 0; i < 9; i++)
		word[i] = 4 * i < fixed ? pclntab_image_u32(t->image, bytes + 4 * i) : 0;
	f->name = pclntab_table_name(t, word[0]);
	f->depths = word[3];
	f->file = word[4];
	f->line = word[5];
	f->n_pcdata = word[6];
	f->unit = word[7];
	f->first_line = word[8];
	f->n_funcdata = bytes[fixed + 3];
	f->pcdata = record + fixed + 4;
	f->funcdata = f->pcdata + 4ull * f->n_pcdata;
	if (t->layout < PCLNTAB_GO_1_18)
		f->funcdata = (f->funcdata + t->image->word - 1) / t->image->word * t->image->word;
	return f->name != NULL;
}

int pclntab_table_nth(const struct pclntab_table *t, uint64_t n, struct pclntab_function *ret)
{
	struct pclntab_function f = { 0 };

	if (n >= t->n || !place_of(t, n, &f.start) || !place_of(t, n + 1, &f.end) ||
	    f.end <= f.start || !read_record(t, n, &f))
		return 0;
	*ret = f;
	return 1;
}

int pclntab_table_function(const struct pclntab_table *t, uint64_t place,
			   struct pclntab_function *ret)
{
	uint64_t low = 0, high = t->n, start;
	struct pclntab_function f;

	/* The last that begins at the place or before it is at low, if any is. */
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (!place_of(t, middle, &start))
			return 0;
		if (start <= place)
			low = middle;
		else
			high = middle;
	}
	if (!pclntab_table_nth(t, low, &f) || place - f.start >= f.end - f.start)
		return 0;
	*ret = f;
	return 1;
}

const char *pclntab_table_name(const struct pclntab_table *t, uint32_t offset)
{
	const char *name = pclntab_image_text(t->image, t->names + offset);

	return name && *name ? name : NULL;
}

const char *pclntab_table_file(const struct pclntab_table *t, const struct pclntab_function *f,
			       int32_t number)
{
	uint64_t list = t->files;
	const uint8_t *bytes;
	uint32_t offset;

	if (number < 0)
		return NULL;
	if (t->layout == PCLNTAB_GO_1_12) {
		if (number == 0 || (uint64_t)number >= t->n_files)
			return NULL;
	} else {
		list = t->units + 4ull * f->unit;
	}
	bytes = pclntab_image_bytes(t->image, list + 4ull * (uint32_t)number, 4);
	if (!bytes)
		return NULL;
	offset = pclntab_image_u32(t->image, bytes);
	if (offset == UINT32_MAX)
		return NULL;
	return pclntab_image_text(t->image,
				  (t->layout == PCLNTAB_GO_1_12 ? t->at : t->files) + offset);
}

uint32_t pclntab_table_pcdata(const struct pclntab_table *t, const struct pclntab_function *f,
			      int32_t number)
{
	const uint8_t *bytes;

	if (number < 0 || (uint32_t)number >= f->n_pcdata)
		return 0;
	bytes = pclntab_image_bytes(t->image, f->pcdata + 4ull * (uint32_t)number, 4);
	return bytes ? pclntab_image_u32(t->image, bytes) : 0;
}

uint64_t pclntab_table_funcdata(const struct pclntab_table *t, const struct pclntab_function *f,
				int32_t number)
{
	uint64_t size = field_size(t), at = f->funcdata + (uint32_t)number * size, value;
	const uint8_t *bytes;

	if (number < 0 || (uint32_t)number >= f->n_funcdata)
		return 0;
	if (t->layout < PCLNTAB_GO_1_18)
		return pclntab_image_pointer(t->image, at, &value) ? value : 0;
	bytes = pclntab_image_bytes(t->image, at, 4);
	if (!bytes || pclntab_image_u32(t->image, bytes) == UINT32_MAX)
		return 0;
	return t->funcdata + pclntab_image_u32(t->image, bytes);
}
