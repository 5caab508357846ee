/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that is to be known of the code of one ELF file, whoever knows it: its symbol
 * tables, .gnu_debugdata, a debug file that belongs to it, DWARF, Go's tables, its PLT. Asked
 * by offset in the file, the way in which mappings name code. Sources are opened at
 * first need. No file is trusted; a debug file counts only if its build-id is that
 * of the file (or, without one, if the CRC of its debuglink holds). The file may be
 * a debug file itself, its program not being there.
 */
#ifndef SYMBOLS_OBJECT_H
#define SYMBOLS_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/error.h>

#include "symbols/build_id.h"
#include "symbols/lines.h"
#include "symbols/symbol.h"

struct object;

struct object_options {
	const char *root;    /* prefix of the places where debug files are looked for; NULL: "" */
	bool no_debug_files; /* only the file itself */
	bool tables_only;    /* names without DWARF: it can be large, and adds few to a .symtab */
	/*
	 * The last resort: a debug file of this build-id from elsewhere, as an open
	 * file that object owns from then on, or -errno. NULL: none.
	 */
	int (*fetch)(void *context, const struct build_id *id);
	void *context;
};

/*
 * The file open at fd stays the caller's and must stay open until free. path is
 * where it was found, for its debug files and for errors. options: copied. The
 * caller owns *ret.
 */
int object_open(int fd, const char *path, const struct object_options *options, struct object **ret,
		struct tape_error *err);

/* The same of an image in memory (the vdso), borrowed until free. */
int object_open_memory(const void *image, size_t size, const char *label, struct object **ret,
		       struct tape_error *err);

/*
 * The function, and the functions and lines, at an offset. Return 1 with *ret (lent
 * until the next question), or 0.
 */
int object_find(struct object *o, uint64_t offset, struct symbol *ret);
int object_lines(struct object *o, uint64_t offset, struct lines *ret);

/* What names it could have: 0 if there is no source of names at all. */
size_t object_n_sources(struct object *o);

/* What a user should know, such as a debug file that was refused. NULL: nothing. Lent until free. */
const char *object_note(const struct object *o);

/* Accepts NULL. */
void object_free(struct object *o);

#endif
