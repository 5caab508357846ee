// SPDX-License-Identifier: BSD-2-Clause
/* See gaps.h. Beyond a bound, what comes is joined to the last gap of its kind. */
#include <string.h>

#include "analyze/replay/gaps.h"

#define MOST_GAPS ((size_t)1 << 16)

void gaps_done(struct gaps *g)
{
	vec_done(&g->list);
}

static bool same_sort(const struct gap *a, const struct gap *b)
{
	return a->kind == b->kind && a->of_type == b->of_type && a->source == b->source;
}

static void add(struct gaps *g, const struct gap *gap)
{
	if (g->list.n < MOST_GAPS) {
		*vec_push(&g->list) = *gap;
		return;
	}
	for (size_t i = g->list.n; i-- > g->list.n - 64;) {
		struct gap *last = &g->list.items[i];

		if (!same_sort(last, gap))
			continue;
		last->count += gap->count;
		if (gap->from_ns < last->from_ns)
			last->from_ns = gap->from_ns;
		if (gap->to_ns > last->to_ns)
			last->to_ns = gap->to_ns;
		return;
	}
}

void gaps_loss(struct gaps *g, const struct ev_loss *record)
{
	add(g, &(struct gap){
		       .kind = GAP_LOSS,
		       .of_type = record->of_type,
		       .source = record->source,
		       .from_ns = record->from_ns,
		       .to_ns = record->to_ns < record->from_ns ? record->from_ns : record->to_ns,
		       .count = record->count,
	       });
}

void gaps_pause(struct gaps *g, const struct ev_pause *record)
{
	struct gap gap = { .kind = GAP_PAUSE, .from_ns = record->h.time_ns, .to_ns = UINT64_MAX };

	if (record->paused) {
		if (!g->paused)
			add(g, &gap);
		g->paused = true;
		return;
	}
	g->paused = false;
	for (size_t i = g->list.n; i-- > 0;) {
		if (g->list.items[i].kind != GAP_PAUSE)
			continue;
		if (g->list.items[i].to_ns == UINT64_MAX)
			g->list.items[i].to_ns = record->h.time_ns;
		return;
	}
}

void gaps_damage(struct gaps *g, const struct tape_damage *damage)
{
	add(g, &(struct gap){
		       .kind = GAP_DAMAGE,
		       .from_ns = damage->from_ns,
		       .to_ns = damage->to_ns < damage->from_ns ? damage->from_ns : damage->to_ns,
		       .count = damage->blocks,
	       });
}

static int by_start(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

uint64_t gaps_covered_ns(const struct gaps *g, enum gap_kind kind, uint64_t from_ns, uint64_t to_ns)
{
	struct gap *sorted = memory_resize(NULL, g->list.n, sizeof(*sorted));
	uint64_t covered = 0, reached = from_ns;
	size_t n = 0;

	for (size_t i = 0; i < g->list.n; i++) {
		if (g->list.items[i].kind == kind)
			sorted[n++] = g->list.items[i];
	}
	qsort(sorted, n, sizeof(*sorted), by_start);
	for (size_t i = 0; i < n; i++) {
		uint64_t start = sorted[i].from_ns > reached ? sorted[i].from_ns : reached;
		uint64_t end = sorted[i].to_ns < to_ns ? sorted[i].to_ns : to_ns;

		if (end <= start)
			continue;
		covered += end - start;
		reached = end;
	}
	free(sorted);
	return covered;
}

uint64_t gaps_lost_events(const struct gaps *g, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t lost = 0;

	vec_for_each (gap, &g->list) {
		if (gap->kind == GAP_LOSS && gap->from_ns <= to_ns && gap->to_ns >= from_ns)
			lost += gap->count;
	}
	return lost;
}

const char *gaps_kind_name(enum gap_kind kind)
{
	static const char *const names[] = {
		[GAP_LOSS] = "lost events", [GAP_PAUSE] = "paused", [GAP_DAMAGE] = "damaged file"
	};

	return names[kind];
}
