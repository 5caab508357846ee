// SPDX-License-Identifier: BSD-2-Clause
/*
 * Gathers records into blocks and writes them, front to back.
 *
 * Two epochs may be open, each with one batch a ring. The index is a batch too:
 * it grows by one record a block and is written where it is full, so that the
 * writer's memory does not grow with the tape.
 */
#include <string.h>
#include <sys/random.h>

#include <tape/cleanup.h>

#include "format/batch.h"
#include "format/block.h"
#include "format/layout.h"
#include "format/modules.h"
#include "format/output.h"
#include "format/writer.h"

#define RINGS_MAX (1u << 16)

struct open_epoch {
	bool open;
	uint32_t number;
	uint64_t bytes; /* put so far */
	struct tape_batch *rings;
	size_t n_rings;
};

struct layout {
	struct ev_layout *record;
	struct ev_info *info;
};

struct tape_writer {
	struct tape_output out;
	uint64_t tape_id;
	uint64_t sequence; /* of the last block */
	uint64_t blocks;
	uint64_t last_ns;
	bool finished;
	struct tape_columns_encoder *columns; /* NULL: nothing is compressed */
	uint8_t *packed;		      /* one block, as it goes to the file */
	struct layout *layouts;
	size_t n_layouts;
	struct ev_header **constants;
	size_t n_constants;
	size_t constants_room;
	struct open_epoch current;
	struct open_epoch before;
	struct tape_batch own; /* EPOCH and END blocks */
	struct tape_batch index;
	struct tape_batch symbols;
	struct tape_modules modules;
};

DEFINE_CLEANUP(tape_writer_close, struct tape_writer);

static int out_of_memory(const struct tape_writer *w, struct tape_error *err)
{
	return tape_fail(err, -ENOMEM, "%s: out of memory", w->out.path);
}

static const struct ev_info *layout_of(const struct tape_writer *w, uint16_t type)
{
	if (BYTES_LITTLE_ENDIAN)
		return NULL;
	for (size_t i = 0; i < w->n_layouts; i++) {
		if (w->layouts[i].info->type == type)
			return w->layouts[i].info;
	}
	return ev_info(type);
}

static int add(struct tape_writer *w, struct tape_batch *b, const struct ev_header *record,
	       struct tape_error *err)
{
	if (tape_batch_add(b, record, layout_of(w, record->type)) < 0)
		return out_of_memory(w, err);
	return 0;
}

/* --- blocks --- */

static int write_batch(struct tape_writer *w, struct tape_batch *b, struct tape_error *err);

/* The index lists all blocks but those of the index itself and the end mark. */
static int index_block(struct tape_writer *w, const struct tape_block_header *h, uint64_t offset,
		       struct tape_error *err)
{
	struct ev_index entry = {
		.h = { .type = EV_INDEX, .units = sizeof(entry) / EV_UNIT },
		.offset = offset,
		.sequence = h->sequence,
		.first_ns = h->first_ns,
		.last_ns = h->last_ns,
		.block_epoch = h->epoch,
		.kind = h->kind,
	};
	int rc;

	w->blocks++;
	if (h->sequence > w->sequence)
		w->sequence = h->sequence;
	if (h->last_ns > w->last_ns)
		w->last_ns = h->last_ns;
	if (h->kind == TAPE_BLOCK_INDEX || h->kind == TAPE_BLOCK_END)
		return 0;
	if (!tape_batch_fits(&w->index, sizeof(entry))) {
		rc = write_batch(w, &w->index, err);
		if (rc < 0)
			return rc;
	}
	return add(w, &w->index, &entry.h, err);
}

/* Writes the block, if there is anything in it, and empties it. */
static int write_batch(struct tape_writer *w, struct tape_batch *b, struct tape_error *err)
{
	struct tape_block_header h = {
		.tape_id = w->tape_id,
		.sequence = w->sequence + 1,
		.first_ns = b->first_ns,
		.last_ns = b->last_ns,
		.epoch = b->epoch,
		.ring = b->ring,
		.plain_size = (uint32_t)b->used,
		.records = b->records,
		.kind = b->kind,
	};
	uint64_t offset = w->out.bytes;
	size_t end;
	int rc;

	if (b->used == 0)
		return tape_output_failed(&w->out, err);
	tape_block_pack(&h, b->data, w->columns, w->packed + sizeof(h));
	tape_block_encode(&h, w->packed);
	end = sizeof(h) + h.packed_size;
	memset(w->packed + end, 0, tape_block_length(&h) - end);
	rc = tape_output_write(&w->out, w->packed, tape_block_length(&h), err);
	if (rc < 0)
		return rc;
	tape_batch_begin(b, b->kind, b->ring, b->epoch);
	return index_block(w, &h, offset, err);
}

