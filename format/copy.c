// SPDX-License-Identifier: BSD-2-Clause
/*
 * Blocks are copied as they stand, so they keep their sequence numbers; numbers
 * of blocks that are left out stay free. That is no damage, because the new index
 * does not list them (gaps.c). The old index and end mark describe another file
 * and are left out.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#include "format/block.h"
#include "format/bytes.h"
#include "format/copy.h"
#include "format/layout.h"
#include "format/reader.h"
#include "format/writer.h"

DEFINE_CLEANUP(tape_block_free, struct tape_block);

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
static int open_output(struct tape_copy *c, const char *to, struct tape_error *err)
{
	struct tape_scan *s = c->from->scan;
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
		rc = find_clocks(c->from, &h, err);
		if (rc < 0)
			return rc;
		tape_file_header_encode(&h, bytes);
	}
	return tape_writer_open_copy(to, bytes, (size_t)n, &c->to, err);
}

void tape_copy_done(struct tape_copy *c)
{
	tape_reader_close(c->from);
	tape_writer_close(c->to);
	free(c->block);
	*c = (struct tape_copy){ 0 };
}

/* Those of new blocks must be greater. Slots are in order of their numbers. */
static int check_sequences(const struct tape_scan *s, struct tape_error *err)
{
	if (s->n_slots && s->slots[s->n_slots - 1].header.sequence > UINT64_MAX / 2)
		return tape_fail(err, -EOVERFLOW, "%s: block numbers beyond %" PRIu64, s->in.name,
				 UINT64_MAX / 2);
	return 0;
}

int tape_copy_open(const char *from, unsigned int flags, const char *to, struct tape_copy *ret,
		   struct tape_error *err)
{
	CLEANUP(tape_copy_done) struct tape_copy c = { 0 };
	int rc = check_names(from, to, err);

	if (rc == 0)
		rc = tape_reader_open(from, flags, &c.from, err);
	if (rc < 0)
		return rc;
	c.block = malloc(sizeof(struct tape_block_header) + TAPE_BLOCK_PACKED + 8);
	if (!c.block)
		return tape_fail(err, -ENOMEM, "%s: out of memory", from);
	rc = check_sequences(c.from->scan, err);
	if (rc == 0)
		rc = open_output(&c, to, err);
	if (rc < 0)
		return rc;
	*ret = c;
	c = (struct tape_copy){ 0 };
	return 0;
}

int tape_copy_slot(struct tape_copy *c, struct tape_slot *slot, struct tape_error *err)
{
	const struct tape_block_header *h = &slot->header;
	uint64_t length = tape_block_length(h);
	int rc = tape_scan_load(c->from->scan, slot, err);

	if (rc <= 0)
		return rc;
	if (h->kind == TAPE_BLOCK_INDEX || h->kind == TAPE_BLOCK_END)
		return 0;
	tape_block_encode(h, c->block);
	memcpy(c->block + sizeof(*h), c->from->scan->packed, h->packed_size);
	memset(c->block + sizeof(*h) + h->packed_size, 0, length - sizeof(*h) - h->packed_size);
	rc = tape_writer_copy_block(c->to, h, c->block, length, err);
	if (rc < 0)
		return rc;
	c->blocks++;
	if (h->last_ns > c->end_ns)
		c->end_ns = h->last_ns;
	if (h->epoch > c->epoch)
		c->epoch = h->epoch;
	return 1;
}

void tape_copy_adopt(struct tape_copy *c)
{
	struct tape_scan *s = c->from->scan;

	if (s->n_slots)
		tape_writer_skip_to(c->to, s->slots[s->n_slots - 1].header.sequence + 1);
	tape_writer_adopt_epoch(c->to, c->epoch);
}

int tape_copy_put_layout(struct tape_copy *c, uint16_t type, struct tape_error *err)
{
	CLEANUP(freep) struct ev_layout *layout = NULL;
	int rc = tape_layout_make(ev_info(type), &layout);

	if (rc < 0)
		return tape_fail(err, rc, "%s: out of memory", c->from->scan->in.name);
	layout->h.epoch = (uint16_t)c->epoch;
	layout->h.time_ns = c->end_ns;
	return tape_writer_put(c->to, 0, c->epoch, &layout->h, err);
}
