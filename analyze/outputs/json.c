// SPDX-License-Identifier: BSD-2-Clause
/*
 * Output "json": everything that a result holds, for programs.
 *
 *	{ "format": "perftape.result", "version": 1, "view", "title", "tape",
 *	  "coverage": { "text", "complete", … }, "notes": [ … ], "items": [ … ] }
 *
 * An item's "shape" is "profile", "table" or "timeline":
 *
 *	profile   "types" (what "values" mean, in order), "default_type", "period", "totals";
 *	          "modules", "functions", "frames", "stacks", "label_sets", "samples": tables
 *	          whose elements refer to each other by index. A stack is its parent and one
 *	          more frame; stack 0 is the empty one, its frame is null.
 *	table     "columns" and "rows": a row is an array of its cells.
 *	timeline  "tracks", "slices" (one whose end is its start is an instant; "category" and
 *	          "detail" where it has them), "points" of counters, "links"; times are
 *	          CLOCK_MONOTONIC, "wall_minus_mono_ns" turns them into wall-clock time (null:
 *	          not known).
 *
 * Later versions may add members; those that are here stay. Integers may need
 * 64 bits. Each element has a line of its own, so that two files can be
 * compared. jansson encodes texts and reals; the rest is digits and brackets,
 * written as it comes, because a result may be larger than memory would like.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "analyze/outputs/cells.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/coverage_line.h"
#include "analyze/outputs/names.h"
#include "analyze/outputs/output.h"
#include "analyze/outputs/sink.h"
#include "analyze/outputs/units.h"

/* Hides the last bits, which compilers of different machines may round differently. */
#define REAL_DIGITS 15

struct json {
	const struct output_job *job;
	struct sink out;
	struct arena arena;
};

static int put_encoded(const char *data, size_t size, void *out)
{
	sink_put(out, data, size);
	return 0;
}

static void put_value(struct json *j, json_t *value)
{
	json_dump_callback(value, put_encoded, &j->out,
			   JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS));
	json_decref(value);
}

static void put(struct json *j, const char *literal)
{
	sink_text(&j->out, literal);
}

static void put_string(struct json *j, const char *text)
{
	struct arena scratch = { 0 };

	put_value(j, json_string(clean_text(&scratch, text)));
	arena_done(&scratch);
}

/* The key with its punctuation, then a text: put_member(j, "\"name\": ", name). */
static void put_member(struct json *j, const char *key, const char *text)
{
	put(j, key);
	put_string(j, text);
}

static void put_real(struct json *j, double value)
{
	put_value(j, isfinite(value) ? json_real(value) : json_null());
}

/* Between two elements of a list, and before the first. */
static void put_separator(struct json *j, size_t index)
{
	put(j, index ? ",\n" : "\n");
}

static void write_coverage(struct json *j, const struct coverage *c)
{
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{ "records", c->records },
		{ "lost_events", c->lost_events },
		{ "lost_ns", c->lost_ns },
		{ "paused_ns", c->paused_ns },
		{ "damaged_places", c->damaged_places },
		{ "lost_blocks", c->lost_blocks },
		{ "lost_bytes", c->lost_bytes },
		{ "unknown_records", c->unknown_records },
		{ "unknown_stacks", c->unknown_stacks },
		{ "unknown_names", c->unknown_names },
		{ "first_ns", c->first_ns },
		{ "last_ns", c->last_ns },
	};

	put_member(j, "\"coverage\": {\"text\": ", coverage_line(&j->arena, c));
	sink_printf(&j->out, ", \"complete\": %s, \"filtered\": %s", c->complete ? "true" : "false",
		    c->filtered ? "true" : "false");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sink_printf(&j->out, ", \"%s\": %" PRIu64, numbers[i].name, numbers[i].value);
	put(j, "},\n\"notes\": [");
	for (size_t i = 0; i < result_n_notes(j->job->result); i++) {
		put_separator(j, i);
		put_string(j, result_note(j->job->result, i));
	}
	put(j, "],\n");
}

static void write_type(struct json *j, const struct profile_type *type)
{
	put_member(j, "{\"type\": ", type->type);
	put_member(j, ", \"unit\": ", type->unit);
	put(j, "}");
}

