// SPDX-License-Identifier: BSD-2-Clause
/*
 * Command "symbols list": module by module, how much of the code that was hit has
 * names, from where, and what would name the rest.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <tape/cleanup.h>

#include "analyze/base/hex.h"
#include "analyze/base/memory.h"
#include "analyze/commands/command.h"
#include "analyze/commands/hits.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/grid.h"
#include "analyze/outputs/units.h"
#include "analyze/symbolize/origin.h"

#define N_SOURCES 8
#define N_ORIGINS (EV_SYMBOL_LAST + 1)

/* Counts are of frames in stacks, each as often as its stack was taken. */
struct row {
	const struct module *module;
	uint64_t frames;
	uint64_t named;
	uint64_t lines;
	uint64_t from[N_SOURCES][N_ORIGINS];
};

struct list {
	const struct command_job *job;
	struct hits hits;
	struct symbolizer *names;
	struct row *rows; /* most frames first */
	size_t n;
	struct row *scripts; /* of rows, while frames are counted */
	struct row all;
	struct arena arena;
};

static void list_done(struct list *l)
{
	hits_done(&l->hits);
	symbolizer_free(l->names);
	free(l->rows);
	arena_done(&l->arena);
}

/* --- counting --- */

static void count_frame(struct row *r, uint64_t times, const struct frame_name *name, bool lines)
{
	r->frames += times;
	r->lines += lines ? times : 0;
	if (name->source == SYMBOL_NONE)
		return;
	r->named += times;
	if ((unsigned int)name->source < N_SOURCES && (unsigned int)name->origin < N_ORIGINS)
		r->from[name->source][name->origin] += times;
}

/* Of scripts every function is a module: they share a row. */
static struct row *row_of(struct list *l, uint32_t module)
{
	static const struct module scripts = { .kind = MODULE_SCRIPT, .path = "[scripts]" };
	const struct module *m = profile_get_module(l->hits.profile, module);
	struct row *r = &l->rows[module];

	if (m->kind == MODULE_SCRIPT) {
		l->scripts = l->scripts ? l->scripts : r;
		r = l->scripts;
		m = &scripts;
	}
	r->module = m;
	return r;
}

static void count_frames(struct list *l)
{
	const struct profile *p = l->hits.profile;

	for (uint32_t i = 0; i < profile_n_frames(p); i++) {
		uint32_t frame = l->hits.order[i];
		const struct profile_frame *f = profile_get_frame(p, frame);
		const struct module *m = profile_get_module(p, f->module);
		struct frame_lines lines = { 0 };
		struct frame_name name;

		if (!hits_is_code(&l->hits, frame))
			continue;
		symbolizer_find(l->names, m, f->offset, &name);
		if (l->job->lines)
			symbolizer_lines(l->names, m, f->offset, &lines);
		count_frame(row_of(l, f->module), l->hits.times[frame], &name, lines.source);
		count_frame(&l->all, l->hits.times[frame], &name, lines.source);
	}
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order;

	if (a->frames != b->frames)
		return a->frames > b->frames ? -1 : 1;
	order = strcmp(a->module->path, b->module->path);
	if (order)
		return order;
	return memcmp(a->module->build_id, b->module->build_id, sizeof(a->module->build_id));
}

static void make_rows(struct list *l)
{
	size_t n = profile_n_modules(l->hits.profile);

	l->rows = memory_alloc(n * sizeof(*l->rows));
	count_frames(l);
	for (size_t i = 0; i < n; i++) {
		if (l->rows[i].module)
			l->rows[l->n++] = l->rows[i];
	}
	qsort(l->rows, l->n, sizeof(*l->rows), compare_rows);
}

/* --- what is said of a module --- */

static const char *build_id_text(struct list *l, const struct module *m)
{
	char *text = arena_alloc(&l->arena, (size_t)MODULE_BUILD_ID_SIZE * 2 + 1);

	if (m->build_id_size)
		hex_bytes(text, (size_t)MODULE_BUILD_ID_SIZE * 2 + 1, m->build_id,
			  m->build_id_size);
	return text;
}

/* The symbolizer's remark on a module: what stands behind "path: ", wherever symfs is. */
static const char *note_on(const struct list *l, const struct module *m)
{
	size_t prefix = l->job->symfs && m->kind == MODULE_FILE ? strlen(l->job->symfs) : 0;
	size_t size = strlen(m->path);

	for (size_t i = 0; i < symbolizer_n_notes(l->names); i++) {
		const char *note = symbolizer_note(l->names, i);

		if (prefix && strncmp(note, l->job->symfs, prefix) == 0)
			note += prefix;
		if (strncmp(note, m->path, size) == 0 && strncmp(note + size, ": ", 2) == 0)
			return note + size + 2;
	}
	return NULL;
}

