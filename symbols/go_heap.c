// SPDX-License-Identifier: BSD-2-Clause
/*
 * Facts: runtime/mprof.go. A bucket is its head, then its stack, then a memRecord: the
 * published sums (allocs, frees, and to 1.26 their bytes), and those of three cycles to
 * come. All objects of a bucket are of one size, so bytes tell nothing else. While
 * nothing was ever published, the runtime's own profile is the sum of the others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/go_heap.h"

#define HEAD_MAX    128
#define RECORD_MAX  256		 /* bytes of all four */
#define ROOM	    (256u << 10) /* of one reading */
#define PIECES	    256
#define PAGE	    4096u
#define WINDOW	    (32u << 10)
#define MEM_PROFILE 1 /* bucket.typ */

void go_heap_done(struct go_heap *h)
{
	free(h->places);
	*h = (struct go_heap){ 0 };
}

int go_heap_look(const struct go_live *live, enum go_heap_state *state, uint64_t *rate)
{
	uint8_t word[8] = { 0 }, off = 0;
	bool there = false;
	int rc = 0;

	*rate = 0;
	*state = GO_HEAP_NOT_LINKED;
	if (live->at.no_heap)
		rc = go_memory_read(live->memory, live->at.no_heap, &off, 1, &there);
	if (rc < 0 || (there && off))
		return rc;
	*state = GO_HEAP_NOT_FOUND;
	there = false;
	if (live->at.rate)
		rc = go_memory_read(live->memory, live->at.rate, word, sizeof(word), &there);
	if (rc < 0 || !there)
		return rc;
	*state = !go_u64(word) ? GO_HEAP_OFF : live->at.buckets ? GO_HEAP_ON : GO_HEAP_NOT_FOUND;
	*rate = *state == GO_HEAP_ON ? go_u64(word) : 0;
	return 0;
}

/* --- which buckets there are --- */

static bool knows_buckets(const struct go_offsets *o)
{
	return o->bucket_size <= HEAD_MAX && o->bucket_next <= o->bucket_size - 8 &&
	       o->bucket_object <= o->bucket_size - 8 && o->bucket_depth <= o->bucket_size - 8 &&
	       o->bucket_type <= o->bucket_size - 8 && o->bucket_hash <= o->bucket_size - 8 &&
	       o->record_size <= RECORD_MAX / 4 && o->record_size >= 16;
}

/*
 * Buckets stand one behind the other in a few pieces of memory, the newest last: what is
 * below one is read with it, as there are many and each leads to the next.
 */
struct window {
	const struct go_live *live;
	uint64_t at;
	bool there;
	uint8_t bytes[WINDOW];
};

static bool is_within(const struct window *w, uint64_t address, uint32_t size)
{
	return w->there && address >= w->at && address - w->at <= WINDOW - size;
}

static int read_head(struct window *w, uint64_t address, uint8_t *to, uint32_t size, bool *there)
{
	uint64_t page = address / PAGE * PAGE;
	int rc = 0;

	if (!is_within(w, address, size) && page >= WINDOW) {
		w->at = page + PAGE - WINDOW;
		rc = go_memory_read(w->live->memory, w->at, w->bytes, WINDOW, &w->there);
	}
	if (rc < 0 || !is_within(w, address, size))
		return rc < 0 ? rc : go_memory_read(w->live->memory, address, to, size, there);
	memcpy(to, w->bytes + (address - w->at), size);
	*there = true;
	return 0;
}

/* *next: the one that was there before it; 0: it is the last, or not one. */
static int look_at(struct window *w, uint64_t address, struct go_heap_place *place, uint64_t *next)
{
	const struct go_offsets *o = w->live->offsets;
	uint8_t head[HEAD_MAX];
	uint64_t depth;
	bool there;
	int rc = read_head(w, address, head, o->bucket_size, &there);

	*next = 0;
	place->address = 0;
	if (rc < 0 || !there)
		return rc;
	depth = go_u64(head + o->bucket_depth);
	if (depth > GO_HEAP_DEPTH || go_u64(head + o->bucket_type) != MEM_PROFILE)
		return 0;
	*place =
		(struct go_heap_place){ address, go_u64(head + o->bucket_object), (uint32_t)depth };
	*next = go_u64(head + o->bucket_next);
	return 0;
}

