/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Allocation that cannot fail: analyze is a program, not a library, and has
 * nothing better to do without memory than to say so and exit (status 1). Only
 * this folder may do that. What is read from a tape is bounded before it is
 * allocated, so running out means that the machine is out.
 */
#ifndef ANALYZE_BASE_MEMORY_H
#define ANALYZE_BASE_MEMORY_H

#include <stddef.h>

void *memory_alloc(size_t size);			 /* zeroed */
void *memory_resize(void *p, size_t count, size_t size); /* like realloc; not zeroed */
char *memory_copy_text(const char *text);		 /* NULL gives NULL */

#endif
