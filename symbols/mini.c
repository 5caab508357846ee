// SPDX-License-Identifier: BSD-2-Clause
/* See mini.h. The room grows as it fills: the size is known only at the stream's end. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <lzma.h>

#include <tape/cleanup.h>

#include "symbols/mini.h"
#include "symbols/sections.h"

/* xz -9 needs 65 MiB. */
#define DECODER_MAX_BYTES (96ull << 20)
#define PACKED_MAX_BYTES  (64u << 20)
#define FIRST_ROOM	  (64u * 1024)

struct room {
	uint8_t *bytes;
	size_t size;
};

static void room_done(struct room *r)
{
	free(r->bytes);
}

static int grow(struct room *r, lzma_stream *s)
{
	size_t size = r->size ? r->size * 2 : FIRST_ROOM;
	uint8_t *grown;

	if (size > MINI_MAX_BYTES)
		return -EFBIG;
	grown = realloc(r->bytes, size);
	if (!grown)
		return -ENOMEM;
	r->bytes = grown;
	s->next_out = grown + r->size;
	s->avail_out = size - r->size;
	r->size = size;
	return 0;
}

static int decode(lzma_stream *s, struct room *r)
{
	lzma_ret state = lzma_stream_decoder(s, DECODER_MAX_BYTES, 0);

	while (state == LZMA_OK) {
		int rc = s->avail_out ? 0 : grow(r, s);

		if (rc < 0)
			return rc;
		state = lzma_code(s, LZMA_FINISH);
	}
	if (state == LZMA_STREAM_END)
		return 0;
	return state == LZMA_MEM_ERROR ? -ENOMEM : state == LZMA_MEMLIMIT_ERROR ? -EFBIG : -EBADMSG;
}

int mini_unpack(Elf *elf, const char *label, void **ret, size_t *size, struct tape_error *err)
{
	CLEANUP(room_done) struct room room = { 0 };
	lzma_stream stream = LZMA_STREAM_INIT;
	Elf_Data *packed = sections_data(elf, ".gnu_debugdata", PACKED_MAX_BYTES);
	int rc;

	if (!packed)
		return tape_fail(err, -ENODATA, "%s: no .gnu_debugdata in it", label);
	stream.next_in = packed->d_buf;
	stream.avail_in = packed->d_size;
	rc = decode(&stream, &room);
	lzma_end(&stream);
	if (rc < 0)
		return tape_fail(err, rc, "%s: its .gnu_debugdata %s; skipped", label,
				 rc == -EFBIG	 ? "is too large"
				 : rc == -ENOMEM ? "needs more memory than there is"
						 : "is damaged");
	*ret = TAKE(room.bytes);
	*size = stream.total_out;
	return 0;
}
