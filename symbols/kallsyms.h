/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own functions, read from /proc/kallsyms: of the kernel, modules
 * and BPF programs, by address. Where modules begin is in symbols/kmodules.h.
 */
#ifndef SYMBOLS_KALLSYMS_H
#define SYMBOLS_KALLSYMS_H

#include <stddef.h>
#include <stdint.h>

#include <tape/error.h>

#include "symbols/symbol.h"

struct kallsyms;

/*
 * Reads a file in the format of /proc/kallsyms. Returns -EPERM with *err if all
 * addresses are 0 (kptr_restrict), -ENODATA if there are no symbols in it. The
 * caller owns *ret.
 */
int kallsyms_load(const char *path, struct kallsyms **ret, struct tape_error *err);

/*
 * The symbol at an address; symbol.start is an address. *module (may be NULL)
 * is "" for the kernel itself, a module's name, or "bpf". Names are lent until
 * free. Returns 1 or 0.
 */
int kallsyms_find(const struct kallsyms *k, uint64_t address, struct symbol *ret,
		  const char **module);

/* The address of a function of the kernel itself, or of _text, _stext, _etext, _end; or 0. */
uint64_t kallsyms_address(const struct kallsyms *k, const char *name);

/*
 * The address of one symbol of the kernel itself, of whatever type, without
 * loading the rest: reads no further than the line that has it. 0 if there is
 * none, or if addresses are hidden.
 */
uint64_t kallsyms_scan(const char *path, const char *name);

/* The symbol of a number, from 0 on in order of address. Returns 1 or 0, as kallsyms_find() does. */
int kallsyms_get(const struct kallsyms *k, size_t index, struct symbol *ret, const char **module);

/* Accepts NULL. */
void kallsyms_free(struct kallsyms *k);

#endif
