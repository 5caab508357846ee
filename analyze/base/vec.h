/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing array of any type:
 *
 *	VEC(struct thing) things = {0};
 *	*vec_push(&things) = (struct thing){ … };
 *	vec_for_each(t, &things) …
 *	vec_done(&things);
 *
 * An element's address holds until the next push. All zero is an empty one.
 */
#ifndef ANALYZE_BASE_VEC_H
#define ANALYZE_BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>

#include "analyze/base/memory.h"

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t n;                                                                          \
		size_t room;                                                                       \
	}

/* The same as a named struct, for arrays that are passed on: VEC_TYPE(things, struct thing); */
#define VEC_TYPE(name, type)                                                                       \
	struct name {                                                                              \
		type *items;                                                                       \
		size_t n;                                                                          \
		size_t room;                                                                       \
	}

/* Makes room for one more of size bytes behind n; gives the (perhaps moved) array. */
static inline void *vec_grow(void *items, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return items;
	*room = *room ? *room * 2 : 8;
	return memory_resize(items, *room, size);
}

/* The address of a new last element; its content is not set. */
#define vec_push(v)                                                                                \
	((v)->items = vec_grow((v)->items, (v)->n, &(v)->room, sizeof(*(v)->items)),               \
	 &(v)->items[(v)->n++])

#define vec_for_each(item, v)                                                                      \
	for (__typeof__(&*(v)->items) item = (v)->items; (size_t)(item - (v)->items) < (v)->n;     \
	     item++)

#define vec_done(v) (free((v)->items), (v)->items = NULL, (v)->n = (v)->room = 0)

#endif
