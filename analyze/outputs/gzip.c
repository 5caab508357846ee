// SPDX-License-Identifier: BSD-2-Clause
/* See gzip.h. */
#include <errno.h>
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/gzip.h"

#define GZIP_WINDOW (15 + 16) /* the largest; 16 asks for gzip */
#define SPEED	    6
#define ANY_SYSTEM  255 /* of RFC 1952: unknown */

static void *allocate(void *unused, unsigned int n, unsigned int size)
{
	(void)unused;
	return memory_alloc((size_t)n * size);
}

static void release(void *unused, void *p)
{
	(void)unused;
	free(p);
}

int gzip_init(struct gzip *g, struct sink *out)
{
	g->out = out;
	g->z = (z_stream){ .zalloc = allocate, .zfree = release };
	if (deflateInit2(&g->z, SPEED, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOTSUP;
	g->header = (gz_header){ .os = ANY_SYSTEM };
	deflateSetHeader(&g->z, &g->header);
	g->z.next_out = g->packed;
	g->z.avail_out = sizeof(g->packed);
	return 0;
}

static void drain(struct gzip *g)
{
	sink_put(g->out, g->packed, sizeof(g->packed) - g->z.avail_out);
	g->z.next_out = g->packed;
	g->z.avail_out = sizeof(g->packed);
}

void gzip_put(struct gzip *g, const void *data, size_t size)
{
	/* deflate() does not write to its input, but its old interface lacks the const. */
	g->z.next_in = (unsigned char *)(uintptr_t)data;
	g->z.avail_in = (unsigned int)size;
	while (g->z.avail_in) {
		deflate(&g->z, Z_NO_FLUSH);
		if (!g->z.avail_out)
			drain(g);
	}
}

void gzip_finish(struct gzip *g)
{
	while (deflate(&g->z, Z_FINISH) != Z_STREAM_END)
		drain(g);
	drain(g);
	deflateEnd(&g->z);
}
