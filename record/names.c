// SPDX-License-Identifier: BSD-2-Clause
/* One source of symbols for each kind of module; each symbol is written once. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <tape/cleanup.h>

#include "record/names.h"
#include "symbols/elf_symbols.h"
#include "symbols/kallsyms.h"
#include "symbols/kmodules.h"
#include "symbols/vdso.h"

DEFINE_CLEANUP(elf_symbols_free, struct elf_symbols);

/* Where the names of one module come from; one of the two is set. */
struct source {
	const struct elf_symbols *elf;
	const struct kallsyms *kernel;
};

/* The kernel's symbols, read when the first of its modules wants names: that is not cheap. */
struct kernel_names {
	struct kallsyms *symbols; /* NULL: not read, or hidden */
	bool tried;
};

static void kernel_names_done(struct kernel_names *k)
{
	kallsyms_free(k->symbols);
}

/* The symbol at an offset of m, its start made an offset too. Returns 1 or 0. */
static int look_up(const struct source *from, const struct module *m, uint64_t offset,
		   struct symbol *ret)
{
	const char *owner;
	struct symbol s;

	if (from->elf)
		return elf_symbols_find(from->elf, offset, ret);
	if (kallsyms_find(from->kernel, m->base + offset, &s, &owner) != 1 || s.start < m->base)
		return 0;
	/* Another module may stand at the place of one that was unloaded. */
	if (strcmp(owner, m->kind == EV_MODULE_KMOD ? m->path : "") != 0)
		return 0;
	s.start -= m->base;
	*ret = s;
	return 1;
}

static int put_symbol(const struct module *m, struct records *records, const struct symbol *s,
		      struct tape_error *err)
{
	struct ev_symbol *ev = records_begin(records, EV_SYMBOL, 0);

	ev->module = m->number;
	ev->start = s->start;
	ev->size = s->size;
	return tape_writer_put_symbol(records->writer, records_end_text(records, s->name), err);
}

static int write_module(struct module *m, const struct source *from, struct records *records,
			struct tape_error *err)
{
	uint64_t named_to = 0;
	bool begun = false;
	int rc = 0;

	hits_settle(&m->hits);
	for (size_t i = 0; rc == 0 && i < m->hits.n; i++) {
		struct symbol s;

		/* Hits are in order, so those of one symbol follow each other. */
		if ((begun && m->hits.offsets[i] < named_to) ||
		    !look_up(from, m, m->hits.offsets[i], &s))
			continue;
		if (!begun)
			rc = tape_writer_put_symbol(records->writer, modules_record(m, records, 0),
						    err);
		if (rc == 0)
			rc = put_symbol(m, records, &s, err);
		begun = true;
		named_to = s.start + s.size;
	}
	return rc;
}

static int write_elf(struct module *m, struct records *records, struct tape_error *err)
{
	CLEANUP(elf_symbols_freep) struct elf_symbols *elf = NULL;
	struct source from = { 0 };
	struct vdso vdso;
	int rc = -ENOENT;

	if (m->kind == EV_MODULE_VDSO && vdso_get(&vdso) == 0)
		rc = elf_symbols_load_memory(vdso.image, vdso.size, m->path, &elf, NULL);
	else if (m->kind == EV_MODULE_FILE && m->fd >= 0)
		rc = elf_symbols_load(m->fd, m->path, &elf, NULL);
	if (rc < 0)
		return 0;
	from.elf = elf;
	return write_module(m, &from, records, err);
}

/* A BPF program is named as a whole; its symbol came with it. */
static int write_program(const struct module *m, struct records *records, struct tape_error *err)
{
	const struct symbol whole = { .size = UINT32_MAX, .name = m->path };
	int rc = tape_writer_put_symbol(records->writer, modules_record(m, records, 0), err);

	return rc < 0 ? rc : put_symbol(m, records, &whole, err);
}

static bool was_unloaded(const struct module *m)
{
	struct kmodule now;
	int rc = kmodules_find("/proc/modules", m->path, &now);

	return rc == -ENOENT || (rc == 0 && now.start != m->base);
}

static int write_kernel(struct module *m, struct kernel_names *k, struct records *records,
			uint32_t epoch, struct tape_error *err)
{
	struct source from = { 0 };
	char note[256];

	if (m->kind == EV_MODULE_KMOD && was_unloaded(m)) {
		snprintf(note, sizeof(note),
			 "no names of the kernel module %s: it was unloaded before the end",
			 m->path);
		return records_note(records, epoch, records_now(), note, err);
	}
	if (!k->tried)
		kallsyms_load("/proc/kallsyms", &k->symbols, NULL);
	k->tried = true;
	from.kernel = k->symbols;
	return k->symbols ? write_module(m, &from, records, err) : 0;
}

int names_write(struct modules *m, struct records *records, uint32_t epoch, struct tape_error *err)
{
	CLEANUP(kernel_names_done) struct kernel_names kernel = { 0 };
	int rc = 0;

	for (uint32_t i = 1; rc == 0 && i <= modules_count(m); i++) {
		struct module *module = modules_get(m, i);

		if (!module->hits.n)
			continue;
		if (module->kind == EV_MODULE_BPF)
			rc = write_program(module, records, err);
		else if (module->kind == EV_MODULE_FILE || module->kind == EV_MODULE_VDSO)
			rc = write_elf(module, records, err);
		else if (module->kind != EV_MODULE_ANON)
			rc = write_kernel(module, &kernel, records, epoch, err);
	}
	return rc;
}
