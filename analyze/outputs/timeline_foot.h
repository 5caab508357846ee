/* SPDX-License-Identifier: BSD-2-Clause */
/* What a drawn timeline must say to be true: what it leaves out, remarks, coverage. */
#ifndef ANALYZE_OUTPUTS_TIMELINE_FOOT_H
#define ANALYZE_OUTPUTS_TIMELINE_FOOT_H

#include "analyze/base/arena.h"
#include "analyze/base/vec.h"
#include "analyze/outputs/output.h"
#include "analyze/outputs/timeline_layout.h"

struct timeline_foot {
	struct arena arena;
	VEC(const char *) lines; /* clean, none wider than the page */
};

/* most_links: a timeline with more has none drawn. */
void timeline_foot_init(struct timeline_foot *f, const struct output_job *job,
			const struct timeline_layout *l, size_t most_links);
void timeline_foot_done(struct timeline_foot *f);

#endif
