// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is known of a file: its blocks, and its damage. Made in three steps, each
 * in its own file: walk.c finds the blocks, order.c sorts them, gaps.c finds what
 * is missing. This file joins them, and checks payloads where they are needed.
 */
#include <string.h>

#include <tape/cleanup.h>

#include "format/block.h"
#include "format/bytes.h"
#include "format/scan.h"

DEFINE_CLEANUP(tape_scan_close, struct tape_scan);

int tape_scan_open(struct tape_input *in, struct tape_scan **ret, struct tape_error *err)
{
	CLEANUP(tape_scan_closep) struct tape_scan *s = calloc(1, sizeof(*s));
	int rc;

	if (!s) {
		tape_input_close(in);
		return tape_fail(err, -ENOMEM, "out of memory");
	}
	s->in = *in;
	s->end_ns = UINT64_MAX;
	rc = tape_scan_walk(s, err);
	if (rc == 0)
		rc = tape_scan_order(s, err);
	if (rc == 0)
		rc = tape_scan_gaps(s, err);
	if (rc < 0)
		return rc;
	*ret = TAKE(s);
	return 0;
}

void tape_scan_close(struct tape_scan *s)
{
	if (!s)
		return;
	tape_input_close(&s->in);
	free(s->slots);
	free(s->places);
	free(s->packed);
	tape_columns_decoder_done(&s->columns);
	free(s->plain);
	free(s);
}

int tape_scan_add_place(struct tape_scan *s, struct tape_damage place, struct tape_error *err)
{
	if (bytes_grow(&s->places, &s->places_room, s->n_places + 1, sizeof(*s->places)) < 0)
		return tape_fail(err, -ENOMEM, "%s: out of memory", s->in.name);
	s->places[s->n_places++] = place;
	s->places_unsorted = true;
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct tape_damage *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

void tape_scan_sort_places(struct tape_scan *s)
{
	if (s->places_unsorted && s->n_places)
		qsort(s->places, s->n_places, sizeof(*s->places), by_offset);
	s->places_unsorted = false;
}

static int note_bad(struct tape_scan *s, struct tape_slot *slot, struct tape_error *err)
{
	uint64_t length = tape_block_length(&slot->header);
	int kind = tape_scan_classify(s, slot->offset, length, err);

	if (kind < 0)
		return kind;
	slot->state = TAPE_SLOT_BAD;
	slot->place = s->n_places;
	return tape_scan_add_place(s,
				   (struct tape_damage){
					   .kind = (enum tape_damage_kind)kind,
					   .offset = slot->offset,
					   .length = length,
					   .blocks = 1,
					   .from_ns = slot->header.first_ns,
					   .to_ns = slot->header.last_ns,
				   },
				   err);
}

/* The padding is not under the hash: if it was hit, nothing is lost, but it is told. */
static int check_padding(struct tape_scan *s, const struct tape_slot *slot, size_t loaded,
			 struct tape_error *err)
{
	size_t packed = slot->header.packed_size;

	if (bytes_are_zero(s->packed + packed, loaded - packed))
		return 0;
	return tape_scan_add_place(s,
				   (struct tape_damage){
					   .kind = TAPE_DAMAGE_ALTERED,
					   .offset = slot->offset + sizeof(slot->header) + packed,
					   .length = loaded - packed,
				   },
				   err);
}

int tape_scan_load(struct tape_scan *s, struct tape_slot *slot, struct tape_error *err)
{
	size_t packed = slot->header.packed_size;
	ssize_t n;
	int rc = 0;

	if (slot->state == TAPE_SLOT_BAD)
		return 0;
	if (bytes_grow(&s->packed, &s->packed_room, bytes_align8(packed) + 8, 1) < 0)
		return tape_fail(err, -ENOMEM, "%s: out of memory", s->in.name);
	n = tape_input_read(&s->in, slot->offset + sizeof(slot->header), s->packed,
			    bytes_align8(packed), err);
	if (n < 0)
		return (int)n;
	if ((size_t)n < packed || !tape_block_payload_holds(&slot->header, s->packed))
		return note_bad(s, slot, err);
	if (slot->state == TAPE_SLOT_UNREAD)
		rc = check_padding(s, slot, (size_t)n, err);
	slot->state = TAPE_SLOT_GOOD;
	return rc < 0 ? rc : 1;
}

int tape_scan_unpack(struct tape_scan *s, struct tape_slot *slot, void *plain,
		     struct tape_error *err)
{
	int rc = tape_scan_load(s, slot, err);

	if (rc != 1)
		return rc;
	rc = tape_block_unpack(&slot->header, s->packed, &s->columns, plain);
	if (rc == -ENOMEM)
		return tape_fail(err, -ENOMEM, "%s: out of memory", s->in.name);
	return rc == 0 ? 1 : note_bad(s, slot, err);
}

int tape_scan_unpack_own(struct tape_scan *s, struct tape_slot *slot, struct tape_error *err)
{
	if (bytes_grow(&s->plain, &s->plain_room, slot->header.plain_size + 8, 1) < 0)
		return tape_fail(err, -ENOMEM, "%s: out of memory", s->in.name);
	return tape_scan_unpack(s, slot, s->plain, err);
}
