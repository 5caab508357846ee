// SPDX-License-Identifier: BSD-2-Clause
/*
 * Writes what can be read of a tape to a new one. What was lost is told by LOSS
 * records and a NOTE in a block of its own, in the last epoch.
 */
#include <inttypes.h>

#include <tape/cleanup.h>
#include <tape/repair.h>

#include "format/bytes.h"
#include "format/copy.h"
#include "format/reader.h"

struct repair {
	struct tape_copy copy;
	struct tape_repair_result result;
};

static int copy_blocks(struct repair *p, struct tape_error *err)
{
	struct tape_scan *s = p->copy.from->scan;
	int rc = 0;

	for (size_t i = 0; i < s->n_slots && rc >= 0; i++)
		rc = tape_copy_slot(&p->copy, &s->slots[i], err);
	tape_copy_adopt(&p->copy);
	p->result.blocks_kept = p->copy.blocks;
	return rc < 0 ? rc : 0;
}

/*
 * The tape's own layouts may be of another version: those of the records that
 * follow here, and of index and end mark, are stated anew.
 */
static int put_layouts(struct repair *p, struct tape_error *err)
{
	static const uint16_t types[] = { EV_LOSS, EV_NOTE, EV_INDEX, EV_END };
	int rc = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && rc == 0; i++)
		rc = tape_copy_put_layout(&p->copy, types[i], err);
	return rc;
}

static int put_loss(struct repair *p, const struct tape_damage *place, struct tape_error *err)
{
	struct ev_loss loss = {
		.h = { .type = EV_LOSS,
		       .units = sizeof(loss) / EV_UNIT,
		       .epoch = (uint16_t)p->copy.epoch,
		       .time_ns = p->copy.end_ns },
		.from_ns = place->from_ns,
		.to_ns = place->to_ns,
		.source = EV_LOSS_DAMAGE,
	};

	return tape_writer_put(p->copy.to, 0, p->copy.epoch, &loss.h, err);
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
	} note = { .record.h = { .type = EV_NOTE,
				 .epoch = (uint16_t)p->copy.epoch,
				 .time_ns = p->copy.end_ns } };
	int n;

	n = snprintf(note.bytes + sizeof(note.record), sizeof(note.bytes) - sizeof(note.record),
		     "repaired: %" PRIu64 " block%s lost, %" PRIu64 " byte%s left out%s; "
		     "the recorder had %s",
		     p->result.blocks_lost, plural(p->result.blocks_lost), p->result.bytes_dropped,
		     plural(p->result.bytes_dropped),
		     p->copy.from->scan->header_known ? "" : ", file header made anew",
		     health->complete ? "finished" : "not finished");
	note.record.h.units =
		(uint16_t)(bytes_align8(sizeof(note.record) + (size_t)n + 1) / EV_UNIT);
	return tape_writer_put(p->copy.to, 0, p->copy.epoch, &note.record.h, err);
}

static void repair_done(struct repair *p)
{
	tape_copy_done(&p->copy);
}

int tape_repair(const char *from, const char *to, struct tape_repair_result *ret,
		struct tape_error *err)
{
	CLEANUP(repair_done) struct repair p = { 0 };
	struct tape_health health;
	int rc = tape_copy_open(from, TAPE_READER_RAW, to, &p.copy, err);

	if (rc == 0)
		rc = copy_blocks(&p, err);
	if (rc < 0)
		return rc;
	tape_reader_health(p.copy.from, &health);
	p.result.blocks_lost = health.lost_blocks;
	rc = put_layouts(&p, err);
	if (rc == 0)
		rc = put_losses(&p, &health, err);
	if (rc == 0)
		rc = put_note(&p, &health, err);
	if (rc == 0)
		rc = tape_writer_finish(p.copy.to, EV_END_REPAIRED, err);
	if (rc == 0)
		*ret = p.result;
	return rc;
}
