// SPDX-License-Identifier: BSD-2-Clause
/*
 * The end mark, and what the sequence numbers say is missing.
 *
 * If the index is whole, it is the list of the blocks that this file should
 * have: a number that it does not list is not missing (repair leaves numbers
 * out), and of one that it lists the times are known. The index is whole if it
 * lists as many blocks as the end mark counts, less those of kind INDEX and END.
 * Without it every number is missed, and the times come from the epochs around
 * the gap: at most two epochs are open at a time.
 */
#include <string.h>

#include <tape/cleanup.h>

#include "format/block.h"
#include "format/bytes.h"
#include "format/scan.h"

/* How many places are looked at for a gap: a file of nothing but damage must end too. */
#define NEAR 64

/* What the index says of one block. */
struct entry {
	uint64_t sequence;
	uint64_t first_ns;
	uint64_t last_ns;
};

struct epoch_start {
	uint32_t epoch;
	uint64_t ns;
};

struct gaps {
	struct tape_scan *scan;
	size_t end; /* the slot of the end mark, n_slots if there is none */
	uint64_t end_blocks;
	struct entry *entries; /* by sequence number; only if the index is whole */
	size_t n_entries;
	size_t entries_room;
	bool index_is_whole;
	struct epoch_start *starts; /* by epoch */
	size_t n_starts;
	size_t n_ranges; /* the places that the walk found, in order of offset */
	int64_t *later;	 /* of each slot: the least epoch that it or a later one speaks for */
};

/* Numbers that no block has, between two that one has. */
struct gap {
	const struct tape_slot *before; /* NULL: it is at the beginning */
	const struct tape_slot *after;
	uint64_t first;
	uint64_t last;
	uint64_t blocks;
	uint64_t from_ns;
	uint64_t to_ns;
};

static void gaps_done(struct gaps *g)
{
	free(g->entries);
	free(g->starts);
	free(g->later);
}

static int out_of_memory(const struct gaps *g, struct tape_error *err)
{
	return tape_fail(err, -ENOMEM, "%s: out of memory", g->scan->in.name);
}

/* --- end mark and index --- */

/* The next record of that type and size in n bytes from *at on, or NULL. */
static const uint8_t *next_record(const uint8_t *plain, size_t n, size_t *at, uint16_t type,
				  size_t size)
{
	while (*at + sizeof(struct ev_header) <= n) {
		const uint8_t *record = plain + *at;
		size_t length = (size_t)bytes_get16(record + 2) * EV_UNIT;

		if (length < sizeof(struct ev_header) || length > n - *at)
			break;
		*at += length;
		if (bytes_get16(record) == type && length >= size)
			return record;
	}
	return NULL;
}

/* These two records are read by their offsets: whoever lacks a layout has a tape yet. */
#define END_FIELD(field)   offsetof(struct ev_end, field)
#define INDEX_FIELD(field) offsetof(struct ev_index, field)

static int find_end(struct gaps *g, struct tape_error *err)
{
	struct tape_scan *s = g->scan;

	g->end = s->n_slots;
	for (size_t i = s->n_slots; i-- > 0;) {
		struct tape_slot *slot = &s->slots[i];
		const uint8_t *record;
		size_t at = 0;
		int rc;

		if (slot->header.kind != TAPE_BLOCK_END || !tape_block_is_known(&slot->header))
			continue;
		rc = tape_scan_unpack_own(s, slot, err);
		if (rc < 0)
			return rc;
		record = rc ? next_record(s->plain, slot->header.plain_size, &at, EV_END,
					  sizeof(struct ev_end))
			    : NULL;
		if (!record)
			continue;
		g->end = i;
		g->end_blocks = bytes_get64(record + END_FIELD(blocks));
		s->reason = bytes_get32(record + END_FIELD(reason));
		s->end_ns = bytes_get64(record + offsetof(struct ev_header, time_ns));
		s->complete = true;
		break;
	}
	return 0;
}

static int read_index_block(struct gaps *g, struct tape_slot *slot, struct tape_error *err)
{
	const uint8_t *record;
	size_t at = 0;
	int rc = tape_scan_unpack_own(g->scan, slot, err);

	if (rc <= 0)
		return rc;
	while ((record = next_record(g->scan->plain, slot->header.plain_size, &at, EV_INDEX,
				     sizeof(struct ev_index)))) {
		if (bytes_grow(&g->entries, &g->entries_room, g->n_entries + 1,
			       sizeof(*g->entries)) < 0)
			return out_of_memory(g, err);
		g->entries[g->n_entries++] = (struct entry){
			.sequence = bytes_get64(record + INDEX_FIELD(sequence)),
			.first_ns = bytes_get64(record + INDEX_FIELD(first_ns)),
			.last_ns = bytes_get64(record + INDEX_FIELD(last_ns)),
		};
	}
	return 0;
}

