// SPDX-License-Identifier: BSD-2-Clause
/*
 * The order of reading: which blocks belong to this tape, sorted by their
 * sequence numbers, each number once. What is foreign, doubled, moved or
 * unknown is noted.
 */
#include <string.h>

#include <tape/cleanup.h>

#include "format/block.h"
#include "format/bytes.h"
#include "format/scan.h"

static int note_slot(struct tape_scan *s, const struct tape_slot *slot, enum tape_damage_kind kind,
		     struct tape_error *err)
{
	struct tape_damage place = {
		.kind = kind,
		.offset = slot->offset,
		.length = tape_block_length(&slot->header),
	};

	if (kind == TAPE_DAMAGE_UNKNOWN) {
		place.from_ns = slot->header.first_ns;
		place.to_ns = slot->header.last_ns;
	}
	return tape_scan_add_place(s, place, err);
}

/* The file header says whose blocks are ours; without it, the majority of them does. */
static uint64_t choose_tape_id(const struct tape_scan *s)
{
	uint64_t candidate = 0;
	size_t votes = 0;

	if (s->header_known)
		return tape_id_of(s->file_header.uuid);
	/* Boyer and Moore's majority vote: one pass, no memory. */
	for (size_t i = 0; i < s->n_slots; i++) {
		uint64_t id = s->slots[i].header.tape_id;

		if (votes == 0)
			candidate = id;
		votes = id == candidate ? votes + 1 : votes - 1;
	}
	return candidate;
}

static int drop_foreign(struct tape_scan *s, struct tape_error *err)
{
	size_t kept = 0;
	int rc = 0;

	s->tape_id = choose_tape_id(s);
	for (size_t i = 0; i < s->n_slots && rc == 0; i++) {
		const struct tape_slot *slot = &s->slots[i];

		if (slot->header.tape_id == s->tape_id)
			s->slots[kept++] = *slot;
		else if (slot->state == TAPE_SLOT_BAD)
			s->places[slot->place].blocks = 0;
		else
			rc = note_slot(s, slot, TAPE_DAMAGE_FOREIGN, err);
	}
	s->n_slots = kept;
	return rc;
}

static int check_kinds(struct tape_scan *s, struct tape_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->n_slots && rc == 0; i++) {
		const struct tape_slot *slot = &s->slots[i];

		if (tape_block_is_known(&slot->header))
			continue;
		if (slot->header.flags & TAPE_BLOCK_MUST_KNOW)
			return tape_fail(err, -EPROTO,
					 "%s: it cannot be read without knowing blocks of kind %u, "
					 "which this version does not; use a newer perftape",
					 s->in.name, slot->header.kind);
		if (slot->state != TAPE_SLOT_BAD)
			rc = note_slot(s, slot, TAPE_DAMAGE_UNKNOWN, err);
	}
	return rc;
}

static int by_sequence(const void *a, const void *b)
{
	const struct tape_slot *x = a, *y = b;

	if (x->header.sequence != y->header.sequence)
		return x->header.sequence < y->header.sequence ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/*
 * Of n blocks with the same number, puts the first that holds in *ret. The others
 * are doubles, or damage that cost nothing.
 */
static int choose_double(struct tape_scan *s, struct tape_slot *slots, size_t n,
			 struct tape_slot *ret, struct tape_error *err)
{
	size_t chosen = n;

	for (size_t i = 0; i < n; i++) {
		int rc = tape_scan_load(s, &slots[i], err);

		if (rc == 1 && chosen < n)
			rc = note_slot(s, &slots[i], TAPE_DAMAGE_DUPLICATE, err);
		else if (rc == 1)
			chosen = i;
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < n; i++) {
		if (slots[i].state == TAPE_SLOT_BAD && i != (chosen < n ? chosen : 0)) {
			s->places[slots[i].place].blocks = 0;
			s->places[slots[i].place].from_ns = 0;
			s->places[slots[i].place].to_ns = 0;
		}
	}
	*ret = slots[chosen < n ? chosen : 0];
	return 0;
}

static int drop_doubles(struct tape_scan *s, struct tape_error *err)
{
	size_t kept = 0, n;
	int rc = 0;

	for (size_t i = 0; i < s->n_slots && rc == 0; i += n) {
		struct tape_slot *slot = &s->slots[i];

		for (n = 1; i + n < s->n_slots; n++) {
			if (slot[n].header.sequence != slot->header.sequence)
				break;
		}
		if (n == 1)
			s->slots[kept++] = *slot;
		else
			rc = choose_double(s, slot, n, &s->slots[kept++], err);
	}
	s->n_slots = kept;
	return rc;
}

/*
 * A block is out of its order if it is none of the longest run of blocks whose
 * offsets grow with their numbers. last[k] is the block with the least offset
 * that ends a run of k + 1; before[i] is block i's predecessor in its run.
 */
static size_t longest_run(const struct tape_scan *s, size_t *last, size_t *before)
{
	size_t length = 0;

	for (size_t i = 0; i < s->n_slots; i++) {
		size_t low = 0, high = length;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (s->slots[last[middle]].offset < s->slots[i].offset)
				low = middle + 1;
			else
				high = middle;
		}
		before[i] = low ? last[low - 1] : SIZE_MAX;
		last[low] = i;
		length += low == length;
	}
	return length ? last[length - 1] : SIZE_MAX;
}

static bool offsets_grow(const struct tape_scan *s)
{
	for (size_t i = 1; i < s->n_slots; i++) {
		if (s->slots[i].offset < s->slots[i - 1].offset)
			return false;
	}
	return true;
}

static int note_moved(struct tape_scan *s, struct tape_error *err)
{
	CLEANUP(freep) size_t *last = NULL;
	CLEANUP(freep) size_t *before = NULL;
	size_t next;
	int rc = 0;

	if (offsets_grow(s))
		return 0;
	last = calloc(s->n_slots, sizeof(*last));
	before = calloc(s->n_slots, sizeof(*before));
	if (!last || !before)
		return tape_fail(err, -ENOMEM, "%s: out of memory", s->in.name);
	next = longest_run(s, last, before);
	for (size_t i = s->n_slots; i-- > 0 && rc == 0;) {
		if (i == next)
			next = before[i];
		else if (s->slots[i].state != TAPE_SLOT_BAD)
			rc = note_slot(s, &s->slots[i], TAPE_DAMAGE_MOVED, err);
	}
	return rc;
}

int tape_scan_order(struct tape_scan *s, struct tape_error *err)
{
	int rc = drop_foreign(s, err);

	if (rc == 0 && s->n_slots)
		qsort(s->slots, s->n_slots, sizeof(*s->slots), by_sequence);
	if (rc == 0)
		rc = drop_doubles(s, err);
	if (rc == 0)
		rc = check_kinds(s, err);
	if (rc == 0)
		rc = note_moved(s, err);
	return rc;
}
