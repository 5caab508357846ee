/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runtime.moduledata: the program's own list of its parts, found by its pointers to
 * the table. Since 1.18 it is needed: where the text is, and what the offsets of
 * inlined calls count from (runtime/symtab.go of each version).
 */
#ifndef SYMBOLS_PCLNTAB_MODULE_H
#define SYMBOLS_PCLNTAB_MODULE_H

#include "symbols/pclntab_table.h"

/*
 * Sets texts, funcdata and the numbers of the inlined calls. What is not found stays
 * unset. Returns 0, -ENODATA or -ENOMEM.
 */
int pclntab_module_read(struct pclntab_table *t);

#endif
