// SPDX-License-Identifier: BSD-2-Clause
/*
 * Records of two epochs may come mixed (a wait's stacks belong to the epoch that it
 * began in), so what is told is kept for two. That a thread ends needs no heed: its
 * number given to another one is told of in full again.
 */
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/replay/running.h"

#define MOST_PROGRAMS ((size_t)1 << 16) /* of a tape; more are taken for no Go's behind damage */

static void clear(struct running_epoch *e)
{
	map_done(&e->by_tid);
	vec_done(&e->list);
	*e = (struct running_epoch){ 0 };
}

void running_done(struct running *r)
{
	clear(&r->epochs[0]);
	clear(&r->epochs[1]);
	map_done(&r->programs);
	if (r->holes)
		cover_done(r->holes);
	free(r->holes);
}

/* A record for which a ring has no room is written later, before anything that it is about. */
static bool matters(const struct gap *gap)
{
	return gap->kind == GAP_DAMAGE ||
	       (gap->kind == GAP_LOSS &&
		(gap->source == EV_LOSS_WRITER || gap->source == EV_LOSS_DAMAGE));
}

void running_set_gaps(struct running *r, const struct gaps *gaps)
{
	static const uint16_t none[] = { 0 };
	struct gaps those = { 0 };

	if (r->holes)
		return;
	vec_for_each (gap, &gaps->list) {
		if (!matters(gap))
			continue;
		*vec_push(&those.list) = *gap;
		those.list.items[those.list.n - 1].of_type = 0;
	}
	r->holes = memory_alloc(sizeof(*r->holes));
	cover_init(r->holes, &those, none);
	gaps_done(&those);
}

static struct running_epoch *epoch_of(struct running *r, uint32_t number)
{
	struct running_epoch *e = &r->epochs[number & 1];

	if (e->number != number) {
		clear(e);
		e->number = number;
	}
	return e;
}

void running_begin_epoch(struct running *r, const struct ev_epoch *record)
{
	epoch_of(r, record->h.epoch)->from_ns = record->h.time_ns;
}

void running_tell(struct running *r, const struct ev_go_running *record)
{
	struct running_epoch *e = epoch_of(r, record->h.epoch);
	bool added;
	uint64_t *index = map_add(&e->by_tid, record->h.tid, &added);

	if (added) {
		*index = e->list.n;
		vec_push(&e->list);
	}
	e->list.items[*index] = (struct running_told){
		.tid = record->h.tid,
		.tgid = record->h.tgid,
		.goid = record->goid,
		.ns = record->h.time_ns,
	};
	if (r->programs.n < MOST_PROGRAMS)
		map_add(&r->programs, record->h.tgid, NULL);
}

/* Of its threads one is left, which has the process' number now. */
void running_exec(struct running *r, const struct ev_exec *record)
{
	for (size_t i = 0; i < 2; i++)
		map_remove(&r->epochs[i].by_tid, record->h.tgid);
	map_remove(&r->programs, record->h.tgid);
}

static bool is_whole(const struct running *r, uint64_t from_ns, uint64_t to_ns)
{
	return !r->holes || cover_is_whole(r->holes, from_ns, to_ns);
}

uint64_t running_goid(const struct running *r, const struct ev_header *event)
{
	const struct running_epoch *e = &r->epochs[event->epoch & 1];
	bool current = e->number == event->epoch;
	const uint64_t *index = current ? map_find(&e->by_tid, event->tid) : NULL;
	const struct running_told *told = index ? &e->list.items[*index] : NULL;

	if (told && told->tgid == event->tgid)
		return is_whole(r, told->ns, event->time_ns) ? told->goid : RUNNING_UNKNOWN;
	if (!map_find(&r->programs, event->tgid))
		return RUNNING_NO_GO;
	return is_whole(r, current ? e->from_ns : 0, event->time_ns) ? RUNNING_NO_GO
								     : RUNNING_UNKNOWN;
}
