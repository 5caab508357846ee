/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packs a stream as gzip on its way into a sink. The header holds no time and
 * no system, so that the same content gives the same bytes.
 */
#ifndef ANALYZE_OUTPUTS_GZIP_H
#define ANALYZE_OUTPUTS_GZIP_H

#include <zlib.h>

#include "analyze/outputs/sink.h"

struct gzip {
	struct sink *out;
	z_stream z; /* points at header, so a struct gzip must not move */
	gz_header header;
	unsigned char packed[65536];
};

/* Returns 0, or -ENOTSUP if this zlib is not the one that this was built for. */
int gzip_init(struct gzip *g, struct sink *out);
void gzip_put(struct gzip *g, const void *data, size_t size);
void gzip_finish(struct gzip *g); /* writes the end, and frees */

#endif
