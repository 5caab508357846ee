// SPDX-License-Identifier: BSD-2-Clause
/*
 * Facts: runtime/mprof.go. A bucket is its head, then its stack, then a memRecord
 * that begins with the published sums: allocs, frees, and to 1.26 their bytes. All objects
 * of a bucket are of one size.
 */
#include "symbols/go_heap.h"

#define MOST_BUCKETS 65536
#define RECORD	     32
#define HEAD_MAX     128

int go_heap_rate(const struct go_live *live, uint64_t *rate)
{
	uint8_t word[8] = { 0 }, off = 0;
	bool there = false;
	int rc = 0;

	*rate = 0;
	if (!live->at.rate || !live->at.buckets)
		return 0;
	if (live->at.no_heap)
		rc = go_memory_read(live->memory, live->at.no_heap, &off, 1, &there);
	if (rc < 0 || (there && off))
		return rc;
	rc = go_memory_read(live->memory, live->at.rate, word, sizeof(word), &there);
	*rate = there ? go_u64(word) : 0;
	return rc;
}

static uint64_t word(const uint8_t *record, uint16_t offset)
{
	return offset <= RECORD - 8 ? go_u64(record + offset) : 0;
}

/* Whom to tell. */
struct visit {
	int (*fn)(void *context, const struct go_bucket *b);
	void *context;
	uint64_t *unread;
};

/* Reads what stands behind a bucket's head, and tells it. */
static int tell(const struct go_live *live, struct go_bucket *b, uint64_t depth,
		const struct visit *v)
{
	const struct go_offsets *o = live->offsets;
	uint8_t bytes[GO_HEAP_DEPTH * 8 + RECORD];
	uint64_t ips[GO_HEAP_DEPTH];
	const uint8_t *record = bytes + depth * 8;
	bool there;
	int rc = go_memory_read(live->memory, b->address + o->bucket_size, bytes,
				(uint32_t)(depth * 8 + RECORD), &there);

	if (rc < 0 || !there) {
		++*v->unread;
		return rc;
	}
	for (uint64_t i = 0; i < depth; i++)
		ips[i] = go_u64(bytes + i * 8);
	if (depth)
		ips[0]--; /* all of them are return addresses */
	b->allocs = word(record, o->record_allocs);
	b->frees = word(record, o->record_frees);
	b->alloc_bytes = o->record_alloc_bytes == GO_NONE ? b->allocs * b->object_bytes
							  : word(record, o->record_alloc_bytes);
	b->free_bytes = o->record_free_bytes == GO_NONE ? b->frees * b->object_bytes
							: word(record, o->record_free_bytes);
	b->ips = ips;
	b->n_ips = (uint32_t)depth;
	return v->fn(v->context, b);
}

int go_heap_read(const struct go_live *live, int (*fn)(void *context, const struct go_bucket *b),
		 void *context, uint64_t *unread)
{
	const struct go_offsets *o = live->offsets;
	const struct visit visit = { fn, context, unread };
	uint8_t head[HEAD_MAX] = { 0 };
	bool there = false;
	int rc = 0;

	*unread = 0;
	if (!live->at.buckets || o->bucket_size > HEAD_MAX)
		return 0;
	rc = go_memory_read(live->memory, live->at.buckets, head + o->bucket_next, 8, &there);
	for (uint32_t i = 0; rc == 0 && there && i < MOST_BUCKETS; i++) {
		struct go_bucket b = { .address = go_u64(head + o->bucket_next) };
		uint64_t depth;

		if (!b.address)
			return 0;
		rc = go_memory_read(live->memory, b.address, head, o->bucket_size, &there);
		depth = go_u64(head + o->bucket_depth);
		b.object_bytes = go_u64(head + o->bucket_object);
		if (rc < 0 || !there || depth > GO_HEAP_DEPTH)
			break;
		rc = tell(live, &b, depth, &visit);
	}
	*unread += rc == 0;
	return rc;
}

int go_figures_read(const struct go_live *live, struct go_figure ret[GO_FIGURES_MAX], size_t *n)
{
	const struct go_offsets *o = live->offsets;
	const struct {
		const char *key;
		uint64_t struct_at;
		uint16_t offset;
		uint16_t size;
	} all[] = {
		{ "gc.cycles_count", live->at.stats, o->stats_cycles, 4 },
		{ "gc.pause_ns", live->at.stats, o->stats_pause, 8 },
		{ "heap.live_bytes", live->at.gc, o->gc_live, 8 },
		{ "heap.marked_bytes", live->at.gc, o->gc_marked, 8 },
		{ "heap.goal_bytes", live->at.gc, o->gc_goal, 8 },
		{ "sched.threads_count", live->at.sched, o->sched_threads, 8 },
		{ "sched.idle_threads_count", live->at.sched, o->sched_idle_threads, 4 },
		{ "sched.idle_processors_count", live->at.sched, o->sched_idle_processors, 4 },
		{ "sched.queue_count", live->at.sched, o->sched_queue, 4 },
	};
	uint8_t words[GO_FIGURES_MAX][8] = { 0 };
	struct go_piece pieces[GO_FIGURES_MAX];
	size_t wanted = 0, found = 0;
	int rc;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (!all[i].struct_at || all[i].offset == GO_NONE)
			continue;
		ret[wanted].key = all[i].key;
		pieces[wanted] = (struct go_piece){ all[i].struct_at + all[i].offset, words[wanted],
						    all[i].size, false };
		wanted++;
	}
	rc = wanted ? live->memory->read(live->memory->context, pieces, wanted) : 0;
	for (size_t i = 0; rc == 0 && i < wanted; i++) {
		ret[found] = (struct go_figure){ ret[i].key, go_u64(words[i]) };
		found += pieces[i].there;
	}
	*n = found;
	return rc;
}
