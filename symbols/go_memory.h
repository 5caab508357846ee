/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the memory of a Go program is read: many small pieces at a time, any of which
 * may be missing. The recorder reads a process, tests an image. Of what is read
 * nothing is trusted.
 */
#ifndef SYMBOLS_GO_MEMORY_H
#define SYMBOLS_GO_MEMORY_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct go_piece {
	uint64_t address;
	void *to;
	uint32_t size;
	bool there; /* set by read: all of it was read */
};

struct go_memory {
	/* Reads what can be read. Returns 0, or -errno: -ESRCH, -EPERM: nothing of this process. */
	int (*read)(void *context, struct go_piece *pieces, size_t n);
	void *context;
};

static inline int go_memory_read(const struct go_memory *m, uint64_t address, void *to,
				 uint32_t size, bool *there)
{
	struct go_piece piece = { .address = address, .to = to, .size = size };
	int rc = m->read(m->context, &piece, 1);

	*there = rc == 0 && piece.there;
	return rc;
}

/* Of bytes of the process: x86-64 is little-endian, the analyzer's tests may not be. */
static inline uint64_t go_u64(const void *at)
{
	uint64_t n;

	memcpy(&n, at, sizeof(n));
	return le64toh(n);
}

static inline uint32_t go_u32(const void *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return le32toh(n);
}

#endif
