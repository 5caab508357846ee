// SPDX-License-Identifier: BSD-2-Clause
/*
 * Output "folded": one line a stack, "comm;root;…;leaf count", as the flame
 * graph tools read it. The count is the profile's default value in its own unit
 * (CPU time: nanoseconds). Kernel functions end in "_[k]". Lines are in
 * bytewise order of their stacks, and no stack stands twice.
 */
#include <inttypes.h>
#include <stdio.h>
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
	uint32_t rank; /* of its text */
	uint32_t node;
	bool below;
};

struct folder {
	struct names names;
	struct calltree calls;
	struct sink out;
	VEC(char) path;
	uint32_t *ranks;	   /* by function * 2 + below */
	VEC(struct entry) entries; /* of the open nodes' children */
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

	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* Lists the children of a node, sorted, behind all other entries. */
static void list_children(struct folder *f, uint32_t parent)
{
	size_t begin = f->entries.n;

	for (uint32_t i = 0; i < f->calls.nodes.items[parent].children; i++) {
		uint32_t number = calltree_child(&f->calls, parent, i);
		const struct calltree_node *node = &f->calls.nodes.items[number];
		const uint32_t *ranks =
			&f->ranks[names_label(&f->names, node->label)->function * 2];

		if (node->self)
			*vec_push(&f->entries) = (struct entry){ ranks[0], number, false };
		if (node->children)
			*vec_push(&f->entries) = (struct entry){ ranks[1], number, true };
	}
	if (f->entries.n > begin + 1)
		qsort(f->entries.items + begin, f->entries.n - begin, sizeof(*f->entries.items),
		      compare_entries);
}

static void push_text(struct folder *f, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		*vec_push(&f->path) = text[i];
}

static void push_name(struct folder *f, uint32_t node)
{
	const char *name = names_label_text(&f->names, f->calls.nodes.items[node].label);

	push_text(f, name, strlen(name));
}

static void write_line(struct folder *f, uint32_t node)
{
	char count[32];
	size_t size = f->path.n;

	push_name(f, node);
	push_text(f, count,
		  (size_t)snprintf(count, sizeof(count), " %" PRId64 "\n",
				   f->calls.nodes.items[node].self));
	sink_put(&f->out, f->path.items, f->path.n);
	f->path.n = size;
}

/* A node whose entries are being written. */
struct open_node {
	size_t begin; /* of its entries; those of the last open node reach to the list's end */
	size_t next;  /* entry */
	size_t path;  /* its length above the node */
};
VEC_TYPE(open_nodes, struct open_node);

static void open_node(struct folder *f, struct open_nodes *open, uint32_t node, size_t path)
{
	*vec_push(open) = (struct open_node){ f->entries.n, f->entries.n, path };
	list_children(f, node);
}

static void write_lines(struct folder *f)
{
	struct open_nodes open = { 0 };

	open_node(f, &open, CALLTREE_ROOT, 0);
	while (open.n) {
		struct open_node *o = &open.items[open.n - 1];
		struct entry e;
		size_t path = f->path.n;

		if (o->next == f->entries.n) {
			f->entries.n = o->begin;
			f->path.n = o->path;
			open.n--;
			continue;
		}
		e = f->entries.items[o->next++];
		if (!e.below) {
			write_line(f, e.node);
			continue;
		}
		push_name(f, e.node);
		*vec_push(&f->path) = ';';
		open_node(f, &open, e.node, path);
	}
	vec_done(&open);
}

static void write_profile(struct folder *f, const struct output_job *job, const struct profile *p)
{
	bool by_process = calltree_count_processes(p) > 0;

	names_init(&f->names, p, job->names, NAMES_FOLDED | names_wanted(job));
	calltree_init(&f->calls, &f->names, profile_head(p)->default_type, by_process,
		      CALLTREE_UNSORTED);
	f->ranks = rank_texts(&f->names);
	write_lines(f);
	calltree_done(&f->calls);
	names_done(&f->names);
	vec_done(&f->entries);
	vec_done(&f->path);
	free(f->ranks);
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
