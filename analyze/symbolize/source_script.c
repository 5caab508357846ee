// SPDX-License-Identifier: BSD-2-Clause
/*
 * Functions of scripts: a MODULE_SCRIPT says itself what it is called and where it
 * stands. Its name is shown as "name (file.py)": a script's function is known by its
 * file, and "main" alone would be one with all others, C's too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/symbolize/source.h"

struct handle {
	char *name; /* with its file */
	const char *file;
	uint32_t first_line;
};

static int script_open(void *state, const struct module *m, void **handle, struct tape_error *note)
{
	const char *tab = m->kind == MODULE_SCRIPT ? strchr(m->path, '\t') : NULL;
	int length = tab ? (int)(tab - m->path) : 0;
	const char *file;
	struct handle *h;
	size_t room;

	(void)state;
	(void)note;
	if (!length)
		return 0;
	h = memory_alloc(sizeof(*h));
	h->file = module_script_file(m);
	h->first_line = (uint32_t)strtoul(tab + 1, NULL, 10);
	file = module_short_name(m);
	room = (size_t)length + strlen(file) + sizeof(" ()");
	h->name = memory_alloc(room);
	snprintf(h->name, room, *file ? "%.*s (%s)" : "%.*s%s", length, m->path, file);
	*handle = h;
	return 1;
}

static int find(const void *handle, uint64_t offset, struct symbol *ret)
{
	const struct handle *h = handle;

	*ret = (struct symbol){ offset, 1, h->name, EV_SYMBOL_UNTOLD };
	return 1;
}

static int lines(const void *handle, uint64_t offset, struct lines *ret)
{
	const struct handle *h = handle;

	*ret = (struct lines){ .start = offset, .size = 1, .n = 1 };
	ret->at[0] = (struct line){ h->name, h->file, (uint32_t)offset, h->first_line };
	return 1;
}

static void script_close(void *handle)
{
	struct handle *h = handle;

	free(h->name);
	free(h);
}

static void state_free(void *state)
{
	(void)state;
}

struct source source_script(void)
{
	static const struct source_ops ops = {
		.kind = SYMBOL_BUNDLE,
		.open = script_open,
		.find = find,
		.lines = lines,
		.close = script_close,
		.free = state_free,
	};

	return (struct source){ .ops = &ops };
}
