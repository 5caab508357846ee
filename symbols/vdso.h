/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The code that the kernel puts into every process, as this process has it: a
 * whole ELF file in memory, with a build-id of its own.
 */
#ifndef SYMBOLS_VDSO_H
#define SYMBOLS_VDSO_H

#include <stddef.h>

struct vdso {
	const void *image; /* lent for ever */
	size_t size;
};

/* Returns 0 with *ret; -ENOENT if this machine has none. */
int vdso_get(struct vdso *ret);

#endif
