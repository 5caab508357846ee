/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a tape.
 *
 * The file is not trusted: every length is checked before it is used, and the
 * memory taken is bounded by the file's size. Opening it hops once over the
 * block headers; blocks then come in the order in which they were written,
 * also where they were moved, and once where they are doubled. Damage costs
 * the blocks that it hit and no more: what was passed over is told by
 * tape_reader_health(). A file whose recorder was killed is not damaged, it
 * only lacks its end.
 *
 * Records come in this machine's byte order and laid out as this version's
 * structs, whichever version wrote them: fields are found by name; those that
 * the tape lacks are 0, those that this version does not know are left out.
 * Every record of a known type has at least its struct's fixed size, and every
 * char array and text tail of such a record is NUL-terminated.
 * Records of other types have their header in this machine's byte order, and
 * behind it the bytes of the file. With TAPE_READER_RAW all records are so,
 * checked for size only: for dump, and for tools that bring their own decoding.
 */
#ifndef TAPE_READER_H
#define TAPE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/block.h>
#include <tape/error.h>
#include <tape/events.h>

struct tape_reader;

enum tape_reader_flags { TAPE_READER_RAW = 1 };

/*
 * Opens the tape at path; "-" is standard input, which is first read to its
 * end into a temporary file. The caller owns *ret.
 * Returns 0, or -errno with *err: -ENOENT and the like; -EBADMSG: not a tape
 * (no header and no block that holds); -EPROTO: a newer major version, or a
 * block kind that a reader must know.
 */
int tape_reader_open(const char *path, unsigned int flags, struct tape_reader **ret,
		     struct tape_error *err);

/* The same from memory, which is borrowed until close. */
int tape_reader_open_memory(const void *data, size_t size, unsigned int flags,
			    struct tape_reader **ret, struct tape_error *err);

/*
 * One block's records, one behind the other: from first to end, by ev_next().
 * Block kinds that this version does not know are passed over and counted.
 */
struct tape_block {
	struct tape_block_header header; /* native byte order */
	uint64_t offset;		 /* of its header, in the file */
	const struct ev_header *first;
	const struct ev_header *end;
	size_t memory; /* bytes that this block holds */
};

#define tape_block_for_each(block, record)                                                         \
	for (const struct ev_header *record = (block)->first; record < (block)->end;               \
	     record = ev_next(record))

/*
 * Reads the next block; the caller owns *ret.
 * Returns 1 with a block, 0 at the end, -errno if the file cannot be read.
 */
int tape_reader_next(struct tape_reader *r, struct tape_block **ret, struct tape_error *err);

/* The header of the block that next() gives next, without reading it. Returns 1 or 0. */
int tape_reader_peek(const struct tape_reader *r, struct tape_block_header *ret);

/* Passes over that block: it is not looked at, so damage in it stays unknown. */
void tape_reader_skip(struct tape_reader *r);

/* Accepts NULL. */
void tape_block_free(struct tape_block *b);

/* Begins again at the first block. */
void tape_reader_rewind(struct tape_reader *r);

/* The file header; *known says whether it was whole (if not, it is all 0). Lent until close. */
const struct tape_file_header *tape_reader_header(const struct tape_reader *r, bool *known);

/*
 * How the tape lays out a type, by the last LAYOUT seen (all of the file's are
 * looked at when it is opened). NULL if it does not say. Lent until close.
 */
const struct ev_info *tape_reader_layout(const struct tape_reader *r, uint16_t type);

/*
 * One integer of a record as it stands in the file, element index of an array field, whatever the
 * machine's byte order. Signed kinds are sign-extended. 0 if it is out of range.
 */
uint64_t tape_field_value(const struct ev_header *raw, const struct ev_field *field, size_t index);

/* How many elements a field has in this raw record. */
size_t tape_field_count(const struct ev_header *raw, const struct ev_field *field);

enum tape_damage_kind {
	TAPE_DAMAGE_HEADER,    /* the file header does not hold */
	TAPE_DAMAGE_ALTERED,   /* bytes that are no block, or a block whose checksum is wrong */
	TAPE_DAMAGE_ZEROED,    /* the same, and all are zero: a disk that lost power, or a hole */
	TAPE_DAMAGE_CUT,       /* the file ends within a block */
	TAPE_DAMAGE_MISSING,   /* sequence numbers that no block has, and no bytes either */
	TAPE_DAMAGE_MOVED,     /* a block out of order; nothing is lost */
	TAPE_DAMAGE_DUPLICATE, /* a block that is there twice; nothing is lost */
	TAPE_DAMAGE_FOREIGN,   /* a block of another tape; not read */
	TAPE_DAMAGE_UNKNOWN,   /* a block of a kind that this version does not know; not read */
};

/* One place that is not as it was written. */
struct tape_damage {
	enum tape_damage_kind kind;
	uint64_t offset; /* bytes from offset on, length of them; both 0 if no bytes are there */
	uint64_t length;
	uint64_t blocks;  /* how many blocks were lost here, as far as it is known */
	uint64_t from_ns; /* the time that may be affected: 0 to UINT64_MAX if not known, */
	uint64_t to_ns;	  /* 0 to 0 if none is */
};

struct tape_health {
	bool complete;		   /* there is an end mark */
	enum ev_end_reason reason; /* of it */
	uint64_t blocks;	   /* whole blocks */
	uint64_t lost_blocks;	   /* blocks that are known to be lost */
	uint64_t lost_bytes;	   /* bytes that could not be read as blocks */
	uint64_t unknown_blocks;   /* of kinds that this version does not know */
	uint64_t unknown_records;  /* of types that neither the tape nor this version explains */
	uint64_t bad_records; /* records with an impossible size: the rest of a block is lost */
	size_t n_places;
	const struct tape_damage *places; /* in order of offset; lent until the next call */
};

/*
 * What is known by now: payloads are only checked when they are read, so the
 * account is complete when next() has returned 0.
 */
void tape_reader_health(const struct tape_reader *r, struct tape_health *ret);

/* "zeroed". Static. */
const char *tape_damage_name(enum tape_damage_kind kind);

/* Accepts NULL. */
void tape_reader_close(struct tape_reader *r);

#endif