static int by_sequence(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static void sort_entries(struct gaps *g)
{
	size_t kept = 0;

	if (g->n_entries == 0)
		return;
	qsort(g->entries, g->n_entries, sizeof(*g->entries), by_sequence);
	for (size_t i = 0; i < g->n_entries; i++) {
		if (kept == 0 || g->entries[i].sequence != g->entries[kept - 1].sequence)
			g->entries[kept++] = g->entries[i];
	}
	g->n_entries = kept;
}

static int read_index(struct gaps *g, struct tape_error *err)
{
	struct tape_scan *s = g->scan;
	uint64_t unlisted = 0;
	int rc = 0;

	if (!s->complete)
		return 0;
	for (size_t i = 0; i < g->end && rc == 0; i++) {
		struct tape_slot *slot = &s->slots[i];

		if (!tape_block_is_known(&slot->header))
			continue;
		unlisted += slot->header.kind == TAPE_BLOCK_INDEX ||
			    slot->header.kind == TAPE_BLOCK_END;
		if (slot->header.kind == TAPE_BLOCK_INDEX)
			rc = read_index_block(g, slot, err);
	}
	sort_entries(g);
	g->index_is_whole = g->n_entries + unlisted == g->end_blocks;
	return rc;
}

/* --- times --- */

static int by_epoch(const void *a, const void *b)
{
	const struct epoch_start *x = a, *y = b;

	if (x->epoch != y->epoch)
		return x->epoch < y->epoch ? -1 : 1;
	return (x->ns > y->ns) - (x->ns < y->ns);
}

static int find_starts(struct gaps *g, struct tape_error *err)
{
	const struct tape_scan *s = g->scan;
	int64_t least = INT64_MAX - 2; /* two more are no overflow */

	g->starts = calloc(s->n_slots + 1, sizeof(*g->starts));
	g->later = calloc(s->n_slots + 1, sizeof(*g->later));
	if (!g->starts || !g->later)
		return out_of_memory(g, err);
	g->later[s->n_slots] = least;
	for (size_t i = s->n_slots; i-- > 0;) {
		const struct tape_block_header *h = &s->slots[i].header;

		if (h->kind == TAPE_BLOCK_EPOCH && h->first_ns)
			g->starts[g->n_starts++] = (struct epoch_start){ h->epoch, h->first_ns };
		/* Before an epoch begins, there is nothing of it. */
		if (h->kind == TAPE_BLOCK_EPOCH && (int64_t)h->epoch - 2 < least)
			least = (int64_t)h->epoch - 2;
		if (h->kind == TAPE_BLOCK_EVENTS && h->epoch < least)
			least = h->epoch;
		g->later[i] = least;
	}
	if (g->n_starts)
		qsort(g->starts, g->n_starts, sizeof(*g->starts), by_epoch);
	return 0;
}

/* When epoch began, or the last one before it that is known; 0 if none is. */
static uint64_t start_before(const struct gaps *g, int64_t epoch)
{
	uint64_t ns = 0;
	size_t low = 0, high = g->n_starts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->starts[middle].epoch <= epoch) {
			ns = g->starts[middle].ns;
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return ns;
}

/* When epoch began, or the first one after it that is known; else the end of all. */
static uint64_t start_after(const struct gaps *g, int64_t epoch)
{
	uint64_t ns = g->scan->end_ns;
	size_t low = 0, high = g->n_starts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->starts[middle].epoch >= epoch) {
			ns = g->starts[middle].ns;
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return ns;
}

/* Widens *from to *to by another span; 0 to 0 is none. */
static void widen(uint64_t *from, uint64_t *to, uint64_t other_from, uint64_t other_to)
{
	if (other_from == 0 && other_to == 0)
		return;
	if ((*from == 0 && *to == 0) || other_from < *from)
		*from = other_from;
	if (other_to > *to)
		*to = other_to;
}

/* --- gaps --- */

static void ask_index(const struct gaps *g, struct gap *gap)
{
	size_t low = 0, high = g->n_entries;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->entries[middle].sequence < gap->first)
			low = middle + 1;
		else
			high = middle;
	}
	gap->blocks = 0;
	gap->from_ns = gap->to_ns = 0;
	for (; low < g->n_entries && g->entries[low].sequence <= gap->last; low++) {
		gap->blocks++;
		widen(&gap->from_ns, &gap->to_ns, g->entries[low].first_ns,
		      g->entries[low].last_ns);
	}
}

static bool is_range(const struct tape_damage *place)
{
	return place->kind == TAPE_DAMAGE_HEADER || place->kind == TAPE_DAMAGE_ALTERED ||
	       place->kind == TAPE_DAMAGE_ZEROED || place->kind == TAPE_DAMAGE_CUT;
}

