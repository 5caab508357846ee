/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the runtime's variables that no symbol tells, by what must be true of them:
 * a bucket has the hash of its stack, a collection's end stands in two places, the
 * collector's smallest heap follows from its percentage. What is not sure, since there
 * is none or more than one, stays unknown.
 */
#ifndef SYMBOLS_GO_SHAPES_H
#define SYMBOLS_GO_SHAPES_H

#include "symbols/go_live.h"

/* Whether it is worth a search: something that this version has is not known. */
bool go_shapes_lack(const struct go_live *live);

/*
 * Fills live->at. Most can only be found when there was a collection, and the heap
 * profile when something was allocated, so a later search may find more. 0, -ENOMEM
 * or as the memory says.
 */
int go_shapes_find(struct go_live *live);

#endif