static const char *join(struct list *l, const char *a, const char *b, const char *c)
{
	char *text = arena_alloc(&l->arena, strlen(a) + strlen(b) + strlen(c) + 1);

	stpcpy(stpcpy(stpcpy(text, a), b), c);
	return text;
}

static const char *advice_on_file(struct list *l, const struct row *r)
{
	const char *note = note_on(l, r->module), *id = build_id_text(l, r->module);

	if (l->job->no_files)
		return "not in the tape; without --no-files this machine's files are asked too";
	if (note && strncmp(note, "not on this machine", 19) == 0)
		return join(l, "not on this machine (build-id ", *id ? id : "not known",
			    "): 'analyze symbols add' where it is, or --symfs DIR");
	if (note && strncmp(note, "its build-id is", 15) == 0)
		return join(l, "changed on disk: ", note,
			    "; --symfs DIR with the files of that time");
	if (note && strncmp(note, "no function symbols", 19) != 0)
		return note;
	return join(l, note ? "stripped" : "no symbol there", ", no debug file found of build-id ",
		    join(l, *id ? id : "(none)",
			 ": install its -dbgsym package, or try --debuginfod, or --symfs DIR", ""));
}

static const char *advice_on_kind(struct list *l, const struct row *r)
{
	static const char *const by_kind[] = {
		[MODULE_KERNEL] = "record as root, so that the tape brings the kernel's names",
		[MODULE_KMOD] = "record as root, so that the tape brings the module's names",
		[MODULE_VDSO] = "only the recorded machine has its names",
		[MODULE_BPF] = "a BPF program whose name was not seen",
		[MODULE_ANON] =
			"code made at run time (JIT): run node with --perf-basic-prof, java with a "
			"perf-map agent, python3 with -X perf, and record again",
		[MODULE_UNKNOWN] =
			"no mapping there: often a wrong caller, from code without frame pointers",
		[MODULE_MARK] = "",
		[MODULE_SCRIPT] = "the interpreter had no name there",
	};
	const char *note = note_on(l, r->module), *text = by_kind[r->module->kind];

	return note ? join(l, text, "; here: ", note) : text;
}

/* NULL: nothing has to be done. */
static const char *advice(struct list *l, const struct row *r)
{
	uint64_t in_tape = 0;

	for (size_t i = 0; i < N_ORIGINS; i++)
		in_tape += r->from[SYMBOL_BUNDLE][i];
	if (r->named < r->frames)
		return r->module->kind == MODULE_FILE ? advice_on_file(l, r) : advice_on_kind(l, r);
	if (in_tape == r->named || r->module->kind > MODULE_ANON)
		return NULL;
	return "'analyze symbols add' puts these names into the tape";
}

/* "tape: symtab", or with shares where there are several. */
static const char *sources_text(struct list *l, const struct row *r)
{
	const char *text = "";
	size_t n = 0;

	for (int i = 0; i < N_SOURCES * N_ORIGINS; i++)
		n += r->from[i / N_ORIGINS][i % N_ORIGINS] > 0;
	for (int i = 0; i < N_SOURCES * N_ORIGINS; i++) {
		uint64_t count = r->from[i / N_ORIGINS][i % N_ORIGINS];
		const char *origin = origin_name((enum ev_symbol_origin)(i % N_ORIGINS));
		const char *source = origin_source((enum symbol_source)(i / N_ORIGINS));

		if (!count)
			continue;
		if (*text)
			text = join(l, text, ", ", "");
		text = join(l, text, source, *origin ? ": " : "");
		text = join(l, text, origin, "");
		if (n > 1)
			text = join(l, text, " ",
				    units_share((int64_t)count, (int64_t)r->frames).text);
	}
	return text;
}

/* --- text --- */

static const char *share(struct list *l, uint64_t part, uint64_t whole)
{
	return arena_copy_text(&l->arena, units_share((int64_t)part, (int64_t)whole).text);
}

static void print_row(struct list *l, struct grid *g, const struct row *r)
{
	grid_cell(g, share(l, r->frames, l->all.frames));
	grid_cell(g, share(l, r->named, r->frames));
	if (l->job->lines)
		grid_cell(g, share(l, r->lines, r->frames));
	grid_cell(g, clean_text(&l->arena, module_short_name(r->module)));
	grid_cell(g, sources_text(l, r));
}

