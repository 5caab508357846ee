/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a file's procedure linkage table: code that the linker made, which
 * no symbol table names. Each jumps through a slot of the GOT, and the relocation of
 * that slot says whose function it is; both stay in stripped files. An entry is
 * called "name@plt", the code before the first one ".plt", as perf and gdb do.
 * x86-64 and AArch64. The file is not trusted. Private to symbols/.
 */
#ifndef SYMBOLS_PLT_H
#define SYMBOLS_PLT_H

#include <stdint.h>

#include <libelf.h>

#include "symbols/elf_symbols.h"
#include "symbols/symbol.h"

struct plt;

/*
 * elf is needed during the call only, as is symbols: there the functions have their
 * names that the program itself chooses when it starts (IFUNC); NULL: they are called
 * "*ABS*+0x1234@plt", 1234 being the address of who chooses. Returns 0, or -ENODATA
 * (nothing to be named), -ENOMEM. The caller owns *ret.
 */
int plt_read(Elf *elf, const struct elf_symbols *symbols, struct plt **ret);

/* The entry at a file offset: 1 with *ret, its name lent until free; or 0. */
int plt_find(const struct plt *p, uint64_t offset, struct symbol *ret);

void plt_free(struct plt *p); /* accepts NULL */

#endif
