/* SPDX-License-Identifier: BSD-2-Clause */
/* The symbols of one ELF file by itself: .symtab, else .dynsym. object.h asks more places. */
#ifndef TESTS_SUPPORT_ELF_LOAD_H
#define TESTS_SUPPORT_ELF_LOAD_H

#include <stddef.h>

#include <tape/error.h>

#include "symbols/elf_symbols.h"

/* fd stays the caller's. The caller owns *ret. As elf_symbols_merge(). */
int elf_load_file(int fd, const char *label, struct elf_symbols **ret, struct tape_error *err);
int elf_load_memory(const void *image, size_t size, const char *label, struct elf_symbols **ret,
		    struct tape_error *err);

#endif
