/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jit-PID.dump: what a JIT compiler did to its code, with times, and its source
 * lines (tools/perf/Documentation/jitdump-specification.txt of the kernel, version
 * 1). Written in the byte order of the machine that ran it; both are read. The
 * file is not trusted.
 */
#ifndef SYMBOLS_JITDUMP_H
#define SYMBOLS_JITDUMP_H

#include "symbols/jit_hits.h"

/* What is behind this many bytes is not read: most of them are the code itself, which is skipped. */
#define JITDUMP_MAX_BYTES (1u << 30)

/*
 * Names the hits (settled): each by the code that was at its place when it was hit
 * last, and gives it its line. If times are not CLOCK_MONOTONIC's (the file says
 * so), the last code at a place counts. What stands behind a broken record is not
 * read. Returns 0, -EINVAL if it is no such file, or -errno. fd stays the caller's.
 */
int jitdump_read(int fd, struct jit_hits *hits);

#endif
