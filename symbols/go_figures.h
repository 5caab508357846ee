/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Go's runtime counts of its collector, its heap and its scheduler
 * (runtime.memstats, gcController, work, sched), as far as it is known where they are.
 */
#ifndef SYMBOLS_GO_FIGURES_H
#define SYMBOLS_GO_FIGURES_H

#include "symbols/go_live.h"

struct go_figure {
	const char *key; /* "gc.cycles_count": its unit is its end. Static */
	uint64_t value;
};
#define GO_FIGURES_MAX 24

/* As many as are known: *n. 0 or -errno. */
int go_figures_read(const struct go_live *live, struct go_figure ret[GO_FIGURES_MAX], size_t *n);

/* A collection that is over. */
struct go_cycle {
	uint64_t number; /* from 1 on */
	uint64_t end_wall_ns;
	uint64_t pause_ns; /* both stops of it together */
	/* The heap: only of the last one, and while no other runs; else 0. */
	uint64_t before_bytes, after_bytes, goal_bytes;
};
#define GO_CYCLES_MAX 255 /* the runtime remembers 256, of which one may be changing */

/*
 * Those behind number since, in order: *n; *last: the last one that there was; 0: none, or
 * nothing is known. 0 or -errno.
 */
int go_cycles_read(const struct go_live *live, uint64_t since, struct go_cycle ret[GO_CYCLES_MAX],
		   size_t *n, uint64_t *last);

#endif
