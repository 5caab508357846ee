// SPDX-License-Identifier: BSD-2-Clause
/* See cells.h. Unlike names.c this asks for the few frames alone that a table shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/outputs/cells.h"
#include "analyze/outputs/clean.h"

#define ARROW	   " ← "
#define MOST_SHOWN 16 /* frames of a stack in one cell */

void cells_calls(const struct cells *c, uint32_t frame, struct frame_lines *ret)
{
	const struct profile_frame *f = profile_get_frame(c->profile, frame);

	symbolizer_lines(c->names, profile_get_module(c->profile, f->module), f->offset, ret);
}

const char *cells_call(const struct cells *c, const struct frame_line *call)
{
	const char *slash = strrchr(call->file, '/');
	size_t size = strlen(call->name) + strlen(call->file) + 16;
	char *text;

	if (!call->line || !*call->file)
		return clean_text(c->arena, call->name);
	text = arena_alloc(c->arena, size);
	snprintf(text, size, "%s %s:%u", call->name, slash && slash[1] ? slash + 1 : call->file,
		 call->line);
	return clean_text(c->arena, text);
}

const char *cells_frame(const struct cells *c, int64_t frame)
{
	struct frame_lines lines;

	if (!c->profile || frame < 0 || (uint64_t)frame >= profile_n_frames(c->profile))
		return "-";
	cells_calls(c, (uint32_t)frame, &lines);
	return cells_call(c, &lines.at[lines.n - 1]);
}

/* showframe() and elideWrapperCalling() in Go's runtime/traceback.go. */
bool cells_is_trimmed(const struct frame_line *call)
{
	const char *name = call->name, *wrap;

	if (strncmp(name, "runtime.", 8) == 0)
		return name[8] < 'A' || name[8] > 'Z';
	wrap = strstr(name, ".gowrap");
	return wrap && call->line && wrap[7] >= '0' && wrap[7] <= '9';
}

bool cells_next(const struct cells *c, const int64_t *stack)
{
	return c->profile && *stack > PROFILE_ROOT &&
	       (uint64_t)*stack < profile_n_stacks(c->profile);
}

/* A stack of nothing else is shown as it is. */
bool cells_trims(const struct cells *c, int64_t stack)
{
	struct frame_lines lines;

	while (cells_next(c, &stack)) {
		const struct profile_stack *s = profile_get_stack(c->profile, (uint32_t)stack);

		cells_calls(c, s->frame, &lines);
		for (size_t i = 0; i < lines.n; i++) {
			if (!cells_is_trimmed(&lines.at[i]))
				return true;
		}
		stack = s->parent;
	}
	return false;
}

const char *cells_stack(const struct cells *c, int64_t stack)
{
	const bool trims = cells_trims(c, stack);
	struct frame_lines lines;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *ret = "-";
	int shown = 0;

	if (!out)
		return ret;
	while (shown < MOST_SHOWN && cells_next(c, &stack)) {
		const struct profile_stack *s = profile_get_stack(c->profile, (uint32_t)stack);

		cells_calls(c, s->frame, &lines);
		for (size_t i = 0; i < lines.n && shown < MOST_SHOWN; i++) {
			if (trims && cells_is_trimmed(&lines.at[i]))
				continue;
			fprintf(out, "%s%s", shown++ ? ARROW : "",
				clean_text(c->arena, lines.at[i].name));
		}
		stack = s->parent;
	}
	if (fclose(out) == 0 && shown)
		ret = arena_copy_text(c->arena, text);
	free(text);
	return ret;
}
