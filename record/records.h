/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recorder's own records on their way into the tape: a place to build one
 * record, tail included, and put it into ring 0.
 */
#ifndef RECORD_RECORDS_H
#define RECORD_RECORDS_H

#include <stdint.h>

#include <tape/writer.h>

#define RECORDS_TAIL_MAX 8192 /* longer texts are cut */

struct records {
	struct tape_writer *writer; /* borrowed */
	_Alignas(8) char room[RECORDS_TAIL_MAX + 512];
};

/*
 * Clears the room and begins a record of this type at this time; the caller
 * sets its fields in what is returned. Lent until the next call.
 */
void *records_begin(struct records *r, uint16_t type, uint64_t time_ns);

/* Appends the text tail (NULL: ""), NUL-terminated and padded, and sets the record's size. */
struct ev_header *records_end_text(struct records *r, const char *text);

/* Ends a record whose tail of n bytes, RECORDS_TAIL_MAX at most, the caller has written. */
struct ev_header *records_end_bytes(struct records *r, size_t n);

/* Ends a record without a tail. */
struct ev_header *records_end(struct records *r);

/* Puts the record that was ended into the recorder's ring of an epoch. */
int records_put(struct records *r, uint32_t epoch, struct tape_error *err);

/* HOST and CONFIG: "key=value", for the beginning of every epoch. */
int records_constant(struct records *r, uint16_t type, const char *key, const char *value,
		     struct tape_error *err);

/* A NOTE for whoever reads the tape. */
int records_note(struct records *r, uint32_t epoch, uint64_t time_ns, const char *text,
		 struct tape_error *err);

/* CLOCK_MONOTONIC and CLOCK_REALTIME, ns. */
uint64_t records_now(void);
uint64_t records_wall_now(void);

#endif
