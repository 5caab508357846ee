/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives frames their names. Sources are asked in order until one knows: the
 * tape's own bundle, then the files of this machine. A file counts only if its
 * build-id is the module's: one that differs is refused, and said so by
 * symbolizer_note(). A module without a build-id is looked for only below a
 * symfs that the user named, and this too is said. Answers are kept, so asking
 * twice is cheap.
 */
#ifndef ANALYZE_SYMBOLIZE_SYMBOLIZER_H
#define ANALYZE_SYMBOLIZE_SYMBOLIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/result/module.h"
#include "analyze/symbolize/bundle.h"

struct symbolizer;

struct symbolizer_options {
	const struct bundle *bundle; /* borrowed until free; NULL: none */
	const char *symfs;	     /* prefix of all file paths; NULL: "" */
	bool no_files;		     /* only the bundle: the same output on every machine */
};

/* Where a name came from, for reports. */
enum symbol_source {
	SYMBOL_NONE,
	SYMBOL_BUNDLE,
	SYMBOL_ELF,
	SYMBOL_KALLSYMS,
};

struct frame_name {
	const char *name;	 /* demangled; never NULL: "[libc.so.6]" where nothing is known */
	const char *system_name; /* as the module has it; "" where nothing is known */
	enum symbol_source source;
};

struct symbolizer *symbolizer_new(const struct symbolizer_options *options); /* never NULL */
void symbolizer_free(struct symbolizer *s);				     /* accepts NULL */

/* The name of the code at offset in m. Lent until free. Never fails. */
void symbolizer_find(struct symbolizer *s, const struct module *m, uint64_t offset,
		     struct frame_name *ret);

/* Lines on modules whose file was refused, not found or not checked, in order of first need. */
size_t symbolizer_n_notes(const struct symbolizer *s);
const char *symbolizer_note(const struct symbolizer *s, size_t index);

#endif