static void print_table(struct list *l, struct sink *out)
{
	struct grid g;

	grid_init(&g);
	grid_column(&g, GRID_RIGHT, "frames%");
	grid_column(&g, GRID_RIGHT, "named%");
	if (l->job->lines)
		grid_column(&g, GRID_RIGHT, "lines%");
	grid_column(&g, GRID_LEFT, "module");
	grid_column(&g, GRID_LEFT, "names from");
	for (size_t i = 0; i < l->n; i++)
		print_row(l, &g, &l->rows[i]);
	grid_write(&g, out);
	grid_done(&g);
}

static int print_text(struct list *l, struct tape_error *err)
{
	struct sink out = { .file = l->job->out };
	bool begun = false;

	sink_printf(&out, "%s: %" PRIu64 " frames in stacks, %s named\n",
		    clean_text(&l->arena, l->job->tape), l->all.frames,
		    share(l, l->all.named, l->all.frames));
	if (l->n)
		print_table(l, &out);
	for (size_t i = 0; i < l->n; i++) {
		const char *text = advice(l, &l->rows[i]);

		if (!text)
			continue;
		sink_text(&out, begun ? "" : "\nWhat would help\n");
		begun = true;
		sink_printf(&out, "  %s: %s\n", clean_text(&l->arena, l->rows[i].module->path),
			    clean_text(&l->arena, text));
	}
	return sink_finish(&out, err);
}

/* --- JSON --- */

static json_t *text_to_json(struct list *l, const char *text)
{
	return json_string(clean_text(&l->arena, text));
}

static json_t *sources_to_json(const struct row *r)
{
	json_t *array = json_array();

	for (int i = 0; i < N_SOURCES * N_ORIGINS; i++) {
		uint64_t count = r->from[i / N_ORIGINS][i % N_ORIGINS];
		json_t *from;

		if (!count)
			continue;
		from = json_object();
		json_object_set_new(
			from, "source",
			json_string(origin_source((enum symbol_source)(i / N_ORIGINS))));
		json_object_set_new(
			from, "origin",
			json_string(origin_name((enum ev_symbol_origin)(i % N_ORIGINS))));
		json_object_set_new(from, "frames", json_integer((json_int_t)count));
		json_array_append_new(array, from);
	}
	return array;
}

static json_t *row_to_json(struct list *l, const struct row *r)
{
	const char *text = advice(l, r);
	json_t *row = json_object();

	json_object_set_new(row, "module", text_to_json(l, r->module->path));
	json_object_set_new(row, "build_id", json_string(build_id_text(l, r->module)));
	json_object_set_new(row, "frames", json_integer((json_int_t)r->frames));
	json_object_set_new(row, "named", json_integer((json_int_t)r->named));
	if (l->job->lines)
		json_object_set_new(row, "lines", json_integer((json_int_t)r->lines));
	json_object_set_new(row, "names_from", sources_to_json(r));
	json_object_set_new(row, "advice", text ? text_to_json(l, text) : json_null());
	return row;
}

static void print_json(struct list *l)
{
	json_t *root = json_object(), *rows = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(rows, row_to_json(l, &l->rows[i]));
	json_object_set_new(root, "tape", text_to_json(l, l->job->tape));
	json_object_set_new(root, "frames", json_integer((json_int_t)l->all.frames));
	json_object_set_new(root, "named", json_integer((json_int_t)l->all.named));
	json_object_set_new(root, "modules", rows);
	json_dumpf(root, l->job->out, JSON_INDENT(2));
	fputc('\n', l->job->out);
	json_decref(root);
}

static int list_run(const struct command_job *job, struct tape_error *err)
{
	CLEANUP(list_done) struct list l = { .job = job };
	struct symbolizer_options options = { .symfs = job->symfs,
					      .no_files = job->no_files,
					      .debuginfod = job->debuginfod };
	int rc = hits_find(job, &l.hits, err);

	if (rc < 0)
		return rc;
	options.bundle = l.hits.report.bundle;
	l.names = symbolizer_new(&options);
	make_rows(&l);
	if (!job->json)
		return print_text(&l, err);
	print_json(&l);
	return 0;
}

extern const struct command command_symbols_list;

const struct command command_symbols_list = {
	.name = "symbols list",
	.help = "by module: how much has names, from where, and what would name the rest",
	.formats = "text json",
	.run = list_run,
};
