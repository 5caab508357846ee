/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Call frame information of the files of this machine, and of its vdso, for modules
 * of a tape. The rule is that of names (analyze/symbolize/identity.h): a file counts
 * only if its build-id is the module's; a module without one is taken unchecked
 * below a symfs that the user named, and else not at all. What is refused is said
 * by the names' own notes.
 */
#ifndef ANALYZE_UNWIND_FILES_H
#define ANALYZE_UNWIND_FILES_H

#include "analyze/replay/modules.h"
#include "symbols/cfi.h"

struct file_cfi;

/* symfs: NULL: the user named none. Returns NULL if there is nothing for m. */
struct file_cfi *file_cfi_open(const struct tape_module *m, const char *symfs);

/* As cfi_find(). */
int file_cfi_find(struct file_cfi *f, uint64_t offset, struct cfi_entry *ret);

/* Accepts NULL. */
void file_cfi_close(struct file_cfi *f);

#endif
