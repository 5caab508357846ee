/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the running kernel's modules stand in memory: /proc/modules. */
#ifndef SYMBOLS_KMODULES_H
#define SYMBOLS_KMODULES_H

#include <stdint.h>

struct kmodule {
	uint64_t start;
	uint64_t size;
};

/*
 * Looks a module up in a file in the format of /proc/modules. Returns 0 with
 * *ret; -ENOENT if it is not loaded or there is no such file; -EPERM if its
 * address is hidden (kptr_restrict); -errno.
 */
int kmodules_find(const char *path, const char *name, struct kmodule *ret);

#endif
