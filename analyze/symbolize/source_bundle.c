// SPDX-License-Identifier: BSD-2-Clause
/* The tape's own names as a source: the first one, since they are surely the tape's. */
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/symbolize/source.h"

struct handle {
	const struct bundle *bundle;
	const struct module *module;
};

static int bundle_open(void *state, const struct module *m, void **handle, struct tape_error *note)
{
	struct handle *h = memory_alloc(sizeof(*h));

	(void)note;
	*h = (struct handle){ .bundle = state, .module = m };
	*handle = h;
	return 1;
}

static int find(const void *handle, uint64_t offset, struct symbol *ret)
{
	const struct handle *h = handle;

	return bundle_find(h->bundle, h->module, offset, ret);
}

static int find_lines(const void *handle, uint64_t offset, struct lines *ret)
{
	const struct handle *h = handle;

	return bundle_lines(h->bundle, h->module, offset, ret);
}

static void keep(void *state)
{
	(void)state; /* borrowed */
}

struct source source_bundle(const struct bundle *b)
{
	static const struct source_ops ops = {
		.kind = SYMBOL_BUNDLE,
		.open = bundle_open,
		.find = find,
		.lines = find_lines,
		.close = free,
		.free = keep,
	};

	return b ? (struct source){ .ops = &ops, .state = (void *)b } : (struct source){ 0 };
}
