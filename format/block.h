/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of file header and block header, to and from the structs of
 * <tape/block.h>; packing and unpacking of payloads. Private.
 */
#ifndef FORMAT_BLOCK_H
#define FORMAT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/block.h>

#include "format/columns.h"

#pragma GCC visibility push(hidden)

#define TAPE_HEADER_SIZE_MAX 4096

/* Fills in magic, hash and the size 64. */
void tape_file_header_encode(const struct tape_file_header *h, uint8_t *out);

/* Returns 0, or -EBADMSG if the bytes are no file header or its hash is wrong. */
int tape_file_header_decode(const uint8_t *in, struct tape_file_header *ret);

/* The number that all blocks of a tape with this uuid bear. */
uint64_t tape_id_of(const uint8_t *uuid);

/* Fills in sync and header_hash; the rest is taken as it is. */
void tape_block_encode(const struct tape_block_header *h, uint8_t *out);

/* Returns 0, or -EBADMSG if the bytes are no block header, or one with impossible sizes. */
int tape_block_decode(const uint8_t *in, struct tape_block_header *ret);

/* Bytes of the whole block in the file: header, payload and padding. */
uint64_t tape_block_length(const struct tape_block_header *h);

/* Whether this version knows the kind and the codec. */
bool tape_block_is_known(const struct tape_block_header *h);

/*
 * Packs h->plain_size bytes of plain into out, which has room for
 * TAPE_BLOCK_PACKED; sets packed_size, codec and payload_hash. Without an
 * encoder nothing is compressed.
 */
void tape_block_pack(struct tape_block_header *h, const void *plain,
		     struct tape_columns_encoder *encoder, void *out);

bool tape_block_payload_holds(const struct tape_block_header *h, const void *packed);

/* plain has room for h->plain_size. Returns 0, -EBADMSG or -ENOMEM. */
int tape_block_unpack(const struct tape_block_header *h, const void *packed,
		      struct tape_columns_decoder *decoder, void *plain);

#pragma GCC visibility pop

#endif
