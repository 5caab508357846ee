/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LAYOUT records: how a record type stands in a tape, as text. Private.
 */
#ifndef FORMAT_LAYOUT_H
#define FORMAT_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include <tape/events.h>

#pragma GCC visibility push(hidden)

#define TAPE_LAYOUT_FIELDS 512 /* more in one record type: refused */
#define TAPE_LAYOUT_NAME   64  /* bytes of a name or unit; longer ones are refused */

/* Makes the record of info in native byte order; the caller frees *ret. Returns 0 or -errno. */
int tape_layout_make(const struct ev_info *info, struct ev_layout **ret);

/*
 * Reads the text of a LAYOUT record, size bytes at most. Lines that make no
 * sense, and fields that would reach beyond fixed_size, are left out.
 * The caller frees *ret, which is one piece of memory.
 * Returns how large it is, -EBADMSG if it describes no record, or -ENOMEM.
 */
int tape_layout_parse(uint16_t type, uint32_t fixed_size, const char *text, size_t size,
		      struct ev_info **ret);

/* The field of that name, or NULL. */
const struct ev_field *tape_layout_find(const struct ev_info *info, const char *name);

/* The bytes of a record, made by this machine, to little-endian in place. info may be NULL. */
void tape_layout_to_disk(uint8_t *record, size_t size, const struct ev_info *info);

#pragma GCC visibility pop

#endif
