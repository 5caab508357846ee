// SPDX-License-Identifier: BSD-2-Clause
/*
 * Works on the profile's own stacks, not on samples: the values of all label
 * sets are first added up for each stack, then once through the tree.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/base/map.h"
#include "analyze/base/memory.h"
#include "analyze/base/sum.h"
#include "analyze/outputs/tops.h"

/* Sums by stack, and the tree of stacks as lists of children. */
struct stacks {
	const struct names *names;
	size_t n;
	int64_t *self;
	int64_t *total;
	uint32_t *child;   /* one of the stack's children; 0: none */
	uint32_t *sibling; /* the next child of the same parent */
};

static void stacks_init(struct stacks *s, const struct names *names, size_t value)
{
	const struct profile *p = names->profile;
	size_t n = names_n_stacks(names);

	*s = (struct stacks){ .names = names, .n = n };
	s->self = memory_alloc(n * sizeof(*s->self));
	s->total = memory_alloc(n * sizeof(*s->total));
	s->child = memory_alloc(n * sizeof(*s->child));
	s->sibling = memory_alloc(n * sizeof(*s->sibling));
	for (size_t i = 0; i < profile_n_samples(p); i++) {
		const struct profile_sample *sample = profile_get_sample(p, i);

		uint32_t stack = names_stack(names, sample->stack);

		s->self[stack] = sum_add(s->self[stack], sample->values[value]);
	}
	/* A stack stands behind its parent. */
	for (size_t i = n; i-- > 1;) {
		uint32_t parent = names_get_stack(names, (uint32_t)i)->parent;

		s->total[i] = sum_add(s->total[i], s->self[i]);
		s->total[parent] = sum_add(s->total[parent], s->total[i]);
		s->sibling[i] = s->child[parent];
		s->child[parent] = (uint32_t)i;
	}
}

static void stacks_done(struct stacks *s)
{
	free(s->self);
	free(s->total);
	free(s->child);
	free(s->sibling);
}

/*
 * Adds each stack's total to cum of its leaf frame's group, unless a frame
 * nearer to the root is of the same group: then it is in that one's total.
 * group_of and cum are by frame and group; UINT32_MAX is no group.
 */
static void sum_cum(const struct stacks *s, const uint32_t *group_of, size_t n_groups, int64_t *cum)
{
	uint32_t *open = memory_alloc(n_groups * sizeof(*open));
	uint32_t at = PROFILE_ROOT;
	bool down = true;

	for (;;) {
		const struct profile_stack *stack = names_get_stack(s->names, at);
		uint32_t group = at == PROFILE_ROOT ? UINT32_MAX : group_of[stack->frame];

		if (down) {
			if (group != UINT32_MAX && !open[group]++)
				cum[group] = sum_add(cum[group], s->total[at]);
			down = s->child[at] != 0;
			at = down ? s->child[at] : at;
			continue;
		}
		if (at == PROFILE_ROOT)
			break;
		if (group != UINT32_MAX)
			open[group]--;
		down = s->sibling[at] != 0;
		at = down ? s->sibling[at] : stack->parent;
	}
	free(open);
}

/* How much of a function stands in one module; only there to choose one. */
struct part {
	uint32_t function;
	uint32_t module;
	int64_t flat;
	int64_t passed; /* counts recursion each time */
};

VEC_TYPE(parts, struct part);

static void find_parts(struct parts *parts, const struct stacks *s, const struct names *n)
{
	size_t n_frames = n->frames.n;
	struct part *by_frame = memory_alloc(n_frames * sizeof(*by_frame));
	struct map numbers = { 0 };

	for (uint32_t i = 1; i < s->n; i++) {
		struct part *f = &by_frame[names_get_stack(n, i)->frame];

		f->flat = sum_add(f->flat, s->self[i]);
		f->passed = sum_add(f->passed, s->total[i]);
	}
	for (uint32_t i = 0; i < n_frames; i++) {
		uint32_t module = names_module(n, i);
		uint32_t function = n->frames.items[i].function;
		bool added;
		uint64_t *number = map_add(&numbers, (uint64_t)function << 32 | module, &added);
		struct part *part;

		if (added) {
			*number = parts->n;
			*vec_push(parts) = (struct part){ .function = function, .module = module };
		}
		part = &parts->items[*number];
		part->flat = sum_add(part->flat, by_frame[i].flat);
		part->passed = sum_add(part->passed, by_frame[i].passed);
	}
	map_done(&numbers);
	free(by_frame);
}

static const char *path_of(const struct profile *p, uint32_t module)
{
	return profile_get_module(p, module)->path;
}

static bool is_more(const struct profile *p, const struct part *a, const struct part *b)
{
	if (a->flat != b->flat)
		return a->flat > b->flat;
	if (a->passed != b->passed)
		return a->passed > b->passed;
	return strcmp(path_of(p, a->module), path_of(p, b->module)) < 0;
}