static void write_head(struct json *j, const struct profile *p)
{
	const struct profile_head *head = profile_head(p);

	put_member(j, "{\"shape\": \"profile\", \"name\": ", head->name);
	put_member(j, ", \"title\": ", head->title);
	put(j, ",\n\"types\": [");
	for (size_t i = 0; i < head->n_types; i++) {
		put(j, i ? ", " : "");
		write_type(j, &head->types[i]);
	}
	sink_printf(&j->out, "], \"default_type\": %zu,\n\"period_type\": ", head->default_type);
	write_type(j, &head->period_type);
	sink_printf(&j->out, ", \"period\": %" PRId64 ",\n", head->period);
	put_member(j, "\"start\": ", units_wall(head->start_wall_ns).text);
	sink_printf(&j->out, ", \"start_wall_ns\": %" PRIu64 ", \"duration_ns\": %" PRIu64 ",\n",
		    head->start_wall_ns, head->duration_ns);
	put(j, "\"totals\": [");
	for (size_t i = 0; i < head->n_types; i++)
		sink_printf(&j->out, "%s%" PRId64, i ? ", " : "", profile_total(p, i));
	put(j, "],\n");
}

static void write_modules(struct json *j, const struct profile *p)
{
	static const char *const kinds[] = {
		[MODULE_FILE] = "file",	      [MODULE_KERNEL] = "kernel",
		[MODULE_KMOD] = "kmod",	      [MODULE_VDSO] = "vdso",
		[MODULE_BPF] = "bpf",	      [MODULE_ANON] = "anon",
		[MODULE_UNKNOWN] = "unknown", [MODULE_MARK] = "mark",
		[MODULE_SCRIPT] = "script",
	};

	put(j, "\"modules\": [");
	for (uint32_t i = 0; i < profile_n_modules(p); i++) {
		const struct module *m = profile_get_module(p, i);

		put_separator(j, i);
		sink_printf(&j->out, "{\"kind\": \"%s\"", kinds[m->kind]);
		put_member(j, ", \"path\": ",
			   m->kind == MODULE_SCRIPT ? module_script_file(m) : m->path);
		put(j, ", \"build_id\": \"");
		for (size_t k = 0; k < m->build_id_size; k++)
			sink_printf(&j->out, "%02x", m->build_id[k]);
		put(j, "\"}");
	}
	put(j, "],\n");
}

static void write_frame(struct json *j, const struct names *n, const struct named_frame *named)
{
	const struct profile_frame *f = profile_get_frame(n->profile, named->frame);
	bool unnamed = names_label(n, named->label)->flags & LABEL_UNNAMED;

	sink_printf(&j->out,
		    "{\"function\": %u, \"module\": %u, \"offset\": \"0x%" PRIx64
		    "\", \"named\": %s",
		    named->function, f->module, f->offset, unnamed ? "false" : "true");
	put_member(j, ", \"system_name\": ", named->system_name);
	if (n->flags & (NAMES_LINES | NAMES_INLINES)) {
		put_member(j, ", \"file\": ", named->file);
		sink_printf(&j->out, ", \"line\": %u, \"start_line\": %u, \"inlined\": %s",
			    named->line, named->first_line, named->inlined ? "true" : "false");
	}
	put(j, "}");
}

static void write_frames(struct json *j, const struct names *n)
{
	put(j, "\"functions\": [");
	for (uint32_t i = 0; i < intern_count(&n->functions); i++) {
		put_separator(j, i);
		put_string(j, names_function(n, i));
	}
	put(j, "],\n\"frames\": [");
	for (uint32_t i = 0; i < n->frames.n; i++) {
		put_separator(j, i);
		write_frame(j, n, &n->frames.items[i]);
	}
	put(j, "],\n");
}

static void write_stacks(struct json *j, const struct names *n)
{
	put(j, "\"stacks\": [\n{\"parent\": 0, \"frame\": null}");
	for (uint32_t i = 1; i < names_n_stacks(n); i++) {
		const struct profile_stack *s = names_get_stack(n, i);

		sink_printf(&j->out, ",\n{\"parent\": %u, \"frame\": %u}", s->parent, s->frame);
	}
	put(j, "],\n");
}

static void write_label_sets(struct json *j, const struct profile *p)
{
	put(j, "\"label_sets\": [");
	for (uint32_t i = 0; i < profile_n_label_sets(p); i++) {
		size_t n;
		const struct profile_label *labels = profile_get_labels(p, i, &n);

		put_separator(j, i);
		put(j, "{");
		for (size_t k = 0; k < n; k++) {
			put_member(j, k ? ", " : "", labels[k].key);
			if (labels[k].text)
				put_member(j, ": ", labels[k].text);
			else
				sink_printf(&j->out, ": %" PRId64, labels[k].number);
		}
		put(j, "}");
	}
	put(j, "],\n");
}

