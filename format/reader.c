// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads a tape block by block: what the scan has found, unpacked, checked, and
 * converted to this version's structs.
 */
#include <string.h>

#include <tape/cleanup.h>
#include <tape/reader.h>

#include "format/block.h"
#include "format/bytes.h"
#include "format/convert.h"
#include "format/reader.h"

DEFINE_CLEANUP(tape_reader_close, struct tape_reader);
DEFINE_CLEANUP(tape_block_free, struct tape_block);

static int out_of_memory(const struct tape_reader *r, struct tape_error *err)
{
	return tape_fail(err, -ENOMEM, "%s: out of memory", r->scan->in.name);
}

/* Allocates the block with its bytes behind it. */
static int load_block(struct tape_reader *r, struct tape_slot *slot, struct tape_block **ret,
		      struct tape_error *err)
{
	CLEANUP(tape_block_freep)
	struct tape_block *b = malloc(sizeof(*b) + slot->header.plain_size);
	int rc;

	if (!b)
		return out_of_memory(r, err);
	rc = tape_scan_unpack(r->scan, slot, b + 1, err);
	if (rc <= 0)
		return rc;
	b->header = slot->header;
	b->offset = slot->offset;
	*ret = TAKE(b);
	return 1;
}

/* Sets the block's borders to size bytes behind its struct. */
static void set_records(struct tape_block *b, size_t size)
{
	b->first = (const struct ev_header *)(b + 1);
	b->end = (const struct ev_header *)((uint8_t *)(b + 1) + size);
	b->memory = sizeof(*b) + size;
}

static int convert_block(const struct tape_reader *r, struct tape_block **block, size_t size,
			 struct tape_error *err)
{
	struct tape_block *b = *block;
	struct tape_bytes made = { .size = sizeof(*b) };

	if (tape_layouts_convert(&r->layouts, (uint8_t *)(b + 1), size, &made) < 0)
		return out_of_memory(r, err);
	memcpy(made.data, b, sizeof(*b));
	tape_block_free(b);
	*block = (struct tape_block *)made.data;
	set_records(*block, made.size - sizeof(*b));
	return 0;
}

/* Returns 1 with the slot's block, 0 if it does not hold, or -errno. */
static int read_slot(struct tape_reader *r, struct tape_slot *slot, struct tape_block **ret,
		     struct tape_error *err)
{
	CLEANUP(tape_block_freep) struct tape_block *b = NULL;
	struct tape_records records;
	int rc = load_block(r, slot, &b, err);

	if (rc <= 0)
		return rc;
	if (tape_layouts_check(&r->layouts, (uint8_t *)(b + 1), slot->header.plain_size,
			       r->flags & TAPE_READER_RAW, &records) < 0)
		return out_of_memory(r, err);
	if (!slot->counted) {
		r->bad_records += records.bad;
		r->unknown_records += records.unknown;
		slot->counted = true;
	}
	set_records(b, records.size);
	if (records.must_convert) {
		rc = convert_block(r, &b, records.size, err);
		if (rc < 0)
			return rc;
	}
	*ret = TAKE(b);
	return 1;
}

/* The next slot from i on that next() would look at, or n_slots. */
static size_t next_slot(const struct tape_reader *r, size_t i)
{
	const struct tape_scan *s = r->scan;

	while (i < s->n_slots &&
	       (s->slots[i].state == TAPE_SLOT_BAD || !tape_block_is_known(&s->slots[i].header)))
		i++;
	return i;
}

int tape_reader_next(struct tape_reader *r, struct tape_block **ret, struct tape_error *err)
{
	int rc = 0;

	while (rc == 0) {
		r->next = next_slot(r, r->next);
		if (r->next == r->scan->n_slots)
			return 0;
		rc = read_slot(r, &r->scan->slots[r->next], ret, err);
		r->next += rc >= 0;
	}
	return rc;
}

int tape_reader_peek(const struct tape_reader *r, struct tape_block_header *ret)
{
	size_t i = next_slot(r, r->next);

	if (i == r->scan->n_slots)
		return 0;
	*ret = r->scan->slots[i].header;
	return 1;
}

void tape_reader_skip(struct tape_reader *r)
{
	size_t i = next_slot(r, r->next);

	r->next = i < r->scan->n_slots ? i + 1 : i;
}

void tape_block_free(struct tape_block *b)
{
	free(b);
}

void tape_reader_rewind(struct tape_reader *r)
{
	r->next = 0;
}

/* --- opening --- */