/* The damage that stands in the file where the missing blocks stood. */
static struct tape_damage *find_place(const struct gaps *g, const struct gap *gap)
{
	struct tape_scan *s = g->scan;
	uint64_t from = gap->before ? gap->before->offset : 0;
	size_t n = g->n_ranges;
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->places[middle].offset < from)
			low = middle + 1;
		else
			high = middle;
	}
	if (n - low > NEAR)
		n = low + NEAR;
	for (; low < n && s->places[low].offset < gap->after->offset; low++) {
		if (is_range(&s->places[low]))
			return &s->places[low];
	}
	return NULL;
}

static int note_gap(struct gaps *g, const struct gap *gap, struct tape_error *err)
{
	struct tape_damage *place = find_place(g, gap);

	if (!place)
		return tape_scan_add_place(g->scan,
					   (struct tape_damage){ .kind = TAPE_DAMAGE_MISSING,
								 .blocks = gap->blocks,
								 .from_ns = gap->from_ns,
								 .to_ns = gap->to_ns },
					   err);
	place->blocks += gap->blocks;
	widen(&place->from_ns, &place->to_ns, gap->from_ns, gap->to_ns);
	return 0;
}

/* No missing block behind one of epoch has records before this time. */
static uint64_t bound_before(const struct gaps *g, int64_t epoch)
{
	const struct tape_slot *first = g->scan->slots;
	uint64_t ns = epoch < 0 ? 0 : start_before(g, epoch - 1);

	if (ns == 0 && epoch >= 0 && first->header.sequence == 1)
		ns = first->header.first_ns;
	return ns;
}

/* Whether the bytes once were a block's header, or the beginning of one. */
static bool was_header(const struct tape_scan *s, uint64_t offset)
{
	uint8_t bytes[sizeof(struct tape_block_header)] = { 0 };
	ssize_t n = tape_input_read(&s->in, offset, bytes, sizeof(bytes), NULL);
	struct tape_block_header h;

	if (n > 0 && memcmp(bytes, TAPE_SYNC, n < 8 ? (size_t)n : 8) == 0)
		return true;
	memcpy(bytes, TAPE_SYNC, 8);
	return n == sizeof(bytes) && tape_block_decode(bytes, &h) == 0;
}

/* Behind the last block: nothing says what should be there, but an end mark. */
static void note_tail(struct gaps *g, uint64_t last_offset, uint64_t from_ns)
{
	struct tape_scan *s = g->scan;

	for (size_t i = 0; i < s->n_places && !s->complete; i++) {
		struct tape_damage *place = &s->places[i];

		if (!is_range(place) || place->offset < last_offset)
			continue;
		if (place->kind == TAPE_DAMAGE_CUT && place->blocks)
			continue; /* its header says its times */
		if (place->blocks == 0 && was_header(s, place->offset))
			place->blocks = 1;
		widen(&place->from_ns, &place->to_ns, from_ns, UINT64_MAX);
	}
}

static int find_gaps(struct gaps *g, struct tape_error *err)
{
	struct tape_scan *s = g->scan;
	uint64_t last_offset = 0, expected = 1;
	int64_t epoch = -1;
	int rc = 0;

	tape_scan_sort_places(s);
	g->n_ranges = s->n_places;
	for (size_t i = 0; i < s->n_slots && rc == 0; i++) {
		const struct tape_slot *slot = &s->slots[i];
		struct gap gap = {
			.before = i ? slot - 1 : NULL,
			.after = slot,
			.first = expected,
			.last = slot->header.sequence - 1,
		};

		if (slot->header.sequence > expected) {
			gap.blocks = gap.last - gap.first + 1;
			gap.from_ns = bound_before(g, epoch);
			gap.to_ns = start_after(g, g->later[i] + 2);
			if (g->index_is_whole && i <= g->end)
				ask_index(g, &gap);
			if (gap.blocks)
				rc = note_gap(g, &gap, err);
		}
		expected = slot->header.sequence + 1;
		if (slot->header.epoch > epoch && slot->header.kind != TAPE_BLOCK_INDEX)
			epoch = slot->header.epoch;
		if (slot->offset > last_offset)
			last_offset = slot->offset;
	}
	if (rc == 0)
		note_tail(g, last_offset, bound_before(g, epoch));
	return rc;
}

int tape_scan_gaps(struct tape_scan *s, struct tape_error *err)
{
	CLEANUP(gaps_done) struct gaps g = { .scan = s };
	int rc = find_end(&g, err);

	if (rc == 0)
		rc = read_index(&g, err);
	if (rc == 0)
		rc = find_starts(&g, err);
	if (rc == 0)
		rc = find_gaps(&g, err);
	return rc;
}
