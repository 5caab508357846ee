/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the user stacks of a process are made whole where the choice is ours
 * (--unwind=auto): by frame pointers only if all of its files keep them.
 */
#ifndef RECORD_UNWIND_H
#define RECORD_UNWIND_H

#include "bpf/control.h"
#include "record/mappings.h"
#include "record/modules.h"

/* CONTROL_UNWIND_COPY, _FP or _GO. Reads files that it has not seen, once each. */
enum control_unwind unwind_choose(struct modules *modules, const struct mappings *mappings);

#endif