/* Adds a record to the batch, and writes the batch before if there is no room. */
static int put(struct tape_writer *w, struct tape_batch *b, const struct ev_header *record,
	       struct tape_error *err)
{
	int rc;

	if (w->out.failure.code)
		return tape_output_failed(&w->out, err);
	if (record->units < sizeof(*record) / EV_UNIT)
		return tape_fail(err, -EINVAL, "%s: a record of type %u has an impossible size",
				 w->out.path, record->type);
	if (!tape_batch_fits(b, ev_size(record))) {
		rc = write_batch(w, b, err);
		if (rc < 0)
			return rc;
	}
	return add(w, b, record, err);
}

/* --- opening --- */

static int copy_layouts(struct tape_writer *w, const struct ev_info *infos, size_t n,
			struct tape_error *err)
{
	int rc = 0;

	if (!infos)
		infos = ev_all(&n);
	w->layouts = calloc(n, sizeof(*w->layouts));
	if (!w->layouts)
		return out_of_memory(w, err);
	for (; w->n_layouts < n && rc >= 0; w->n_layouts++) {
		struct layout *l = &w->layouts[w->n_layouts];
		const struct ev_info *info = &infos[w->n_layouts];

		rc = tape_layout_make(info, &l->record);
		if (rc == 0)
			rc = tape_layout_parse(info->type, info->fixed_size, l->record->text,
					       ev_size(&l->record->h) - sizeof(*l->record),
					       &l->info);
		if (rc < 0)
			tape_fail(err, rc, "%s: the layout of record %s: %s", w->out.path,
				  info->name, strerror(-rc));
	}
	return rc < 0 ? rc : 0;
}

static int writer_new(const char *path, uint64_t tape_id, bool compress, struct tape_writer **ret,
		      struct tape_error *err)
{
	CLEANUP(tape_writer_closep) struct tape_writer *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return tape_fail(err, -ENOMEM, "%s: out of memory", path);
	w->out.fd = -1;
	w->tape_id = tape_id;
	w->columns = compress ? tape_columns_encoder_new() : NULL;
	w->packed = malloc(sizeof(struct tape_block_header) + TAPE_BLOCK_PACKED + 8);
	if (!w->packed || (compress && !w->columns))
		return tape_fail(err, -ENOMEM, "%s: out of memory", path);
	tape_batch_begin(&w->index, TAPE_BLOCK_INDEX, 0, 0);
	tape_batch_begin(&w->symbols, TAPE_BLOCK_SYMBOLS, 0, 0);
	rc = tape_output_open(&w->out, path, err);
	if (rc < 0)
		return rc;
	*ret = TAKE(w);
	return 0;
}

static int make_uuid(uint8_t *uuid)
{
	if (!bytes_are_zero(uuid, TAPE_UUID_SIZE))
		return 0;
	if (getrandom(uuid, TAPE_UUID_SIZE, 0) != TAPE_UUID_SIZE)
		return -EIO;
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); /* RFC 4122: version 4, variant 1 */
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
	return 0;
}

int tape_writer_open(const char *path, const struct tape_writer_options *options,
		     struct tape_writer **ret, struct tape_error *err)
{
	CLEANUP(tape_writer_closep) struct tape_writer *w = NULL;
	uint8_t bytes[sizeof(struct tape_file_header)];
	struct tape_file_header header = {
		.major = TAPE_MAJOR,
		.minor = TAPE_MINOR,
		.wall_ns = options->wall_ns,
		.mono_ns = options->mono_ns,
	};
	int rc;

