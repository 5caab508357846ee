/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a profile measured, in one line: "CPU time: 12.3s in 10.0s, 1218
 * samples, 3 processes, 12 threads, from 2026-01-31T23:59:59.000000000Z".
 */
#ifndef ANALYZE_OUTPUTS_HEADLINE_H
#define ANALYZE_OUTPUTS_HEADLINE_H

#include "analyze/base/arena.h"
#include "analyze/result/profile.h"

const char *headline(struct arena *a, const struct profile *p);

#endif
