// SPDX-License-Identifier: BSD-2-Clause
/*
 * Records come before the first question, so a module's functions are put in order
 * then. A module's file is opened when the tape does not know a function of it.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/arena.h"
#include "analyze/base/intern.h"
#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/unwind/cfi_store.h"
#include "analyze/unwind/files.h"

/* A few bytes of a packed tape may be many. */
#define MOST_BYTES ((size_t)256 << 20)
/* Files that are open at a time: a process may have 1024. */
#define MOST_FILES 512

struct function {
	struct cfi_entry entry;
	size_t order; /* in which they came */
};

VEC_TYPE(functions, struct function);

struct module_code {
	struct functions functions;
	bool sorted;
	bool asked; /* for the file */
	struct file_cfi *file;
};

struct cfi_store {
	struct cfi_store_options options;
	struct intern keys; /* struct key, then the path: index of modules */
	VEC(struct module_code) modules;
	struct arena instructions;
	size_t n_functions;
	size_t n_files;
};

/* What makes two modules the same one; the path follows if there is no build-id. */
struct key {
	uint8_t kind;
	uint8_t build_id_size;
	uint8_t build_id[EV_BUILD_ID_SIZE];
};

struct cfi_store *cfi_store_new(const struct cfi_store_options *options)
{
	struct cfi_store *s = memory_alloc(sizeof(*s));

	s->options = *options;
	return s;
}

void cfi_store_free(struct cfi_store *s)
{
	if (!s)
		return;
	vec_for_each (m, &s->modules) {
		vec_done(&m->functions);
		file_cfi_close(m->file);
	}
	vec_done(&s->modules);
	intern_done(&s->keys);
	arena_done(&s->instructions);
	free(s);
}

static struct module_code *find_module(struct cfi_store *s, const struct tape_module *m)
{
	size_t length = m->build_id_size ? 0 : strlen(m->path);
	struct key key = { .kind = m->build_id_size ? 0 : m->kind,
			   .build_id_size = m->build_id_size };
	uint8_t *bytes = memory_alloc(sizeof(key) + length);
	uint32_t index;

	memcpy(key.build_id, m->build_id, m->build_id_size);
	memcpy(bytes, &key, sizeof(key));
	memcpy(bytes + sizeof(key), m->path, length);
	index = intern_bytes(&s->keys, bytes, (uint32_t)(sizeof(key) + length));
	free(bytes);
	if (index == s->modules.n)
		*vec_push(&s->modules) = (struct module_code){ 0 };
	return &s->modules.items[index];
}

void cfi_store_add(struct cfi_store *s, const struct tape_module *m, const struct ev_cfi *record)
{
	uint32_t room = ev_tail_size(&record->h, sizeof(*record));
	struct module_code *code;
	struct cfi_entry entry = {
		.start = record->start,
		.size = record->size,
		.flags = record->flags,
		.code_align = record->code_align,
		.data_align = record->data_align,
		.return_register = record->return_register,
		.cie_bytes = record->cie_bytes,
		.fde_bytes = record->fde_bytes,
	};

	if (record->cie_bytes > room || record->fde_bytes > room - record->cie_bytes ||
	    !record->size || record->size > UINT64_MAX - record->start ||
	    s->instructions.total + s->n_functions * sizeof(struct function) > MOST_BYTES)
		return;
	entry.cie = arena_copy(&s->instructions, record->instructions,
			       entry.cie_bytes + entry.fde_bytes);
	entry.fde = entry.cie + entry.cie_bytes;
	code = find_module(s, m);
	*vec_push(&code->functions) = (struct function){ entry, s->n_functions };
	code->sorted = false;
	s->n_functions++;
}

static int by_start(const void *left, const void *right)
{
	const struct function *a = left, *b = right;

	if (a->entry.start != b->entry.start)
		return a->entry.start < b->entry.start ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* Of those that begin at one place only the first stays. */
static void sort_functions(struct functions *f)
{
	size_t n = 0;

	if (f->n)
		qsort(f->items, f->n, sizeof(*f->items), by_start);
	for (size_t i = 0; i < f->n; i++) {
		if (n == 0 || f->items[n - 1].entry.start != f->items[i].entry.start)
			f->items[n++] = f->items[i];
	}
	f->n = n;
}

static const struct cfi_entry *find_function(struct module_code *m, uint64_t offset)
{
	const struct cfi_entry *last;
	size_t low = 0, high;

	if (!m->sorted)
		sort_functions(&m->functions);
	m->sorted = true;
	high = m->functions.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->functions.items[middle].entry.start <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	last = &m->functions.items[low - 1].entry;
	return offset - last->start < last->size ? last : NULL;
}

static struct file_cfi *open_file(struct cfi_store *s, const struct tape_module *m)
{
	struct file_cfi *file;

	if (s->options.no_files || s->n_files >= MOST_FILES)
		return NULL;
	file = file_cfi_open(m, s->options.symfs);
	s->n_files += file != NULL;
	return file;
}

int cfi_store_find(struct cfi_store *s, const struct tape_module *m, uint64_t offset,
		   struct cfi_entry *ret)
{
	struct module_code *code = find_module(s, m);
	const struct cfi_entry *known = find_function(code, offset);

	if (known) {
		*ret = *known;
		return 1;
	}
	if (!code->asked)
		code->file = open_file(s, m);
	code->asked = true;
	return code->file ? file_cfi_find(code->file, offset, ret) : 0;
}

size_t cfi_store_count(const struct cfi_store *s)
{
	return s->n_functions;
}
