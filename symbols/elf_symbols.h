/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The function symbols of one ELF file, of its own tables or of those of files that
 * belong to it, found by offset in the file: the way in which mappings name code,
 * whatever address the file was loaded at. The files are not trusted.
 */
#ifndef SYMBOLS_ELF_SYMBOLS_H
#define SYMBOLS_ELF_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include <gelf.h>
#include <libelf.h>

#include <tape/error.h>

#include "symbols/symbol.h"

struct elf_symbols;

#define ELF_SYMBOLS_TABLES 4

struct elf_table {
	Elf *elf;	/* borrowed during the call only, as is code */
	GElf_Word type; /* SHT_SYMTAB or SHT_DYNSYM */
	enum ev_symbol_origin origin;
};

/*
 * Tables of a program, the best first. code is the file that is mapped: by its
 * segments addresses become offsets. Tables of other files (those of debug
 * information) may speak of sections whose bytes only code has.
 */
struct elf_tables {
	Elf *code;
	struct elf_table at[ELF_SYMBOLS_TABLES];
	size_t n;
};

/*
 * All of them as one: a symbol does not count where a function of a better table is.
 * label names the file in errors. Tables without symbols give an empty set. The
 * caller owns *ret.
 */
int elf_symbols_merge(const struct elf_tables *tables, const char *label, struct elf_symbols **ret,
		      struct tape_error *err);

/*
 * The function at a file offset. Returns 1 with *ret (its name is lent until
 * free), or 0 if none reaches there. Of several at one place the global one
 * with the shortest name wins, so that the answer is always the same. A symbol
 * of size 0 reaches to the next symbol or to the end of its section.
 */
int elf_symbols_find(const struct elf_symbols *s, uint64_t offset, struct symbol *ret);

size_t elf_symbols_count(const struct elf_symbols *s);

/* Accepts NULL. */
void elf_symbols_free(struct elf_symbols *s);

#endif