	memcpy(header.uuid, options->uuid, sizeof(header.uuid));
	rc = make_uuid(header.uuid);
	if (rc < 0)
		return tape_fail(err, rc, "%s: the system gives no random numbers", path);
	tape_file_header_encode(&header, bytes);
	rc = writer_new(path, tape_id_of(header.uuid), !options->no_compression, &w, err);
	if (rc < 0)
		return rc;
	rc = copy_layouts(w, options->layouts, options->n_layouts, err);
	if (rc < 0)
		return rc;
	rc = tape_output_write(&w->out, bytes, sizeof(bytes), err);
	if (rc < 0)
		return rc;
	*ret = TAKE(w);
	return 0;
}

static void epoch_done(struct open_epoch *e)
{
	for (size_t i = 0; i < e->n_rings; i++)
		tape_batch_done(&e->rings[i]);
	free(e->rings);
}

void tape_writer_close(struct tape_writer *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n_layouts; i++) {
		free(w->layouts[i].record);
		free(w->layouts[i].info);
	}
	free(w->layouts);
	for (size_t i = 0; i < w->n_constants; i++)
		free(w->constants[i]);
	free(w->constants);
	tape_modules_done(&w->modules);
	epoch_done(&w->current);
	epoch_done(&w->before);
	tape_batch_done(&w->own);
	tape_batch_done(&w->index);
	tape_batch_done(&w->symbols);
	tape_output_close(&w->out);
	tape_columns_encoder_free(w->columns);
	free(w->packed);
	free(w);
}

/* --- epochs --- */

int tape_writer_add_constant(struct tape_writer *w, const struct ev_header *record,
			     struct tape_error *err)
{
	struct ev_header *copy;

	if (record->units < sizeof(*record) / EV_UNIT)
		return tape_fail(err, -EINVAL, "%s: a constant record has an impossible size",
				 w->out.path);
	if (bytes_grow(&w->constants, &w->constants_room, w->n_constants + 1,
		       sizeof(*w->constants)) < 0)
		return out_of_memory(w, err);
	copy = tape_record_copy(record);
	if (!copy)
		return out_of_memory(w, err);
	w->constants[w->n_constants++] = copy;
	return 0;
}

/* Every record of the block says the epoch and the time at which it was stated anew. */
static int put_stamped(struct tape_writer *w, struct ev_header *record, uint64_t mono_ns,
		       struct tape_error *err)
{
	record->epoch = (uint16_t)w->own.epoch;
	record->time_ns = mono_ns;
	return put(w, &w->own, record, err);
}

static int write_epoch_block(struct tape_writer *w, uint32_t number, uint64_t mono_ns,
			     uint64_t wall_ns, struct tape_error *err)
{
	struct ev_epoch epoch = {
		.h = { .type = EV_EPOCH, .units = sizeof(epoch) / EV_UNIT },
		.number = number,
		.mono_ns = mono_ns,
		.wall_ns = wall_ns,
	};
	int rc;

	tape_batch_begin(&w->own, TAPE_BLOCK_EPOCH, 0, number);
	rc = put_stamped(w, &epoch.h, mono_ns, err);
	for (size_t i = 0; i < w->n_layouts && rc == 0; i++)
		rc = put_stamped(w, &w->layouts[i].record->h, mono_ns, err);
	for (size_t i = 0; i < w->n_constants && rc == 0; i++)
		rc = put_stamped(w, w->constants[i], mono_ns, err);
	return rc < 0 ? rc : write_batch(w, &w->own, err);
}

static int flush_epoch(struct tape_writer *w, struct open_epoch *e, struct tape_error *err)
{
	int rc = tape_output_failed(&w->out, err);

	for (size_t i = 0; i < e->n_rings && rc == 0; i++)
		rc = write_batch(w, &e->rings[i], err);
	return rc;
}

/* Moves the current epoch to before; its batches' buffers are used again. */
static void open_epoch(struct tape_writer *w, uint32_t number)
{
	struct open_epoch next = w->before;

	w->before = w->current;
	next.open = true;
	next.number = number;
	next.bytes = 0;
	for (size_t i = 0; i < next.n_rings; i++)
		tape_batch_begin(&next.rings[i], TAPE_BLOCK_EVENTS, (uint32_t)i, number);
	w->current = next;
}