/* Learns all layouts before the first record is asked for: their block may stand behind it. */
static int learn_layouts(struct tape_reader *r, struct tape_error *err)
{
	struct tape_scan *s = r->scan;
	struct tape_records records;

	for (size_t i = 0; i < s->n_slots; i++) {
		struct tape_slot *slot = &s->slots[i];
		int rc;

		if (slot->header.kind != TAPE_BLOCK_EPOCH || !tape_block_is_known(&slot->header))
			continue;
		rc = tape_scan_unpack_own(s, slot, err);
		if (rc < 0)
			return rc;
		if (rc == 1 && tape_layouts_check(&r->layouts, s->plain, slot->header.plain_size,
						  true, &records) < 0)
			return out_of_memory(r, err);
	}
	return 0;
}

/* Takes in. */
static int open_input(struct tape_input *in, unsigned int flags, struct tape_reader **ret,
		      struct tape_error *err)
{
	CLEANUP(tape_reader_closep) struct tape_reader *r = calloc(1, sizeof(*r));
	int rc;

	if (!r) {
		tape_input_close(in);
		return tape_fail(err, -ENOMEM, "out of memory");
	}
	r->flags = flags;
	rc = tape_scan_open(in, &r->scan, err);
	if (rc == 0)
		rc = learn_layouts(r, err);
	if (rc < 0)
		return rc;
	*ret = TAKE(r);
	return 0;
}

int tape_reader_open(const char *path, unsigned int flags, struct tape_reader **ret,
		     struct tape_error *err)
{
	struct tape_input in;
	int rc = tape_input_open(&in, path, err);

	return rc < 0 ? rc : open_input(&in, flags, ret, err);
}

int tape_reader_open_memory(const void *data, size_t size, unsigned int flags,
			    struct tape_reader **ret, struct tape_error *err)
{
	struct tape_input in;
	int rc = tape_input_open_memory(&in, data, size, err);

	return rc < 0 ? rc : open_input(&in, flags, ret, err);
}

void tape_reader_close(struct tape_reader *r)
{
	if (!r)
		return;
	tape_scan_close(r->scan);
	tape_layouts_done(&r->layouts);
	free(r);
}

/* --- what is known of the tape --- */

const struct tape_file_header *tape_reader_header(const struct tape_reader *r, bool *known)
{
	*known = r->scan->header_known;
	return &r->scan->file_header;
}

const struct ev_info *tape_reader_layout(const struct tape_reader *r, uint16_t type)
{
	return tape_layouts_find(&r->layouts, type);
}

static void count_blocks(const struct tape_scan *s, struct tape_health *h)
{
	for (size_t i = 0; i < s->n_slots; i++) {
		const struct tape_slot *slot = &s->slots[i];

		if (slot->state == TAPE_SLOT_BAD)
			continue;
		h->blocks++;
		h->unknown_blocks += !tape_block_is_known(&slot->header);
	}
}

static void count_places(const struct tape_scan *s, struct tape_health *h)
{
	for (size_t i = 0; i < s->n_places; i++) {
		const struct tape_damage *place = &s->places[i];

		h->lost_blocks += place->blocks;
		if (place->kind <= TAPE_DAMAGE_CUT)
			h->lost_bytes += place->length;
	}
}

void tape_reader_health(const struct tape_reader *r, struct tape_health *ret)
{
	struct tape_health h = {
		.complete = r->scan->complete,
		.reason = (enum ev_end_reason)r->scan->reason,
		.unknown_records = r->unknown_records,
		.bad_records = r->bad_records,
	};

	tape_scan_sort_places(r->scan);
	count_blocks(r->scan, &h);
	count_places(r->scan, &h);
	h.n_places = r->scan->n_places;
	h.places = r->scan->places;
	*ret = h;
}

const char *tape_damage_name(enum tape_damage_kind kind)
{
	static const char *const names[] = {
		[TAPE_DAMAGE_HEADER] = "header",       [TAPE_DAMAGE_ALTERED] = "altered",
		[TAPE_DAMAGE_ZEROED] = "zeroed",       [TAPE_DAMAGE_CUT] = "cut",
		[TAPE_DAMAGE_MISSING] = "missing",     [TAPE_DAMAGE_MOVED] = "moved",
		[TAPE_DAMAGE_DUPLICATE] = "duplicate", [TAPE_DAMAGE_FOREIGN] = "foreign",
		[TAPE_DAMAGE_UNKNOWN] = "unknown",
	};

	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "unknown";
}
