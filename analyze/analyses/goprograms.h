/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Go programs as far as their runtimes' own counts are concerned: which there were, and
 * what was said of how they are read. An exec begins another program.
 */
#ifndef ANALYZE_ANALYSES_GOPROGRAMS_H
#define ANALYZE_ANALYSES_GOPROGRAMS_H

#include "analyze/analyses/analysis.h"
#include "analyze/base/intern.h"
#include "analyze/base/map.h"
#include "analyze/base/vec.h"

#define GOPROGRAMS_WANTS EV_EXEC, EV_GO_RUNTIME, EV_GO_SNAPSHOT
#define GOPROGRAMS_MOST	 4096
#define GOPROGRAMS_NONE	 UINT32_MAX

struct goprogram {
	uint32_t tgid;
	uint32_t name;	/* by tasks_name() */
	uint32_t flags; /* enum ev_go_flags, */
	uint64_t rate;	/* and the rest as in GO_RUNTIME */
	const char *text;
	bool told; /* there was a GO_RUNTIME */
	uint64_t snapshots;
	uint64_t first_ns; /* of the first and the last of them */
	uint64_t last_ns;
};

/* All zero is an empty one. */
struct goprograms {
	VEC(struct goprogram) list;
	struct map by_life; /* of a process, to index + 1 of its latest program */
	struct intern texts;
};

void goprograms_done(struct goprograms *g);

/*
 * Takes an event of GOPROGRAMS_WANTS, or another of a Go program. Returns the index of
 * the program; GOPROGRAMS_NONE: it began just now, or there are too many.
 */
uint32_t goprograms_event(struct goprograms *g, const struct process *p,
			  const struct ev_header *event);

/* The version, or "not read". */
const char *goprograms_version(const struct goprogram *p);

/* Which ones were not read at all, and why; or that there is none. */
void goprograms_notes(const struct goprograms *g, struct result *ret);

#endif
