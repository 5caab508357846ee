// SPDX-License-Identifier: BSD-2-Clause
/* See names.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/names.h"

/* Stacks with inlined calls; as many have 12 bytes each, and nodes of trees more. */
#define MOST_STACKS ((size_t)32 << 20)

bool names_is_kernel(const struct module *m)
{
	return m->kind == MODULE_KERNEL || m->kind == MODULE_KMOD || m->kind == MODULE_BPF;
}

/* A frame of a folded line: ';' ends it, and the last space of the line begins the count. */
static const char *fold(struct names *n, const char *text, unsigned int flags)
{
	const char *suffix = flags & LABEL_KERNEL ? "_[k]" : "";
	size_t size;
	char *copy;

	text += strspn(text, " ");
	size = strlen(text);
	while (size && text[size - 1] == ' ')
		size--;
	copy = arena_alloc(&n->arena, size + strlen(suffix) + 1);
	memcpy(copy, text, size);
	for (size_t i = 0; i < size; i++) {
		if (copy[i] == ';')
			copy[i] = ':';
	}
	strcpy(copy + size, suffix);
	return copy;
}

static uint32_t add_label(struct names *n, const char *text, uint32_t flags, uint32_t *function)
{
	struct names_label label = { .flags = flags };

	text = clean_text(&n->arena, text);
	if (n->flags & NAMES_FOLDED) {
		text = fold(n, text, flags);
		label.flags = 0;
	}
	label.function = intern_text(&n->functions, *text ? text : "[unknown]");
	if (function)
		*function = label.function;
	return intern_bytes(&n->labels, &label, sizeof(label));
}

static uint32_t flags_of(const struct module *m, const struct frame_name *name)
{
	if (m->kind == MODULE_MARK)
		return LABEL_MARK;
	return (names_is_kernel(m) ? LABEL_KERNEL : 0) |
	       (name->source == SYMBOL_NONE ? LABEL_UNNAMED : 0);
}

/* Whether name is in a list of names with one space between two, "foo*" being a beginning. */
static bool is_listed(const char *list, const char *name)
{
	size_t size = strlen(name);

	while (*list) {
		size_t length = strcspn(list, " ");
		bool open = length && list[length - 1] == '*';

		if (open && strncmp(list, name, length - 1) == 0)
			return true;
		if (!open && length == size && memcmp(list, name, size) == 0)
			return true;
		list += length;
		list += strspn(list, " ");
	}
	return false;
}

/* first: of what a frame of the profile became, that nearest to the root. */
static bool is_dropped(const struct names *n, uint32_t first, const char *list)
{
	const struct named_frame *f = &n->frames.items[first];

	return (profile_head(n->profile)->drop_any ||
		names_is_kernel(profile_get_module(n->profile, names_module(n, first)))) &&
	       f->system_name && is_listed(list, f->system_name);
}

/* A stack stands behind its parent: what that one is shown as is known. */
static void drop_leaves(struct names *n, const uint32_t *by_frame, const char *list)
{
	size_t n_frames = profile_n_frames(n->profile), n_stacks = profile_n_stacks(n->profile);
	bool *dropped = memory_alloc(n_frames * sizeof(*dropped));
	bool any = profile_head(n->profile)->drop_any;
	bool *stays; /* whether it has a frame that is not dropped */

	for (uint32_t i = 0; i < n_frames; i++)
		dropped[i] = is_dropped(n, by_frame[i], list);
	n->shown = memory_alloc(n_stacks * sizeof(*n->shown));
	stays = memory_alloc(n_stacks * sizeof(*stays));
	for (uint32_t i = 1; i < n_stacks; i++) {
		const struct profile_stack *s = profile_get_stack(n->profile, i);

		stays[i] = !any || !dropped[s->frame] || stays[s->parent];
		n->shown[i] = s->parent != PROFILE_ROOT && stays[s->parent] && dropped[s->frame]
				      ? n->shown[s->parent]
				      : i;
	}
	free(stays);
	free(dropped);
}

/* --- frames --- */

/* Whether a name ends in its file, as those of scripts do: "work (shape.py)". */
static bool has_file(const char *name, const char *file)
{
	size_t size = strlen(name), length = strlen(file);

	return size >= length + 2 && name[size - length - 2] == '(' &&
	       memcmp(name + size - length - 1, file, length) == 0 && name[size - 1] == ')';
}

/* "work shape.c:42": of the path only the last part, as all of it would fill the page. */
static const char *with_line(struct names *n, const struct frame_line *line)
{
	const char *slash = strrchr(line->file, '/');
	const char *file = slash && slash[1] ? slash + 1 : line->file;
	size_t size = strlen(line->name) + strlen(file) + 16;
	char *text;

	if (!*file || (!line->line && has_file(line->name, file)))
		return line->name;
	text = arena_alloc(&n->arena, size);
	if (line->line && has_file(line->name, file))
		snprintf(text, size, "%.*s:%u)", (int)strlen(line->name) - 1, line->name,
			 line->line);
	else if (line->line)
		snprintf(text, size, "%s %s:%u", line->name, file, line->line);
	else
		snprintf(text, size, "%s %s", line->name, file);
	return text;
}

static void add_frame(struct names *n, uint32_t frame, const struct frame_line *line,
		      uint32_t flags, enum symbol_source source)
{
	bool show = n->flags & NAMES_LINES && !(n->flags & NAMES_BARE);
	struct named_frame named = {
		.system_name = line->system_name,
		.file = line->file,
		.line = line->line,
		.first_line = line->first_line,
		.frame = frame,
		.source = source,
	};

	named.label = add_label(n, show ? with_line(n, line) : line->name, flags, &named.function);
	*vec_push(&n->frames) = named;
}

