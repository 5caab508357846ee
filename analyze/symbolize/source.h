/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A place where names come from. One file a source, one line in symbolizer.c.
 * The symbolizer opens a module at its first need and asks the sources in order.
 */
#ifndef ANALYZE_SYMBOLIZE_SOURCE_H
#define ANALYZE_SYMBOLIZE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include <tape/error.h>

#include "analyze/result/module.h"
#include "analyze/symbolize/symbolizer.h"
#include "symbols/lines.h"
#include "symbols/symbol.h"

struct source_ops {
	enum symbol_source kind;

	/*
	 * Prepares for the code of m, which lives until close. Returns 1 with
	 * *handle, or 0 if this source has no names for it. Whatever the user
	 * should know about that goes into *note; most often nothing.
	 */
	int (*open)(void *state, const struct module *m, void **handle, struct tape_error *note);

	/* Returns 1 with *ret, whose name is lent until close, or 0. */
	int (*find)(const void *handle, uint64_t offset, struct symbol *ret);

	/*
	 * The functions and lines at an offset, texts lent until the next question.
	 * Returns 1 with *ret, or 0. NULL: this source never knows.
	 */
	int (*lines)(const void *handle, uint64_t offset, struct lines *ret);

	void (*close)(void *handle);
	void (*free)(void *state); /* the source itself, after all its modules */
};

struct source {
	const struct source_ops *ops; /* NULL: no source */
	void *state;
};

/* The tape's own names. b is borrowed until the source is freed. */
struct source source_bundle(const struct bundle *b);

/* Functions of scripts, which say themselves what they are called. */
struct source source_script(void);

/*
 * ELF files of this machine with all that belongs to them, and its vdso. symfs, which
 * is borrowed, and debuginfod are as in symbolizer_options.
 */
struct source source_elf(const char *symfs, bool debuginfod);

/* Where the running kernel says what it is made of. */
struct kernel_paths {
	const char *kallsyms; /* /proc/kallsyms */
	const char *modules;  /* /proc/modules */
	const char *notes;    /* /sys/kernel/notes */
	const char *sysfs;    /* /sys/module */
};

/* The running kernel and its modules. paths: borrowed; NULL: the real ones. */
struct source source_kallsyms(const struct kernel_paths *paths);

#endif
