// SPDX-License-Identifier: BSD-2-Clause
/*
 * Writes what can be read of a tape to a new one.
 *
 * Blocks are copied as they stand, so they keep their sequence numbers, and the
 * numbers of lost blocks stay free. That is no damage, because the new index
 * does not list them (gaps.c). The old index and end mark describe another file
 * and are left out. What was lost is told by LOSS records and a NOTE in a block
 * of its own, in the last epoch.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include <tape/cleanup.h>
#include <tape/repair.h>

#include "format/block.h"
#include "format/bytes.h"
#include "format/layout.h"
#include "format/reader.h"
#include "format/writer.h"

DEFINE_CLEANUP(tape_block_free, struct tape_block);

struct repair {
	struct tape_reader *from;
	struct tape_writer *to;
	uint8_t *block;	 /* one block as it goes to the file */
	uint64_t end_ns; /* latest time that was kept */
	uint32_t epoch;	 /* the last that was kept */
	struct tape_repair_result result;
};

static int check_names(const char *from, const char *to, struct tape_error *err)
{
	struct stat a, b;

	if (stat(from, &a) < 0 || stat(to, &b) < 0)
		return 0; /* opening them says what is wrong */
	if (S_ISREG(b.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		return tape_fail(err, -EINVAL,
				 "%s: is the tape that is to be repaired; name another file", to);
	return 0;
}

/* The first EPOCH that can be read: its clocks stand in for those of a lost file header. */
static int find_clocks(struct tape_reader *r, struct tape_file_header *h, struct tape_error *err)
{
	struct tape_block_header next;
	int rc = 1;

	while (rc == 1 && h->mono_ns == 0 && tape_reader_peek(r, &next)) {
		CLEANUP(tape_block_freep) struct tape_block *b = NULL;

		if (next.kind != TAPE_BLOCK_EPOCH) {
			r->next++;
			continue;
		}
		rc = tape_reader_next(r, &b, err);
		if (rc != 1)
			break;
		tape_block_for_each (b, record) {
			if (record->type != EV_EPOCH || ev_size(record) < sizeof(struct ev_epoch))
				continue;
			h->mono_ns = bytes_get64((const uint8_t *)record +
						 offsetof(struct ev_epoch, mono_ns));
			h->wall_ns = bytes_get64((const uint8_t *)record +
						 offsetof(struct ev_epoch, wall_ns));
		}
	}
	tape_reader_rewind(r);
	return rc < 0 ? rc : 0;
}

/* The old file header as it stands, or a new one of the same tape. */
static int open_output(struct repair *p, const char *to, struct tape_error *err)
{
	struct tape_scan *s = p->from->scan;
	struct tape_file_header h = { .major = TAPE_MAJOR, .minor = TAPE_MINOR };
	uint8_t bytes[TAPE_HEADER_SIZE_MAX];
	ssize_t n = sizeof(h);
	int rc;

	if (s->header_known) {
		n = tape_input_read(&s->in, 0, bytes, s->file_header.header_size, err);
		if (n < 0)
			return (int)n;
		if ((uint32_t)n < s->file_header.header_size)
			memset(bytes + n, 0, s->file_header.header_size - (uint32_t)n);
		n = s->file_header.header_size;
	} else {
		bytes_put64(h.uuid, s->tape_id);
		rc = find_clocks(p->from, &h, err);
		if (rc < 0)
			return rc;
		tape_file_header_encode(&h, bytes);
	}
	return tape_writer_open_copy(to, bytes, (size_t)n, &p->to, err);
}

static int copy_slot(struct repair *p, struct tape_slot *slot, struct tape_error *err)
{
	const struct tape_block_header *h = &slot->header;
	uint64_t length = tape_block_length(h);
	int rc = tape_scan_load(p->from->scan, slot, err);

	if (rc <= 0)
		return rc;
	if (h->kind == TAPE_BLOCK_INDEX || h->kind == TAPE_BLOCK_END)
		return 0;
	tape_block_encode(h, p->block);
	memcpy(p->block + sizeof(*h), p->from->scan->packed, h->packed_size);
	memset(p->block + sizeof(*h) + h->packed_size, 0, length - sizeof(*h) - h->packed_size);
	rc = tape_writer_copy_block(p->to, h, p->block, length, err);
	if (rc < 0)
		return rc;
	p->result.blocks_kept++;
	if (h->last_ns > p->end_ns)
		p->end_ns = h->last_ns;
	if (h->epoch > p->epoch)
		p->epoch = h->epoch;
	return 0;
}

static int copy_blocks(struct repair *p, struct tape_error *err)
{
	struct tape_scan *s = p->from->scan;
	int rc = 0;

	if (s->n_slots && s->slots[s->n_slots - 1].header.sequence > UINT64_MAX / 2)
		return tape_fail(err, -EOVERFLOW, "%s: block numbers beyond %" PRIu64, s->in.name,
				 UINT64_MAX / 2);
	for (size_t i = 0; i < s->n_slots && rc == 0; i++)
		rc = copy_slot(p, &s->slots[i], err);
	if (rc == 0 && s->n_slots)
		tape_writer_skip_to(p->to, s->slots[s->n_slots - 1].header.sequence + 1);
	tape_writer_adopt_epoch(p->to, p->epoch);
	return rc;
}

/*
 * The tape's own layouts may be of another version: those of the records that
 * follow here, and of index and end mark, are stated anew.
 */
static int put_layouts(struct repair *p, struct tape_error *err)
{
	static const uint16_t types[] = { EV_LOSS, EV_NOTE, EV_INDEX, EV_END };
	int rc = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && rc == 0; i++) {
		CLEANUP(freep) struct ev_layout *layout = NULL;

		rc = tape_layout_make(ev_info(types[i]), &layout);
		if (rc < 0)
			return tape_fail(err, rc, "%s: out of memory", p->from->scan->in.name);
		layout->h.epoch = (uint16_t)p->epoch;
		layout->h.time_ns = p->end_ns;
		rc = tape_writer_put(p->to, 0, p->epoch, &layout->h, err);
	}
	return rc;
}

static int put_loss(struct repair *p, const struct tape_damage *place, struct tape_error *err)
{
	struct ev_loss loss = {
		.h = { .type = EV_LOSS,
		       .units = sizeof(loss) / EV_UNIT,
		       .epoch = (uint16_t)p->epoch,
		       .time_ns = p->end_ns },
		.from_ns = place->from_ns,
		.to_ns = place->to_ns,
		.source = EV_LOSS_DAMAGE,
	};

	return tape_writer_put(p->to, 0, p->epoch, &loss.h, err);
}

static int put_losses(struct repair *p, const struct tape_health *health, struct tape_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < health->n_places && rc == 0; i++) {
		const struct tape_damage *place = &health->places[i];

		if (place->kind <= TAPE_DAMAGE_CUT || place->kind == TAPE_DAMAGE_DUPLICATE ||
		    place->kind == TAPE_DAMAGE_FOREIGN)
			p->result.bytes_dropped += place->length;
		if (place->kind > TAPE_DAMAGE_MISSING || (!place->from_ns && !place->to_ns))
			continue;
		rc = put_loss(p, place, err);
	}
	return rc;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static int put_note(struct repair *p, const struct tape_health *health, struct tape_error *err)
{
	union {
		struct ev_note record;
		char bytes[sizeof(struct ev_note) + 256];
	} note = { .record.h = {
			   .type = EV_NOTE, .epoch = (uint16_t)p->epoch, .time_ns = p->end_ns } };
	int n;

	n = snprintf(note.bytes + sizeof(note.record), sizeof(note.bytes) - sizeof(note.record),
		     "repaired: %" PRIu64 " block%s lost, %" PRIu64 " byte%s left out%s; "
		     "the recorder had %s",
		     p->result.blocks_lost, plural(p->result.blocks_lost), p->result.bytes_dropped,
		     plural(p->result.bytes_dropped),
		     p->from->scan->header_known ? "" : ", file header made anew",
		     health->complete ? "finished" : "not finished");
	note.record.h.units =
		(uint16_t)(bytes_align8(sizeof(note.record) + (size_t)n + 1) / EV_UNIT);
	return tape_writer_put(p->to, 0, p->epoch, &note.record.h, err);
}

static void repair_done(struct repair *p)
{
	tape_reader_close(p->from);
	tape_writer_close(p->to);
	free(p->block);
}

int tape_repair(const char *from, const char *to, struct tape_repair_result *ret,
		struct tape_error *err)
{
	CLEANUP(repair_done) struct repair p = { 0 };
	struct tape_health health;
	int rc = check_names(from, to, err);

	if (rc == 0)
		rc = tape_reader_open(from, TAPE_READER_RAW, &p.from, err);
	if (rc < 0)
		return rc;
	p.block = malloc(sizeof(struct tape_block_header) + TAPE_BLOCK_PACKED + 8);
	if (!p.block)
		return tape_fail(err, -ENOMEM, "%s: out of memory", from);
	rc = open_output(&p, to, err);
	if (rc == 0)
		rc = copy_blocks(&p, err);
	if (rc < 0)
		return rc;
	tape_reader_health(p.from, &health);
	p.result.blocks_lost = health.lost_blocks;
	rc = put_layouts(&p, err);
	if (rc == 0)
		rc = put_losses(&p, &health, err);
	if (rc == 0)
		rc = put_note(&p, &health, err);
	if (rc == 0)
		rc = tape_writer_finish(p.to, EV_END_REPAIRED, err);
	if (rc == 0)
		*ret = p.result;
	return rc;
}
