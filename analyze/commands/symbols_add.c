// SPDX-License-Identifier: BSD-2-Clause
/*
 * Command "symbols add": puts names (and lines) of this machine's files into a tape,
 * for the code that was hit and has none there yet.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>
#include <tape/reader.h>

#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/commands/hits.h"
#include "analyze/commands/rewrite.h"
#include "analyze/symbolize/plain.h"
#include "analyze/symbolize/symbolizer.h"

DEFINE_CLEANUP(tape_reader_close, struct tape_reader);
DEFINE_CLEANUP(tape_block_free, struct tape_block);

/* Longer names and lines are left out: a record has an end. */
#define MOST_TEXT ((size_t)256 << 10)

/* The records that are to be added, one behind the other: to know that there are any. */
struct adding {
	struct hits hits;
	struct symbolizer *files;
	uint32_t next_module; /* the number of the next module that is stated */
	VEC(uint64_t) records;
	uint64_t symbols;
	uint64_t lines;
	uint64_t modules;
	uint64_t unnamed; /* places that stay without a name */
};

static void adding_done(struct adding *a)
{
	hits_done(&a->hits);
	symbolizer_free(a->files);
	vec_done(&a->records);
}

/* --- records --- */

/* Room for a record of size bytes and a text, as its tail; zeroed. Lent until the next. */
static void *begin_record(struct adding *a, uint16_t type, size_t size, const char *text)
{
	size_t length = strnlen(text, MOST_TEXT);
	size_t units = (size + length + 1 + EV_UNIT - 1) / EV_UNIT;
	size_t at = a->records.n;
	struct ev_header *h;

	for (size_t i = 0; i < units; i++)
		*vec_push(&a->records) = 0;
	h = (struct ev_header *)(a->records.items + at);
	h->type = type;
	h->units = (uint16_t)units;
	memcpy((char *)h + size, text, length);
	return h;
}

static void put_module(struct adding *a, const struct module *m)
{
	struct ev_module *r;

	r = begin_record(a, EV_MODULE, sizeof(*r), m->path);
	r->module = ++a->next_module;
	r->kind = (uint16_t)m->kind; /* the same numbers */
	r->build_id_size = m->build_id_size;
	memcpy(r->build_id, m->build_id, m->build_id_size);
	a->modules++;
}

static void put_symbol(struct adding *a, const struct symbol *s)
{
	struct ev_symbol *r;

	r = begin_record(a, EV_SYMBOL, sizeof(*r), s->name);
	r->start = s->start;
	r->size = s->size;
	r->module = a->next_module;
	r->origin = s->origin;
	a->symbols++;
}

/* The text of EV_LINE; to be freed. NULL: too long. */
static char *lines_text(const struct lines *lines)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; out && i < lines->n && size < MOST_TEXT; i++) {
		const struct line *line = &lines->at[i];
		char *function = plain_text(memory_copy_text(line->function));
		char *file = plain_text(memory_copy_text(line->file));

		fprintf(out, "%s\t%s\t%u\t%u\n", function, file, line->line, line->first_line);
		fflush(out);
		free(function);
		free(file);
	}
	if (out)
		fclose(out);
	if (size < MOST_TEXT)
		return text;
	free(text);
	return NULL;
}

static void put_lines(struct adding *a, const struct lines *lines, const char *text)
{
	struct ev_line *r;

	r = begin_record(a, EV_LINE, sizeof(*r), text);
	r->start = lines->start;
	r->size = lines->size;
	r->module = a->next_module;
	r->origin = lines->origin;
	a->lines++;
}

/* --- what is to be added --- */

static uint64_t end_of(uint64_t start, uint64_t size)
{
	return size < UINT64_MAX - start ? start + size : UINT64_MAX;
}

/* What is known by now of one module, whose offsets come in order. */
struct at {
	const struct module *module;
	bool stated;
	uint64_t symbols_to; /* offsets below are done */
	uint64_t lines_to;
};

static void state_module(struct adding *a, struct at *at)
{
	if (!at->stated)
		put_module(a, at->module);
	at->stated = true;
}

static void add_symbol(struct adding *a, struct at *at, uint64_t offset)
{
	struct symbol s;

	if (offset < at->symbols_to || bundle_find(a->hits.report.bundle, at->module, offset, &s))
		return;
	if (!symbolizer_ask(a->files, at->module, offset, &s) || strlen(s.name) >= MOST_TEXT) {
		a->unnamed++;
		return;
	}
	state_module(a, at);
	put_symbol(a, &s);
	at->symbols_to = end_of(s.start, s.size);
}

