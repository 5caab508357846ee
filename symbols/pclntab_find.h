/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a program's table is, and what of the program is needed to read it. */
#ifndef SYMBOLS_PCLNTAB_FIND_H
#define SYMBOLS_PCLNTAB_FIND_H

#include "symbols/pclntab_table.h"

/*
 * By its section, else by what it looks like; then the text and the inlined calls by
 * the module's data. image: borrowed by *ret. Returns 0, -ENODATA or -ENOMEM.
 */
int pclntab_find_table(struct pclntab_image *image, struct pclntab_table *ret);

#endif
