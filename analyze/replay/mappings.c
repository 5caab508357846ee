// SPDX-License-Identifier: BSD-2-Clause
/*
 * A balanced (AVL) tree by start address whose nodes are shared between address
 * spaces and copied when they are to change (path copying). Everything is built
 * from two operations, join and split; see Blelloch, Ferizovic, Sun: "Just Join
 * for Parallel Ordered Sets", 2016.
 *
 * Functions take over the references that they are given and return one.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "analyze/base/map.h"
#include "analyze/base/memory.h"
#include "analyze/replay/mappings.h"

/* 64 bytes a node: a quarter of a GiB, where busy machines need a few MiB. */
#define POOL_NODES   ((size_t)4 << 20)
/* More than one change can make: a path down and its rotations, for two splits and three joins. */
#define CHANGE_NODES 512

struct mappings_node {
	struct mapping range;
	uint32_t refs;
	uint32_t height;
	uint32_t count;
	uint64_t content; /* sum over the tree below, of a hash of each range */
	struct mappings_node *left, *right;
};

static uint64_t hash_range(const struct mapping *m)
{
	return map_mix(m->start + map_mix(m->end + map_mix(m->file_offset + map_mix(m->module))));
}

static uint32_t height(const struct mappings_node *n)
{
	return n ? n->height : 0;
}

static void update(struct mappings_node *n)
{
	uint32_t l = height(n->left), r = height(n->right);

	n->height = (l > r ? l : r) + 1;
	n->count = 1 + (n->left ? n->left->count : 0) + (n->right ? n->right->count : 0);
	n->content = hash_range(&n->range) + (n->left ? n->left->content : 0) +
		     (n->right ? n->right->content : 0);
}

static struct mappings_node *node_new(struct mappings_pool *pool, const struct mapping *range)
{
	struct mappings_node *n = memory_alloc(sizeof(*n));

	pool->nodes++;
	n->range = *range;
	n->refs = 1;
	update(n);
	return n;
}

static struct mappings_node *share(struct mappings_node *n)
{
	if (n)
		n->refs++;
	return n;
}

/* As deep as the tree is high. */
static void drop(struct mappings_pool *pool, struct mappings_node *n)
{
	if (!n || --n->refs)
		return;
	drop(pool, n->left);
	drop(pool, n->right);
	free(n);
	pool->nodes--;
}

/* The node itself if nobody else has it, else a copy of it. */
static struct mappings_node *own(struct mappings_pool *pool, struct mappings_node *n)
{
	struct mappings_node *copy;

	if (n->refs == 1)
		return n;
	copy = node_new(pool, &n->range);
	copy->left = share(n->left);
	copy->right = share(n->right);
	update(copy);
	drop(pool, n);
	return copy;
}

static struct mappings_node *rotate_left(struct mappings_pool *pool, struct mappings_node *n)
{
	struct mappings_node *top = own(pool, n->right);

	n->right = top->left;
	update(n);
	top->left = n;
	update(top);
	return top;
}

static struct mappings_node *rotate_right(struct mappings_pool *pool, struct mappings_node *n)
{
	struct mappings_node *top = own(pool, n->left);

	n->left = top->right;
	update(n);
	top->right = n;
	update(top);
	return top;
}

/* n is ours alone; its sides differ in height by two at most. */
static struct mappings_node *balance(struct mappings_pool *pool, struct mappings_node *n)
{
	if (height(n->left) > height(n->right) + 1) {
		n->left = own(pool, n->left);
		if (height(n->left->right) > height(n->left->left))
			n->left = rotate_left(pool, n->left);
		return rotate_right(pool, n);
	}
	if (height(n->right) > height(n->left) + 1) {
		n->right = own(pool, n->right);
		if (height(n->right->left) > height(n->right->right))
			n->right = rotate_right(pool, n->right);
		return rotate_left(pool, n);
	}
	update(n);
	return n;
}

