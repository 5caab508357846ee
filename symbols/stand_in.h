/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stand-in for a program of which only the debug file is here. objcopy leaves
 * the addresses of its segments there, but not their places in the file, by which
 * code is named: these are worked out anew.
 */
#ifndef SYMBOLS_STAND_IN_H
#define SYMBOLS_STAND_IN_H

#include <stdbool.h>
#include <stddef.h>

#include <gelf.h>
#include <libelf.h>

#include <tape/error.h>

/* Whether elf is a debug file that does not say where code stood. */
bool stand_in_needed(Elf *elf);

/*
 * Makes an ELF file that has no more than a header and the segments of debug, as
 * linkers lay them out: each as near behind the last one as its alignment lets it.
 * -ENOTSUP if that cannot be told, as behind a segment that is written to. The
 * caller frees *ret.
 */
int stand_in_make(Elf *debug, void **ret, size_t *size, struct tape_error *err);

#endif
