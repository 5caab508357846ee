/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of functions in a timeline's texts. Analyses never ask for a name, and
 * outputs of timelines want texts: so they are filled in between.
 */
#ifndef ANALYZE_OUTPUTS_TIMELINE_NAMES_H
#define ANALYZE_OUTPUTS_TIMELINE_NAMES_H

#include "analyze/result/result.h"
#include "analyze/symbolize/symbolizer.h"

/* In all timelines of a result. */
void timeline_names(const struct result *r, struct symbolizer *names);

#endif
