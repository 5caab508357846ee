// SPDX-License-Identifier: BSD-2-Clause
/*
 * How a tape is framed. This is the specification; docs/format.md has it in
 * prose. All numbers are little-endian, all hashes are XXH3-64 with seed 0.
 *
 *	tape   = header block*
 *	header = 64 bytes (struct tape_file_header), then header_size - 64 bytes that
 *	         this version does not know
 *	block  = 80 bytes (struct tape_block_header), packed_size bytes, and as many
 *	         zero bytes as make packed_size a multiple of 8
 *
 *	file header        block header
 *	 0 "PERFTAPE"       0 f5 "tape" 0d 0a 1a      56 epoch        (4)
 *	 8 major    (2)     8 hash of bytes 16 to 80  60 ring         (4)
 *	10 minor    (2)    16 tape_id  (8)            64 packed_size  (4)
 *	12 size     (4)    24 sequence (8)            68 plain_size   (4)
 *	16 uuid    (16)    32 first_ns (8)            72 records      (4)
 *	32 wall_ns  (8)    40 last_ns  (8)            76 kind         (2)
 *	40 mono_ns  (8)    48 hash of the payload     78 codec        (1)
 *	48 reserved (8)       as packed               79 flags        (1)
 *	56 hash of bytes 0 to 56
 *
 * A block header holds if the sync word and the hash are right and the sizes are
 * possible: plain_size <= 1 MiB, packed_size <= LZ4's bound of that, and both
 * equal without a codec. A block holds if its header and its payload's hash do.
 * The payload unpacks to records, one behind the other (<tape/events/event.h>): as
 * it stands (codec 0), by LZ4 (1), or by LZ4 and from columns (2, columns.h).
 *
 * The sync word is no text and no UTF-8, and is spoilt by the conversions of
 * line ends that spoil binary files.
 */
#include <errno.h>
#include <string.h>

#include <lz4.h>
#include <lz4hc.h>
#include <xxhash.h>

#include "format/block.h"
#include "format/bytes.h"

_Static_assert(TAPE_BLOCK_PACKED == LZ4_COMPRESSBOUND(TAPE_BLOCK_PLAIN), "LZ4's bound");

static void file_header_swap(struct tape_file_header *h)
{
	h->major = le16toh(h->major);
	h->minor = le16toh(h->minor);
	h->header_size = le32toh(h->header_size);
	h->wall_ns = le64toh(h->wall_ns);
	h->mono_ns = le64toh(h->mono_ns);
	h->reserved = le64toh(h->reserved);
	h->hash = le64toh(h->hash);
}

void tape_file_header_encode(const struct tape_file_header *h, uint8_t *out)
{
	struct tape_file_header disk = *h;

	memcpy(disk.magic, TAPE_MAGIC, sizeof(disk.magic));
	disk.header_size = sizeof(disk);
	file_header_swap(&disk);
	memcpy(out, &disk, sizeof(disk));
	bytes_put64(out + offsetof(struct tape_file_header, hash),
		    XXH3_64bits(out, offsetof(struct tape_file_header, hash)));
}

int tape_file_header_decode(const uint8_t *in, struct tape_file_header *ret)
{
	struct tape_file_header h;

	memcpy(&h, in, sizeof(h));
	file_header_swap(&h);
	if (memcmp(h.magic, TAPE_MAGIC, sizeof(h.magic)) != 0 ||
	    h.hash != XXH3_64bits(in, offsetof(struct tape_file_header, hash)))
		return -EBADMSG;
	if (h.header_size < sizeof(h) || h.header_size > TAPE_HEADER_SIZE_MAX)
		return -EBADMSG;
	*ret = h;
	return 0;
}

uint64_t tape_id_of(const uint8_t *uuid)
{
	return bytes_get64(uuid);
}

static void block_header_swap(struct tape_block_header *h)
{
	h->header_hash = le64toh(h->header_hash);
	h->tape_id = le64toh(h->tape_id);
	h->sequence = le64toh(h->sequence);
	h->first_ns = le64toh(h->first_ns);
	h->last_ns = le64toh(h->last_ns);
	h->payload_hash = le64toh(h->payload_hash);
	h->epoch = le32toh(h->epoch);
	h->ring = le32toh(h->ring);
	h->packed_size = le32toh(h->packed_size);
	h->plain_size = le32toh(h->plain_size);
	h->records = le32toh(h->records);
	h->kind = le16toh(h->kind);
}

#define HASHED offsetof(struct tape_block_header, tape_id)

void tape_block_encode(const struct tape_block_header *h, uint8_t *out)
{
	struct tape_block_header disk = *h;

	memcpy(disk.sync, TAPE_SYNC, sizeof(disk.sync));
	block_header_swap(&disk);
	memcpy(out, &disk, sizeof(disk));
	bytes_put64(out + offsetof(struct tape_block_header, header_hash),
		    XXH3_64bits(out + HASHED, sizeof(disk) - HASHED));
}

static bool sizes_are_possible(const struct tape_block_header *h)
{
	if (h->plain_size > TAPE_BLOCK_PLAIN || h->packed_size > TAPE_BLOCK_PACKED)
		return false;
	return h->codec != TAPE_CODEC_NONE || h->packed_size == h->plain_size;
}

