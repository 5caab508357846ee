/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of code that was made at run time. Compilers leave them in files of their
 * process: /tmp/perf-PID.map, and jit-PID.dump, which they map. Those files may go
 * when the process does, so they are opened as soon as they are there, and read at
 * the end of the run, for the addresses that were hit.
 *
 * They are found as the process sees them (its root, its id). A file counts if it is
 * a regular file, belongs to the process' user or to root, and was written to since
 * the process began: an earlier process of this id may have left one.
 */
#ifndef RECORD_JIT_H
#define RECORD_JIT_H

#include <stdbool.h>
#include <stdint.h>

#include <tape/error.h>

#include "record/records.h"

struct jit;
struct modules;

int jit_new(struct jit **ret); /* 0 or -ENOMEM */

/* All of these accept NULL for j, and modules that they know nothing of. */

/* A process has memory without a file that may hold code: this module (modules_of_memory()). */
void jit_add(struct jit *j, uint32_t module, uint32_t tgid);

/* Whether a path's name is that of a jitdump. */
bool jit_is_dump(const char *path);

/* The process maps a jitdump, open at fd, which must stay open as long as j. */
void jit_add_dump(struct jit *j, uint32_t module, int fd);

/* An address in this module was hit. Tries again for files that were not there before. */
void jit_hit(struct jit *j, uint32_t module, uint64_t address, uint64_t time_ns);

/* The process is ending. */
void jit_end(struct jit *j, uint32_t module);

/* Writes SYMBOL records of what was hit, and with lines LINE records too. */
int jit_write(struct jit *j, struct modules *modules, struct records *records, bool lines,
	      struct tape_error *err);

void jit_free(struct jit *j);

#endif
