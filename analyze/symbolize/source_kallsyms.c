// SPDX-License-Identifier: BSD-2-Clause
/*
 * Names of the kernel that runs on this machine, if the tape was recorded under
 * the very same one: its addresses differ after each boot, but not the distance
 * of a symbol from _text, or from its module's base.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/symbolize/identity.h"
#include "analyze/symbolize/source.h"
#include "symbols/kallsyms.h"
#include "symbols/kmodules.h"

struct state {
	struct kernel_paths paths;
	struct kallsyms *symbols; /* loaded at first need */
	bool tried;
};

struct handle {
	const struct kallsyms *symbols;
	uint64_t base;
	char *module; /* "" for the kernel itself */
};

/* Returns the symbols or NULL. What went wrong is told once. */
static const struct kallsyms *load(struct state *s, struct tape_error *note)
{
	if (!s->tried)
		kallsyms_load(s->paths.kallsyms, &s->symbols, note);
	s->tried = true;
	return s->symbols;
}

static int make_handle(const struct kallsyms *symbols, uint64_t base, const char *module,
		       void **handle)
{
	struct handle *h = memory_alloc(sizeof(*h));

	*h = (struct handle){ symbols, base, memory_copy_text(module) };
	*handle = h;
	return 1;
}

static int open_kernel(struct state *s, const struct module *m, void **handle,
		       struct tape_error *note)
{
	const struct kallsyms *symbols;
	struct build_id id;
	uint64_t text;
	int rc = build_id_of_notes_file(s->paths.notes, &id);

	if (!identity_holds(m, rc == 0 ? &id : NULL, m->path, note))
		return 0;
	symbols = load(s, note);
	if (!symbols)
		return 0;
	text = kallsyms_address(symbols, "_text");
	if (!text) {
		tape_fail(note, -ENOENT, "%s: no symbol _text; skipped", s->paths.kallsyms);
		return 0;
	}
	return make_handle(symbols, text, "", handle);
}

/* A kernel module's own build-id: it may have been built again for the same kernel. */
static int module_build_id(const struct state *s, const char *name, struct build_id *ret)
{
	char path[512];

	if (strchr(name, '/'))
		return -EINVAL;
	if (snprintf(path, sizeof(path), "%s/%s/notes/.note.gnu.build-id", s->paths.sysfs, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	return build_id_of_notes_file(path, ret);
}

static int open_module(struct state *s, const struct module *m, void **handle,
		       struct tape_error *note)
{
	const struct kallsyms *symbols;
	struct kmodule loaded;
	struct build_id id;
	int rc = kmodules_find(s->paths.modules, m->path, &loaded);

	if (rc < 0) {
		tape_fail(note, rc, "%s: kernel module: %s; skipped", m->path,
			  rc == -ENOENT	 ? "not loaded on this machine"
			  : rc == -EPERM ? "its address is hidden"
					 : strerror(-rc));
		return 0;
	}
	rc = module_build_id(s, m->path, &id);
	if (!identity_holds(m, rc == 0 ? &id : NULL, m->path, note))
		return 0;
	symbols = load(s, note);
	return symbols ? make_handle(symbols, loaded.start, m->path, handle) : 0;
}

static int kallsyms_open(void *state, const struct module *m, void **handle,
			 struct tape_error *note)
{
	if (m->kind == MODULE_KERNEL)
		return open_kernel(state, m, handle, note);
	if (m->kind == MODULE_KMOD)
		return open_module(state, m, handle, note);
	return 0;
}

static int find(const void *handle, uint64_t offset, struct symbol *ret)
{
	const struct handle *h = handle;
	const char *module;
	struct symbol s;

	if (offset > UINT64_MAX - h->base ||
	    !kallsyms_find(h->symbols, h->base + offset, &s, &module) ||
	    strcmp(module, h->module) != 0)
		return 0;
	s.start -= h->base;
	s.origin = EV_SYMBOL_KALLSYMS;
	*ret = s;
	return 1;
}

static void kallsyms_close(void *handle)
{
	struct handle *h = handle;

	free(h->module);
	free(h);
}

static void state_free(void *state)
{
	struct state *s = state;

	kallsyms_free(s->symbols);
	free(s);
}

struct source source_kallsyms(const struct kernel_paths *paths)
{
	static const struct source_ops ops = {
		.kind = SYMBOL_KALLSYMS,
		.open = kallsyms_open,
		.find = find,
		.close = kallsyms_close,
		.free = state_free,
	};
	static const struct kernel_paths here = {
		.kallsyms = "/proc/kallsyms",
		.modules = "/proc/modules",
		.notes = "/sys/kernel/notes",
		.sysfs = "/sys/module",
	};
	struct state *s = memory_alloc(sizeof(*s));

	s->paths = paths ? *paths : here;
	return (struct source){ .ops = &ops, .state = s };
}