static int add_place(struct go_heap *h, struct window *w, uint64_t address, uint64_t *next)
{
	struct go_heap_place *places = h->places;

	if (h->n == h->room) {
		h->room = h->room ? h->room * 2 : 256;
		places = reallocarray(places, h->room, sizeof(*places));
		if (!places) {
			h->room = h->n;
			return -ENOMEM;
		}
		h->places = places;
	}
	return look_at(w, address, &places[h->n], next);
}

/*
 * New ones are put before those that were there. If not all of them can be read, or they
 * stand in a circle, none is known.
 */
static int walk(struct go_heap *h, struct window *w, uint64_t newest, uint64_t *unread)
{
	const size_t before = h->n;
	uint64_t next, met = 0;
	int rc = 0;

	for (uint64_t at = newest; rc == 0 && at && at != h->newest && h->n < GO_HEAP_MOST;
	     at = next) {
		rc = add_place(h, w, at, &next);
		if (rc == 0 && (!h->places[h->n].address || at == met)) {
			h->n = before;
			++*unread;
			return 0;
		}
		/* A power of two: one of these is met again in any circle. */
		if (((h->n - before) & (h->n - before - 1)) == 0)
			met = at;
		h->n += rc == 0;
	}
	if (rc == 0)
		h->newest = newest;
	return rc;
}

