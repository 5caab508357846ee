/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each function took itself (flat) and with all that it called (cum), as
 * pprof's -top counts it: functions are told apart by name only, and one that
 * stands several times in a stack counts that stack once.
 */
#ifndef ANALYZE_OUTPUTS_TOPS_H
#define ANALYZE_OUTPUTS_TOPS_H

#include "analyze/base/vec.h"
#include "analyze/outputs/names.h"

struct top {
	uint32_t function;
	uint32_t module; /* where most of it stands */
	int64_t flat;
	int64_t cum;
};

VEC_TYPE(tops, struct top);

/* Most flat first, then most cum, then by name. value: which of the profile's. */
void tops_init(struct tops *t, const struct names *n, size_t value);
void tops_done(struct tops *t);

/* What stands in frames of a module that have no name. */
struct unnamed {
	uint32_t module;
	int64_t flat; /* the frame is the leaf */
	int64_t cum;  /* it is anywhere in the stack */
};

VEC_TYPE(unnamed_list, struct unnamed);

/*
 * One for each module in which something without a name took time itself; most
 * cum first, then by name. Callers alone do not count, such as libc's start of
 * every program, except where they lie in no module: those stacks are wrong.
 * Marks do not count.
 */
void unnamed_init(struct unnamed_list *u, const struct names *n, size_t value);
void unnamed_done(struct unnamed_list *u);

#endif
