// SPDX-License-Identifier: BSD-2-Clause
/*
 * Facts: runtime/mstats.go, mgc.go (gcMarkTermination writes a collection's pause and end
 * into rings of 256, and counts it afterwards), mgcpacer.go.
 */
#include <string.h>

#include "symbols/go_figures.h"

#define RING	   256
#define MOST_TRIES 3

enum form { WORD, HALF, SHARE /* a double from 0 to 1 */ };

struct field {
	const char *key;
	uint64_t struct_at;
	uint16_t offset;
	enum form form;
};

static uint64_t value_of(enum form form, const uint8_t *bytes)
{
	uint64_t word = go_u64(bytes);
	double share;

	if (form != SHARE)
		return word;
	memcpy(&share, &word, sizeof(share));
	return share >= 0 && share <= 1 ? (uint64_t)(share * 1e9 + 0.5) : 0;
}

int go_figures_read(const struct go_live *live, struct go_figure ret[GO_FIGURES_MAX], size_t *n)
{
	const struct go_offsets *o = live->offsets;
	const struct go_variables *at = &live->at;
	const struct field all[] = {
		{ "gc.cycles_count", at->stats, o->stats_cycles, HALF },
		{ "gc.pause_ns", at->stats, o->stats_pause, WORD },
		{ "gc.last_ns", at->stats, o->stats_last, WORD },
		{ "gc.cpu_share_ppb", at->stats, o->stats_cpu_share, SHARE },
		{ "gc.cpu_ns", at->work, o->work_cpu_gc, WORD },
		{ "gc.cpu_idle_ns", at->work, o->work_cpu_idle, WORD },
		{ "gc.cpu_total_ns", at->work, o->work_cpu_total, WORD },
		{ "heap.live_bytes", at->gc, o->gc_live, WORD },
		{ "heap.marked_bytes", at->gc, o->gc_marked, WORD },
		{ "heap.goal_bytes", at->gc, o->gc_goal, WORD },
		{ "sched.threads_count", at->sched, o->sched_threads, WORD },
		{ "sched.idle_threads_count", at->sched, o->sched_idle_threads, HALF },
		{ "sched.idle_processors_count", at->sched, o->sched_idle_processors, HALF },
		{ "sched.queue_count", at->sched, o->sched_queue, HALF },
		{ "sched.resized_ns", at->sched, o->sched_resized, WORD },
		{ "sched.cpu_total_ns", at->sched, o->sched_total, WORD },
	};
	uint8_t words[GO_FIGURES_MAX][8] = { 0 };
	struct go_piece pieces[GO_FIGURES_MAX];
	const struct field *fields[GO_FIGURES_MAX];
	size_t wanted = 0, found = 0;
	int rc;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (!all[i].struct_at || all[i].offset == GO_NONE)
			continue;
		fields[wanted] = &all[i];
		pieces[wanted] = (struct go_piece){ all[i].struct_at + all[i].offset, words[wanted],
						    all[i].form == HALF ? 4 : 8, false };
		wanted++;
	}
	rc = wanted ? live->memory->read(live->memory->context, pieces, wanted) : 0;
	for (size_t i = 0; rc == 0 && i < wanted; i++) {
		ret[found] =
			(struct go_figure){ fields[i]->key, value_of(fields[i]->form, words[i]) };
		found += pieces[i].there;
	}
	*n = found;
	return rc;
}

/* --- collections --- */

/* What is read of them at once. */
struct rings {
	uint8_t done[4], done_again[4], begun[4];
	uint8_t before[8], after[8], goal[8];
	uint8_t pauses[RING * 8], ends[RING * 8];
	bool ringed; /* the count and both rings are there */
	bool sized;  /* what is of the heap, too */
};

static struct go_piece piece_of(uint64_t struct_at, uint16_t offset, void *to, uint32_t size)
{
	bool known = struct_at && offset != GO_NONE;

	return (struct go_piece){ known ? struct_at + offset : 0, to, size, false };
}

static int read_rings(const struct go_live *live, struct rings *r)
{
	const struct go_offsets *o = live->offsets;
	const struct go_variables *at = &live->at;
	struct go_piece first[] = {
		piece_of(at->stats, o->stats_cycles, r->done, sizeof(r->done)),
		piece_of(at->stats, o->stats_pauses, r->pauses, sizeof(r->pauses)),
		piece_of(at->stats, o->stats_ends, r->ends, sizeof(r->ends)),
		piece_of(at->work, o->work_cycles, r->begun, sizeof(r->begun)),
		piece_of(at->work, o->work_before, r->before, sizeof(r->before)),
		piece_of(at->work, o->work_after, r->after, sizeof(r->after)),
		piece_of(at->gc, o->gc_last_goal, r->goal, sizeof(r->goal)),
	};
	const size_t n = sizeof(first) / sizeof(*first);
	bool again;
	int rc = live->memory->read(live->memory->context, first, n);

	if (rc == 0)
		rc = go_memory_read(live->memory, first[0].address, r->done_again,
				    sizeof(r->done_again), &again);
	r->ringed = rc == 0 && again && first[0].there && first[1].there && first[2].there;
	r->sized = r->ringed;
	for (size_t i = 3; i < 6; i++)
		r->sized = r->sized && first[i].there;
	if (!first[6].there)
		memset(r->goal, 0, sizeof(r->goal));
	return rc;
}

/* The slot of the one that may be changing is not asked for. */
static void tell(const struct rings *r, uint64_t since, uint64_t last,
		 struct go_cycle ret[GO_CYCLES_MAX], size_t *n)
{
	uint64_t oldest = last > GO_CYCLES_MAX ? last - GO_CYCLES_MAX : 0;

	for (uint64_t i = since > oldest ? since : oldest; i < last; i++)
		ret[(*n)++] = (struct go_cycle){ .number = i + 1,
						 .end_wall_ns = go_u64(r->ends + i % RING * 8),
						 .pause_ns = go_u64(r->pauses + i % RING * 8) };
	/* A collection that runs has begun to write down what it found. */
	if (!*n || !r->sized || go_u32(r->begun) != last)
		return;
	ret[*n - 1].before_bytes = go_u64(r->before);
	ret[*n - 1].after_bytes = go_u64(r->after);
	ret[*n - 1].goal_bytes = go_u64(r->goal);
}

int go_cycles_read(const struct go_live *live, uint64_t since, struct go_cycle ret[GO_CYCLES_MAX],
		   size_t *n, uint64_t *last)
{
	struct rings r;
	int rc = 0;

	*n = 0;
	*last = 0;
	for (int i = 0; rc == 0 && live->at.stats && i < MOST_TRIES; i++) {
		rc = read_rings(live, &r);
		if (rc < 0 || !r.ringed)
			return rc;
		if (go_u32(r.done) != go_u32(r.done_again))
			continue;
		*last = go_u32(r.done);
		if (*last > since)
			tell(&r, since, *last, ret, n);
		return 0;
	}
	return rc;
}
