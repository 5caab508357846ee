// SPDX-License-Identifier: BSD-2-Clause
/*
 * One source of symbols for each kind of module; each symbol and each range of a line
 * is written once. Modules are opened one after the other, so that what is held at a
 * time is one's tables.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <tape/cleanup.h>

#include "record/line_texts.h"
#include "record/names.h"
#include "symbols/kallsyms.h"
#include "symbols/kmodules.h"
#include "symbols/object.h"
#include "symbols/vdso.h"

DEFINE_CLEANUP(object_free, struct object);

/* Looking lines up ends after this time, whatever is left: a run has to end. */
#define LINES_MAX_NS (60ull * 1000000000)

/* What all modules share. */
struct job {
	struct records *records;
	uint32_t epoch;
	bool lines;
	uint64_t lines_until; /* a time of records_now() */
	unsigned int unlined; /* modules that got no lines for want of time */
};

/* Where the names of one module come from; one of the two is set. */
struct source {
	struct object *object;
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

	if (from->object)
		return object_find(from->object, offset, ret);
	if (kallsyms_find(from->kernel, m->base + offset, &s, &owner) != 1 || s.start < m->base)
		return 0;
	/* Another module may stand at the place of one that was unloaded. */
	if (strcmp(owner, m->kind == EV_MODULE_KMOD ? m->path : "") != 0)
		return 0;
	s.start -= m->base;
	s.origin = EV_SYMBOL_KALLSYMS;
	*ret = s;
	return 1;
}

/* Puts m's MODULE, which what follows names. */
static int put_module(const struct module *m, struct records *records, struct tape_error *err)
{
	return tape_writer_put_symbol(records->writer, modules_record(m, records, 0), err);
}

static int put_symbol(const struct module *m, struct records *records, const struct symbol *s,
		      struct tape_error *err)
{
	struct ev_symbol *ev = records_begin(records, EV_SYMBOL, 0);

	ev->module = m->number;
	ev->start = s->start;
	ev->size = s->size;
	ev->origin = s->origin;
	return tape_writer_put_symbol(records->writer, records_end_text(records, s->name), err);
}

static int write_symbols(struct module *m, const struct source *from, const struct job *job,
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
			rc = put_module(m, job->records, err);
		if (rc == 0)
			rc = put_symbol(m, job->records, &s, err);
		begun = true;
		named_to = s.start + s.size;
	}
	return rc;
}

/* --- lines --- */

static int put_line(const struct module *m, struct records *records, const struct line_text *t,
		    struct tape_error *err)
{
	struct ev_line *ev = records_begin(records, EV_LINE, 0);

	ev->module = m->number;
	ev->start = t->start;
	ev->size = t->end - t->start;
	ev->origin = t->origin;
	return tape_writer_put_symbol(records->writer, records_end_text(records, t->text), err);
}

/* Ranges that touch and say the same become one. */
static int write_lines(struct module *m, struct object *o, struct job *job, struct tape_error *err)
{
	struct line_text now, before = { .end = 0 };
	struct lines *found = malloc(sizeof(*found));
	bool any = false;
	int rc = 0;

	for (size_t i = 0; found && rc == 0 && i < m->hits.n; i++) {
		uint64_t at = m->hits.offsets[i];

		if (records_now() > job->lines_until) {
			job->unlined++;
			break;
		}
		if ((any && at < before.end) || !object_lines(o, at, found) || found->n == 0)
			continue;
		line_texts_make(found, &now);
		/* Sources that disagree must not make ranges overlap. */
		if (any && now.start < before.end)
			now.start = before.end;
		if (any && line_texts_join(&before, &now))
			continue;
		rc = any ? put_line(m, job->records, &before, err)
			 : put_module(m, job->records, err);
		before = now;
		any = true;
	}
	free(found);
	return rc == 0 && any ? put_line(m, job->records, &before, err) : rc;
}

/* --- modules, kind by kind --- */

static int open_object(const struct module *m, const struct job *job, struct object **ret)
{
	const struct object_options options = { .tables_only = !job->lines };
	struct vdso vdso;

	if (m->kind == EV_MODULE_VDSO && vdso_get(&vdso) == 0)
		return object_open_memory(vdso.image, vdso.size, m->path, ret, NULL);
	if (m->kind == EV_MODULE_FILE && m->fd >= 0)
		return object_open(m->fd, m->path, &options, ret, NULL);
	return -ENOENT;
}

static int write_object(struct module *m, struct job *job, struct tape_error *err)
{
	CLEANUP(object_freep) struct object *object = NULL;
	struct source from = { 0 };
	int rc;

	if (open_object(m, job, &object) < 0)
		return 0;
	from.object = object;
	rc = write_symbols(m, &from, job, err);
	if (rc == 0 && job->lines)
		rc = write_lines(m, object, job, err);
	if (rc == 0 && object_note(object))
		rc = records_note(job->records, job->epoch, records_now(), object_note(object),
				  err);
	return rc;
}

/* A BPF program is named as a whole; its symbol came with it. */
static int write_program(const struct module *m, struct records *records, struct tape_error *err)
{
	const struct symbol whole = { .size = UINT32_MAX,
				      .name = m->path,
				      .origin = EV_SYMBOL_BPF };
	int rc = put_module(m, records, err);

	return rc < 0 ? rc : put_symbol(m, records, &whole, err);
}

static bool was_unloaded(const struct module *m)
{
	struct kmodule now;
	int rc = kmodules_find("/proc/modules", m->path, &now);

	return rc == -ENOENT || (rc == 0 && now.start != m->base);
}

static int write_kernel(struct module *m, struct kernel_names *k, const struct job *job,
			struct tape_error *err)
{
	struct source from = { 0 };
	char note[256];

	if (m->kind == EV_MODULE_KMOD && was_unloaded(m)) {
		snprintf(note, sizeof(note),
			 "no names of the kernel module %s: it was unloaded before the end",
			 m->path);
		return records_note(job->records, job->epoch, records_now(), note, err);
	}
	if (!k->tried)
		kallsyms_load("/proc/kallsyms", &k->symbols, NULL);
	k->tried = true;
	from.kernel = k->symbols;
	return k->symbols ? write_symbols(m, &from, job, err) : 0;
}

static int note_unlined(const struct job *job, struct tape_error *err)
{
	char note[256];

	if (!job->unlined)
		return 0;
	snprintf(note, sizeof(note),
		 "source lines of %u modules are not all here: looking them up took %u s",
		 job->unlined, (unsigned int)(LINES_MAX_NS / 1000000000));
	return records_note(job->records, job->epoch, records_now(), note, err);
}

int names_write(struct modules *m, struct records *records, uint32_t epoch, bool lines,
		struct tape_error *err)
{
	CLEANUP(kernel_names_done) struct kernel_names kernel = { 0 };
	struct job job = { .records = records,
			   .epoch = epoch,
			   .lines = lines,
			   .lines_until = records_now() + LINES_MAX_NS };
	int rc = 0;

	for (uint32_t i = 1; rc == 0 && i <= modules_count(m); i++) {
		struct module *module = modules_get(m, i);

		if (!module->hits.n)
			continue;
		if (module->kind == EV_MODULE_BPF)
			rc = write_program(module, records, err);
		else if (module->kind == EV_MODULE_FILE || module->kind == EV_MODULE_VDSO)
			rc = write_object(module, &job, err);
		else if (module->kind != EV_MODULE_ANON)
			rc = write_kernel(module, &kernel, &job, err);
	}
	return rc < 0 ? rc : note_unlined(&job, err);
}
