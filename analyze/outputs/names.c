// SPDX-License-Identifier: BSD-2-Clause
/* See names.h. */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/names.h"

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
	if (n->style == NAMES_FOLDED) {
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

static bool is_dropped(const struct names *n, uint32_t frame, const char *list)
{
	const struct profile_frame *f = profile_get_frame(n->profile, frame);
	const char *name = n->frames[frame].system_name;

	return names_is_kernel(profile_get_module(n->profile, f->module)) && name &&
	       is_listed(list, name);
}

/* A stack stands behind its parent: what that one is shown as is known. */
static void drop_leaves(struct names *n, const char *list)
{
	size_t n_frames = profile_n_frames(n->profile), n_stacks = profile_n_stacks(n->profile);
	bool *dropped = memory_alloc(n_frames * sizeof(*dropped));

	for (uint32_t i = 0; i < n_frames; i++)
		dropped[i] = is_dropped(n, i, list);
	n->shown = memory_alloc(n_stacks * sizeof(*n->shown));
	for (uint32_t i = 1; i < n_stacks; i++) {
		const struct profile_stack *s = profile_get_stack(n->profile, i);

		n->shown[i] =
			s->parent != PROFILE_ROOT && dropped[s->frame] ? n->shown[s->parent] : i;
	}
	free(dropped);
}

void names_init(struct names *n, const struct profile *p, struct symbolizer *s,
		enum names_style style)
{
	size_t count = profile_n_frames(p);

	*n = (struct names){ .profile = p, .style = style };
	n->frames = memory_alloc(count * sizeof(*n->frames));
	for (size_t i = 0; i < count; i++) {
		const struct profile_frame *f = profile_get_frame(p, (uint32_t)i);
		const struct module *m = profile_get_module(p, f->module);
		struct frame_name name;

		symbolizer_find(s, m, f->offset, &name);
		n->frames[i].system_name = name.system_name;
		n->frames[i].label =
			add_label(n, name.name, flags_of(m, &name), &n->frames[i].function);
	}
	if (profile_head(p)->drop_leaves)
		drop_leaves(n, profile_head(p)->drop_leaves);
}

void names_done(struct names *n)
{
	free(n->frames);
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
