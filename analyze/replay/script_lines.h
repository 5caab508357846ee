/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interpreter's own table from place to line, as a SCRIPT_CODE record carries
 * it. The bytes are not trusted. Facts: Objects/lnotab_notes.txt (to 3.9 and 3.10),
 * Objects/locations.md (from 3.11 on) of CPython.
 */
#ifndef ANALYZE_REPLAY_SCRIPT_LINES_H
#define ANALYZE_REPLAY_SCRIPT_LINES_H

#include <stddef.h>
#include <stdint.h>

struct script_lines {
	uint32_t version;    /* 311: Python 3.11 */
	uint32_t first_line; /* of the function */
	const uint8_t *bytes;
	size_t n;
};

/* The line of a place, an offset in the instructions in bytes; 0: not known. */
uint32_t script_lines_find(const struct script_lines *lines, uint64_t place);

#endif
