// SPDX-License-Identifier: BSD-2-Clause
/*
 * A process that lies: some snapshots of it, as the recorder takes them, while its memory
 * changes between two reads. The input: six bytes of how (see struct plan), then what
 * to change, five bytes each: when, where (two), to what, and whether that is for good.
 * What is left is memory, if the plan says so, instead of a runtime that is right.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/go_snapshot.h"
#include "symbols/go_live.h"
#include "tests/support/go_image.h"

#define CHANGE	   5 /* bytes */
#define SNAPSHOTS  4
/* More than any memory of this size can ask for: see the bounds of symbols/go_*.c. */
#define MOST_READS (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum plan_flags {
	BY_SHAPE = 1,	 /* no symbols */
	NO_VERSION = 2,	 /* of the file */
	ANY_BYTES = 4,	 /* the memory is the rest of the input */
	MIRRORED = 8,	 /* it is there again and again, to any length */
	NEW_EPOCHS = 16, /* each snapshot begins one */
	MANY_CHANGES = 32,
};

struct plan {
	uint8_t version;
	uint8_t flags;
	uint8_t window;	  /* of what is mirrored: 64 KiB, times two that often */
	uint8_t fail_at;  /* at this read, with */
	uint8_t fail_how; /* this error */
	uint8_t changes;
};

struct target {
	struct go_image image;
	struct plan plan;
	const uint8_t *changes;
	size_t n_changes;
	uint64_t reads;
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static void change(struct target *t)
{
	for (size_t i = 0; i < t->n_changes; i++) {
		const uint8_t *c = t->changes + i * CHANGE;
		uint8_t *byte = &t->image.bytes[c[1] | c[2] << 8];

		if (c[4] & 1 ? t->reads == c[0] : t->reads % 16 == c[0] % 16)
			*byte = c[4] & 2 ? *byte ^ c[3] : c[3];
	}
}

static void read_one(const struct target *t, struct go_piece *piece)
{
	uint64_t at = piece->address - GO_IMAGE_BASE, window = GO_IMAGE_SIZE;

	window <<= t->plan.window % 3;
	piece->there = at <= window && piece->size <= window - at;
	if (!(t->plan.flags & MIRRORED))
		piece->there = at <= t->image.size && piece->size <= t->image.size - at;
	for (uint32_t i = 0; piece->there && i < piece->size;) {
		uint32_t from = (uint32_t)((at + i) % GO_IMAGE_SIZE), n = GO_IMAGE_SIZE - from;

		if (n > piece->size - i)
			n = piece->size - i;
		memcpy((uint8_t *)piece->to + i, t->image.bytes + from, n);
		i += n;
	}
}

static int read_target(void *context, struct go_piece *pieces, size_t n)
{
	static const int errors[] = { 0, -ESRCH, -EPERM, -ENOMEM };
	struct target *t = context;

	t->reads++;
	require(t->reads < MOST_READS);
	change(t);
	if (t->plan.fail_at && t->reads % 256 == t->plan.fail_at)
		return errors[t->plan.fail_how % 4];
	for (size_t i = 0; i < n; i++)
		read_one(t, &pieces[i]);
	return 0;
}

/* --- what must be true of each snapshot --- */

static void check_stacks(const struct go_gathered *g, const struct go_live *live)
{
	for (size_t i = 0; i < g->n_stacks; i++) {
		const struct go_stack *s = &g->stacks[i];

		require(s->id && s->n && s->n <= GO_DEPTH + GO_HEAP_DEPTH);
		require(s->ips + s->n <= g->n_pool);
	}
	require(live->text.end >= live->text.start);
}

static void check_gathered(const struct go_process *p)
{
	const struct go_gathered *g = &p->now;

	require(g->alive <= GO_MOST && g->n_goroutines <= g->alive && g->torn <= g->alive);
	for (size_t i = 0; i < g->n_goroutines; i++)
		require(g->goroutines[i].goid != 0);
	for (size_t i = 1; i < g->n_ended; i++)
		require(g->ended[i - 1] < g->ended[i]);
	require(g->n_code % 2 == 0 && g->n_channels <= g->alive && g->n_locks <= g->alive);
	require(p->counts.n_heap <= GO_HEAP_MOST && p->counts.n_list <= GO_FIGURES_MAX);
	check_stacks(g, &p->live);
}

static int take(struct go_process *p, struct go_goroutines *reader, struct go_stacks *stacks,
		uint32_t epoch)
{
	int rc = go_snapshot_begin(p, reader, epoch);

	while (rc == 0 && (rc = go_snapshot_step(p, reader, stacks)) > 0)
		rc = 0;
	return rc;
}

/* As record/go.c: what failed begins anew. */
static void take_some(struct target *t, struct go_process *p)
{
	static struct go_goroutines *reader; /* as the recorder has one for all */
	struct go_stacks stacks = { 0 };
	uint32_t epoch = 1;

	require(reader || go_goroutines_new(&reader) == 0);
	for (int i = 0; i < SNAPSHOTS; i++) {
		p->last = i == SNAPSHOTS - 1;
		epoch += (t->plan.flags & NEW_EPOCHS) != 0;
		if (take(p, reader, &stacks, epoch) == 0) {
			check_gathered(p);
			continue;
		}
		p->epoch = stacks.epoch = 0;
	}
	go_known_clear(&stacks.ids);
}

/* --- the target --- */

static const uint8_t *read_plan(struct target *t, const uint8_t *data, size_t *size)
{
	memcpy(&t->plan, data, sizeof(t->plan));
	data += sizeof(t->plan);
	*size -= sizeof(t->plan);
	t->changes = data;
	t->n_changes = t->plan.changes;
	if (t->n_changes > *size / CHANGE || t->plan.flags & MANY_CHANGES)
		t->n_changes = *size / CHANGE;
	*size -= t->n_changes * CHANGE;
	return data + t->n_changes * CHANGE;
}

static void make(struct target *t, const uint8_t *rest, size_t size)
{
	uint32_t version = 117 + t->plan.version % 11;
	struct go_program *p = &t->image.program;

	if (t->plan.flags & ANY_BYTES) {
		go_image_fill(&t->image, version, rest, size);
	} else {
		go_image_make(&t->image, version);
		for (uint32_t i = 1; i <= GO_IMAGE_GS; i++)
			go_image_park(&t->image, i, i);
	}
	p->at.stats = p->at.gc = p->at.sched = GO_IMAGE_BASE + 16;
	if (t->plan.flags & BY_SHAPE)
		p->at = (struct go_variables){ 0 };
	if (t->plan.flags & NO_VERSION)
		p->version[0] = 0;
	t->image.memory = (struct go_memory){ read_target, t };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct target t;
	struct go_process process = { .tgid = 7 };
	const char *why = NULL;
	const uint8_t *rest;

	if (size < sizeof(t.plan))
		return 0;
	rest = read_plan(&t, data, &size);
	make(&t, rest, size);
	t.reads = 0;
	process.program = &t.image.program;
	if (go_live_open(&t.image.program, 0, &t.image.memory, &process.live, &why) == 0)
		take_some(&t, &process);
	else
		require(why != NULL);
	go_process_done(&process);
	return 0;
}