static int find_new(struct go_heap *h, const struct go_live *live, uint64_t *unread)
{
	struct window *w;
	uint8_t head[8];
	uint64_t newest;
	bool there;
	int rc = go_memory_read(live->memory, live->at.buckets, head, sizeof(head), &there);

	newest = rc == 0 && there ? go_u64(head) : 0;
	if (rc < 0 || !newest || newest == h->newest)
		return rc;
	w = malloc(sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->live = live;
	w->there = false;
	rc = walk(h, w, newest, unread);
	free(w);
	return rc;
}

/* --- their counts --- */

struct reading {
	const struct go_live *live;
	int (*fn)(void *context, const struct go_bucket *b);
	void *context;
	uint64_t *unread;
	bool to_come; /* nothing is published: what is to come is told */
	bool published;
	uint64_t bytes[ROOM / 8];
};

static uint64_t word(const uint8_t *record, uint16_t size, uint16_t offset)
{
	return offset <= size - 8 ? go_u64(record + offset) : 0;
}

static void add_record(const struct go_offsets *o, const uint8_t *record, struct go_bucket *b)
{
	uint64_t allocs = word(record, o->record_size, o->record_allocs);
	uint64_t frees = word(record, o->record_size, o->record_frees);

	b->allocs += allocs;
	b->frees += frees;
	b->alloc_bytes += o->record_alloc_bytes == GO_NONE
				  ? allocs * b->object_bytes
				  : word(record, o->record_size, o->record_alloc_bytes);
	b->free_bytes += o->record_free_bytes == GO_NONE
				 ? frees * b->object_bytes
				 : word(record, o->record_size, o->record_free_bytes);
}

/* What is read while it is changed does not add up. */
static bool adds_up(const struct go_bucket *b)
{
	return b->frees <= b->allocs && b->alloc_bytes == b->allocs * b->object_bytes &&
	       b->free_bytes == b->frees * b->object_bytes;
}

static int tell(struct reading *r, const struct go_heap_place *place, uint64_t *ips)
{
	const struct go_offsets *o = r->live->offsets;
	const uint8_t *record = (const uint8_t *)(ips + place->depth);
	struct go_bucket b = { .address = place->address,
			       .object_bytes = place->object_bytes,
			       .n_ips = place->depth,
			       .ips = ips };

	for (int i = r->to_come ? 1 : 0; i < (r->to_come ? 4 : 1); i++)
		add_record(o, record + i * o->record_size, &b);
	r->published = r->published || b.allocs;
	if (!adds_up(&b)) {
		++*r->unread;
		return 0;
	}
	for (uint32_t i = 0; i < place->depth; i++)
		ips[i] = go_u64(&ips[i]);
	if (place->depth)
		ips[0]--; /* all of them are return addresses */
	return r->fn(r->context, &b);
}

/* As many as there is room for. Returns how many, or -errno. */
static int read_some(struct reading *r, const struct go_heap_place *places, size_t n)
{
	const struct go_offsets *o = r->live->offsets;
	struct go_piece pieces[PIECES];
	uint64_t *to = r->bytes, *end = r->bytes + ROOM / 8;
	size_t k = 0;
	int rc;

	for (; k < n && k < PIECES; k++) {
		size_t words = places[k].depth + 4u * o->record_size / 8;

		if (words > (size_t)(end - to))
			break;
		pieces[k] = (struct go_piece){ places[k].address + o->bucket_size, to,
					       (uint32_t)words * 8, false };
		to += words;
	}
	rc = r->live->memory->read(r->live->memory->context, pieces, k);
	for (size_t i = 0; rc == 0 && i < k; i++) {
		if (pieces[i].there)
			rc = tell(r, &places[i], pieces[i].to);
		else
			++*r->unread;
	}
	return rc < 0 ? rc : (int)k;
}

static int read_all(struct reading *r, const struct go_heap *h)
{
	for (size_t done = 0; done < h->n;) {
		int k = read_some(r, h->places + done, h->n - done);

		if (k <= 0)
			return k;
		done += (size_t)k;
	}
	return 0;
}

int go_heap_read(struct go_heap *h, const struct go_live *live,
		 int (*fn)(void *context, const struct go_bucket *b), void *context,
		 uint64_t *unread)
{
	struct reading *r;
	uint64_t missing = 0;
	int rc;

	*unread = 0;
	if (!live->at.buckets || !knows_buckets(live->offsets))
		return 0;
	rc = find_new(h, live, &missing);
	r = rc == 0 ? malloc(sizeof(*r)) : NULL;
	if (!r)
		return rc < 0 ? rc : -ENOMEM;
	*r = (struct reading){ .live = live, .fn = fn, .context = context, .unread = unread };
	rc = read_all(r, h);
	if (rc == 0 && !r->published) {
		*unread = 0;
		r->to_come = true;
		rc = read_all(r, h);
	}
	*unread += missing;
	free(r);
	return rc;
}

/* --- whether it is one --- */

static uint64_t mixed(uint64_t hash, uint64_t value)
{
	hash += value;
	hash += hash << 10;
	return hash ^ hash >> 6;
}

/* runtime.stkbucket(), the same in 1.15 to 1.27. */
static uint64_t hash_of(const uint8_t *stack, uint64_t depth, uint64_t object_bytes)
{
	uint64_t hash = 0;

	for (uint64_t i = 0; i < depth; i++)
		hash = mixed(hash, go_u64(stack + i * 8));
	hash = mixed(hash, object_bytes);
	hash += hash << 3;
	return hash ^ hash >> 11;
}

int go_heap_is_bucket(const struct go_live *live, uint64_t address, bool *good)
{
	const struct go_offsets *o = live->offsets;
	uint8_t head[HEAD_MAX], stack[GO_HEAP_DEPTH * 8];
	uint64_t depth;
	int rc;

	*good = knows_buckets(o);
	if (!*good)
		return 0;
	rc = go_memory_read(live->memory, address, head, o->bucket_size, good);
	if (rc < 0 || !*good)
		return rc;
	depth = go_u64(head + o->bucket_depth);
	*good = go_u64(head + o->bucket_type) == MEM_PROFILE && depth >= 1 &&
		depth <= GO_HEAP_DEPTH && go_u64(head + o->bucket_object);
	if (*good)
		rc = go_memory_read(live->memory, address + o->bucket_size, stack,
				    (uint32_t)depth * 8, good);
	*good = rc == 0 && *good &&
		hash_of(stack, depth, go_u64(head + o->bucket_object)) ==
			go_u64(head + o->bucket_hash);
	return rc;
}
