/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Call frame information by module: what the tape brings, else what the files of
 * this machine have. Modules are told apart as names are: by build-id if there is
 * one, else by kind and path.
 */
#ifndef ANALYZE_UNWIND_CFI_STORE_H
#define ANALYZE_UNWIND_CFI_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <tape/events.h>

#include "analyze/replay/modules.h"
#include "symbols/cfi.h"

struct cfi_store;

/* As for names: analyze/symbolize/symbolizer.h. */
struct cfi_store_options {
	const char *symfs; /* prefix of all file paths; NULL: "". Borrowed until free */
	bool no_files;	   /* only what the tape brings */
};

struct cfi_store *cfi_store_new(const struct cfi_store_options *options); /* never NULL */
void cfi_store_free(struct cfi_store *s);				  /* accepts NULL */

/* Adds a record about code of m. Copied. The first of those that begin at one place counts. */
void cfi_store_add(struct cfi_store *s, const struct tape_module *m, const struct ev_cfi *record);

/*
 * Returns 1 with *ret, whose instructions are lent until the next question, or 0 if
 * nothing is known of the function at an offset of m.
 */
int cfi_store_find(struct cfi_store *s, const struct tape_module *m, uint64_t offset,
		   struct cfi_entry *ret);

/* How many functions the tape brought. */
size_t cfi_store_count(const struct cfi_store *s);

#endif
