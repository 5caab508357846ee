/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes that frame a tape: one file header, then blocks, each with its own
 * header. format/block.c is the specification; docs/format.md gives it in prose.
 *
 * All numbers are little-endian. These structs are the bytes on disk of a
 * little-endian machine; block.c turns them for others.
 */
#ifndef TAPE_BLOCK_H
#define TAPE_BLOCK_H

#include <stdint.h>

#define TAPE_MAGIC	  "PERFTAPE"
#define TAPE_MAJOR	  1
#define TAPE_MINOR	  0
#define TAPE_SYNC	  "\xf5tape\x0d\x0a\x1a"
#define TAPE_UUID_SIZE	  16
#define TAPE_BLOCK_PLAIN  (1u << 20) /* most bytes of records in one block */
#define TAPE_BLOCK_PACKED (TAPE_BLOCK_PLAIN + (TAPE_BLOCK_PLAIN / 255) + 16) /* LZ4's bound */

struct tape_file_header {
	uint8_t magic[8];
	uint16_t major;	      /* a reader refuses a greater one than its own */
	uint16_t minor;	      /* grows with additions that an older reader may step over */
	uint32_t header_size; /* where the first block begins; at least 64, at most 4096 */
	uint8_t uuid[TAPE_UUID_SIZE];
	uint64_t wall_ns; /* CLOCK_REALTIME at the start */
	uint64_t mono_ns; /* CLOCK_MONOTONIC at the same moment */
	uint64_t reserved;
	uint64_t hash; /* XXH3-64 of the 56 bytes before */
};

enum tape_block_kind {
	TAPE_BLOCK_EPOCH = 1,	/* begins an epoch: EPOCH, LAYOUT, HOST, CONFIG */
	TAPE_BLOCK_EVENTS = 2,	/* records of one ring, or of the recorder itself (ring 0) */
	TAPE_BLOCK_SYMBOLS = 3, /* SYMBOL, and the MODULE records that they name */
	TAPE_BLOCK_INDEX = 4,
	TAPE_BLOCK_END = 5,
};

enum tape_codec {
	TAPE_CODEC_NONE = 0,
	TAPE_CODEC_LZ4 = 1,
	TAPE_CODEC_COLUMNS = 2, /* LZ4 of the records arranged by columns */
};

enum tape_block_flags {
	TAPE_BLOCK_MUST_KNOW = 1, /* a reader that does not know the kind must refuse the tape */
};

struct tape_block_header {
	uint8_t sync[8];
	uint64_t header_hash; /* XXH3-64 of the 64 bytes behind it */
	uint64_t tape_id;     /* the first 8 bytes of the uuid: a block of another tape is told */
	uint64_t sequence;    /* 1, 2, 3 … in the order of writing */
	uint64_t first_ns;    /* earliest and latest time of its records; 0 if it has none */
	uint64_t last_ns;
	uint64_t payload_hash; /* XXH3-64 of the packed bytes */
	uint32_t epoch;
	uint32_t ring;
	uint32_t packed_size; /* bytes that follow this header; the next one begins behind them, */
	uint32_t plain_size;  /* at the next multiple of 8 (the padding is zero) */
	uint32_t records;
	uint16_t kind; /* enum tape_block_kind */
	uint8_t codec; /* enum tape_codec */
	uint8_t flags; /* enum tape_block_flags */
};

_Static_assert(sizeof(struct tape_file_header) == 64, "the file header is 64 bytes");
_Static_assert(sizeof(struct tape_block_header) == 80, "a block header is 80 bytes");

#endif