int tape_writer_begin_epoch(struct tape_writer *w, uint32_t number, uint64_t mono_ns,
			    uint64_t wall_ns, struct tape_error *err)
{
	int rc;

	if (w->finished || number == 0 || (w->current.open && number <= w->current.number))
		return tape_fail(err, -EINVAL, "%s: epoch %u cannot begin behind epoch %u",
				 w->out.path, number, w->current.number);
	rc = flush_epoch(w, &w->before, err);
	if (rc < 0)
		return rc;
	open_epoch(w, number);
	return write_epoch_block(w, number, mono_ns, wall_ns, err);
}

static struct open_epoch *find_epoch(struct tape_writer *w, uint32_t number)
{
	if (w->current.open && w->current.number == number)
		return &w->current;
	if (w->before.open && w->before.number == number)
		return &w->before;
	return NULL;
}

int tape_writer_close_epoch(struct tape_writer *w, uint32_t epoch, struct tape_error *err)
{
	struct open_epoch *e = find_epoch(w, epoch);
	int rc;

	if (!e)
		return tape_output_failed(&w->out, err);
	rc = flush_epoch(w, e, err);
	if (rc == 0)
		e->open = false;
	return rc;
}

static int add_rings(struct tape_writer *w, struct open_epoch *e, uint32_t ring,
		     struct tape_error *err)
{
	size_t room = e->n_rings;

	if (ring >= RINGS_MAX)
		return tape_fail(err, -EINVAL, "%s: ring %u is beyond %u", w->out.path, ring,
				 RINGS_MAX - 1);
	if (bytes_grow(&e->rings, &room, (size_t)ring + 1, sizeof(*e->rings)) < 0)
		return out_of_memory(w, err);
	memset(&e->rings[e->n_rings], 0, (room - e->n_rings) * sizeof(*e->rings));
	for (; e->n_rings < room; e->n_rings++)
		tape_batch_begin(&e->rings[e->n_rings], TAPE_BLOCK_EVENTS, (uint32_t)e->n_rings,
				 e->number);
	return 0;
}

int tape_writer_put(struct tape_writer *w, uint32_t ring, uint32_t epoch,
		    const struct ev_header *record, struct tape_error *err)
{
	struct open_epoch *e = find_epoch(w, epoch);
	int rc;

	if (!e || w->finished)
		return tape_fail(err, -EINVAL, "%s: epoch %u is not open", w->out.path, epoch);
	if (ring >= e->n_rings) {
		rc = add_rings(w, e, ring, err);
		if (rc < 0)
			return rc;
	}
	rc = put(w, &e->rings[ring], record, err);
	if (rc == 0)
		e->bytes += ev_size(record);
	return rc;
}

/* --- symbols --- */

/* Writes the module, if it is known and not yet in the open block, before a record of size. */
static int put_module(struct tape_writer *w, uint32_t number, size_t size, struct tape_error *err)
{
	struct tape_module *m = tape_modules_find(&w->modules, number);
	int rc = 0;

	if (!tape_batch_fits(&w->symbols, (m ? ev_size(m->record) : 0) + size))
		rc = write_batch(w, &w->symbols, err);
	if (rc < 0 || !m)
		return rc;
	/* An empty batch has no module yet; a batch's number is that of its block. */
	if (m->block == w->sequence + 1 && w->symbols.used > 0)
		return 0;
	rc = put(w, &w->symbols, m->record, err);
	if (rc == 0)
		m->block = w->sequence + 1;
	return rc;
}

/* Whether it belongs into SYMBOLS blocks. All of these begin as SYMBOL does, up to the module. */
static bool is_of_symbols(const struct ev_header *r)
{
	return (r->type == EV_SYMBOL || r->type == EV_LINE || r->type == EV_CFI) &&
	       ev_size(r) >= ev_info(r->type)->fixed_size;
}

int tape_writer_put_symbol(struct tape_writer *w, const struct ev_header *record,
			   struct tape_error *err)
{
	const struct ev_symbol *symbol = (const struct ev_symbol *)record;
	const struct ev_module *module = (const struct ev_module *)record;
	int rc;

