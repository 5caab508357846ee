/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Little-endian numbers at any address, and buffers that grow: what every file
 * of libtape needs. Private.
 */
#ifndef FORMAT_BYTES_H
#define FORMAT_BYTES_H

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_LITTLE_ENDIAN (__BYTE_ORDER == __LITTLE_ENDIAN)

static inline uint16_t bytes_get16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static inline uint32_t bytes_get32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t bytes_get64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline void bytes_put64(void *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

static inline uint64_t bytes_align8(uint64_t size)
{
	return (size + 7) & ~(uint64_t)7;
}

static inline bool bytes_are_zero(const void *p, size_t size)
{
	const uint8_t *b = p;

	return size == 0 || (b[0] == 0 && memcmp(b, b + 1, size - 1) == 0);
}

/*
 * Makes room for need elements of size bytes in the buffer at *p, which has room
 * for *room; new room is not set. Returns 0 or -ENOMEM, and then nothing changed.
 */
static inline int bytes_grow(void *p, size_t *room, size_t need, size_t size)
{
	size_t more = *room ? *room : 16;
	void *grown;

	if (need <= *room)
		return 0;
	while (more < need) {
		if (more > SIZE_MAX / 2 / size)
			return -ENOMEM;
		more *= 2;
	}
	grown = realloc(*(void **)p, more * size);
	if (!grown)
		return -ENOMEM;
	*(void **)p = grown;
	*room = more;
	return 0;
}

#endif