int tape_block_decode(const uint8_t *in, struct tape_block_header *ret)
{
	struct tape_block_header h;

	if (memcmp(in, TAPE_SYNC, sizeof(h.sync)) != 0)
		return -EBADMSG;
	memcpy(&h, in, sizeof(h));
	block_header_swap(&h);
	if (h.header_hash != XXH3_64bits(in + HASHED, sizeof(h) - HASHED))
		return -EBADMSG;
	if (!sizes_are_possible(&h))
		return -EBADMSG;
	*ret = h;
	return 0;
}

uint64_t tape_block_length(const struct tape_block_header *h)
{
	return sizeof(*h) + bytes_align8(h->packed_size);
}

bool tape_block_is_known(const struct tape_block_header *h)
{
	return h->kind >= TAPE_BLOCK_EPOCH && h->kind <= TAPE_BLOCK_END &&
	       h->codec <= TAPE_CODEC_COLUMNS;
}

/*
 * A block that is small was written because time had passed, not because it was
 * full: events are few, and there is time to pack it harder. Readers see no
 * difference.
 */
static bool is_small(const struct tape_block_header *h)
{
	return h->plain_size <= TAPE_BLOCK_PLAIN / 4;
}

/* Returns the size, which is less than limit, or 0. */
static uint32_t compress(bool hard, const void *from, size_t size, void *to, uint32_t limit)
{
	int n;

	if (limit < 2)
		return 0;
	if (hard)
		n = LZ4_compress_HC(from, to, (int)size, (int)limit - 1, LZ4HC_CLEVEL_DEFAULT);
	else
		n = LZ4_compress_default(from, to, (int)size, (int)limit - 1);
	return n > 0 ? (uint32_t)n : 0;
}

/*
 * LZ4 alone never makes more than 255 times what it is given. A tape keeps to that,
 * so that its size bounds what a reader of it takes.
 */
#define GROWTH_MAX 255

static bool grows_too_much(const struct tape_block_header *h, uint32_t packed)
{
	return h->plain_size / GROWTH_MAX > packed;
}

/*
 * By columns where that pays. A form that is much shorter than the records has
 * won: to pack them as well would take several times as long, and was shorter on no
 * tape that was looked at.
 */
static uint32_t pack_events(struct tape_block_header *h, const void *plain,
			    struct tape_columns_encoder *e, uint8_t *out)
{
	uint8_t *form;
	size_t made = tape_columns_encode(e, plain, h->plain_size, &form);
	uint32_t size = 0, rows;

	h->codec = TAPE_CODEC_COLUMNS;
	if (made)
		size = compress(is_small(h), form, made, out, h->plain_size);
	if (grows_too_much(h, size))
		size = 0;
	if (size && made <= h->plain_size / 4 * 3)
		return size;
	rows = compress(is_small(h), plain, h->plain_size, form, size ? size : h->plain_size);
	if (!rows)
		return size;
	memcpy(out, form, rows);
	h->codec = TAPE_CODEC_LZ4;
	return rows;
}

void tape_block_pack(struct tape_block_header *h, const void *plain,
		     struct tape_columns_encoder *encoder, void *out)
{
	uint32_t size = 0;

	h->codec = TAPE_CODEC_LZ4;
	if (encoder && h->kind == TAPE_BLOCK_EVENTS)
		size = pack_events(h, plain, encoder, out);
	else if (encoder)
		size = compress(is_small(h), plain, h->plain_size, out, h->plain_size);
	if (!size) {
		h->codec = TAPE_CODEC_NONE;
		size = h->plain_size;
		memcpy(out, plain, size);
	}
	h->packed_size = size;
	h->payload_hash = XXH3_64bits(out, size);
}

bool tape_block_payload_holds(const struct tape_block_header *h, const void *packed)
{
	return XXH3_64bits(packed, h->packed_size) == h->payload_hash;
}

static int unpack_columns(const struct tape_block_header *h, const void *packed,
			  struct tape_columns_decoder *d, void *plain)
{
	int size;

	if (grows_too_much(h, h->packed_size))
		return -EBADMSG;
	if (tape_columns_reserve(d, h->plain_size) < 0)
		return -ENOMEM;
	size = LZ4_decompress_safe(packed, (char *)d->form, (int)h->packed_size,
				   (int)h->plain_size);
	return size < 0 ? -EBADMSG : tape_columns_decode(d, (size_t)size, plain, h->plain_size);
}

int tape_block_unpack(const struct tape_block_header *h, const void *packed,
		      struct tape_columns_decoder *decoder, void *plain)
{
	int size;

	if (h->codec == TAPE_CODEC_NONE) {
		memcpy(plain, packed, h->plain_size);
		return 0;
	}
	if (h->codec == TAPE_CODEC_COLUMNS)
		return unpack_columns(h, packed, decoder, plain);
	size = LZ4_decompress_safe(packed, plain, (int)h->packed_size, (int)h->plain_size);
	return size >= 0 && (uint32_t)size == h->plain_size ? 0 : -EBADMSG;
}
