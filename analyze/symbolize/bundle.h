/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names and source lines that travel in the tape itself: ranges of modules,
 * keyed by what identifies a module (build-id if it has one, else kind and path).
 */
#ifndef ANALYZE_SYMBOLIZE_BUNDLE_H
#define ANALYZE_SYMBOLIZE_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/result/module.h"
#include "symbols/lines.h"
#include "symbols/symbol.h"

struct bundle;

struct bundle *bundle_new(void);    /* never NULL */
void bundle_free(struct bundle *b); /* accepts NULL */

/* Adds a symbol of m; strings are copied. The same symbol twice counts once. */
void bundle_add(struct bundle *b, const struct module *m, const struct symbol *symbol);

/* Returns 1 with *ret (lent until the bundle changes), or 0. */
int bundle_find(const struct bundle *b, const struct module *m, uint64_t offset,
		struct symbol *ret);

/*
 * Adds the source lines of a range of m: text is that of EV_LINE, which see; copied.
 * Returns 0, or -EINVAL if it is not of that form: then nothing is added.
 */
int bundle_add_lines(struct bundle *b, const struct module *m, const struct symbol *range,
		     const char *text);

/* Returns 1 with *ret (lent until the bundle changes), or 0. */
int bundle_lines(const struct bundle *b, const struct module *m, uint64_t offset,
		 struct lines *ret);

/* How many symbols there are. */
size_t bundle_count(const struct bundle *b);

#endif
