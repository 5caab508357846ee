/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Call frame information made of what Go's tables say of stacks, for programs that
 * bring none. Private to symbols/.
 */
#ifndef SYMBOLS_CFI_MADE_H
#define SYMBOLS_CFI_MADE_H

#include <libelf.h>

#include "symbols/cfi.h"

struct cfi_made;

/* elf: borrowed until free. Returns 0, or -errno: it is no Go program. */
int cfi_made_open(Elf *elf, unsigned int machine, struct cfi_made **ret);

/*
 * As cfi_find(); the instructions are lent until the next question. -ENOENT: the
 * runtime changes stacks there, and who else says how to go on is wrong.
 */
int cfi_made_find(struct cfi_made *m, uint64_t offset, struct cfi_entry *ret);

void cfi_made_free(struct cfi_made *m); /* accepts NULL */

#endif
