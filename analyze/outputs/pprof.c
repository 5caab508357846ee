// SPDX-License-Identifier: BSD-2-Clause
/*
 * Output "pprof": the profile as `go tool pprof` and others read it.
 *
 * It is written as many small Profile messages, one behind the other, each with
 * a few elements: protobuf reads them as one. So nothing but the string table
 * is held in memory, and that comes last. Ids are the profile's own numbers + 1.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/coverage_line.h"
#include "analyze/outputs/gzip.h"
#include "analyze/outputs/names.h"
#include "analyze/outputs/output.h"
#include "analyze/outputs/pprof_map.h"
#include "pprof.pb-c.h"

struct pprof {
	const struct output_job *job;
	const struct profile *profile;
	struct sink out;
	struct gzip *gzip; /* NULL: written as it is */
	struct names names;
	struct pprof_map map;
	struct intern strings;
	struct arena arena;
	VEC(uint8_t) packed;
	VEC(uint64_t) locations;
	bool *left_out;	    /* frames that no stack shows */
	uint64_t functions; /* the last id that was given to one */
};

static int64_t string_of(struct pprof *w, const char *text)
{
	struct arena scratch = { 0 };
	int64_t number = intern_text(&w->strings, clean_text(&scratch, text));

	arena_done(&scratch);
	return number;
}

static void write_part(struct pprof *w, const Perftape__Pprof__Profile *part)
{
	size_t size = perftape__pprof__profile__get_packed_size(part);

	while (w->packed.room < size)
		w->packed.items = vec_grow(w->packed.items, w->packed.room, &w->packed.room, 1);
	perftape__pprof__profile__pack(part, w->packed.items);
	if (w->gzip)
		gzip_put(w->gzip, w->packed.items, size);
	else
		sink_put(&w->out, w->packed.items, size);
}

static Perftape__Pprof__ValueType value_type(struct pprof *w, const struct profile_type *type)
{
	Perftape__Pprof__ValueType v = PERFTAPE__PPROF__VALUE_TYPE__INIT;

	v.type = string_of(w, type->type);
	v.unit = string_of(w, type->unit);
	return v;
}

static void write_head(struct pprof *w)
{
	const struct profile_head *head = profile_head(w->profile);
	Perftape__Pprof__Profile part = PERFTAPE__PPROF__PROFILE__INIT;
	Perftape__Pprof__ValueType types[PROFILE_MAX_VALUES], period;
	Perftape__Pprof__ValueType *list[PROFILE_MAX_VALUES];

	for (size_t i = 0; i < head->n_types; i++) {
		types[i] = value_type(w, &head->types[i]);
		list[i] = &types[i];
	}
	part.n_sample_type = head->n_types;
	part.sample_type = list;
	if (head->n_types > 1)
		part.default_sample_type = types[head->default_type].type;
	if (head->period) {
		period = value_type(w, &head->period_type);
		part.period_type = &period;
		part.period = head->period;
	}
	part.time_nanos = (int64_t)head->start_wall_ns;
	part.duration_nanos = (int64_t)head->duration_ns;
	write_part(w, &part);
}

static void write_comment(struct pprof *w, const char *what, const char *text)
{
	Perftape__Pprof__Profile part = PERFTAPE__PPROF__PROFILE__INIT;
	const char *clean = clean_text(&w->arena, text);
	char *line = NULL;
	int64_t number;

	if (asprintf(&line, "%s: %s", what, clean) < 0)
		return;
	number = string_of(w, line);
	part.n_comment = 1;
	part.comment = &number;
	write_part(w, &part);
	free(line);
}

static void write_comments(struct pprof *w)
{
	const struct result *r = w->job->result;

	write_comment(w, "tape", w->job->tape);
	write_comment(w, "view", result_view(r));
	write_comment(w, "coverage", coverage_line(&w->arena, result_get_coverage(r)));
	for (size_t i = 0; i < result_n_notes(r); i++)
		write_comment(w, "note", result_note(r, i));
}

static const char *build_id_text(struct pprof *w, const struct module *m)
{
	static const char hex[] = "0123456789abcdef";
	char *text = arena_alloc(&w->arena, (size_t)m->build_id_size * 2 + 1);

	for (size_t i = 0; i < m->build_id_size; i++) {
		text[i * 2] = hex[m->build_id[i] >> 4];
		text[i * 2 + 1] = hex[m->build_id[i] & 15];
	}
	return text;
}

/* What the locations of one mapping have. */
struct has {
	bool filenames;
	bool lines;
	bool inlines;
};

/* By module. To be freed. */
static struct has *find_has(struct pprof *w)
{
	struct has *has = memory_alloc(profile_n_modules(w->profile) * sizeof(*has));