static void write_profile(struct json *j, const struct profile *p)
{
	size_t n_types = profile_head(p)->n_types;
	struct names names;

	names_init(&names, p, j->job->names, names_wanted(j->job) | NAMES_BARE);
	write_head(j, p);
	write_modules(j, p);
	write_frames(j, &names);
	write_stacks(j, &names);
	write_label_sets(j, p);
	put(j, "\"samples\": [");
	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *s = profile_get_sample(p, i);

		put_separator(j, i);
		sink_printf(&j->out, "{\"stack\": %u, \"labels\": %u, \"values\": [",
			    names_stack(&names, s->stack), s->labels);
		for (size_t k = 0; k < n_types; k++)
			sink_printf(&j->out, "%s%" PRId64, k ? ", " : "", s->values[k]);
		put(j, "]}");
	}
	put(j, "]}");
	names_done(&names);
}

/* The names of a stack, its leaf first. */
static void write_stack(struct json *j, const struct cells *cells, int64_t stack)
{
	put(j, "[");
	for (size_t i = 0; cells_next(cells, &stack); i++) {
		const struct profile_stack *s = profile_get_stack(cells->profile, (uint32_t)stack);

		put(j, i ? ", " : "");
		put_string(j, cells_frame(cells, s->frame));
		stack = s->parent;
	}
	put(j, "]");
}

static void write_cell(struct json *j, const struct table *t, enum table_kind kind,
		       const union table_cell *cell)
{
	const struct cells cells = { j->job->names, table_profile(t), &j->arena };

	if (kind == TABLE_STACK)
		write_stack(j, &cells, cell->integer);
	else if (kind == TABLE_FRAME && cell->integer < 0)
		put(j, "null");
	else if (kind == TABLE_FRAME)
		put_string(j, cells_frame(&cells, cell->integer));
	else if (kind == TABLE_INTEGER)
		sink_printf(&j->out, "%" PRId64, cell->integer);
	else if (kind == TABLE_REAL)
		put_real(j, cell->real);
	else if (cell->text)
		put_string(j, cell->text);
	else
		put(j, "null");
}

static void write_table(struct json *j, const struct table *t)
{
	static const char *const kinds[] = {
		[TABLE_TEXT] = "text",	 [TABLE_INTEGER] = "integer", [TABLE_REAL] = "real",
		[TABLE_FRAME] = "frame", [TABLE_STACK] = "stack",
	};
	size_t columns = table_n_columns(t);

	put_member(j, "{\"shape\": \"table\", \"name\": ", table_name(t));
	put_member(j, ", \"title\": ", table_title(t));
	put(j, ",\n\"columns\": [");
	for (size_t i = 0; i < columns; i++) {
		const struct table_column *c = table_column(t, i);

		put_separator(j, i);
		put_member(j, "{\"name\": ", c->name);
		put_member(j, ", \"unit\": ", c->unit);
		sink_printf(&j->out, ", \"kind\": \"%s\"}", kinds[c->kind]);
	}
	put(j, "],\n\"rows\": [");
	for (size_t row = 0; row < table_n_rows(t); row++) {
		put_separator(j, row);
		for (size_t i = 0; i < columns; i++) {
			put(j, i ? ", " : "[");
			write_cell(j, t, table_column(t, i)->kind, &table_row(t, row)[i]);
		}
		put(j, "]");
	}
	put(j, "]}");
}

static void write_tracks(struct json *j, const struct timeline *t)
{
	static const char *const kinds[] = {
		[TIMELINE_TRACK_GROUP] = "group",     [TIMELINE_TRACK_PROCESS] = "process",
		[TIMELINE_TRACK_THREAD] = "thread",   [TIMELINE_TRACK_CPU] = "cpu",
		[TIMELINE_TRACK_COUNTER] = "counter",
	};

	put(j, "\"tracks\": [");
	for (uint32_t i = 0; i < timeline_n_tracks(t); i++) {
		const struct timeline_track *track = timeline_track(t, i);

		put_separator(j, i);
		put_member(j, "{\"name\": ", track->name);
		if (track->parent == TIMELINE_NO_PARENT)
			put(j, ", \"parent\": null");
		else
			sink_printf(&j->out, ", \"parent\": %u", track->parent);
		sink_printf(&j->out, ", \"pid\": %u, \"tid\": %u, \"kind\": \"%s\"", track->pid,
			    track->tid, kinds[track->kind]);
		if (track->kind == TIMELINE_TRACK_COUNTER)
			put_member(j, ", \"unit\": ", track->unit);
		put(j, "}");
	}
	put(j, "],\n");
}

