/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Split DWARF (DWARF 5, 7.3.2, and GNU's in version 4): of each unit the program has a
 * skeleton, with its addresses and lines; functions, calls and their names are in a
 * file that it names (.dwo), or all of them in one (.dwp). Files are opened when they
 * are needed, few are open at a time, and none is trusted: right is the one that has
 * the skeleton's id.
 */
#ifndef SYMBOLS_DWARF_SPLIT_H
#define SYMBOLS_DWARF_SPLIT_H

#include <stdint.h>

#include <tape/error.h>

#include "symbols/dwarf_dies.h"

/* Where such files are. */
struct dwarf_split_files {
	/*
	 * Opens what may be the file of a name (NULL: the program's .dwp), compiled in
	 * folder, at a place: 0 is asked first. Returns an fd, the caller's, or -errno.
	 */
	int (*open)(void *context, unsigned int place, const char *folder, const char *name);
	void *context;
	unsigned int n_places;
	struct tape_error
		*note; /* becomes what a user should know, if it is empty: what is not there */
};

/* The other half of a unit. */
struct dwarf_half {
	struct dwarf_reader reader;
	struct dwarf_unit unit;
};

struct dwarf_split;

/* All borrowed until free; units: how many the program has. NULL without memory. */
struct dwarf_split *dwarf_split_new(const struct dwarf_split_files *files,
				    struct dwarf_reader *program, size_t units);

/*
 * The other half of the skeleton that is the unit of a number, lent until the next
 * call. NULL: it is not there, and is not looked for again.
 */
struct dwarf_half *dwarf_split_get(struct dwarf_split *s, const struct dwarf_unit *skeleton,
				   uint32_t number);

/* Bytes of the DWARF of all files that were opened, each counted once. */
uint64_t dwarf_split_total(const struct dwarf_split *s);

/* Accepts NULL. */
void dwarf_split_free(struct dwarf_split *s);

#endif
