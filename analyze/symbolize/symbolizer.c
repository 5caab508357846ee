// SPDX-License-Identifier: BSD-2-Clause
/*
 * Asks the sources in order and remembers every answer. What it holds grows
 * with the number of different frames, not with how often they are asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/arena.h"
#include "analyze/base/intern.h"
#include "analyze/base/map.h"
#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/symbolize/demangle.h"
#include "analyze/symbolize/plain.h"
#include "analyze/symbolize/source.h"
#include "analyze/symbolize/symbolizer.h"

#define MAX_SOURCES 8

/* What makes two modules the same one here. Compared as bytes. */
struct key {
	uint32_t path; /* in paths */
	uint8_t kind;
	uint8_t build_id_size;
	uint8_t build_id[MODULE_BUILD_ID_SIZE];
	uint8_t zero[2];
};
_Static_assert(sizeof(struct key) == 28, "no hidden padding");

struct known_module {
	struct module module; /* path: in paths */
	struct map answers;   /* offset: index of answers */
	bool asked[MAX_SOURCES];
	void *handles[MAX_SOURCES]; /* NULL: the source has nothing */
	const char *unknown;	    /* "[libc.so.6]" */
};

struct symbolizer {
	struct source sources[MAX_SOURCES];
	size_t n_sources;
	struct intern paths;
	struct intern keys;		    /* struct key: a module's number */
	VEC(struct known_module *) modules; /* by number; they keep their addresses */
	VEC(struct frame_name) answers;
	struct intern system_names;
	VEC(const char *) demangled; /* by number of system name */
	struct arena texts;
	VEC(const char *) notes;
};

static void add_source(struct symbolizer *s, struct source source)
{
	if (source.ops)
		s->sources[s->n_sources++] = source;
}

struct symbolizer *symbolizer_new(const struct symbolizer_options *options)
{
	struct symbolizer *s = memory_alloc(sizeof(*s));

	add_source(s, source_script());
	add_source(s, source_bundle(options->bundle));
	if (options->no_files)
		return s;
	add_source(s, source_elf(options->symfs, options->debuginfod));
	add_source(s, source_kallsyms(NULL));
	return s;
}

static void module_free(struct symbolizer *s, struct known_module *m)
{
	for (size_t i = 0; i < s->n_sources; i++) {
		if (m->handles[i])
			s->sources[i].ops->close(m->handles[i]);
	}
	map_done(&m->answers);
	free(m);
}

void symbolizer_free(struct symbolizer *s)
{
	if (!s)
		return;
	vec_for_each (m, &s->modules)
		module_free(s, *m);
	for (size_t i = 0; i < s->n_sources; i++)
		s->sources[i].ops->free(s->sources[i].state);
	intern_done(&s->paths);
	intern_done(&s->keys);
	vec_done(&s->modules);
	vec_done(&s->answers);
	intern_done(&s->system_names);
	vec_done(&s->demangled);
	arena_done(&s->texts);
	vec_done(&s->notes);
	free(s);
}

/* "[libc.so.6]"; what has its brackets already keeps them. */
static const char *unknown_name(struct symbolizer *s, const struct module *m)
{
	static const char *const fixed[] = {
		[MODULE_KERNEL] = "[kernel]",
		[MODULE_VDSO] = "[vdso]",
		[MODULE_ANON] = "[anon]",
		[MODULE_UNKNOWN] = "[unknown]",
	};
	const char *shown = module_short_name(m);
	size_t size = strlen(shown);
	char *name;

	if ((size_t)m->kind < sizeof(fixed) / sizeof(fixed[0]) && fixed[m->kind])
		return fixed[m->kind];
	if (shown[0] == '[')
		return plain_text(arena_copy_text(&s->texts, shown));
	name = arena_alloc(&s->texts, size + 3);
	name[0] = '[';
	memcpy(name + 1, shown, size);
	name[size + 1] = ']';
	return plain_text(name);
}

static struct known_module *add_module(struct symbolizer *s, const struct module *m, uint32_t path)
{
	struct known_module *k = memory_alloc(sizeof(*k));

	k->module = *m;
	k->module.path = intern_get_text(&s->paths, path);
	k->unknown = m->kind == MODULE_MARK ? k->module.path : unknown_name(s, &k->module);
	*vec_push(&s->modules) = k;
	return k;
}

static struct known_module *find_module(struct symbolizer *s, const struct module *m)
{
	struct key key = { .kind = (uint8_t)m->kind };
	size_t size = m->build_id_size;
	uint32_t number;

	if (size > sizeof(key.build_id))
		size = sizeof(key.build_id);
	key.build_id_size = (uint8_t)size;
	key.path = intern_text(&s->paths, m->path ? m->path : "");
	memcpy(key.build_id, m->build_id, size);
	number = intern_bytes(&s->keys, &key, sizeof(key));
	if (number == s->modules.n)
		return add_module(s, m, key.path);
	return s->modules.items[number];
}

/* The handle of a source for m, opened at first need. NULL: it has no names for m. */
static const void *handle_of(struct symbolizer *s, struct known_module *m, size_t source)
{
	struct tape_error note = { 0 };

	if (m->asked[source])
		return m->handles[source];
	m->asked[source] = true;
	s->sources[source].ops->open(s->sources[source].state, &m->module, &m->handles[source],
				     &note);
	if (note.code)
		*vec_push(&s->notes) = plain_text(arena_copy_text(&s->texts, note.text));
	return m->handles[source];
}

