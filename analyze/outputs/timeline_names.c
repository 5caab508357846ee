// SPDX-License-Identifier: BSD-2-Clause
/* See timeline_names.h. */
#include "analyze/outputs/cells.h"
#include "analyze/outputs/timeline_names.h"

void timeline_names(const struct result *r, struct symbolizer *names)
{
	for (size_t i = 0; i < result_n_items(r); i++) {
		const struct result_item *item = result_item(r, i);
		struct arena arena = { 0 };
		struct cells c = { .names = names, .arena = &arena };

		if (item->shape != RESULT_TIMELINE || !timeline_profile(item->timeline))
			continue;
		c.profile = timeline_profile(item->timeline);
		for (size_t k = 0; k < timeline_n_names(item->timeline); k++)
			timeline_set_name(item->timeline, k,
					  cells_stack(&c, timeline_name_stack(item->timeline, k)));
		arena_done(&arena);
	}
}
