// SPDX-License-Identifier: BSD-2-Clause
/* See perfetto_lanes.h. The ends in a lane never grow towards the innermost. */
#include "analyze/outputs/perfetto_lanes.h"

void perfetto_lanes_init(struct perfetto_lanes *l)
{
	for (size_t i = 0; i < PERFETTO_LANES; i++)
		l->lanes[i].depth = 0;
	l->n = 0;
}

int perfetto_lanes_close(struct perfetto_lanes *l, uint64_t until_ns, uint64_t *end_ns)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t depth = l->lanes[i].depth;

		if (!depth || l->lanes[i].ends[depth - 1] > until_ns)
			continue;
		*end_ns = l->lanes[i].ends[depth - 1];
		l->lanes[i].depth--;
		return (int)i;
	}
	return -1;
}

int perfetto_lanes_open(struct perfetto_lanes *l, uint64_t end_ns)
{
	for (size_t i = 0; i < PERFETTO_LANES; i++) {
		size_t depth = l->lanes[i].depth;

		if (depth == PERFETTO_LANES_DEPTH ||
		    (depth && l->lanes[i].ends[depth - 1] < end_ns))
			continue;
		l->lanes[i].ends[l->lanes[i].depth++] = end_ns;
		if (i == l->n)
			l->n++;
		return (int)i;
	}
	return -1;
}
