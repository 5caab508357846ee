/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ownership of locals: CLEANUP(fn) frees at the end of the scope, TAKE(p) gives
 * the pointer away. fn is called with the variable's address, so DEFINE_CLEANUP
 * makes one from a free function that takes the pointer.
 */
#ifndef TAPE_CLEANUP_H
#define TAPE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define TAKE(p)                                                                                    \
	__extension__({                                                                            \
		__typeof__(p) take_ = (p);                                                         \
		(p) = NULL;                                                                        \
		take_;                                                                             \
	})

/* DEFINE_CLEANUP(tape_reader_close, struct tape_reader) makes tape_reader_closep(). */
#define DEFINE_CLEANUP(fn, type)                                                                   \
	static inline void fn##p(type **p)                                                         \
	{                                                                                          \
		fn(*p);                                                                            \
	}                                                                                          \
	_Static_assert(1, "")

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void fclosep(FILE **p)
{
	if (*p)
		fclose(*p);
}

static inline void closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif
