/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perf-PID.map: what a JIT compiler says of its code, a line each piece: "start
 * size name", the numbers in hex, the name to the end of the line (tools/perf/
 * Documentation/jit-interface.txt of the kernel). There are no times in it: code
 * that takes the place of other code stands further down. The file is not trusted.
 */
#ifndef SYMBOLS_PERF_MAP_H
#define SYMBOLS_PERF_MAP_H

#include "symbols/jit_hits.h"

/* What is behind this many bytes is not read. */
#define PERF_MAP_MAX_BYTES (256u << 20)

/*
 * Names the hits (settled) that the file has lines for. A line that is broken
 * names nothing. Returns 0 or -errno. fd is read from its beginning and stays the caller's.
 */
int perf_map_read(int fd, struct jit_hits *hits);

#endif
