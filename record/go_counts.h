/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process' runtime counts by itself, as a snapshot takes it: figures and
 * collections at each, the heap profile at the first of an epoch and the last of all.
 */
#ifndef RECORD_GO_COUNTS_H
#define RECORD_GO_COUNTS_H

#include <tape/events.h>

#include "record/go_known.h"
#include "symbols/go_figures.h"
#include "symbols/go_heap.h"

/* Of a process. All zero at first. */
struct go_counts {
	struct go_heap places;
	struct go_known buckets, figures; /* as they were told last */
	struct go_known inlined;	  /* of addresses in stacks: what is inlined there */
	uint64_t told;			  /* the last collection, */
	bool begun;			  /* if this is true */
	uint32_t searches;
	bool unlinked; /* nothing in the program asks for the heap profile */
	enum go_heap_state state;
	uint64_t rate;
	/* What this snapshot tells. */
	struct ev_go_heap *heap;
	size_t n_heap, heap_room; /* room as of grow() */
	struct go_figure list[GO_FIGURES_MAX];
	size_t n_list;
	struct go_cycle cycles[GO_CYCLES_MAX];
	size_t n_cycles;
};

void go_counts_done(struct go_counts *c);

struct go_counts_asked {
	struct go_live *live; /* where something is may be found */
	bool whole;	      /* all is told, not only what has changed */
	bool heap;	      /* the heap profile, too */
	/* The id of a stack, which will be in the tape. 0 or -errno. */
	int (*intern)(void *context, const uint64_t *ips, uint32_t n, uint64_t *id);
	void *context;
};

/* 0, -ENOMEM, or as the memory says. */
int go_counts_read(struct go_counts *c, const struct go_counts_asked *asked);

#endif
