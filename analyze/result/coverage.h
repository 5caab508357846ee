/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far a result may be trusted: what was read, what was lost on the way, and
 * what is not known. Every report ends with it.
 */
#ifndef ANALYZE_RESULT_COVERAGE_H
#define ANALYZE_RESULT_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct coverage {
	uint64_t records;	  /* read from the tape */
	uint64_t lost_events;	  /* by the recorder, as it counted them */
	uint64_t lost_ns;	  /* how long the intervals were in which it lost some */
	uint64_t paused_ns;	  /* recording was paused by the user */
	uint64_t damaged_places;  /* in the file */
	uint64_t lost_blocks;	  /* of the file */
	uint64_t lost_bytes;	  /* of the file */
	uint64_t unknown_records; /* of types that could not be read */
	uint64_t unknown_stacks;  /* uses of stacks that were lost with a block or in a full ring */
	uint64_t unknown_names;	  /* uses of processes whose name was lost */
	bool complete;		  /* the recorder finished the tape */
	bool filtered;		  /* --pid and the like left something out */
	uint64_t first_ns;	  /* of the events that were looked at */
	uint64_t last_ns;
};

#endif
