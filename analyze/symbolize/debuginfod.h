/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks debuginfod servers for files by build-id, through libdebuginfod, which is
 * loaded only when the user wishes it: nobody's network is used unasked.
 */
#ifndef ANALYZE_SYMBOLIZE_DEBUGINFOD_H
#define ANALYZE_SYMBOLIZE_DEBUGINFOD_H

#include <tape/error.h>

#include "symbols/build_id.h"

struct debuginfod;

/*
 * Servers are those of DEBUGINFOD_URLS; without any: -EDESTADDRREQ. -ELIBACC: the
 * library is not here. The caller owns *ret.
 */
int debuginfod_new(struct debuginfod **ret, struct tape_error *err);

/*
 * The debug file, and the program itself, of a build-id: an open file that the caller
 * closes, or -errno. What a server sends is not trusted.
 */
int debuginfod_debug_file(struct debuginfod *d, const struct build_id *id);
int debuginfod_program(struct debuginfod *d, const struct build_id *id);

/* Accepts NULL. */
void debuginfod_free(struct debuginfod *d);

#endif
