/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a tape that holds all that can be read of another: whole blocks as
 * they stand, byte for byte, in order and once; then LOSS records for what is
 * missing, an index and an end mark. The new tape verifies clean, and says by
 * its LOSS records and a NOTE what the old one lacked.
 */
#ifndef TAPE_REPAIR_H
#define TAPE_REPAIR_H

#include <tape/error.h>
#include <tape/reader.h>

struct tape_repair_result {
	uint64_t blocks_kept;
	uint64_t blocks_lost;
	uint64_t bytes_dropped;
};

/* from and to must differ. Returns 0, or -errno with *err. */
int tape_repair(const char *from, const char *to, struct tape_repair_result *ret,
		struct tape_error *err);

#endif
