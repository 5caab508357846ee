/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of a reader, for repair, which needs blocks as they stand. Private.
 */
#ifndef FORMAT_READER_H
#define FORMAT_READER_H

#include <tape/reader.h>

#include "format/convert.h"
#include "format/scan.h"

struct tape_reader {
	struct tape_scan *scan;
	struct tape_layouts layouts;
	unsigned int flags; /* enum tape_reader_flags */
	size_t next;	    /* slot */
	uint64_t bad_records;
	uint64_t unknown_records;
};

#endif
