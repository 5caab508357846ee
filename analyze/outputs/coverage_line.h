/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far a result may be trusted, in one line: with it every report ends.
 * "complete: …" when all is well; else "incomplete: …" and all that is amiss.
 */
#ifndef ANALYZE_OUTPUTS_COVERAGE_LINE_H
#define ANALYZE_OUTPUTS_COVERAGE_LINE_H

#include "analyze/base/arena.h"
#include "analyze/result/coverage.h"

const char *coverage_line(struct arena *a, const struct coverage *c);

#endif
