/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tapes for tests, in memory: written by the writer, or made by hand, block by
 * block, with all that a writer of this version would not do. Aborts on failure.
 */
#ifndef TESTS_TAPE_MAKER_H
#define TESTS_TAPE_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/block.h>
#include <tape/events.h>
#include <tape/reader.h>
#include <tape/writer.h>

#define MADE_TAPE_ID 0x1122334455667788u

struct made_tape {
	uint8_t *data;
	size_t size;
	uint64_t sequence; /* of the last block made by hand */
};

/*
 * Samples numbered from 1 on (in kstack), spread over rings and epochs. A sample's
 * time is 1000 times its number; epoch e begins 500 before its first one.
 */
struct tape_recipe {
	uint32_t epochs;
	uint32_t rings;
	uint32_t flushes; /* in each epoch */
	uint32_t samples; /* in each block */
	bool no_compression;
	bool unfinished;
};

#define MADE_TAPE_SAMPLES(recipe)                                                                  \
	((size_t)(recipe)->epochs * (recipe)->rings * (recipe)->flushes * (recipe)->samples)

struct made_tape made_tape_write(const struct tape_recipe *recipe);

/* size bytes, zeroed, that begin with such a tape: a test's own struct. To be freed, as the tape. */
void *made_tape_bench(const struct tape_recipe *recipe, size_t size);

/* An empty file name in the folder for temporary files. The caller frees it. */
char *made_tape_name(void);

/* A tape of this tape's bytes in a file; the caller unlinks and frees the name. */
char *made_tape_save(const struct made_tape *t);
struct made_tape made_tape_load(const char *path);

/* A tape of a file header only. */
struct made_tape made_tape_begin(uint16_t major, uint16_t minor);

/*
 * Adds a block of the records, which stand as in a file: little-endian. Of h, what
 * is 0 is filled in: sequence (the next), tape_id, kind (EVENTS), records. Codec
 * none.
 */
void made_tape_add(struct made_tape *t, struct tape_block_header h, const void *records,
		   size_t size);

/* The same, of records in native byte order. */
void made_tape_put(struct made_tape *t, struct tape_block_header h, const void *records,
		   size_t size);

/* Adds bytes as they are. */
void made_tape_append(struct made_tape *t, const void *bytes, size_t size);
struct made_tape made_tape_copy(const struct made_tape *t);
void made_tape_free(struct made_tape *t);

/* The offset of block i, counted from 0, and its header; t->size if there is none. */
size_t made_tape_block(const struct made_tape *t, size_t i, struct tape_block_header *ret);
size_t made_tape_count(const struct made_tape *t);

/* Flips a bit of block i's payload. */
void made_tape_hit(struct made_tape *t, size_t i);

/* Takes the bytes of the blocks from first to last out. */
void made_tape_cut_out(struct made_tape *t, size_t first, size_t last);

/* Makes block i's header hash right again after a change of *h. */
void made_tape_set_header(struct made_tape *t, size_t offset, struct tape_block_header h);

/* Makes the file header say that it is this long. */
void made_tape_set_header_size(struct made_tape *t, uint32_t size);

/* Adds a LAYOUT record with this text behind the size bytes of records. Returns the new size. */
size_t made_layout(void *records, size_t size, uint16_t type, uint32_t fixed_size,
		   const char *text);

struct ev_cpu_sample made_sample(uint64_t number);

/* How many blocks the reader still gives; *samples is set to their CPU samples. */
size_t made_tape_read_rest(struct tape_reader *r, size_t *samples);

#endif
