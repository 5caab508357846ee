/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of how a profile's values fall on processes and on threads. */
#ifndef ANALYZE_ANALYSES_SHARES_H
#define ANALYZE_ANALYSES_SHARES_H

#include "analyze/result/profile.h"
#include "analyze/result/table.h"

enum shares_by { SHARES_BY_PROCESS, SHARES_BY_THREAD };

/* Largest first; most rows at most (0: all), and the title says of how many. Never NULL. */
struct table *shares_table(const struct profile *p, enum shares_by by, size_t most);

#endif