	for (uint32_t i = 0; i < profile_n_frames(w->profile); i++) {
		const struct profile_frame *f = profile_get_frame(w->profile, i);
		struct has *h = &has[f->module];
		struct frame_lines lines;

		symbolizer_lines(w->job->names, profile_get_module(w->profile, f->module),
				 f->offset, &lines);
		h->inlines = h->inlines || lines.n > 1;
		for (size_t k = 0; k < lines.n; k++) {
			h->filenames = h->filenames || *lines.at[k].file;
			h->lines = h->lines || lines.at[k].line;
		}
	}
	return has;
}

static void write_mappings(struct pprof *w)
{
	struct has *has = find_has(w);

	for (size_t i = 0; i < w->map.n; i++) {
		const struct pprof_mapping *mapping = &w->map.mappings[i];
		const struct module *m = profile_get_module(w->profile, mapping->module);
		Perftape__Pprof__Profile part = PERFTAPE__PPROF__PROFILE__INIT;
		Perftape__Pprof__Mapping out = PERFTAPE__PPROF__MAPPING__INIT, *list[] = { &out };

		out.id = i + 1;
		out.memory_start = mapping->start;
		out.memory_limit = mapping->limit;
		out.file_offset = mapping->file_offset;
		/* The name by which pprof knows the kernel, and does not look for a file. */
		out.filename =
			string_of(w, m->kind == MODULE_KERNEL ? "[kernel.kallsyms]" : m->path);
		out.build_id = string_of(w, build_id_text(w, m));
		/*
		 * Every location has a function, if only "[libfoo.so]". Without this mark go
		 * tool pprof takes names from the file that has this path where it runs, and
		 * does not look at its build-id: a newer build gives names that are wrong.
		 */
		out.has_functions = true;
		out.has_filenames = has[mapping->module].filenames;
		out.has_line_numbers = has[mapping->module].lines;
		out.has_inline_frames = has[mapping->module].inlines;
		part.n_mapping = 1;
		part.mapping = list;
		write_part(w, &part);
	}
	free(has);
}

/*
 * pprof makes names shorter that look like C++ to it, unless they differ from
 * the system's name. "" does, and says no less where both are the same.
 */
static const char *system_name_of(const char *name, const char *system_name)
{
	bool may_change = strpbrk(name, "<>[]():") || strncmp(name, "_Z", 2) == 0 ||
			  strncmp(name, "_R", 2) == 0;

	return may_change && strcmp(name, system_name) == 0 ? "" : system_name;
}

static Perftape__Pprof__Function function_of(struct pprof *w, const struct frame_line *line,
					     const char *name, uint64_t id)
{
	Perftape__Pprof__Function function = PERFTAPE__PPROF__FUNCTION__INIT;

	function.id = id;
	function.name = string_of(w, name);
	function.system_name = string_of(w, system_name_of(name, line->system_name));
	function.filename = string_of(w, line->file);
	function.start_line = line->first_line;
	return function;
}

/*
 * What Go's own profiles leave out of stacks: where all goroutines return to, and what
 * the compiler put around the call of a go statement (allFrames() in runtime/pprof).
 */
static bool is_left_out(const struct frame_line *line)
{
	const char *wrap = strstr(line->name, ".gowrap");

	if (strcmp(line->name, "runtime.goexit") == 0)
		return true;
	return wrap && line->line && wrap[7] >= '0' && wrap[7] <= '9';
}

/* Its calls: how many of them are shown. What is left out stands behind them. */
static size_t find_lines(const struct pprof *w, uint32_t frame, struct frame_lines *ret)
{
	const struct profile_frame *f = profile_get_frame(w->profile, frame);

	symbolizer_lines(w->job->names, profile_get_module(w->profile, f->module), f->offset, ret);
	return ret->n - (profile_head(w->profile)->as_go && is_left_out(&ret->at[ret->n - 1]));
}

/*
 * Each location has functions of its own: one name may have several mangled
 * names and files. pprof adds up functions by name. The function itself has the
 * location's id, what was inlined into it ids behind those of all locations.
 */
static void write_location(struct pprof *w, uint32_t frame)
{
	const struct profile_frame *f = profile_get_frame(w->profile, frame);
	const char *text = names_function(&w->names, w->names.frames.items[frame].function);
	uint32_t mapping = w->map.ids[f->module];
	Perftape__Pprof__Profile part = PERFTAPE__PPROF__PROFILE__INIT;
	Perftape__Pprof__Location location = PERFTAPE__PPROF__LOCATION__INIT;
	Perftape__Pprof__Location *locations[] = { &location };
	Perftape__Pprof__Function functions[LINES_MAX], *function_list[LINES_MAX];
	Perftape__Pprof__Line lines[LINES_MAX], *line_list[LINES_MAX];
	struct frame_lines known;
	size_t n = find_lines(w, frame, &known);

	w->left_out[frame] = n == 0;
	if (!n)
		return;
	location.id = (uint64_t)frame + 1;
	for (size_t i = 0; i < n; i++) {
		const struct frame_line *line = &known.at[i];
		bool inlined = i + 1 < known.n;

		functions[i] = function_of(w, line, inlined ? line->name : text,
					   inlined ? ++w->functions : location.id);
		lines[i] = (Perftape__Pprof__Line)PERFTAPE__PPROF__LINE__INIT;
		lines[i].function_id = functions[i].id;
		lines[i].line = line->line;
		function_list[i] = &functions[i];
		line_list[i] = &lines[i];
	}
	location.mapping_id = mapping;
	location.address =
		mapping ? pprof_map_address(&w->map.mappings[mapping - 1], f->offset) : f->offset;
	location.n_line = part.n_function = n;
	location.line = line_list;
	part.n_location = 1;
	part.location = locations;
	part.function = function_list;
	write_part(w, &part);
}

