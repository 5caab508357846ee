// SPDX-License-Identifier: BSD-2-Clause
/* See calltree.h. */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/base/pairs.h"
#include "analyze/base/sum.h"
#include "analyze/outputs/calltree.h"

/*
 * Where the samples of one first node (a process) stand. Stacks are numbered
 * densely, so what is known of them stands in arrays; the mark says for which
 * first node it was written, which saves clearing them for each.
 */
struct builder {
	struct calltree *tree;
	struct names *names;
	struct pairs children; /* node and label; the root has none */
	uint32_t *node_of;     /* by stack */
	uint32_t *known_for;   /* by stack: the first node + 1 for which node_of holds */
	uint32_t *first_node;  /* by label set */
	VEC(uint32_t) pending;
};

static uint32_t child_of(struct builder *b, uint32_t parent, uint32_t label)
{
	uint32_t number = pairs_number(&b->children, parent, label, NULL) + 1;

	if (number == b->tree->nodes.n) {
		uint32_t depth = b->tree->nodes.items[parent].depth + 1;

		*vec_push(&b->tree->nodes) = (struct calltree_node){
			.parent = parent,
			.label = label,
			.depth = depth,
		};
	}
	return number;
}

/* The node of a stack below first: up to a stack whose node is known, and down again. */
static uint32_t find_node(struct builder *b, uint32_t first, uint32_t stack)
{
	const struct names *n = b->names;
	uint32_t node;

	b->pending.n = 0;
	while (stack != PROFILE_ROOT && b->known_for[stack] != first + 1) {
		*vec_push(&b->pending) = stack;
		stack = names_get_stack(n, stack)->parent;
	}
	node = stack == PROFILE_ROOT ? first : b->node_of[stack];
	while (b->pending.n) {
		uint32_t frame;

		stack = b->pending.items[--b->pending.n];
		frame = names_get_stack(n, stack)->frame;
		node = child_of(b, node, n->frames.items[frame].label);
		b->node_of[stack] = node;
		b->known_for[stack] = first + 1;
	}
	return node;
}

/* Looked up once for each label set and not for each sample. */
static void find_first_nodes(struct builder *b, bool by_process)
{
	const struct profile *p = b->names->profile;
	size_t n = profile_n_label_sets(p);

	b->first_node = memory_alloc(n * sizeof(*b->first_node));
	for (uint32_t i = 0; by_process && i < n; i++) {
		const struct profile_label *comm = profile_find_label(p, i, "comm");

		b->first_node[i] = child_of(b, CALLTREE_ROOT,
					    names_process(b->names, comm ? comm->text : NULL));
	}
}

/* The samples' numbers, those of one first node side by side. To be freed. */
static uint32_t *group_samples(const struct builder *b)
{
	const struct profile *p = b->names->profile;
	size_t n = profile_n_samples(p), n_nodes = b->tree->nodes.n;
	uint32_t *at = memory_alloc((n_nodes + 1) * sizeof(*at));
	uint32_t *grouped = memory_alloc(n * sizeof(*grouped));

	for (size_t i = 0; i < n; i++)
		at[b->first_node[profile_get_sample(p, i)->labels] + 1]++;
	for (size_t i = 0; i < n_nodes; i++)
		at[i + 1] += at[i];
	for (size_t i = 0; i < n; i++)
		grouped[at[b->first_node[profile_get_sample(p, i)->labels]]++] = (uint32_t)i;
	free(at);
	return grouped;
}

static void add_samples(struct builder *b, size_t value)
{
	const struct profile *p = b->names->profile;
	uint32_t *grouped = group_samples(b);

	b->node_of = memory_alloc(names_n_stacks(b->names) * sizeof(*b->node_of));
	b->known_for = memory_alloc(names_n_stacks(b->names) * sizeof(*b->known_for));
	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *s = profile_get_sample(p, grouped[i]);
		uint32_t number =
			find_node(b, b->first_node[s->labels], names_stack(b->names, s->stack));
		struct calltree_node *node = &b->tree->nodes.items[number];

		node->self = sum_add(node->self, s->values[value]);
	}
	free(grouped);
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
	int64_t total; /* 0 where the order is by name */
	uint32_t rank;
	uint32_t flags;
	uint32_t node;
};

static int compare_children(const void *left, const void *right)
{
	const struct sorted_child *a = left, *b = right;

	if (a->total != b->total)
		return a->total > b->total ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->flags < b->flags ? -1 : a->flags > b->flags;
}

/* Puts the children of each node side by side, as they come. */
static void collect_children(struct calltree *t)
{
	uint32_t next = 0;

	t->order = memory_alloc(t->nodes.n * sizeof(*t->order));
	for (size_t i = 1; i < t->nodes.n; i++)
		t->nodes.items[t->nodes.items[i].parent].children++;
	vec_for_each (node, &t->nodes) {
		node->first_child = next;
		next += node->children;
		node->children = 0;
	}
	for (uint32_t i = 1; i < t->nodes.n; i++) {
		struct calltree_node *parent = &t->nodes.items[t->nodes.items[i].parent];

		t->order[parent->first_child + parent->children++] = i;
	}
}

static void sort_children(struct calltree *t, const struct names *names, enum calltree_order order)
{
	uint32_t *ranks = names_ranks(names);
	VEC(struct sorted_child) list = { 0 };

	vec_for_each (parent, &t->nodes) {
		uint32_t *children = t->order + parent->first_child;

		list.n = 0;
		for (uint32_t i = 0; parent->children > 1 && i < parent->children; i++) {
			const struct calltree_node *node = &t->nodes.items[children[i]];
			const struct names_label *label = names_label(names, node->label);

			*vec_push(&list) = (struct sorted_child){
				.total = order == CALLTREE_BY_TOTAL ? node->total : 0,
				.rank = ranks[label->function],
				.flags = label->flags,
				.node = children[i],
			};
		}
		if (list.n)
			qsort(list.items, list.n, sizeof(*list.items), compare_children);
		for (size_t i = 0; i < list.n; i++)
			children[i] = list.items[i].node;
	}
	vec_done(&list);
	free(ranks);
}

void calltree_init(struct calltree *t, struct names *n, size_t value, bool by_process,
		   enum calltree_order order)
{
	struct builder b = { .tree = t, .names = n };

	*t = (struct calltree){ 0 };
	*vec_push(&t->nodes) = (struct calltree_node){ 0 };
	find_first_nodes(&b, by_process);
	add_samples(&b, value);
	pairs_done(&b.children);
	free(b.node_of);
	free(b.known_for);
	free(b.first_node);
	vec_done(&b.pending);
	sum_totals(t);
	collect_children(t);
	if (order != CALLTREE_UNSORTED)
		sort_children(t, n, order);
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
