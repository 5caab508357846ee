// SPDX-License-Identifier: BSD-2-Clause
/*
 * Blocks of the epoch after the current one may stand before the last blocks of
 * the current one (the recorder closes an epoch when its rings have caught up),
 * so they are read ahead and kept. An epoch is whole when one two further on
 * begins, at the end, or when the limit is reached.
 *
 * Each ring's stream is nearly sorted, so the sort is a merge sort that leaves
 * alone what is in order already: about linear on real tapes.
 */
#include <stdbool.h>
#include <string.h>

#include "analyze/base/arena.h"
#include "analyze/base/memory.h"
#include "analyze/base/vec.h"
#include "analyze/replay/order.h"

#define SMALL_RUN  24
/* Most bytes that wait for the next epoch; more only where clocks or tapes are broken. */
#define HELD_LIMIT ((size_t)16 << 20)

VEC_TYPE(blocks, struct tape_block *);
VEC_TYPE(records, struct order_record);

struct order {
	struct tape_reader *reader;
	size_t limit;
	size_t memory; /* of batch and ahead */
	uint32_t epoch;
	struct blocks batch; /* in order of the file */
	struct blocks ahead; /* of epochs after the batch's */
	struct records records;
	struct order_record *scratch;
	size_t scratch_room;
	VEC(const struct ev_header *) definitions;
	struct arena held[2]; /* copies of records that wait; [0] are in the batch */
	struct records waiting;
};

struct order *order_new(struct tape_reader *reader, size_t limit_bytes)
{
	struct order *o = memory_alloc(sizeof(*o));

	o->reader = reader;
	o->limit = limit_bytes;
	return o;
}

static void free_blocks(struct blocks *blocks)
{
	vec_for_each (b, blocks) {
		tape_block_free(*b);
	}
	blocks->n = 0;
}

void order_free(struct order *o)
{
	if (!o)
		return;
	free_blocks(&o->batch);
	free_blocks(&o->ahead);
	vec_done(&o->batch);
	vec_done(&o->ahead);
	vec_done(&o->records);
	vec_done(&o->definitions);
	vec_done(&o->waiting);
	arena_done(&o->held[0]);
	arena_done(&o->held[1]);
	free(o->scratch);
	free(o);
}

/* All records of stacks, of names, and of scripts are. */
static bool is_definition(uint16_t type)
{
	return type == EV_MODULE || type == EV_CGROUP ||
	       (type >= EV_STACK && type <= EV_SCRIPT_RUNTIME);
}

/* Identity and what is about the tape: comes before events of the same time. */
static bool is_event(uint16_t type)
{
	return type > EV_SYMBOL;
}

static uint64_t sort_key(const struct ev_header *h)
{
	uint64_t time = h->time_ns < INT64_MAX ? h->time_ns : INT64_MAX;

	return time << 1 | is_event(h->type);
}

/* --- sorting --- */

static void sort_small(struct order_record *a, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct order_record x = a[i];
		size_t at = i;

		for (; at > 0 && a[at - 1].key > x.key; at--)
			a[at] = a[at - 1];
		a[at] = x;
	}
}

/* How many of a's n sorted elements have a key of at most key (or less than it, if strict). */
static size_t count_below(const struct order_record *a, size_t n, uint64_t key, bool strict)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strict ? a[mid].key < key : a[mid].key <= key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Merges a[0..middle) and a[middle..n), both sorted; equal ones of the first come first. */
static void merge(struct order_record *a, size_t middle, size_t n, struct order_record *scratch)
{
	size_t skip = count_below(a, middle, a[middle].key, false);
	size_t left, i = 0, out = skip, right = middle;

	n = middle + count_below(a + middle, n - middle, a[middle - 1].key, true);
	left = middle - skip;
	memcpy(scratch, a + skip, left * sizeof(*a));
	while (i < left && right < n)
		a[out++] = a[right].key < scratch[i].key ? a[right++] : scratch[i++];
	memcpy(a + out, scratch + i, (left - i) * sizeof(*a));
}

/* As deep as the logarithm of n. scratch has room for half of n, rounded up. */
static void sort(struct order_record *a, size_t n, struct order_record *scratch)
{
	size_t middle = n / 2;

	if (n <= SMALL_RUN) {
		sort_small(a, n);
		return;
	}
	sort(a, middle, scratch);
	sort(a + middle, n - middle, scratch);
	if (a[middle - 1].key > a[middle].key)
		merge(a, middle, n, scratch);
}

