/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of a file's DWARF sections, read as they are needed through a small
 * cache of blocks: debug information is larger than what is asked of it. Never by
 * mmap: a file that shrinks meanwhile would be a SIGBUS. Compressed sections are
 * unpacked as a whole at their first use.
 */
#ifndef SYMBOLS_DWARF_SECTIONS_H
#define SYMBOLS_DWARF_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libelf.h>

enum dwarf_section {
	DWARF_INFO,
	DWARF_ABBREV,
	DWARF_LINE,
	DWARF_STR,
	DWARF_LINE_STR,
	DWARF_RANGES,
	DWARF_RNGLISTS,
	DWARF_ADDR,
	DWARF_STR_OFFSETS,
	DWARF_ARANGES,
	DWARF_CU_INDEX, /* of a .dwp file */
	DWARF_N_SECTIONS,
};

struct dwarf_sections;

/*
 * fd, and elf if it is an image in memory (fd is -1 then), are borrowed until free.
 * Returns -ENODATA without .debug_info or if relocations would have to be applied
 * (.o, .ko); -ENOMEM.
 */
int dwarf_sections_open(Elf *elf, int fd, struct dwarf_sections **ret);

/*
 * The same of a .dwo or .dwp file: those sections whose name ends in .dwo, which need no
 * relocations. Addresses, and ranges before version 5, stay in the program, whose
 * sections are borrowed too.
 */
int dwarf_sections_open_split(Elf *elf, int fd, struct dwarf_sections *program,
			      struct dwarf_sections **ret);

/* 0 if it is not there. */
uint64_t dwarf_sections_size(const struct dwarf_sections *s, enum dwarf_section which);

/* Of all sections that there are. */
uint64_t dwarf_sections_total(const struct dwarf_sections *s);

bool dwarf_sections_big_endian(const struct dwarf_sections *s);

/* Reads up to n bytes; returns how many there were. */
size_t dwarf_sections_read(struct dwarf_sections *s, enum dwarf_section which, uint64_t at,
			   void *to, size_t n);

/* A text that ends with a NUL, cut to room bytes with its NUL. Returns its length. */
size_t dwarf_sections_text(struct dwarf_sections *s, enum dwarf_section which, uint64_t at,
			   char *to, size_t room);

/* Accepts NULL. */
void dwarf_sections_free(struct dwarf_sections *s);

#endif
