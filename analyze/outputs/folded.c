// SPDX-License-Identifier: BSD-2-Clause
/*
 * Output "folded": one line a stack, "comm;root;…;leaf count", as the flame
 * graph tools read it. The count is the profile's default value in its own unit
 * (CPU time: nanoseconds). Kernel functions end in "_[k]". Lines are in
 * bytewise order of their stacks, and no stack stands twice.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/calltree.h"
#include "analyze/outputs/output.h"
#include "analyze/outputs/sink.h"

/*
 * A node is listed twice among its siblings: "name", its own line, and "name;",
 * the lines below it. Sorted by these texts, the lines come in bytewise order:
 * own and others' lines may stand between, as in "a 1", "a b 1", "a;b 1".
 */
struct entry {
	uint32_t parent;
	uint32_t rank; /* of its text */
	uint32_t node;
	bool below;
};

struct folder {
	struct names names;
	struct calltree calls;
	struct sink out;
	VEC(char) path;
	VEC(struct entry) entries;
	size_t *first; /* of each node's children in entries; one more at the end */
};

struct ranked {
	const char *text;
	uint32_t number; /* function * 2 + below */
};

/* strcmp() of the two texts, as if a ';' stood behind those that go on below. */
static int compare_texts(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	const unsigned char *s = (const unsigned char *)a->text;
	const unsigned char *t = (const unsigned char *)b->text;
	int x, y;

	for (; *s && *s == *t; s++, t++)
		;
	x = *s ? *s : a->number & 1 ? ';' : 0;
	y = *t ? *t : b->number & 1 ? ';' : 0;
	return x < y ? -1 : x > y;
}

static uint32_t *rank_texts(const struct names *n)
{
	size_t count = intern_count(&n->functions) * 2;
	struct ranked *list = memory_alloc(count * sizeof(*list));
	uint32_t *ranks = memory_alloc(count * sizeof(*ranks));

	for (uint32_t i = 0; i < count; i++)
		list[i] = (struct ranked){ names_function(n, i / 2), i };
	qsort(list, count, sizeof(*list), compare_texts);
	for (uint32_t i = 0; i < count; i++)
		ranks[list[i].number] = i;
	free(list);
	return ranks;
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static void list_entries(struct folder *f)
{
	uint32_t *ranks = rank_texts(&f->names);
	size_t n = f->calls.nodes.n;

	for (uint32_t i = 1; i < n; i++) {
		const struct calltree_node *node = &f->calls.nodes.items[i];
		uint32_t function = names_label(&f->names, node->label)->function;
		struct entry e = { .parent = node->parent, .node = i };

		e.rank = ranks[function * 2];
		if (node->self)
			*vec_push(&f->entries) = e;
		e.rank = ranks[function * 2 + 1];
		e.below = true;
		if (node->children)
			*vec_push(&f->entries) = e;
	}
	free(ranks);
	if (f->entries.n)
		qsort(f->entries.items, f->entries.n, sizeof(*f->entries.items), compare_entries);
	f->first = memory_alloc((n + 1) * sizeof(*f->first));
	vec_for_each (e, &f->entries) {
		f->first[e->parent + 1]++;
	}
	for (size_t i = 0; i < n; i++)
		f->first[i + 1] += f->first[i];
}

static void push_name(struct folder *f, uint32_t node)
{
	const char *name = names_label_text(&f->names, f->calls.nodes.items[node].label);

	for (; *name; name++)
		*vec_push(&f->path) = *name;
}

static void write_line(struct folder *f, uint32_t node)
{
	size_t size = f->path.n;

	push_name(f, node);
	sink_put(&f->out, f->path.items, f->path.n);
	sink_printf(&f->out, " %" PRId64 "\n", f->calls.nodes.items[node].self);
	f->path.n = size;
}

/* A node whose entries are being written. */
struct open_node {
	size_t next; /* entry */
	size_t end;
	size_t path; /* its length above the node */
};

static void write_lines(struct folder *f)
{
	VEC(struct open_node) open = { 0 };

	*vec_push(&open) = (struct open_node){ .end = f->first[1] };
	while (open.n) {
		struct open_node *o = &open.items[open.n - 1];
		const struct entry *e;

		if (o->next == o->end) {
			f->path.n = o->path;
			open.n--;
			continue;
		}
		e = &f->entries.items[o->next++];
		if (!e->below) {
			write_line(f, e->node);
			continue;
		}
		*vec_push(&open) = (struct open_node){
			.next = f->first[e->node],
			.end = f->first[e->node + 1],
			.path = f->path.n,
		};
		push_name(f, e->node);
		*vec_push(&f->path) = ';';
	}
	vec_done(&open);
}

static void write_profile(struct folder *f, const struct output_job *job, const struct profile *p)
{
	bool by_process = calltree_count_processes(p) > 0;

	names_init(&f->names, p, job->names, NAMES_FOLDED);
	calltree_init(&f->calls, &f->names, profile_head(p)->default_type, by_process,
		      CALLTREE_BY_NAME);
	list_entries(f);
	write_lines(f);
	calltree_done(&f->calls);
	names_done(&f->names);
	vec_done(&f->entries);
	vec_done(&f->path);
	free(f->first);
}

static int write_folded(const struct output_job *job, struct tape_error *err)
{
	const struct result_item *item = result_first(job->result, RESULT_PROFILE);
	struct folder f = { .out = { .file = job->out } };

	/* Two profiles in one file could not be told apart: the first is the view's answer. */
	if (item)
		write_profile(&f, job, item->profile);
	return sink_finish(&f.out, err);
}

extern const struct output output_folded;

const struct output output_folded = {
	.name = "folded",
	.help = "one line a stack, for flame graph tools",
	.suffixes = ".folded .collapsed",
	.shapes = RESULT_PROFILE,
	.write = write_folded,
};
