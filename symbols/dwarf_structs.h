/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the members of structs stand, by the DWARF of one ELF file, asked for by their
 * names. Members whose place DWARF tells by an expression (version 3 and before) are
 * not found. The file is not trusted.
 */
#ifndef SYMBOLS_DWARF_STRUCTS_H
#define SYMBOLS_DWARF_STRUCTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libelf.h>

struct dwarf_member {
	const char *type; /* the struct's name as DWARF has it */
	/*
	 * Members that lead to it, a dot between two; "": the struct's size is wanted.
	 * With | between several the first that leads somewhere counts.
	 */
	const char *path;
	uint64_t at; /* bytes from the struct's beginning */
	bool there;
};

/* elf, fd: as of dwarf_open(). 0: at and there are set of each; -ENODATA: no DWARF; -ENOMEM. */
int dwarf_structs_read(Elf *elf, int fd, struct dwarf_member *members, size_t n);

#endif