static void set_label(struct pprof *w, Perftape__Pprof__Label *out, const struct profile_label *in)
{
	*out = (Perftape__Pprof__Label)PERFTAPE__PPROF__LABEL__INIT;
	out->key = string_of(w, in->key);
	if (in->text)
		out->str = string_of(w, in->text);
	else
		out->num = in->number;
}

static void write_sample(struct pprof *w, const struct profile_sample *s)
{
	Perftape__Pprof__Profile part = PERFTAPE__PPROF__PROFILE__INIT;
	Perftape__Pprof__Sample sample = PERFTAPE__PPROF__SAMPLE__INIT, *samples[] = { &sample };
	Perftape__Pprof__Label labels[PROFILE_MAX_LABELS], *label_list[PROFILE_MAX_LABELS];
	const struct profile_label *in = profile_get_labels(w->profile, s->labels, &sample.n_label);
	int64_t values[PROFILE_MAX_VALUES];

	w->locations.n = 0;
	for (uint32_t stack = names_stack(&w->names, s->stack); stack != PROFILE_ROOT;
	     stack = profile_get_stack(w->profile, stack)->parent) {
		uint32_t frame = profile_get_stack(w->profile, stack)->frame;

		if (!w->left_out[frame])
			*vec_push(&w->locations) = (uint64_t)frame + 1;
	}
	for (size_t i = 0; i < sample.n_label; i++) {
		set_label(w, &labels[i], &in[i]);
		label_list[i] = &labels[i];
	}
	sample.n_value = profile_head(w->profile)->n_types;
	for (size_t i = 0; i < sample.n_value; i++)
		values[i] = s->values[i];
	sample.value = values;
	sample.label = label_list;
	sample.n_location_id = w->locations.n;
	sample.location_id = w->locations.items;
	part.n_sample = 1;
	part.sample = samples;
	write_part(w, &part);
}

static void write_strings(struct pprof *w)
{
	for (uint32_t i = 0; i < intern_count(&w->strings); i++) {
		Perftape__Pprof__Profile part = PERFTAPE__PPROF__PROFILE__INIT;
		char *text = (char *)(uintptr_t)intern_get_text(&w->strings, i);

		part.n_string_table = 1;
		part.string_table = &text;
		write_part(w, &part);
	}
}

static void write_profile(struct pprof *w)
{
	size_t value = profile_head(w->profile)->default_type;

	names_init(&w->names, w->profile, w->job->names, NAMES_PLAIN);
	pprof_map_init(&w->map, w->profile, value);
	string_of(w, ""); /* number 0, as pprof demands */
	write_head(w);
	write_comments(w);
	write_mappings(w);
	w->functions = profile_n_frames(w->profile);
	w->left_out = memory_alloc(profile_n_frames(w->profile) * sizeof(*w->left_out));
	for (uint32_t i = 0; i < profile_n_frames(w->profile); i++)
		write_location(w, i);
	for (size_t i = 0; i < profile_n_samples(w->profile); i++)
		write_sample(w, profile_get_sample(w->profile, i));
	write_strings(w);
	free(w->left_out);
	names_done(&w->names);
	pprof_map_done(&w->map);
}

static int write_pprof(const struct output_job *job, struct tape_error *err)
{
	const struct result_item *item = result_first(job->result, RESULT_PROFILE);
	struct pprof w = { .job = job, .out = { .file = job->out } };
	CLEANUP(freep) struct gzip *gzip = NULL;

	/* A file holds one profile: the view's answer comes first. */
	if (!item)
		return sink_finish(&w.out, err);
	w.profile = item->profile;
	if (!job->options.no_compression) {
		w.gzip = gzip = memory_alloc(sizeof(*gzip));
		if (gzip_init(gzip, &w.out) < 0)
			return tape_fail(err, -ENOTSUP, "pprof: cannot compress: zlib %s is not %s",
					 zlibVersion(), ZLIB_VERSION);
	}
	write_profile(&w);
	if (gzip)
		gzip_finish(gzip);
	intern_done(&w.strings);
	arena_done(&w.arena);
	vec_done(&w.packed);
	vec_done(&w.locations);
	return sink_finish(&w.out, err);
}

extern const struct output output_pprof;

const struct output output_pprof = {
	.name = "pprof",
	.help = "for go tool pprof and others that read its format (gzip)",
	.suffixes = ".pb.gz .pprof .pb",
	.shapes = RESULT_PROFILE,
	.write = write_pprof,
};