static void add_parts(struct tops *t, const struct stacks *s, const struct names *n)
{
	struct parts parts = { 0 };
	const struct part **best = memory_alloc(t->n * sizeof(const struct part *));

	find_parts(&parts, s, n);
	vec_for_each (part, &parts) {
		struct top *top = &t->items[part->function];
		const struct part **b = &best[part->function];

		top->flat = sum_add(top->flat, part->flat);
		if (!*b || is_more(n->profile, part, *b)) {
			*b = part;
			top->module = part->module;
		}
	}
	free(best);
	vec_done(&parts);
}

struct sorted_top {
	struct top top;
	uint32_t rank;
};

static int compare_tops(const void *left, const void *right)
{
	const struct sorted_top *a = left, *b = right;

	if (a->top.flat != b->top.flat)
		return a->top.flat > b->top.flat ? -1 : 1;
	if (a->top.cum != b->top.cum)
		return a->top.cum > b->top.cum ? -1 : 1;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static void sort_tops(struct tops *t, const struct names *n)
{
	struct sorted_top *list = memory_alloc(t->n * sizeof(*list));
	uint32_t *ranks = names_ranks(n);

	for (size_t i = 0; i < t->n; i++) {
		list[i].top = t->items[i];
		list[i].rank = ranks[t->items[i].function];
	}
	qsort(list, t->n, sizeof(*list), compare_tops);
	for (size_t i = 0; i < t->n; i++)
		t->items[i] = list[i].top;
	free(list);
	free(ranks);
}

/* Names of processes are functions too, but no frames; and pprof leaves out what took nothing. */
static void drop_empty(struct tops *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->items[i].flat || t->items[i].cum)
			t->items[kept++] = t->items[i];
	}
	t->n = kept;
}

void tops_init(struct tops *t, const struct names *n, size_t value)
{
	size_t functions = intern_count(&n->functions), frames = n->frames.n;
	uint32_t *group_of = memory_alloc(frames * sizeof(*group_of));
	int64_t *cum = memory_alloc(functions * sizeof(*cum));
	struct stacks s;

	*t = (struct tops){ 0 };
	for (size_t i = 0; i < functions; i++)
		*vec_push(t) = (struct top){ .function = (uint32_t)i };
	for (size_t i = 0; i < frames; i++)
		group_of[i] = n->frames.items[i].function;
	stacks_init(&s, n, value);
	sum_cum(&s, group_of, functions, cum);
	for (size_t i = 0; i < functions; i++)
		t->items[i].cum = cum[i];
	add_parts(t, &s, n);
	drop_empty(t);
	sort_tops(t, n);
	stacks_done(&s);
	free(cum);
	free(group_of);
}

void tops_done(struct tops *t)
{
	vec_done(t);
}

static bool is_unnamed(const struct names *n, uint32_t frame)
{
	return names_label(n, n->frames.items[frame].label)->flags & LABEL_UNNAMED;
}

struct sorted_unnamed {
	struct unnamed unnamed;
	const char *path;
};

static int compare_unnamed(const void *left, const void *right)
{
	const struct sorted_unnamed *a = left, *b = right;
	int order;

	if (a->unnamed.cum != b->unnamed.cum)
		return a->unnamed.cum > b->unnamed.cum ? -1 : 1;
	order = strcmp(a->path, b->path);
	if (order)
		return order;
	return a->unnamed.module < b->unnamed.module ? -1 : 1;
}

static void sort_unnamed(struct unnamed_list *u, const struct profile *p)
{
	struct sorted_unnamed *list = memory_alloc(u->n * sizeof(*list));

	for (size_t i = 0; i < u->n; i++) {
		list[i].unnamed = u->items[i];
		list[i].path = path_of(p, u->items[i].module);
	}
	qsort(list, u->n, sizeof(*list), compare_unnamed);
	for (size_t i = 0; i < u->n; i++)
		u->items[i] = list[i].unnamed;
	free(list);
}

void unnamed_init(struct unnamed_list *u, const struct names *n, size_t value)
{
	const struct profile *p = n->profile;
	size_t modules = profile_n_modules(p), frames = n->frames.n;
	uint32_t *group_of = memory_alloc(frames * sizeof(*group_of));
	int64_t *cum = memory_alloc(modules * sizeof(*cum));
	int64_t *flat = memory_alloc(modules * sizeof(*flat));
	struct stacks s;

	*u = (struct unnamed_list){ 0 };
	for (uint32_t i = 0; i < frames; i++)
		group_of[i] = is_unnamed(n, i) ? names_module(n, i) : UINT32_MAX;
	stacks_init(&s, n, value);
	sum_cum(&s, group_of, modules, cum);
	for (uint32_t i = 1; i < s.n; i++) {
		uint32_t group = group_of[names_get_stack(n, i)->frame];

		if (group != UINT32_MAX)
			flat[group] = sum_add(flat[group], s.self[i]);
	}
	for (uint32_t i = 0; i < modules; i++) {
		bool is_unknown = profile_get_module(p, i)->kind == MODULE_UNKNOWN;

		if (flat[i] || (cum[i] && is_unknown))
			*vec_push(u) = (struct unnamed){ i, flat[i], cum[i] };
	}
	sort_unnamed(u, p);
	stacks_done(&s);
	free(group_of);
	free(cum);
	free(flat);
}

void unnamed_done(struct unnamed_list *u)
{
	vec_done(u);
}
