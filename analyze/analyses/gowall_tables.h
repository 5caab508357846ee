/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of the view wall by goroutine. None is ever NULL. */
#ifndef ANALYZE_ANALYSES_GOWALL_TABLES_H
#define ANALYZE_ANALYSES_GOWALL_TABLES_H

#include "analyze/analyses/gotime.h"

struct gowall_tables {
	const struct gotime *time;
	struct profile *profile; /* where frames and stacks of the tables go */
};

/* What they did, by state and reason: the most first. */
struct table *gowall_tables_states(const struct gowall_tables *t);

/* The same by where they did it. */
struct table *gowall_tables_places(const struct gowall_tables *t);

/* How long those of each maker lived, and ran. */
struct table *gowall_tables_makers(const struct gowall_tables *t);

#endif
