// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stacks of the heap profile have an address for each inlined call, and behind it that
 * of the function that it is in (runtime.callers()); everywhere else a function has one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/go_counts.h"
#include "record/grow.h"
#include "symbols/go_rate.h"
#include "symbols/go_shapes.h"

#define MOST_SEARCHES 64	 /* one in each epoch: about ten minutes */
#define MOST_INLINED  (1u << 18) /* addresses that are kept */

void go_counts_done(struct go_counts *c)
{
	go_heap_done(&c->places);
	go_known_clear(&c->buckets);
	go_known_clear(&c->figures);
	go_known_clear(&c->inlined);
	free(c->heap);
	*c = (struct go_counts){ 0 };
}

/* --- stacks without what was inlined --- */

/* The function at an address, and how many calls are inlined there; 0: not known. */
static uint64_t inlined_at(struct go_counts *c, const struct go_live *live, uint64_t address)
{
	const struct go_known_entry *e = address ? go_known_get(&c->inlined, address) : NULL;
	uint64_t function, value = 0;
	uint32_t n;
	bool unused;

	if (e || !address)
		return e ? e->value : 0;
	if (c->inlined.n >= MOST_INLINED)
		go_known_clear(&c->inlined);
	n = go_program_inlined(live->program, address - live->bias, &function);
	value = n ? function << 8 | (n < 255 ? n : 255) : function << 8;
	go_known_put(&c->inlined, address, value, 0, &unused);
	return value;
}

/* Leaves the first of each function's addresses: it tells what is inlined there by itself. */
static uint32_t drop_inlined(struct go_counts *c, const struct go_live *live, uint64_t *ips,
			     uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n;) {
		uint64_t here = inlined_at(c, live, ips[i] - (i ? 1 : 0)), left = here & 0xff;

		ips[kept++] = ips[i++];
		while (left && i < n) {
			uint64_t next = inlined_at(c, live, ips[i] - 1);

			if (next >> 8 != here >> 8 || (next & 0xff) >= left)
				break;
			left = next & 0xff;
			i++;
		}
	}
	return kept;
}

/* --- the heap profile --- */

struct telling {
	struct go_counts *counts;
	const struct go_counts_asked *asked;
};

/* All objects of a bucket are of one size. */
static uint64_t mixed(const struct go_bucket *b)
{
	return b->allocs * 0x9e3779b97f4a7c15ull ^ b->frees;
}

static int on_bucket(void *context, const struct go_bucket *b)
{
	const struct telling *t = context;
	struct go_counts *c = t->counts;
	struct ev_go_heap *all, ev = {
		.allocs = b->allocs,
		.alloc_bytes = b->alloc_bytes,
		.frees = b->frees,
		.free_bytes = b->free_bytes,
		.object_bytes = b->object_bytes,
	};
	uint64_t ips[GO_HEAP_DEPTH];
	bool changed;
	uint32_t n;
	int rc = go_known_put(&c->buckets, b->address, mixed(b), 0, &changed);

	/* What no collection has published yet. */
	if (rc < 0 || !b->allocs || (!changed && !t->asked->whole))
		return rc;
	memcpy(ips, b->ips, b->n_ips * sizeof(*ips));
	n = drop_inlined(c, t->asked->live, ips, b->n_ips);
	rc = t->asked->intern(t->asked->context, ips, n, &ev.ustack);
	if (rc < 0)
		return rc;
	all = grow(c->heap, c->n_heap + 1, &c->heap_room, sizeof(*all));
	if (!all)
		return -ENOMEM;
	c->heap = all;
	all[c->n_heap++] = ev;
	return 0;
}

static int read_heap(struct go_counts *c, const struct go_counts_asked *asked)
{
	struct telling t = { c, asked };
	uint64_t unread;
	int rc = go_heap_look(asked->live, &c->state, &c->rate);

	if (c->state == GO_HEAP_OFF && c->unlinked)
		c->state = GO_HEAP_NOT_LINKED;
	if (rc < 0 || c->state != GO_HEAP_ON || !asked->heap)
		return rc;
	return go_heap_read(&c->places, asked->live, on_bucket, &t, &unread);
}

/* --- figures --- */

static int read_figures(struct go_counts *c, const struct go_counts_asked *asked)
{
	size_t n, kept = 0;
	int rc = go_figures_read(asked->live, c->list, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		bool changed = false;

		rc = go_known_put(&c->figures, (uintptr_t)c->list[i].key, c->list[i].value, 0,
				  &changed);
		if (changed || asked->whole)
			c->list[kept++] = c->list[i];
	}
	c->n_list = kept;
	return rc;
}

/* Those before the first snapshot are not of the recording. */
static int read_cycles(struct go_counts *c, const struct go_counts_asked *asked)
{
	uint64_t last;
	int rc;

	if (!asked->live->at.stats)
		return 0;
	rc = go_cycles_read(asked->live, c->begun ? c->told : UINT64_MAX, c->cycles, &c->n_cycles,
			    &last);
	if (rc < 0 || (c->begun && last <= c->told))
		return rc;
	c->begun = true;
	c->told = last;
	return 0;
}

/* --- where they are --- */

/* What symbols do not tell is looked for; some is not there before a collection. */
static int search(struct go_counts *c, struct go_live *live)
{
	uint64_t at;

	if (!live->at.rate && !c->searches) {
		at = go_rate_find(live->program);
		live->at.rate = at ? at + live->bias : 0;
		c->unlinked = !go_rate_is_linked(live->program);
	}
	if (!go_shapes_lack(live) || c->searches >= MOST_SEARCHES)
		return 0;
	c->searches++;
	return go_shapes_find(live);
}

int go_counts_read(struct go_counts *c, const struct go_counts_asked *asked)
{
	int rc = asked->heap ? search(c, asked->live) : 0;

	c->n_heap = c->n_list = c->n_cycles = 0;
	if (rc == 0)
		rc = read_figures(c, asked);
	if (rc == 0)
		rc = read_cycles(c, asked);
	return rc < 0 ? rc : read_heap(c, asked);
}
