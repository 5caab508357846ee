// SPDX-License-Identifier: BSD-2-Clause
/*
 * One pass through all that can be written: a word that may belong to one of them is
 * followed by a look at the whole. Facts: runtime/mprof.go (stkbucket), mstats.go,
 * mgc.go (gcMarkTermination), mgcpacer.go (setGCPercent), proc.go (schedinit). runtime.work
 * takes a second pass: it is known by the time that memstats has, too.
 */
#include <errno.h>
#include <stdlib.h>

#include "symbols/go_heap.h"
#include "symbols/go_shapes.h"

#define BLOCK	     (64u << 10)
#define OVERLAP	     256u
#define MOST_DATA    ((uint64_t)64 << 20)
#define POINTERS     128
#define STRUCT_MAX   (16u << 10)
#define HIGHEST	     ((uint64_t)1 << 47)
#define OLDEST_UNIX  1400000000000000000ull /* 2014; before the first of these versions, and */
#define LAST_UNIX    4100000000000000000ull /* 2100 */
#define LEAST_HEAP   ((uint64_t)4 << 20)    /* runtime.defaultHeapMinimum */
#define MOST_THREADS 10000		    /* as schedinit() sets it */
#define RING	     256

/* Where one was found, and how often. */
struct found {
	uint64_t at;
	uint32_t n;
};

struct search {
	struct go_live *live;
	struct go_list list;
	uint64_t last_gc; /* what to look for as runtime.work: 0: not at this time */
	struct found buckets, gc, stats, sched, work;
	uint64_t places[POINTERS], pointers[POINTERS];
	size_t n_pointers;
	uint8_t bytes[STRUCT_MAX];
	uint8_t block[BLOCK];
};

static void note(struct found *f, uint64_t at)
{
	f->at = at;
	f->n++;
}

/* Reads so much of a struct; false: it is not there, or too long. */
static bool load(struct search *s, uint64_t at, uint32_t size, int *rc)
{
	bool there = false;

	if (size > STRUCT_MAX)
		return false;
	*rc = go_memory_read(s->live->memory, at, s->bytes, size, &there);
	return *rc == 0 && there;
}

/* What offsets are of a program's own DWARF may be anything. */
static bool fit(const uint16_t *offsets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (offsets[i] > STRUCT_MAX - 8)
			return false;
	}
	return true;
}

/* So many bytes hold all of them. */
static uint32_t span(const uint16_t *offsets, size_t n)
{
	uint32_t end = 0;

	for (size_t i = 0; i < n; i++) {
		if (offsets[i] + 8u > end)
			end = offsets[i] + 8u;
	}
	return end;
}

#define FIT(...)                                                                                   \
	fit((const uint16_t[]){ __VA_ARGS__ },                                                     \
	    sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t))
#define SPAN(...)                                                                                  \
	span((const uint16_t[]){ __VA_ARGS__ },                                                    \
	     sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t))

static bool is_share(uint64_t bits)
{
	double share;

	memcpy(&share, &bits, sizeof(share));
	return share >= 0 && share <= 1;
}

/* --- memstats: its last collection's end is in the ring, too --- */

/* From the last one back: each ended before the next, and where there was none there is nothing. */
static bool is_in_order(const uint8_t *ends, uint64_t n)
{
	for (uint64_t i = 1; i < RING; i++) {
		uint64_t later = go_u64(ends + (n - i) % RING * 8);
		uint64_t end = go_u64(ends + (n - i - 1) % RING * 8);

		if (i < n ? end < OLDEST_UNIX || end > later : end != 0)
			return false;
	}
	return true;
}

static bool ring_holds(const struct go_offsets *o, const uint8_t *b)
{
	uint64_t n = go_u32(b + o->stats_cycles), sum = 0;
	const uint8_t *ends = b + o->stats_ends, *pauses = b + o->stats_pauses;

	if (!n || go_u64(ends + (n - 1) % RING * 8) != go_u64(b + o->stats_last_unix) ||
	    !is_in_order(ends, n))
		return false;
	for (uint64_t i = 0; i < n && i < RING; i++)
		sum += go_u64(pauses + i * 8);
	return n > RING ? go_u64(b + o->stats_pause) >= sum : go_u64(b + o->stats_pause) == sum;
}

static bool knows_stats(const struct go_offsets *o)
{
	return FIT(o->stats_last, o->stats_cpu_share, o->stats_last_unix, o->stats_cycles,
		   o->stats_pause) &&
	       o->stats_ends <= STRUCT_MAX - RING * 8 && o->stats_pauses <= STRUCT_MAX - RING * 8;
}