static void sort_records(struct order *o)
{
	size_t need = o->records.n / 2 + 1;

	if (o->scratch_room < need) {
		o->scratch = memory_resize(o->scratch, need, sizeof(*o->scratch));
		o->scratch_room = need;
	}
	sort(o->records.items, o->records.n, o->scratch);
}

/* --- reading --- */

/* SYMBOLS blocks and the like belong to no epoch: they go with the batch at hand. */
static bool has_epoch(const struct tape_block_header *h)
{
	return h->kind == TAPE_BLOCK_EPOCH || h->kind == TAPE_BLOCK_EVENTS;
}

static bool batch_may_take(const struct order *o, const struct tape_block_header *next)
{
	if (!o->batch.n && !o->ahead.n)
		return true;
	if (o->memory + next->plain_size > o->limit)
		return false;
	return !has_epoch(next) || next->epoch <= o->epoch || next->epoch - o->epoch == 1;
}

/* The batch begins with what was read ahead. */
static void begin_batch(struct order *o)
{
	struct blocks empty;

	vec_for_each (b, &o->batch) {
		o->memory -= (*b)->memory;
	}
	free_blocks(&o->batch);
	empty = o->batch;
	o->batch = o->ahead;
	o->ahead = empty;
	if (o->batch.n)
		o->epoch = o->batch.items[0]->header.epoch;

	arena_done(&o->held[0]);
	o->held[0] = o->held[1];
	o->held[1] = (struct arena){ 0 };
}

/* Reads the blocks of one epoch. Returns 0 or -errno. */
static int fill_batch(struct order *o, struct tape_error *err)
{
	struct tape_block_header next;
	struct tape_block *block;
	int rc;

	while (tape_reader_peek(o->reader, &next) > 0 && batch_may_take(o, &next)) {
		rc = tape_reader_next(o->reader, &block, err);
		if (rc <= 0)
			return rc;
		if (!o->batch.n && !o->ahead.n)
			o->epoch = block->header.epoch;
		o->memory += block->memory;
		if (has_epoch(&block->header) && block->header.epoch > o->epoch)
			*vec_push(&o->ahead) = block;
		else
			*vec_push(&o->batch) = block;
	}
	return 0;
}

static void add_block(struct order *o, const struct tape_block *block)
{
	if (block->header.kind == TAPE_BLOCK_INDEX)
		return;
	tape_block_for_each (block, record) {
		if (is_definition(record->type))
			*vec_push(&o->definitions) = record;
		else
			*vec_push(&o->records) =
				(struct order_record){ .key = sort_key(record), .record = record };
	}
}

/* The first time of the blocks that come after this batch, as far as it can be seen. */
static uint64_t next_first_ns(const struct order *o)
{
	struct tape_block_header next;
	uint64_t first = UINT64_MAX;

	vec_for_each (b, &o->ahead) {
		if ((*b)->header.first_ns && (*b)->header.first_ns < first)
			first = (*b)->header.first_ns;
	}
	if (tape_reader_peek(o->reader, &next) > 0 && has_epoch(&next) && next.first_ns &&
	    next.first_ns < first)
		first = next.first_ns;
	return first;
}

/* Moves the records that are later than the next epoch's first into waiting. */
static void hold_back(struct order *o)
{
	uint64_t first = next_first_ns(o);
	size_t keep, bytes = 0;

	if (first >= INT64_MAX)
		return;
	keep = count_below(o->records.items, o->records.n, first << 1, true);
	for (size_t i = keep; i < o->records.n && bytes <= HELD_LIMIT; i++)
		bytes += ev_size(o->records.items[i].record);
	if (bytes > HELD_LIMIT)
		return;
	for (size_t i = keep; i < o->records.n; i++) {
		const struct ev_header *h = o->records.items[i].record;

		*vec_push(&o->waiting) = (struct order_record){
			.key = o->records.items[i].key,
			.record = arena_copy(&o->held[1], h, ev_size(h)),
		};
	}
	o->records.n = keep;
}

int order_next(struct order *o, struct order_batch *ret, struct tape_error *err)
{
	struct records recycled = o->records;
	int rc;

	begin_batch(o);
	o->definitions.n = 0;
	o->records = o->waiting;
	o->waiting = recycled;
	o->waiting.n = 0;

	rc = fill_batch(o, err);
	if (rc < 0)
		return rc;
	if (!o->batch.n && !o->records.n)
		return 0;
	vec_for_each (b, &o->batch) {
		add_block(o, *b);
	}
	sort_records(o);
	hold_back(o);

	*ret = (struct order_batch){
		.epoch = o->epoch,
		.definitions = o->definitions.items,
		.n_definitions = o->definitions.n,
		.records = o->records.items,
		.n_records = o->records.n,
	};
	return 1;
}
