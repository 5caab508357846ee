// SPDX-License-Identifier: BSD-2-Clause
/*
 * The first look at a file: from block header to block header, and over damage
 * to the next sync word whose header holds.
 *
 * A block is taken on trust if another header, or the file's end, stands where
 * it ends; its payload is checked when it is read. If not, one of the two is
 * damaged, and the payload decides which. Headers are looked for within a
 * doubtful block first: what is written over it may be whole. No byte is looked
 * at more than a few times, whatever the file says.
 */
#include <string.h>

#include <tape/cleanup.h>

#include "format/block.h"
#include "format/bytes.h"
#include "format/scan.h"

#define HEADER_SIZE sizeof(struct tape_block_header)
#define SYNC_SIZE   8
#define CHUNK	    (1u << 16)
#define SECTOR	    512u

struct walk {
	struct tape_scan *scan;
	uint64_t at;		    /* how far the file is understood */
	struct tape_block_header h; /* the header at this place, */
	bool have;		    /* if there is one */
	uint8_t *chunk;
};

/* Returns 1 with a header that holds, 0 if there is none, or -errno. */
static int read_header(const struct walk *w, uint64_t offset, struct tape_block_header *ret,
		       struct tape_error *err)
{
	uint8_t bytes[HEADER_SIZE];
	ssize_t n = tape_input_read(&w->scan->in, offset, bytes, sizeof(bytes), err);

	if (n < 0)
		return (int)n;
	return n == sizeof(bytes) && tape_block_decode(bytes, ret) == 0;
}

/* The first header in n bytes: its offset in them, or n. */
static size_t find_in_chunk(const uint8_t *bytes, size_t n, struct tape_block_header *ret)
{
	const uint8_t *p = bytes;

	while ((p = memmem(p, n - (size_t)(p - bytes), TAPE_SYNC, SYNC_SIZE))) {
		if (n - (size_t)(p - bytes) < HEADER_SIZE)
			break;
		if (tape_block_decode(p, ret) == 0)
			return (size_t)(p - bytes);
		p++;
	}
	return n;
}

/*
 * Looks for a header that begins at from or later, and before to. Stands there
 * then, or at to without a header.
 */
static int seek_header(struct walk *w, uint64_t from, uint64_t to, struct tape_error *err)
{
	w->have = false;
	for (w->at = from; w->at < to; w->at += CHUNK) {
		ssize_t n = tape_input_read(&w->scan->in, w->at, w->chunk, CHUNK + HEADER_SIZE - 1,
					    err);
		size_t found;

		if (n < 0)
			return (int)n;
		found = find_in_chunk(w->chunk, (size_t)n, &w->h);
		if (found < (size_t)n && found < to - w->at) {
			w->at += found;
			w->have = true;
			return 0;
		}
	}
	w->at = to;
	return 0;
}

int tape_scan_classify(const struct tape_scan *s, uint64_t offset, uint64_t length,
		       struct tape_error *err)
{
	uint64_t end = offset + length;
	bool all_zero = length > 0;
	uint8_t sector[SECTOR];

	while (offset < end) {
		/* To the next multiple of a sector: a disk loses whole ones. */
		size_t size = SECTOR - (size_t)(offset % SECTOR);
		ssize_t n =
			tape_input_read(&s->in, offset, sector,
					size < end - offset ? size : (size_t)(end - offset), err);
		bool zero;

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		zero = bytes_are_zero(sector, (size_t)n);
		if (zero && n == SECTOR)
			return TAPE_DAMAGE_ZEROED;
		all_zero = all_zero && zero;
		offset += (uint64_t)n;
	}
	return all_zero ? TAPE_DAMAGE_ZEROED : TAPE_DAMAGE_ALTERED;
}

/* Whether the file breaks off in a header that is right as far as it goes. */
static bool header_is_cut(const struct walk *w, uint64_t from)
{
	uint64_t left = w->scan->in.size - from;
	uint8_t bytes[SYNC_SIZE];
	ssize_t n;

	if (left >= HEADER_SIZE)
		return false;
	n = tape_input_read(&w->scan->in, from, bytes, sizeof(bytes), NULL);
	return n > 0 && memcmp(bytes, TAPE_SYNC, (size_t)n) == 0;
}

/* Notes the bytes up to where the walk stands now. */
static int note_range(struct walk *w, uint64_t from, bool is_cut, struct tape_error *err)
{
	struct tape_damage place = { .offset = from, .length = w->at - from };
	int kind = TAPE_DAMAGE_CUT;

	if (!is_cut || w->at < w->scan->in.size)
		kind = tape_scan_classify(w->scan, place.offset, place.length, err);
	if (kind < 0)
		return kind;
	place.kind = (enum tape_damage_kind)kind;
	return tape_scan_add_place(w->scan, place, err);
}

static int add_slot(struct walk *w, const struct tape_block_header *h, uint64_t offset,
		    enum tape_slot_state state, struct tape_error *err)
{
	struct tape_scan *s = w->scan;

	if (bytes_grow(&s->slots, &s->slots_room, s->n_slots + 1, sizeof(*s->slots)) < 0)
		return tape_fail(err, -ENOMEM, "%s: out of memory", s->in.name);
	s->slots[s->n_slots++] = (struct tape_slot){
		.header = *h,
		.offset = offset,
		.place = s->n_places - 1,
		.state = (uint8_t)state,
	};
	return 0;
}