static int check_stats(struct search *s, uint64_t at)
{
	const struct go_offsets *o = s->live->offsets;
	const uint16_t ends = (uint16_t)(o->stats_ends + RING * 8 - 8);
	const uint16_t pauses = (uint16_t)(o->stats_pauses + RING * 8 - 8);
	const uint32_t size = SPAN(ends, pauses, o->stats_last, o->stats_cpu_share,
				   o->stats_last_unix, o->stats_cycles, o->stats_pause);
	uint64_t base = at - o->stats_last_unix;
	int rc = 0;

	if (load(s, base, size, &rc) && ring_holds(o, s->bytes) &&
	    go_u64(s->bytes + o->stats_last) && is_share(go_u64(s->bytes + o->stats_cpu_share)))
		note(&s->stats, base);
	return rc;
}

/* --- gcController: its smallest heap is so many percent of 4 MiB --- */

static bool knows_gc(const struct go_offsets *o)
{
	return o->gc_percent <= o->gc_minimum && o->gc_minimum < OVERLAP &&
	       FIT(o->gc_live, o->gc_marked, o->gc_last_goal);
}

static int check_gc(struct search *s, const uint8_t *block, uint32_t i, uint64_t at)
{
	const struct go_offsets *o = s->live->offsets;
	uint64_t base = at - o->gc_minimum, percent, live, marked;
	int rc = 0;

	if (s->live->at.gc || i < o->gc_minimum || !go_u64(block + i))
		return 0;
	percent = (uint64_t)(int32_t)go_u32(block + i - o->gc_minimum + o->gc_percent);
	if (go_u64(block + i) != LEAST_HEAP * percent / 100)
		return 0;
	if (!load(s, base, SPAN(o->gc_live, o->gc_marked, o->gc_last_goal), &rc))
		return rc;
	live = go_u64(s->bytes + o->gc_live);
	marked = go_u64(s->bytes + o->gc_marked);
	if (live && live < HIGHEST && marked < HIGHEST)
		note(&s->gc, base);
	return 0;
}

/* --- sched: as many threads as schedinit() allows, and as many goroutines as there are --- */

static bool knows_sched(const struct go_offsets *o)
{
	return FIT(o->sched_most_threads, o->sched_goids, o->sched_threads, o->sched_idle_threads,
		   o->sched_idle_processors, o->sched_resized);
}

static bool is_sched(const struct search *s, const uint8_t *b)
{
	const struct go_offsets *o = s->live->offsets;
	uint64_t threads = go_u64(b + o->sched_threads), ids = go_u64(b + o->sched_goids);

	return threads && threads <= MOST_THREADS && go_u32(b + o->sched_idle_threads) <= threads &&
	       go_u32(b + o->sched_idle_processors) <= 65536 && ids + 1 >= s->list.n &&
	       ids < HIGHEST && go_u64(b + o->sched_resized) &&
	       go_u64(b + o->sched_resized) < OLDEST_UNIX;
}

static int check_sched(struct search *s, uint64_t at)
{
	const struct go_offsets *o = s->live->offsets;
	const uint32_t size = SPAN(o->sched_goids, o->sched_threads, o->sched_idle_threads,
				   o->sched_idle_processors, o->sched_resized);
	uint64_t base = at - o->sched_most_threads;
	int rc = 0;

	if (base % 8 == 0 && !s->live->at.sched && load(s, base, size, &rc) &&
	    is_sched(s, s->bytes))
		note(&s->sched, base);
	return rc;
}

/* --- work: its last collection ended when memstats says --- */

static int check_work(struct search *s, uint64_t at)
{
	const struct go_offsets *o = s->live->offsets;
	uint64_t base = at - o->work_end;
	uint8_t done[4];
	uint32_t begun;
	bool there = false;
	int rc = 0;

	if (!load(s, base, SPAN(o->work_cycles, o->work_end, o->work_before, o->work_after), &rc))
		return rc;
	begun = go_u32(s->bytes + o->work_cycles);
	rc = go_memory_read(s->live->memory, s->live->at.stats + o->stats_cycles, done, 4, &there);
	if (there && begun - go_u32(done) <= 1 && go_u64(s->bytes + o->work_after) < HIGHEST &&
	    go_u64(s->bytes + o->work_before) < HIGHEST)
		note(&s->work, base);
	return rc;
}

static bool knows_work(const struct go_offsets *o)
{
	return FIT(o->work_cycles, o->work_end, o->work_before, o->work_after, o->stats_last,
		   o->stats_cycles);
}

/* --- mbuckets: a pointer to a bucket --- */

