/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program tells of its own Go, for versions that our table lacks: where fields
 * stand by its DWARF, and what the runtime calls its numbers by its memory. Neither is
 * trusted.
 */
#ifndef SYMBOLS_GO_OWN_H
#define SYMBOLS_GO_OWN_H

#include <stdbool.h>

#include <libelf.h>

#include "symbols/go_memory.h"
#include "symbols/go_offsets.h"

struct go_own;

/*
 * elf, fd: as of dwarf_open(), and only until it returns. -ENODATA: no DWARF, or what
 * must be known is not in it; -ENOMEM. The caller owns *ret.
 */
int go_own_open(Elf *elf, int fd, struct go_own **ret);
void go_own_free(struct go_own *own); /* accepts NULL */

/* Its names are "" until they were read. Lent until free. */
const struct go_offsets *go_own_offsets(const struct go_own *own);

/* An array of strings in memory. at is 0 where nobody knows. */
struct go_words {
	uint64_t at;
	uint64_t n;
};

/*
 * Reads the names of the numbers, once. Returns 0, or as the memory says; -ENOTSUP: its
 * states have other numbers than those of enum go_status.
 */
int go_own_read_names(struct go_own *own, const struct go_memory *memory, struct go_words reasons,
		      struct go_words statuses);

#endif