/* A block that is lost, and the bytes behind it up to where the walk stands now. */
static int add_bad_slot(struct walk *w, const struct tape_block_header *h, uint64_t offset,
			bool is_cut, struct tape_error *err)
{
	struct tape_damage *place;
	int rc = note_range(w, offset, is_cut, err);

	if (rc < 0)
		return rc;
	place = &w->scan->places[w->scan->n_places - 1];
	place->blocks = 1;
	place->from_ns = h->first_ns;
	place->to_ns = h->last_ns;
	return add_slot(w, h, offset, TAPE_SLOT_BAD, err);
}

/* Decides between a block and the bytes that follow it, which are no header. */
static int walk_doubtful(struct walk *w, struct tape_error *err)
{
	struct tape_block_header h = w->h;
	uint64_t from = w->at, end = from + tape_block_length(&h), size = w->scan->in.size;
	bool is_cut = from + HEADER_SIZE + h.packed_size > size;
	struct tape_slot slot = { .header = h, .offset = from };
	int rc = seek_header(w, from + HEADER_SIZE, is_cut ? size : end, err);

	if (rc < 0)
		return rc;
	if (w->have || is_cut)
		return add_bad_slot(w, &h, from, is_cut, err);
	rc = tape_scan_load(w->scan, &slot, err);
	if (rc < 0)
		return rc;
	if (rc == 1)
		return add_slot(w, &h, from, TAPE_SLOT_GOOD, err);
	/* It was noted up to its end, but all up to the next header is one place. */
	w->scan->n_places--;
	rc = seek_header(w, end, size, err);
	return rc < 0 ? rc : add_bad_slot(w, &h, from, false, err);
}

static int walk_block(struct walk *w, struct tape_error *err)
{
	uint64_t end = w->at + tape_block_length(&w->h);
	struct tape_block_header next;
	int rc = 0;

	if (w->at + HEADER_SIZE + w->h.packed_size > w->scan->in.size)
		return walk_doubtful(w, err);
	if (end < w->scan->in.size)
		rc = read_header(w, end, &next, err);
	if (rc < 0)
		return rc;
	if (rc == 0 && end < w->scan->in.size)
		return walk_doubtful(w, err);
	rc = add_slot(w, &w->h, w->at, TAPE_SLOT_UNREAD, err);
	if (rc < 0)
		return rc;
	w->have = end < w->scan->in.size;
	if (w->have)
		w->h = next;
	w->at = end;
	return 0;
}

static int walk_damage(struct walk *w, struct tape_error *err)
{
	uint64_t from = w->at;
	int rc = seek_header(w, from, w->scan->in.size, err);

	return rc < 0 ? rc : note_range(w, from, header_is_cut(w, from), err);
}

static int not_a_tape(const struct tape_scan *s, const uint8_t *begin, size_t n,
		      struct tape_error *err)
{
	size_t known = n < sizeof(s->file_header.magic) ? n : sizeof(s->file_header.magic);
	const char *why = "it does not begin with PERFTAPE, and no block was found in it";

	if (n == 0)
		why = "it is empty";
	else if (memcmp(begin, TAPE_MAGIC, known) == 0 && s->in.size < sizeof(s->file_header))
		why = "it ends within its first 64 bytes";
	else if (memcmp(begin, TAPE_MAGIC, known) == 0)
		why = "its header is damaged, and no block was found in it";
	return tape_fail(err, -EBADMSG, "%s: not a tape: %s", s->in.name, why);
}

/* Without a file header that holds, a tape begins at its first block. */
static int walk_file_header(struct walk *w, struct tape_error *err)
{
	struct tape_scan *s = w->scan;
	uint8_t bytes[sizeof(s->file_header)] = { 0 };
	ssize_t n = tape_input_read(&s->in, 0, bytes, sizeof(bytes), err);
	int rc;

	if (n < 0)
		return (int)n;
	s->header_known =
		n == sizeof(bytes) && tape_file_header_decode(bytes, &s->file_header) == 0;
	if (s->header_known && s->file_header.major > TAPE_MAJOR)
		return tape_fail(err, -EPROTO,
				 "%s: made by format %u.%u, this version reads %u.x; "
				 "use a newer perftape",
				 s->in.name, s->file_header.major, s->file_header.minor,
				 TAPE_MAJOR);
	if (s->header_known) {
		w->at = s->file_header.header_size;
		rc = read_header(w, w->at, &w->h, err);
		w->have = rc == 1;
		return rc < 0 ? rc : 0;
	}
	rc = seek_header(w, 0, s->in.size, err);
	if (rc < 0)
		return rc;
	if (!w->have)
		return not_a_tape(s, bytes, (size_t)n, err);
	return tape_scan_add_place(
		s, (struct tape_damage){ .kind = TAPE_DAMAGE_HEADER, .length = w->at }, err);
}

int tape_scan_walk(struct tape_scan *s, struct tape_error *err)
{
	CLEANUP(freep) uint8_t *chunk = malloc(CHUNK + HEADER_SIZE);
	struct walk w = { .scan = s, .chunk = chunk };
	int rc;

	if (!chunk)
		return tape_fail(err, -ENOMEM, "%s: out of memory", s->in.name);
	rc = walk_file_header(&w, err);
	while (rc == 0 && w.at < s->in.size)
		rc = w.have ? walk_block(&w, err) : walk_damage(&w, err);
	return rc;
}
