/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the separate debug file of a program is kept, as debuggers and
 * distributions agree: below /usr/lib/debug/.build-id by its build-id, or under
 * the name that .gnu_debuglink gives, next to the program, in .debug there, or in
 * /usr/lib/debug with the program's folder. Whether it is the right one is checked.
 */
#ifndef SYMBOLS_DEBUG_FILES_H
#define SYMBOLS_DEBUG_FILES_H

#include <stdbool.h>

#include <libelf.h>

#include <tape/error.h>

#include "symbols/build_id.h"

struct debug_file {
	int fd;
	char *path;
};

struct debug_search {
	const char *root; /* prefix of /usr/lib/debug; NULL: "" */
	const char *path; /* where the program was found, root before it */
	int fd;		  /* the program */
	Elf *elf;	  /* the same */
	const struct build_id *id;
};

/*
 * The debug file of a program: of the same build-id, or, where the program has
 * none, of the CRC that its debuglink asks for. Returns 0 with *ret, which the
 * caller frees with debug_file_done(), or -ENOENT. *note says which file was
 * refused, if one was.
 */
int debug_files_find(const struct debug_search *s, struct debug_file *ret, struct tape_error *note);

/*
 * The file that holds what s->elf, the file at s->path, shares with others
 * (.gnu_debugaltlink, made by dwz). The same returns.
 */
int debug_files_find_alt(const struct debug_search *s, struct debug_file *ret,
			 struct tape_error *note);

/* A debug file by its build-id alone, of a program that is not here; program: that itself. */
int debug_files_by_id(const char *root, const struct build_id *id, bool program,
		      struct debug_file *ret, struct tape_error *note);

/* So many places there are for a file of split DWARF. */
#define DEBUG_FILES_SPLIT 3

/*
 * What may be a file of split DWARF of the program at s->path, which s->root is before:
 * that of a name, compiled in folder, as it says or beside the program; name NULL: the
 * program's .dwp. Returns a file, the caller's, or -ENOENT.
 */
int debug_files_open_split(const struct debug_search *s, unsigned int place, const char *folder,
			   const char *name);

/* Closes and frees. An all-zero one with fd -1 is empty. */
void debug_file_done(struct debug_file *f);

#endif
