// SPDX-License-Identifier: BSD-2-Clause
/* See memory.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/base/memory.h"

static void *checked(void *p)
{
	static const char text[] = "analyze: out of memory\n";

	if (p)
		return p;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

void *memory_alloc(size_t size)
{
	return checked(calloc(1, size ? size : 1));
}

void *memory_resize(void *p, size_t count, size_t size)
{
	return checked(reallocarray(p, count ? count : 1, size));
}

char *memory_copy_text(const char *text)
{
	return text ? checked(strdup(text)) : NULL;
}
