// SPDX-License-Identifier: BSD-2-Clause
/* See unpack.h. Both ways take the packed bytes piece by piece, so that they are never held as a whole. */
#include "symbols/unpack.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "symbols/dwarf_bytes.h"

#ifndef ELFCOMPRESS_ZSTD
#define ELFCOMPRESS_ZSTD 2 /* not in elf.h of Debian 12 */
#endif

enum {
	PIECE = 16 * 1024,
	MOST_PACKED = 64, /* a section that claims to be this often larger lies */
	SMALL = 8192,	  /* but not one that packs a little nothing */
};

int unpack_head(const uint8_t *bytes, size_t n, uint64_t stored, struct unpack_form form,
		struct unpack_head *ret)
{
	bool narrow = !form.gnu && !form.wide;
	struct dwarf_bytes b = dwarf_bytes_of(bytes, n, 0, form.gnu || form.big);
	struct unpack_head h = { .method = ELFCOMPRESS_ZLIB, .bytes = form.gnu ? 12 : UNPACK_HEAD };

	if (narrow)
		h.bytes = 12;
	if (n < h.bytes || stored < h.bytes || (form.gnu && memcmp(bytes, "ZLIB", 4) != 0))
		return -EBADMSG;
	if (form.gnu)
		dwarf_bytes_skip(&b, 4);
	else
		h.method = (uint32_t)dwarf_bytes_number(&b, 4);
	if (!form.gnu && form.wide)
		dwarf_bytes_skip(&b, 4);
	h.size = dwarf_bytes_number(&b, narrow ? 4 : 8);
	if ((h.method != ELFCOMPRESS_ZLIB && h.method != ELFCOMPRESS_ZSTD) ||
	    h.size / MOST_PACKED > stored - h.bytes + SMALL)
		return -EBADMSG;
	*ret = h;
	return 0;
}

static uint64_t by_zlib(const struct unpack_head *h, const struct unpack_from *from, uint8_t *to)
{
	uint8_t in[PIECE];
	z_stream z = { 0 };
	uint64_t at = h->bytes, size = 0;
	int rc = Z_OK;

	if (inflateInit(&z) != Z_OK)
		return 0;
	while (rc == Z_OK && size < h->size) {
		uint64_t room = h->size - size;

		if (z.avail_in == 0) {
			z.avail_in = (uInt)from->read(from->context, at, in, sizeof(in));
			z.next_in = in;
			at += z.avail_in;
		}
		if (z.avail_in == 0)
			break;
		z.next_out = to + size;
		z.avail_out = room > (1u << 30) ? 1u << 30 : (uInt)room;
		rc = inflate(&z, Z_NO_FLUSH);
		size = (uint64_t)(z.next_out - to);
	}
	inflateEnd(&z);
	return size;
}

/* A window of more than 128 MiB is an error, as it is unless zstd is told otherwise. */
static uint64_t by_zstd(const struct unpack_head *h, const struct unpack_from *from, uint8_t *to)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	ZSTD_outBuffer out = { to, h->size, 0 };
	uint8_t bytes[PIECE];
	ZSTD_inBuffer in = { bytes, 0, 0 };
	uint64_t at = h->bytes;

	while (z && out.pos < out.size) {
		if (in.pos == in.size) {
			in.size = from->read(from->context, at, bytes, sizeof(bytes));
			in.pos = 0;
			at += in.size;
		}
		if (in.size == 0 || ZSTD_isError(ZSTD_decompressStream(z, &out, &in)))
			break;
	}
	ZSTD_freeDStream(z);
	return out.pos;
}

uint64_t unpack_all(const struct unpack_head *head, const struct unpack_from *from, uint8_t *to)
{
	return head->method == ELFCOMPRESS_ZSTD ? by_zstd(head, from, to) : by_zlib(head, from, to);
}