static void write_spans(struct json *j, const struct timeline *t, uint32_t track, size_t before)
{
	size_t n;
	const struct timeline_span *spans = timeline_spans(t, track, &n);

	for (size_t i = 0; i < n; i++) {
		const struct timeline_span *s = &spans[i];

		put_separator(j, before + i);
		sink_printf(&j->out,
			    "{\"track\": %u, \"start_ns\": %" PRIu64 ", \"end_ns\": %" PRIu64,
			    track, s->start_ns, s->end_ns);
		put_member(j, ", \"name\": ", timeline_text(t, s->name));
		if (s->category != TIMELINE_NONE)
			put_member(j, ", \"category\": ", timeline_category_name(s->category));
		if (s->detail != TIMELINE_NO_TEXT)
			put_member(j, ", \"detail\": ", timeline_text(t, s->detail));
		put(j, "}");
	}
}

static void write_points(struct json *j, const struct timeline *t, uint32_t track, size_t before)
{
	size_t n;
	const struct timeline_point *points = timeline_points(t, track, &n);

	for (size_t i = 0; i < n; i++) {
		put_separator(j, before + i);
		sink_printf(&j->out, "{\"track\": %u, \"ns\": %" PRIu64 ", \"value\": %" PRId64 "}",
			    track, points[i].ns, points[i].value);
	}
}

static void write_links(struct json *j, const struct timeline *t)
{
	for (size_t i = 0; i < timeline_n_links(t); i++) {
		struct timeline_link link = timeline_link(t, i);

		put_separator(j, i);
		sink_printf(&j->out,
			    "{\"from_track\": %u, \"from_ns\": %" PRIu64
			    ", \"to_track\": %u, \"to_ns\": %" PRIu64,
			    link.from_track, link.from_ns, link.to_track, link.to_ns);
		put_member(j, ", \"name\": ", link.name);
		put(j, "}");
	}
}

static void write_timeline(struct json *j, const struct timeline *t)
{
	uint64_t offset = timeline_wall_ns(t, 0);
	size_t n, before = 0;

	put_member(j, "{\"shape\": \"timeline\", \"name\": ", timeline_name(t));
	put_member(j, ", \"title\": ", timeline_title(t));
	if (offset)
		sink_printf(&j->out, ",\n\"wall_minus_mono_ns\": %" PRId64 ",\n", (int64_t)offset);
	else
		put(j, ",\n\"wall_minus_mono_ns\": null,\n");
	write_tracks(j, t);
	put(j, "\"slices\": [");
	for (uint32_t i = 0; i < timeline_n_tracks(t); i++, before += n) {
		timeline_spans(t, i, &n);
		write_spans(j, t, i, before);
	}
	put(j, "],\n\"points\": [");
	before = 0;
	for (uint32_t i = 0; i < timeline_n_tracks(t); i++, before += n) {
		timeline_points(t, i, &n);
		write_points(j, t, i, before);
	}
	put(j, "],\n\"links\": [");
	write_links(j, t);
	put(j, "]}");
}

static void write_item(struct json *j, const struct result_item *item)
{
	switch (item->shape) {
	case RESULT_PROFILE:
		write_profile(j, item->profile);
		break;
	case RESULT_TABLE:
		write_table(j, item->table);
		break;
	case RESULT_TIMELINE:
		write_timeline(j, item->timeline);
		break;
	}
}

static int write_json(const struct output_job *job, struct tape_error *err)
{
	struct json j = { .job = job, .out = { .file = job->out } };

	put(&j, "{\"format\": \"perftape.result\", \"version\": 1,\n");
	put_member(&j, "\"view\": ", result_view(job->result));
	put_member(&j, ", \"title\": ", result_title(job->result));
	put_member(&j, ", \"tape\": ", job->tape);
	put(&j, ",\n");
	write_coverage(&j, result_get_coverage(job->result));
	put(&j, "\"items\": [");
	for (size_t i = 0; i < result_n_items(job->result); i++) {
		put_separator(&j, i);
		write_item(&j, result_item(job->result, i));
	}
	put(&j, "]}\n");
	arena_done(&j.arena);
	return sink_finish(&j.out, err);
}

extern const struct output output_json;

const struct output output_json = {
	.name = "json",
	.help = "all of the result, for programs",
	.suffixes = ".json",
	.shapes = RESULT_PROFILE | RESULT_TABLE | RESULT_TIMELINE,
	.write = write_json,
};