	if (w->finished)
		return tape_fail(err, -EINVAL, "%s: the tape is finished", w->out.path);
	if (w->symbols.used == 0)
		tape_batch_begin(&w->symbols, TAPE_BLOCK_SYMBOLS, 0, w->current.number);
	if (record->type == EV_MODULE && ev_size(record) >= sizeof(*module)) {
		rc = tape_modules_keep(&w->modules, module);
		if (rc < 0)
			return tape_fail(err, rc, "%s: module %u: %s", w->out.path, module->module,
					 strerror(-rc));
		return put_module(w, module->module, 0, err);
	}
	if (!is_of_symbols(record))
		return tape_fail(err, -EINVAL, "%s: record type %u is no symbol", w->out.path,
				 record->type);
	rc = put_module(w, symbol->module, ev_size(record), err);
	return rc < 0 ? rc : put(w, &w->symbols, record, err);
}

/* --- the end --- */

int tape_writer_flush(struct tape_writer *w, struct tape_error *err)
{
	int rc = flush_epoch(w, &w->before, err);

	if (rc == 0)
		rc = flush_epoch(w, &w->current, err);
	if (rc == 0)
		rc = write_batch(w, &w->symbols, err);
	return rc;
}

static int write_end(struct tape_writer *w, enum ev_end_reason reason, struct tape_error *err)
{
	struct ev_end end = {
		.h = { .type = EV_END,
		       .units = sizeof(end) / EV_UNIT,
		       .epoch = (uint16_t)w->current.number,
		       .time_ns = w->last_ns },
		.blocks = w->blocks,
		.bytes = w->out.bytes,
		.reason = reason,
	};
	int rc;

	tape_batch_begin(&w->own, TAPE_BLOCK_END, 0, w->current.number);
	rc = put(w, &w->own, &end.h, err);
	return rc < 0 ? rc : write_batch(w, &w->own, err);
}

int tape_writer_finish(struct tape_writer *w, enum ev_end_reason reason, struct tape_error *err)
{
	int rc;

	if (w->finished)
		return tape_fail(err, -EINVAL, "%s: the tape is finished", w->out.path);
	rc = tape_writer_flush(w, err);
	if (rc == 0)
		rc = write_batch(w, &w->index, err);
	if (rc == 0)
		rc = write_end(w, reason, err);
	if (rc == 0)
		rc = tape_output_sync(&w->out, err);
	w->finished = true;
	return rc;
}

uint64_t tape_writer_bytes(const struct tape_writer *w)
{
	return w->out.bytes;
}

static uint64_t pending_of(const struct open_epoch *e)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < e->n_rings; i++)
		sum += e->rings[i].used;
	return sum;
}

uint64_t tape_writer_pending(const struct tape_writer *w)
{
	return pending_of(&w->current) + pending_of(&w->before) + w->symbols.used;
}

uint64_t tape_writer_epoch_bytes(const struct tape_writer *w, uint32_t epoch)
{
	if (w->current.number == epoch)
		return w->current.bytes;
	return w->before.number == epoch ? w->before.bytes : 0;
}

/* --- for repair --- */

int tape_writer_open_copy(const char *path, const uint8_t *header, size_t size,
			  struct tape_writer **ret, struct tape_error *err)
{
	CLEANUP(tape_writer_closep) struct tape_writer *w = NULL;
	uint64_t tape_id = tape_id_of(header + offsetof(struct tape_file_header, uuid));
	int rc = writer_new(path, tape_id, /* compress= */ true, &w, err);

	if (rc == 0)
		rc = tape_output_write(&w->out, header, size, err);
	if (rc < 0)
		return rc;
	*ret = TAKE(w);
	return 0;
}

int tape_writer_copy_block(struct tape_writer *w, const struct tape_block_header *h,
			   const void *block, size_t length, struct tape_error *err)
{
	uint64_t offset = w->out.bytes;
	int rc = tape_output_write(&w->out, block, length, err);

	return rc < 0 ? rc : index_block(w, h, offset, err);
}

void tape_writer_adopt_epoch(struct tape_writer *w, uint32_t epoch)
{
	open_epoch(w, epoch);
}

void tape_writer_skip_to(struct tape_writer *w, uint64_t sequence)
{
	if (sequence > w->sequence + 1)
		w->sequence = sequence - 1;
}
