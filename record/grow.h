/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays that grow by doubling, in a program that must not exit when memory is short. */
#ifndef RECORD_GROW_H
#define RECORD_GROW_H

#include <stdlib.h>

/*
 * p with room for need elements of size bytes; *room is how many it has room
 * for. NULL without memory: p is then as it was.
 */
static inline void *grow(void *p, size_t need, size_t *room, size_t size)
{
	size_t n = *room ? *room : 64;
	void *q;

	if (need <= *room)
		return p;
	while (n < need)
		n *= 2;
	q = reallocarray(p, n, size);
	if (q)
		*room = n;
	return q;
}

#endif
