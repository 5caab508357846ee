/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile as a tree of names from the root, for one of its values: what the
 * text report's tree, the folded stacks and the flame graph draw. Frames of
 * equal label below the same caller are one node. No function here recurses,
 * since stacks may be deeper than the C stack.
 */
#ifndef ANALYZE_OUTPUTS_CALLTREE_H
#define ANALYZE_OUTPUTS_CALLTREE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/base/vec.h"
#include "analyze/outputs/names.h"

#define CALLTREE_ROOT 0 /* has no label; its total is the profile's */

/* A child always stands behind its parent. */
struct calltree_node {
	uint32_t parent;
	uint32_t label;
	uint32_t depth;	   /* 0: the root */
	int64_t self;	   /* of stacks that end here */
	int64_t total;	   /* of stacks that pass here */
	uint32_t children; /* how many, and where the first one stands in order[] */
	uint32_t first_child;
};

enum calltree_order { CALLTREE_BY_TOTAL, CALLTREE_BY_NAME, CALLTREE_UNSORTED };

struct calltree {
	VEC(struct calltree_node) nodes;
	uint32_t *order; /* the children of each node side by side, sorted */
};

/* by_process: the process' name (label "comm") is each stack's first node. */
void calltree_init(struct calltree *t, struct names *n, size_t value, bool by_process,
		   enum calltree_order order);
void calltree_done(struct calltree *t);

/* A child of a node, index from 0 on in the tree's order. */
static inline uint32_t calltree_child(const struct calltree *t, uint32_t node, uint32_t index)
{
	return t->order[t->nodes.items[node].first_child + index];
}

/* Whether any, and whether more than one, process name occurs in a profile. */
size_t calltree_count_processes(const struct profile *p);

#endif
