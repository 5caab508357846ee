/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Perfetto takes the end of a slice to be that of the slice that began last on
 * its track, so slices of one track must lie in each other or apart. Lanes are
 * the tracks that one track needs for that: a slice goes into the first lane in
 * which it nests. Slices come in order of their start.
 *
 * The room is fixed, whatever a tape holds: what finds no lane is told apart.
 */
#ifndef ANALYZE_OUTPUTS_PERFETTO_LANES_H
#define ANALYZE_OUTPUTS_PERFETTO_LANES_H

#include <stddef.h>
#include <stdint.h>

#define PERFETTO_LANES	     32
#define PERFETTO_LANES_DEPTH 256 /* Perfetto drops slices that are deeper than 512 */

struct perfetto_lanes {
	size_t n; /* lanes that were used */
	struct {
		size_t depth;
		uint64_t ends[PERFETTO_LANES_DEPTH]; /* of the open slices, the innermost last */
	} lanes[PERFETTO_LANES];
};

void perfetto_lanes_init(struct perfetto_lanes *l);

/*
 * Closes the next slice that ends at or before until_ns: its lane, and the end
 * in *end_ns; -1: none. Each lane's in its order of time.
 */
int perfetto_lanes_close(struct perfetto_lanes *l, uint64_t until_ns, uint64_t *end_ns);

/* Opens a slice when all that ended before were closed: its lane, or -1 without room. */
int perfetto_lanes_open(struct perfetto_lanes *l, uint64_t end_ns);

#endif