/* One tree of left, middle and right, which are in this order. middle is ours alone. */
static struct mappings_node *join(struct mappings_pool *pool, struct mappings_node *left,
				  struct mappings_node *middle, struct mappings_node *right)
{
	if (height(left) > height(right) + 1) {
		left = own(pool, left);
		left->right = join(pool, left->right, middle, right);
		return balance(pool, left);
	}
	if (height(right) > height(left) + 1) {
		right = own(pool, right);
		right->left = join(pool, left, middle, right->left);
		return balance(pool, right);
	}
	middle->left = left;
	middle->right = right;
	update(middle);
	return middle;
}

/* Parts n into what starts before key and the rest. */
static void split(struct mappings_pool *pool, struct mappings_node *n, uint64_t key,
		  struct mappings_node *ret[2])
{
	struct mappings_node *left, *right;

	if (!n) {
		ret[0] = ret[1] = NULL;
		return;
	}
	n = own(pool, n);
	left = n->left;
	right = n->right;
	if (n->range.start < key) {
		split(pool, right, key, ret);
		ret[0] = join(pool, left, n, ret[0]);
	} else {
		split(pool, left, key, ret);
		ret[1] = join(pool, ret[1], n, right);
	}
}

/* Takes the last node out of n, which is not empty, and gives the rest. */
static struct mappings_node *take_last(struct mappings_pool *pool, struct mappings_node *n,
				       struct mappings_node **last)
{
	struct mappings_node *rest;

	n = own(pool, n);
	if (n->right) {
		n->right = take_last(pool, n->right, last);
		return balance(pool, n);
	}
	rest = n->left;
	n->left = NULL;
	*last = n;
	return rest;
}

/*
 * Cuts off what of n (all of which starts before end) reaches to end and
 * beyond. Returns 1 with that part in *rest, or 0.
 */
static int part_behind(const struct mappings_node *n, uint64_t end, struct mapping *rest)
{
	while (n && n->right)
		n = n->right;
	if (!n || n->range.end <= end)
		return 0;
	*rest = n->range;
	rest->file_offset += end - rest->start;
	rest->start = end;
	return 1;
}

/* The last range of n, which is not empty, shall end at end. */
static struct mappings_node *trim_last(struct mappings_pool *pool, struct mappings_node *n,
				       uint64_t end)
{
	struct mappings_node *last, *rest = take_last(pool, n, &last);

	last->range.end = end;
	return join(pool, rest, last, NULL);
}

void mappings_add(struct mappings *m, struct mappings_pool *pool, const struct mapping *range)
{
	struct mappings_node *around[2], *inside[2];
	struct mapping rest;
	bool has_rest;

	if (range->start >= range->end)
		return;
	if (pool->nodes + CHANGE_NODES > POOL_NODES) {
		pool->refused++;
		return;
	}
	split(pool, m->root, range->start, around);
	split(pool, around[1], range->end, inside);

	has_rest = part_behind(inside[0], range->end, &rest) ||
		   part_behind(around[0], range->end, &rest);
	if (part_behind(around[0], range->start, &(struct mapping){ 0 }))
		around[0] = trim_last(pool, around[0], range->start);
	drop(pool, inside[0]);
	if (has_rest)
		inside[1] = join(pool, NULL, node_new(pool, &rest), inside[1]);
	m->root = join(pool, around[0], node_new(pool, range), inside[1]);
}

const struct mapping *mappings_find(const struct mappings *m, uint64_t address)
{
	const struct mappings_node *n = m->root;
	const struct mapping *found = NULL;

	while (n) {
		if (n->range.start <= address) {
			found = &n->range;
			n = n->right;
		} else {
			n = n->left;
		}
	}
	return found && address < found->end ? found : NULL;
}

void mappings_copy(struct mappings *m, struct mappings_pool *pool, const struct mappings *from)
{
	struct mappings_node *root = share(from->root);

	drop(pool, m->root);
	m->root = root;
}

void mappings_clear(struct mappings *m, struct mappings_pool *pool)
{
	drop(pool, m->root);
	m->root = NULL;
}

uint64_t mappings_content(const struct mappings *m)
{
	return m->root ? m->root->content : 0;
}

size_t mappings_count(const struct mappings *m)
{
	return m->root ? m->root->count : 0;
}
