/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays that double: for those that know no more than how many they hold. */
#ifndef SYMBOLS_GROW_H
#define SYMBOLS_GROW_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

/* Room for one more in an array of n elements of a size. Returns 0 or -ENOMEM; *at may move. */
static inline int grow_by_one(void **at, size_t n, size_t size)
{
	void *more;

	if (n & (n - 1) || (n && n < 16))
		return 0;
	more = realloc(*at, (n < 16 ? 16 : n * 2) * size);
	if (!more)
		return -ENOMEM;
	*at = more;
	return 0;
}

#endif