static const char *demangled(struct symbolizer *s, uint32_t number)
{
	char *text;

	while (s->demangled.n <= number)
		*vec_push(&s->demangled) = NULL;
	if (!s->demangled.items[number]) {
		text = demangle_name(intern_get_text(&s->system_names, number));
		s->demangled.items[number] = plain_text(arena_copy_text(&s->texts, text));
		free(text);
	}
	return s->demangled.items[number];
}

/* Files' names and functions' names side by side: only what is shown is demangled. */
static uint32_t plain_number(struct symbolizer *s, const char *text)
{
	char *plain = plain_text(memory_copy_text(text));
	uint32_t number = intern_text(&s->system_names, plain);

	free(plain);
	return number;
}

static const struct source_ops *ask(struct symbolizer *s, struct known_module *m, uint64_t offset,
				    struct symbol *ret)
{
	for (size_t i = 0; i < s->n_sources; i++) {
		const void *handle = handle_of(s, m, i);
		const struct source_ops *ops = s->sources[i].ops;

		if (handle && ops->find(handle, offset, ret) && *ret->name)
			return ops;
	}
	return NULL;
}

static const struct source_ops *ask_lines(struct symbolizer *s, struct known_module *m,
					  uint64_t offset, struct lines *ret)
{
	for (size_t i = 0; i < s->n_sources; i++) {
		const void *handle = handle_of(s, m, i);
		const struct source_ops *ops = s->sources[i].ops;

		if (handle && ops->lines && ops->lines(handle, offset, ret) && ret->n)
			return ops;
	}
	return NULL;
}

static struct frame_name name_of(struct symbolizer *s, const char *name,
				 const struct source_ops *ops, enum ev_symbol_origin origin)
{
	uint32_t number = plain_number(s, name);

	return (struct frame_name){
		.name = demangled(s, number),
		.system_name = intern_get_text(&s->system_names, number),
		.source = ops->kind,
		.origin = origin,
	};
}

/* Where no symbol reaches, debug information may still know the function. */
static struct frame_name answer(struct symbolizer *s, struct known_module *m, uint64_t offset)
{
	const struct source_ops *ops;
	struct symbol symbol;
	struct lines lines;

	ops = ask(s, m, offset, &symbol);
	if (ops)
		return name_of(s, symbol.name, ops, symbol.origin);
	ops = ask_lines(s, m, offset, &lines);
	if (ops && *lines.at[lines.n - 1].function)
		return name_of(s, lines.at[lines.n - 1].function, ops, lines.origin);
	return (struct frame_name){ .name = m->unknown, .system_name = "" };
}

static bool is_code(const struct module *m)
{
	return m->kind != MODULE_MARK && m->kind != MODULE_UNKNOWN;
}

void symbolizer_find(struct symbolizer *s, const struct module *m, uint64_t offset,
		     struct frame_name *ret)
{
	struct known_module *known = find_module(s, m);
	uint64_t *index;
	bool added;

	if (!is_code(m)) {
		*ret = (struct frame_name){ .name = known->unknown, .system_name = "" };
		return;
	}
	index = map_add(&known->answers, offset, &added);
	if (added) {
		*index = s->answers.n;
		*vec_push(&s->answers) = answer(s, known, offset);
	}
	*ret = s->answers.items[*index];
}

static struct frame_line frame_line(struct symbolizer *s, const struct line *line)
{
	uint32_t function = plain_number(s, *line->function ? line->function : "[inlined]");

	return (struct frame_line){
		.name = demangled(s, function),
		.system_name = intern_get_text(&s->system_names, function),
		.file = intern_get_text(&s->system_names, plain_number(s, line->file)),
		.line = line->line,
		.first_line = line->first_line,
	};
}

void symbolizer_lines(struct symbolizer *s, const struct module *m, uint64_t offset,
		      struct frame_lines *ret)
{
	struct known_module *known = find_module(s, m);
	const struct source_ops *ops = NULL;
	struct frame_name name;
	struct lines lines;

	symbolizer_find(s, m, offset, &name);
	if (is_code(m))
		ops = ask_lines(s, known, offset, &lines);
	ret->n = ops ? lines.n : 1;
	ret->source = ops ? ops->kind : SYMBOL_NONE;
	ret->origin = ops ? lines.origin : EV_SYMBOL_UNTOLD;
	ret->at[ret->n - 1] = (struct frame_line){ .file = "" };
	for (size_t i = 0; ops && i < lines.n; i++)
		ret->at[i] = frame_line(s, &lines.at[i]);
	ret->at[ret->n - 1].name = name.name;
	ret->at[ret->n - 1].system_name = name.system_name;
}

int symbolizer_ask(struct symbolizer *s, const struct module *m, uint64_t offset,
		   struct symbol *ret)
{
	return is_code(m) && ask(s, find_module(s, m), offset, ret);
}

int symbolizer_ask_lines(struct symbolizer *s, const struct module *m, uint64_t offset,
			 struct lines *ret)
{
	return is_code(m) && ask_lines(s, find_module(s, m), offset, ret);
}

size_t symbolizer_n_notes(const struct symbolizer *s)
{
	return s->notes.n;
}

const char *symbolizer_note(const struct symbolizer *s, size_t index)
{
	return s->notes.items[index];
}
