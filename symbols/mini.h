/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * .gnu_debugdata, the mini-debuginfo that Fedora and others leave in stripped
 * files: an ELF file with a .symtab of what .dynsym does not have, packed by xz.
 */
#ifndef SYMBOLS_MINI_H
#define SYMBOLS_MINI_H

#include <stddef.h>

#include <libelf.h>

#include <tape/error.h>

/* A file may claim to unpack to anything: no more is believed. */
#define MINI_MAX_BYTES (128u << 20)

/*
 * Unpacks the one of elf. Returns -ENODATA if it has none; -EFBIG if it is larger
 * than MINI_MAX_BYTES; -EBADMSG if it is damaged. The caller frees *ret.
 */
int mini_unpack(Elf *elf, const char *label, void **ret, size_t *size, struct tape_error *err);

#endif