/* The caller first, then what was inlined into it, as stacks grow. */
static void add_frames(struct names *n, uint32_t frame, struct symbolizer *s)
{
	const struct profile_frame *f = profile_get_frame(n->profile, frame);
	const struct module *m = profile_get_module(n->profile, f->module);
	struct frame_lines lines = { .n = 1, .at = { { .file = "" } } };
	struct frame_name name;
	uint32_t flags;

	symbolizer_find(s, m, f->offset, &name);
	lines.at[0].name = name.name;
	lines.at[0].system_name = name.system_name;
	if (n->flags & (NAMES_LINES | NAMES_INLINES))
		symbolizer_lines(s, m, f->offset, &lines);
	flags = flags_of(m, &name);
	add_frame(n, frame, &lines.at[lines.n - 1], flags, name.source);
	for (size_t i = lines.n - 1; n->flags & NAMES_INLINES && i-- > 0;) {
		add_frame(n, frame, &lines.at[i], flags & ~(uint32_t)LABEL_UNNAMED, lines.source);
		n->frames.items[n->frames.n - 1].inlined = true;
	}
}

uint32_t names_module(const struct names *n, uint32_t frame)
{
	return profile_get_frame(n->profile, n->frames.items[frame].frame)->module;
}

/* --- stacks of what is shown --- */

/* by_frame has one more than frames are, so that each one's number of frames is known. */
static size_t count_stacks(const struct names *n, const uint32_t *by_frame)
{
	size_t count = 1;

	for (uint32_t i = 1; i < profile_n_stacks(n->profile); i++) {
		uint32_t frame = profile_get_stack(n->profile, i)->frame;

		count += by_frame[frame + 1] - by_frame[frame];
	}
	return count;
}

/* The profile's stacks with all their frames, and what is shown in the new numbers. */
static void expand_stacks(struct names *n, const uint32_t *by_frame)
{
	size_t count = profile_n_stacks(n->profile);
	uint32_t *number = memory_alloc(count * sizeof(*number));

	*vec_push(&n->stacks) = (struct profile_stack){ 0 };
	for (uint32_t i = 1; i < count; i++) {
		const struct profile_stack *s = profile_get_stack(n->profile, i);
		uint32_t parent = number[s->parent];

		for (uint32_t f = by_frame[s->frame]; f < by_frame[s->frame + 1]; f++) {
			uint32_t depth = n->stacks.items[parent].depth + 1;

			*vec_push(&n->stacks) = (struct profile_stack){ parent, f, depth };
			parent = (uint32_t)n->stacks.n - 1;
		}
		number[i] = parent;
	}
	for (size_t i = 0; n->shown && i < count; i++)
		n->shown[i] = number[n->shown[i]];
	if (n->shown)
		free(number);
	else
		n->shown = number;
}

/* Leaves the function alone of each frame, as if nothing had been inlined. */
static void drop_inlined(struct names *n)
{
	size_t kept = 0;

	vec_for_each (f, &n->frames) {
		if (!f->inlined)
			n->frames.items[kept++] = *f;
	}
	n->frames.n = kept;
	n->too_many = true;
}

void names_init(struct names *n, const struct profile *p, struct symbolizer *s, unsigned int flags)
{
	size_t count = profile_n_frames(p);
	uint32_t *by_frame = memory_alloc((count + 1) * sizeof(*by_frame));

	*n = (struct names){ .profile = p, .flags = flags };
	for (uint32_t i = 0; i < count; i++) {
		by_frame[i] = (uint32_t)n->frames.n;
		add_frames(n, i, s);
	}
	by_frame[count] = (uint32_t)n->frames.n;
	if (profile_head(p)->drop_leaves)
		drop_leaves(n, by_frame, profile_head(p)->drop_leaves);
	if (n->frames.n > count && count_stacks(n, by_frame) > MOST_STACKS)
		drop_inlined(n);
	else if (n->frames.n > count)
		expand_stacks(n, by_frame);
	free(by_frame);
}

unsigned int names_wanted(const struct output_job *job)
{
	return (job->options.lines ? NAMES_LINES : 0) | (job->options.inlines ? NAMES_INLINES : 0);
}

void names_done(struct names *n)
{
	vec_done(&n->frames);
	vec_done(&n->stacks);
	free(n->shown);
	intern_done(&n->functions);
	intern_done(&n->labels);
	arena_done(&n->arena);
	*n = (struct names){ 0 };
}

const char *names_function(const struct names *n, uint32_t function)
{
	return intern_get_text(&n->functions, function);
}

const struct names_label *names_label(const struct names *n, uint32_t label)
{
	return intern_get(&n->labels, label, NULL);
}

const char *names_label_text(const struct names *n, uint32_t label)
{
	return names_function(n, names_label(n, label)->function);
}

uint32_t names_process(struct names *n, const char *comm)
{
	return add_label(n, comm && *comm ? comm : "[unknown]", LABEL_PROCESS, NULL);
}

struct ranked {
	const char *text;
	uint32_t function;
};

static int compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	return strcmp(a->text, b->text);
}

uint32_t *names_ranks(const struct names *n)
{
	size_t count = intern_count(&n->functions);
	struct ranked *list = memory_alloc(count * sizeof(*list));
	uint32_t *ranks = memory_alloc(count * sizeof(*ranks));

	for (size_t i = 0; i < count; i++) {
		list[i].text = names_function(n, (uint32_t)i);
		list[i].function = (uint32_t)i;
	}
	qsort(list, count, sizeof(*list), compare_ranked);
	for (size_t i = 0; i < count; i++)
		ranks[list[i].function] = (uint32_t)i;
	free(list);
	return ranks;
}
