/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nested ranges of addresses made flat: an array of places, each with the innermost
 * range that holds from there to the next place. 8 bytes a place.
 */
#ifndef SYMBOLS_DWARF_SEGMENTS_H
#define SYMBOLS_DWARF_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>

#define DWARF_NONE UINT32_MAX

/*
 * owner: what the range is of, chosen by the caller, smaller for outer ones. Ranges
 * of another group than what they lie in are left out: of two functions at one place
 * (identical code folded) the first one is it.
 */
struct dwarf_span {
	uint64_t start;
	uint64_t end;
	uint32_t owner;
	uint32_t group;
};

struct dwarf_spans {
	struct dwarf_span *at;
	size_t n;
	size_t room;
};

/* Returns 0 or -ENOMEM. Empty ones are left out. */
int dwarf_spans_add(struct dwarf_spans *s, const struct dwarf_span *span);
void dwarf_spans_done(struct dwarf_spans *s);

struct dwarf_segment {
	uint32_t start; /* from base */
	uint32_t owner; /* DWARF_NONE: a gap */
};

struct dwarf_segments {
	uint64_t base;
	struct dwarf_segment *at;
	size_t n;
};

/*
 * Sorts spans and makes segments of them; what is 4 GiB and more behind the first is
 * left out. Returns 0 or -ENOMEM; *ret is to be freed by dwarf_segments_done().
 */
int dwarf_segments_make(struct dwarf_spans *spans, struct dwarf_segments *ret);
void dwarf_segments_done(struct dwarf_segments *s);

/*
 * The owner of an address, or DWARF_NONE. *start and *end become where the answer
 * begins and ends, even if it is none.
 */
uint32_t dwarf_segments_find(const struct dwarf_segments *s, uint64_t address, uint64_t *start,
			     uint64_t *end);

#endif
