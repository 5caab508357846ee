/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions, source lines and inlined calls of one ELF file's DWARF, versions 2 to 5.
 * Nothing is decoded before it is asked for, unit by unit, and what was is kept in
 * compact tables, as far as they are small beside the debug information; sections are
 * read piece by piece. The file is not trusted.
 */
#ifndef SYMBOLS_DWARF_H
#define SYMBOLS_DWARF_H

#include <stdint.h>

#include <libelf.h>

#include <tape/error.h>

#include "symbols/lines.h"
#include "symbols/symbol.h"

struct dwarf;
struct dwarf_split_files;

/*
 * All borrowed until free. code: the file that is mapped, by whose program headers
 * offsets become addresses: elf itself, or the stripped file that elf is the debug
 * file of. alt: what elf shares with others (.gnu_debugaltlink, made by dwz).
 */
struct dwarf_files {
	Elf *elf; /* a file with .debug_info */
	int fd;	  /* where elf was opened; -1: elf is an image in memory */
	Elf *code;
	struct dwarf *alt;		       /* NULL: not there */
	const struct dwarf_split_files *split; /* files that DWARF is split into; NULL: none */
};

/*
 * label names the file in errors. Returns -ENODATA if there is no DWARF in it. The
 * caller owns *ret.
 */
int dwarf_open(const struct dwarf_files *files, const char *label, struct dwarf **ret,
	       struct tape_error *err);

/* The function and lines at an offset of the mapped file. Return 1 with *ret (lent until free), or 0. */
int dwarf_find(struct dwarf *d, uint64_t offset, struct symbol *ret);
int dwarf_lines(struct dwarf *d, uint64_t offset, struct lines *ret);

/* Accepts NULL. */
void dwarf_free(struct dwarf *d);

#endif
