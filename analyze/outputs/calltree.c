// SPDX-License-Identifier: BSD-2-Clause
/* See calltree.h. */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/base/sum.h"
#include "analyze/outputs/calltree.h"

struct builder {
	struct calltree *tree;
	struct names *names;
	struct map children; /* node and label: the child */
	struct map known;    /* first node and stack: the node of the stack */
	VEC(uint32_t) pending;
};

static uint32_t child_of(struct builder *b, uint32_t parent, uint32_t label)
{
	bool added;
	uint64_t *number = map_add(&b->children, (uint64_t)parent << 32 | label, &added);

	if (added) {
		uint32_t depth = b->tree->nodes.items[parent].depth + 1;

		*number = b->tree->nodes.n;
		*vec_push(&b->tree->nodes) = (struct calltree_node){
			.parent = parent,
			.label = label,
			.depth = depth,
		};
	}
	return (uint32_t)*number;
}

/* The node of a stack below first: up to a stack whose node is known, and down again. */
static uint32_t node_of(struct builder *b, uint32_t first, uint32_t stack)
{
	const struct profile *p = b->names->profile;
	uint64_t *known = NULL;
	uint32_t node;

	b->pending.n = 0;
	while (stack != PROFILE_ROOT) {
		known = map_find(&b->known, (uint64_t)first << 32 | stack);
		if (known)
			break;
		*vec_push(&b->pending) = stack;
		stack = profile_get_stack(p, stack)->parent;
	}
	node = stack == PROFILE_ROOT ? first : (uint32_t)*known;
	while (b->pending.n) {
		uint32_t frame;

		stack = b->pending.items[--b->pending.n];
		frame = profile_get_stack(p, stack)->frame;
		node = child_of(b, node, b->names->frames[frame].label);
		*map_add(&b->known, (uint64_t)first << 32 | stack, NULL) = node;
	}
	return node;
}

/* One label's node for each label set; looked up once and not for each sample. */
static uint32_t *first_nodes(struct builder *b, bool by_process)
{
	const struct profile *p = b->names->profile;
	size_t n = profile_n_label_sets(p);
	uint32_t *first = memory_alloc(n * sizeof(*first));

	if (!by_process)
		return first;
	for (size_t i = 0; i < n; i++) {
		const struct profile_label *comm = profile_find_label(p, (uint32_t)i, "comm");

		first[i] = child_of(b, CALLTREE_ROOT,
				    names_process(b->names, comm ? comm->text : NULL));
	}
	return first;
}

static void sum_totals(struct calltree *t)
{
	struct calltree_node *nodes = t->nodes.items;

	for (size_t i = t->nodes.n; i-- > 0;) {
		nodes[i].total = sum_add(nodes[i].total, nodes[i].self);
		if (i != CALLTREE_ROOT)
			nodes[nodes[i].parent].total =
				sum_add(nodes[nodes[i].parent].total, nodes[i].total);
	}
}

/* Sorting moves only these, so that comparing needs no look at the tree. */
struct sorted_child {
	uint32_t parent;
	uint32_t rank;
	uint32_t flags;
	uint32_t node;
	int64_t total; /* 0 where the order is by name */
};

static int compare_children(const void *left, const void *right)
{
	const struct sorted_child *a = left, *b = right;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	if (a->total != b->total)
		return a->total > b->total ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->flags < b->flags ? -1 : a->flags > b->flags;
}

static void sort_children(struct calltree *t, const struct names *names, enum calltree_order order)
{
	size_t n = t->nodes.n - 1;
	struct sorted_child *list = memory_alloc(n * sizeof(*list));
	uint32_t *ranks = names_ranks(names);

	for (size_t i = 0; i < n; i++) {
		const struct calltree_node *node = &t->nodes.items[i + 1];
		const struct names_label *label = names_label(names, node->label);

		list[i] = (struct sorted_child){
			.parent = node->parent,
			.rank = ranks[label->function],
			.flags = label->flags,
			.node = (uint32_t)i + 1,
			.total = order == CALLTREE_BY_TOTAL ? node->total : 0,
		};
	}
	qsort(list, n, sizeof(*list), compare_children);
	t->order = memory_alloc(n * sizeof(*t->order));
	for (size_t i = 0; i < n; i++) {
		struct calltree_node *parent = &t->nodes.items[list[i].parent];

		if (!parent->children++)
			parent->first_child = (uint32_t)i;
		t->order[i] = list[i].node;
	}
	free(list);
	free(ranks);
}

void calltree_init(struct calltree *t, struct names *n, size_t value, bool by_process,
		   enum calltree_order order)
{
	struct builder b = { .tree = t, .names = n };
	uint32_t *first;

	*t = (struct calltree){ 0 };
	*vec_push(&t->nodes) = (struct calltree_node){ 0 };
	first = first_nodes(&b, by_process);
	for (size_t i = 0; i < profile_n_samples(n->profile); i++) {
		const struct profile_sample *s = profile_get_sample(n->profile, i);
		uint32_t number = node_of(&b, first[s->labels], s->stack);
		struct calltree_node *node = &t->nodes.items[number];

		node->self = sum_add(node->self, s->values[value]);
	}
	sum_totals(t);
	sort_children(t, n, order);
	free(first);
	map_done(&b.children);
	map_done(&b.known);
	vec_done(&b.pending);
}

void calltree_done(struct calltree *t)
{
	vec_done(&t->nodes);
	free(t->order);
	*t = (struct calltree){ 0 };
}

size_t calltree_count_processes(const struct profile *p)
{
	const char *seen = NULL;

	for (size_t i = 0; i < profile_n_label_sets(p); i++) {
		const struct profile_label *comm = profile_find_label(p, (uint32_t)i, "comm");

		if (!comm || !comm->text)
			continue;
		if (seen && strcmp(seen, comm->text) != 0)
			return 2;
		seen = comm->text;
	}
	return seen ? 1 : 0;
}
