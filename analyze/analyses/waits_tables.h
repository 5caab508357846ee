/* SPDX-License-Identifier: BSD-2-Clause */
/* What the views of waiting time say besides their profile: sums that need no stacks. */
#ifndef ANALYZE_ANALYSES_WAITS_TABLES_H
#define ANALYZE_ANALYSES_WAITS_TABLES_H

#include "analyze/analyses/waits.h"
#include "analyze/result/table.h"

/* Waits by state, and preemptions by what led to them. Never NULL. */
struct table *waits_tables_states(const struct waits *w);

/* Waits by the system call that they happened in, the longest in all first. Never NULL. */
struct table *waits_tables_calls(const struct waits *w, const struct world *world);

/* What is known of the threads' lifetimes, and what is not. Never NULL. */
struct table *waits_tables_lifetimes(const struct waits *w);

/* Says what is missing: events of a probe group, parts of lifetimes, contradictions. */
void waits_tables_note(const struct waits *w, const struct spans *spans, struct result *ret);

#endif