static int check_pointers(struct search *s)
{
	struct go_piece pieces[POINTERS];
	uint8_t types[POINTERS][8];
	const struct go_offsets *o = s->live->offsets;
	int rc;

	for (size_t i = 0; i < s->n_pointers; i++)
		pieces[i] =
			(struct go_piece){ s->pointers[i] + o->bucket_type, types[i], 8, false };
	rc = s->live->memory->read(s->live->memory->context, pieces, s->n_pointers);
	for (size_t i = 0; rc == 0 && i < s->n_pointers; i++) {
		bool good = false;

		if (pieces[i].there && go_u64(types[i]) == 1)
			rc = go_heap_is_bucket(s->live, s->pointers[i], &good);
		if (good)
			note(&s->buckets, s->places[i]);
	}
	s->n_pointers = 0;
	return rc;
}

static int check_pointer(struct search *s, uint64_t at, uint64_t word)
{
	if (s->live->at.buckets || word < BLOCK || word >= HIGHEST || word % 8)
		return 0;
	s->places[s->n_pointers] = at;
	s->pointers[s->n_pointers++] = word;
	return s->n_pointers == POINTERS ? check_pointers(s) : 0;
}

/* --- all together --- */

static int look_through(struct search *s, uint32_t size, uint32_t skip, uint64_t at)
{
	const struct go_offsets *o = s->live->offsets;
	const bool stats = !s->live->at.stats && knows_stats(o), gc = knows_gc(o),
		   sched = knows_sched(o);
	const uint32_t half = sched && o->sched_most_threads % 8 ? 4 : 0;
	int rc = 0;

	for (uint32_t i = skip; rc == 0 && i + 8 <= size; i += 8) {
		uint64_t word = go_u64(s->block + i);

		if (!word)
			continue;
		if (s->last_gc) {
			rc = word == s->last_gc ? check_work(s, at + i) : 0;
			continue;
		}
		rc = check_pointer(s, at + i, word);
		if (rc == 0 && stats && word >= OLDEST_UNIX && word <= LAST_UNIX)
			rc = check_stats(s, at + i);
		if (rc == 0 && gc)
			rc = check_gc(s, s->block, i, at + i);
		if (rc == 0 && sched && (uint32_t)(word >> half * 8) == MOST_THREADS)
			rc = check_sched(s, at + i + half);
	}
	return rc;
}

/* Blocks begin a bit before where the last one ended: what is looked at may begin there. */
static int look_everywhere(struct search *s)
{
	const struct go_program *p = s->live->program;
	uint64_t left = MOST_DATA;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < p->n_data; i++) {
		uint64_t at = (p->data[i].start + 7) / 8 * 8, end = p->data[i].end;
		uint32_t skip = 0;

		while (rc == 0 && at + skip < end && left) {
			uint32_t size = end - at < BLOCK ? (uint32_t)(end - at) : BLOCK;
			bool there;

			rc = go_memory_read(s->live->memory, at + s->live->bias, s->block, size,
					    &there);
			if (rc == 0 && there)
				rc = look_through(s, size, skip, at + s->live->bias);
			left -= left < size ? left : size;
			at += size < BLOCK ? size : BLOCK - OVERLAP;
			skip = OVERLAP;
		}
	}
	return rc < 0 ? rc : check_pointers(s);
}

static void take(uint64_t *at, const struct found *f)
{
	if (!*at && f->n == 1)
		*at = f->at;
}

static int find_work(struct search *s)
{
	const struct go_offsets *o = s->live->offsets;
	uint8_t last[8];
	bool there = false;
	int rc = 0;

	if (s->live->at.work || !s->live->at.stats || !knows_work(o))
		return 0;
	rc = go_memory_read(s->live->memory, s->live->at.stats + o->stats_last, last, 8, &there);
	s->last_gc = there ? go_u64(last) : 0;
	if (rc == 0 && s->last_gc)
		rc = look_everywhere(s);
	take(&s->live->at.work, &s->work);
	return rc;
}

bool go_shapes_lack(const struct go_live *live)
{
	const struct go_offsets *o = live->offsets;

	return !live->at.buckets || (!live->at.stats && knows_stats(o)) ||
	       (!live->at.gc && knows_gc(o)) || (!live->at.sched && knows_sched(o)) ||
	       (!live->at.work && knows_work(o));
}

int go_shapes_find(struct go_live *live)
{
	struct search *s = malloc(sizeof(*s));
	int rc = s ? 0 : -ENOMEM;

	if (rc < 0)
		return rc;
	*s = (struct search){ .live = live };
	rc = go_live_list(live, &s->list);
	if (rc == 0)
		rc = look_everywhere(s);
	take(&live->at.buckets, &s->buckets);
	take(&live->at.gc, &s->gc);
	take(&live->at.stats, &s->stats);
	take(&live->at.sched, &s->sched);
	if (rc == 0)
		rc = find_work(s);
	free(s);
	return rc == -EAGAIN ? 0 : rc;
}
