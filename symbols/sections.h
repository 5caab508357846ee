/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections of an ELF file by their names. */
#ifndef SYMBOLS_SECTIONS_H
#define SYMBOLS_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <gelf.h>
#include <libelf.h>

/* A section that has bytes, or NULL. *head may be NULL. */
Elf_Scn *sections_find(Elf *elf, const char *name, GElf_Shdr *head);

/* Its bytes as they stand, libelf's; NULL if there is none, or it has more than max bytes. */
Elf_Data *sections_data(Elf *elf, const char *name, size_t max);

bool sections_have_dwarf(Elf *elf);

#endif
