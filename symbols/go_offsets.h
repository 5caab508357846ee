/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the fields of Go's runtime stand and what it calls its numbers, by minor
 * version, for x86-64: data that scripts/go-offsets makes. Versions are not alike and
 * not in order, so one that is not here is not known.
 */
#ifndef SYMBOLS_GO_OFFSETS_H
#define SYMBOLS_GO_OFFSETS_H

#include <stddef.h>
#include <stdint.h>

#define GO_NONE 0xffff /* this version has no such field */

/* What is read of runtime.g, m, sudog, hchan, bucket and the runtime's own accounts. */
struct go_offsets {
	uint16_t version; /* 100 + N for Go 1.N; 0: not known */
#define F(name, type, path) uint16_t name;
#include "symbols/go_fields.inc"
#undef F

	uint16_t n_wait_reasons, n_statuses;
	const char *const *wait_reasons; /* by number; "" for those that are not in use */
	const char *const *statuses;
};

/* NULL: the table lacks it. Static. */
const struct go_offsets *go_offsets_of(uint32_t version);

#endif