static void add_lines(struct adding *a, struct at *at, uint64_t offset)
{
	CLEANUP(freep) char *text = NULL;
	struct lines lines;

	if (offset < at->lines_to ||
	    bundle_lines(a->hits.report.bundle, at->module, offset, &lines) ||
	    !symbolizer_ask_lines(a->files, at->module, offset, &lines))
		return;
	text = lines_text(&lines);
	if (!text)
		return;
	state_module(a, at);
	put_lines(a, &lines, text);
	at->lines_to = end_of(lines.start, lines.size);
}

static void collect(struct adding *a, bool lines)
{
	const struct profile *p = a->hits.profile;
	struct at at = { 0 };

	for (size_t i = 0; i < profile_n_frames(p); i++) {
		const struct profile_frame *f = profile_get_frame(p, a->hits.order[i]);
		const struct module *m = profile_get_module(p, f->module);

		if (m != at.module)
			at = (struct at){ .module = m };
		/* Others are no modules of a tape. */
		if (m->kind > MODULE_ANON)
			continue;
		add_symbol(a, &at, f->offset);
		if (lines)
			add_lines(a, &at, f->offset);
	}
}

/* The greatest number of a module in the tape: new ones get greater ones. */
static int find_numbers(const char *tape, uint32_t *ret, struct tape_error *err)
{
	CLEANUP(tape_reader_closep) struct tape_reader *reader = NULL;
	int rc = tape_reader_open(tape, 0, &reader, err);

	while (rc >= 0) {
		CLEANUP(tape_block_freep) struct tape_block *block = NULL;

		rc = tape_reader_next(reader, &block, err);
		if (rc <= 0)
			break;
		tape_block_for_each (block, record) {
			const struct ev_module *m = (const struct ev_module *)record;

			if (record->type == EV_MODULE && m->module > *ret)
				*ret = m->module;
		}
	}
	return rc;
}

static int put_all(void *context, struct tape_writer *w, struct tape_error *err)
{
	struct adding *a = context;
	int rc = 0;

	for (size_t at = 0; at < a->records.n && rc == 0;) {
		const struct ev_header *h = (const struct ev_header *)(a->records.items + at);

		rc = tape_writer_put_symbol(w, h, err);
		at += h->units;
	}
	return rc;
}

static void print(const struct command_job *job, const struct adding *a)
{
	const char *path = job->path ? job->path : job->tape;

	if (!a->symbols && !a->lines)
		fprintf(job->out, "%s: nothing to add", path);
	else
		fprintf(job->out, "%s: names added: %llu, lines: %llu, to modules: %llu", path,
			(unsigned long long)a->symbols, (unsigned long long)a->lines,
			(unsigned long long)a->modules);
	if (a->unnamed)
		fprintf(job->out, "; places still without a name: %llu, see 'analyze symbols list'",
			(unsigned long long)a->unnamed);
	fputc('\n', job->out);
}

static int add_run(const struct command_job *job, struct tape_error *err)
{
	const struct symbolizer_options options = { .symfs = job->symfs,
						    .debuginfod = job->debuginfod };
	CLEANUP(adding_done) struct adding a = { 0 };
	const struct tape_edit edit = { .add = put_all, .context = &a };
	int rc = rewrite_check(job, "symbols add", err);

	if (rc == 0 && job->no_files)
		rc = tape_fail(err, -EINVAL,
			       "symbols add: takes names from files; leave out "
			       "--no-files");
	if (rc == 0)
		rc = hits_find(job, &a.hits, err);
	if (rc == 0)
		rc = find_numbers(job->tape, &a.next_module, err);
	if (rc < 0)
		return rc;
	a.files = symbolizer_new(&options);
	collect(&a, job->lines);
	if (a.records.n || job->path)
		rc = rewrite_tape(job, "symbols add", &edit, err);
	if (rc == 0)
		print(job, &a);
	return rc;
}

extern const struct command command_symbols_add;

const struct command command_symbols_add = {
	.name = "symbols add",
	.help = "put this machine's names for the code that was hit into the tape; --lines too",
	.formats = "",
	.writes_path = true,
	.run = add_run,
};
