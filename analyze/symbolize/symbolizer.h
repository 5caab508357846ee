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
#include "symbols/lines.h"
#include "symbols/symbol.h"

struct symbolizer;

struct symbolizer_options {
	const struct bundle *bundle; /* borrowed until free; NULL: none */
	const char *symfs;	     /* prefix of all file paths; NULL: "" */
	bool no_files;		     /* only the bundle: the same output on every machine */
	bool debuginfod;	     /* ask the servers of DEBUGINFOD_URLS for what is not here */
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
	enum ev_symbol_origin origin; /* who knew it, as far as the source tells */
};

struct frame_line {
	const char *name; /* both as in frame_name */
	const char *system_name;
	const char *file; /* whole path, as compiled; "" where it is not known */
	uint32_t line;	  /* of the code, or of the call that was inlined; 0: not known */
	uint32_t first_line;
};

/*
 * at[0] is the innermost inlined call, at[n - 1] the function itself, whose name is
 * always that of symbolizer_find(): a function is one, whether lines are known or
 * not. n is at least 1.
 */
struct frame_lines {
	size_t n;
	enum symbol_source source;    /* of the lines; SYMBOL_NONE: none are known */
	enum ev_symbol_origin origin; /* of the lines */
	struct frame_line at[LINES_MAX];
};

struct symbolizer *symbolizer_new(const struct symbolizer_options *options); /* never NULL */
void symbolizer_free(struct symbolizer *s);				     /* accepts NULL */

/* The name of the code at offset in m. Lent until free. Never fails. */
void symbolizer_find(struct symbolizer *s, const struct module *m, uint64_t offset,
		     struct frame_name *ret);

/* The same with lines and inlined calls. */
void symbolizer_lines(struct symbolizer *s, const struct module *m, uint64_t offset,
		      struct frame_lines *ret);

/*
 * What the first source that knows says, as it stands: for writing it down. Texts are
 * lent until the next question. Return 1 with *ret, or 0.
 */
int symbolizer_ask(struct symbolizer *s, const struct module *m, uint64_t offset,
		   struct symbol *ret);
int symbolizer_ask_lines(struct symbolizer *s, const struct module *m, uint64_t offset,
			 struct lines *ret);

/* Lines on modules whose file was refused, not found or not checked, in order of first need. */
size_t symbolizer_n_notes(const struct symbolizer *s);
const char *symbolizer_note(const struct symbolizer *s, size_t index);

#endif
