// SPDX-License-Identifier: BSD-2-Clause
/* See gogroups.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyses/gogroups.h"
#include "analyze/analyses/words.h"

#define MOST_LIFE 65536

/* --- groups --- */

static struct gomoments *moments_of(struct gogroups *g, uint32_t process)
{
	while (g->moments.n <= process)
		*vec_push(&g->moments) = NULL;
	if (!g->moments.items[process]) {
		g->moments.items[process] = memory_alloc(sizeof(struct gomoments));
		g->moments.items[process]->stride = 1;
	}
	return g->moments.items[process];
}

static void new_group(struct gogroups *g, const struct gogroup *like)
{
	struct gomoments *m = moments_of(g, like->process);
	struct gogroup *group = memory_alloc(sizeof(*group));

	*group = *like;
	group->next = m->groups;
	*vec_push(&g->list) = group;
	m->groups = (uint32_t)g->list.n;
}

static uint64_t key_of(const struct gogroup *like)
{
	uint64_t key = map_mix((uint64_t)like->process << 32 | like->stack);

	key = map_mix(key + (uint64_t)like->site);
	key = map_mix(key + ((uint64_t)like->status << 32 | like->reason));
	return map_mix(key + like->rest * 2u + like->system);
}

static uint32_t find_group(struct gogroups *g, struct gogroup like)
{
	uint64_t *slot;
	bool added;

	slot = map_find(&g->by_key, key_of(&like));
	if (slot)
		return (uint32_t)*slot;
	if (g->list.n >= GOGROUPS_MOST)
		like = (struct gogroup){ .process = like.process, .site = -1, .rest = true };
	slot = map_add(&g->by_key, key_of(&like), &added);
	if (added) {
		*slot = g->list.n;
		new_group(g, &like);
	}
	return (uint32_t)*slot;
}

uint32_t gogroups_stack(struct gogroups *g, const struct goroutine *at)
{
	if (!at->ustack || !g->process)
		return PROFILE_ROOT;
	return frames_stack(&g->frames, g->in->world, g->process, at->ustack, 0);
}

int64_t gogroups_site(struct gogroups *g, const struct goroutine *at)
{
	if (!at->created_at || !g->process)
		return -1;
	return frames_address(&g->frames, g->in->world, g->process, at->created_at - 1);
}

static bool in_window(const struct gogroups *g, uint64_t ns)
{
	return ns >= g->in->from_ns;
}

static void join(struct gogroups *g, const struct goroutines_process *p, struct goroutine *now,
		 uint64_t ns)
{
	struct gogroup like = {
		.process = p->index,
		.site = gogroups_site(g, now),
		.status = now->status,
		.system = now->flags & EV_GO_SYSTEM,
		.waits = goroutines_waits(&g->goroutines, p, now),
	};
	struct gogroup *group;

	now->stack = gogroups_stack(g, now);
	if (like.waits) {
		like.stack = now->stack;
		like.reason = now->wait_reason;
	}
	now->group = find_group(g, like);
	now->grouped = true;
	group = g->list.items[now->group];
	group->now++;
	if (!p->known || !in_window(g, ns))
		return;
	group->joined++;
	group->joins += group->last_join_ns != ns;
	group->last_join_ns = ns;
}

static void leave(struct gogroups *g, const struct goroutine *before, bool counts)
{
	struct gogroup *group = g->list.items[before->group];

	group->now--;
	group->left += counts;
}

static void add_life(struct gogroups *g, const struct goroutines_process *p,
		     const struct goroutine *at, bool gone)
{
	if (g->life.n >= MOST_LIFE) {
		g->life_beyond++;
		return;
	}
	*vec_push(&g->life) =
		(struct golife){ .process = p->index, .gone = gone, .ns = g->now_ns, .was = *at };
}

static void on_change(void *arg, struct goroutines_process *p, const struct goroutine *before,
		      struct goroutine *now)
{
	struct gogroups *g = arg;
	uint64_t ns = g->now_ns;
	uint64_t goid = g->in->options.goid;
	/* Where it stands may be told anew in each epoch: it has not moved. */
	bool same = before && now && before->since_ns == now->since_ns &&
		    before->status == now->status && before->ustack == now->ustack &&
		    before->wait_reason == now->wait_reason;

	if (before && before->grouped && !same)
		leave(g, before, p->known && in_window(g, ns));
	if (now && !(same && before->grouped))
		join(g, p, now, ns);
	if (goid && !same && (now ? now->goid : before->goid) == goid)
		add_life(g, p, now ? now : before, !now);
}

/* --- moments --- */

/* Every second one goes: there is room for as many again, twice as far apart. */
static void thin_out(struct gogroups *g, struct gomoments *m)
{
	for (size_t i = 0; i < GOGROUPS_MOMENTS / 2; i++) {
		m->ns[i] = m->ns[2 * i];
		m->alive[i] = m->alive[2 * i];
	}
	for (uint32_t at = m->groups; at; at = g->list.items[at - 1]->next) {
		struct gogroup *group = g->list.items[at - 1];

		for (size_t i = 0; i < GOGROUPS_MOMENTS / 2; i++)
			group->counts[i] = group->counts[2 * i];
		memset(&group->counts[GOGROUPS_MOMENTS / 2], 0, sizeof(group->counts) / 2);
	}
	m->n = GOGROUPS_MOMENTS / 2;
	m->stride *= 2;
}

static void on_snapshot(void *arg, struct goroutines_process *p, uint64_t ns)
{
	struct gogroups *g = arg;
	struct gomoments *m;

	if (!in_window(g, ns))
		return;
	m = moments_of(g, p->index);
	if (m->seen++ % m->stride)
		return;
	if (m->n == GOGROUPS_MOMENTS) {
		thin_out(g, m);
		if ((m->seen - 1) % m->stride)
			return;
	}
	for (uint32_t at = m->groups; at; at = g->list.items[at - 1]->next) {
		struct gogroup *group = g->list.items[at - 1];

		group->counts[m->n] = group->now < UINT32_MAX ? (uint32_t)group->now : UINT32_MAX;
	}
	m->ns[m->n] = ns;
	m->alive[m->n++] = p->list.n;
}

/* --- the three of an analysis --- */

void gogroups_begin(struct gogroups *g, const struct analysis_input *in)
{
	static const struct profile_head head = {
		.name = "all", .title = "", .n_types = 1, .types = { { "goroutine", "count" } }
	};

	g->in = in;
	g->profile = profile_new(&head);
	frames_init(&g->frames, g->profile, in->unwinder);
	g->goroutines.watcher = (struct goroutines_watcher){ g, on_change, on_snapshot };
}

void gogroups_event(struct gogroups *g, const struct analysis_input *in,
		    const struct thread *thread, const struct ev_header *event)
{
	const struct process *p = thread->process;

	if (!in->passes(in, thread))
		return;
	if (event->time_ns > in->until_ns) {
		if (event->type == EV_GO_SNAPSHOT && !g->later_ns)
			g->later_ns = event->time_ns;
		return;
	}
	g->in = in;
	g->process = p;
	g->now_ns = event->time_ns;
	if (event->type == EV_GO_GOROUTINE)
		g->met =
			g->met || ((const struct ev_go_goroutine *)event)->goid == in->options.goid;
	goroutines_event(&g->goroutines, p->number, p->name, event);
	g->process = NULL;
}

void gogroups_done(struct gogroups *g)
{
	vec_for_each (group, &g->list) {
		free(*group);
	}
	vec_for_each (m, &g->moments) {
		free(*m);
	}
	vec_done(&g->list);
	vec_done(&g->moments);
	vec_done(&g->life);
	map_done(&g->by_key);
	goroutines_done(&g->goroutines);
	frames_done(&g->frames);
	profile_free(g->profile);
}

/* --- what is there at the end --- */

static int compare_members(const void *left, const void *right)
{
	const struct gomember *a = left, *b = right;

	if (a->process != b->process)
		return a->process->index < b->process->index ? -1 : 1;
	return (a->goroutine->goid > b->goroutine->goid) -
	       (a->goroutine->goid < b->goroutine->goid);
}

struct gomember *gogroups_members(const struct gogroups *g, size_t *n)
{
	struct gomember *list = memory_alloc((g->goroutines.n + 1) * sizeof(*list));

	*n = 0;
	vec_for_each (p, &g->goroutines.processes) {
		vec_for_each (at, &(*p)->list)
			list[(*n)++] = (struct gomember){ *p, at };
	}
	if (*n)
		qsort(list, *n, sizeof(*list), compare_members);
	return list;
}

static struct gotext name_of(const struct gogroups *g, uint32_t process, enum ev_go_names kind,
			     uint32_t number)
{
	const char *name = goroutines_name(&g->goroutines, g->goroutines.processes.items[process],
					   kind, number);
	struct gotext text;

	if (name)
		snprintf(text.text, sizeof(text.text), "%s", name);
	else
		snprintf(text.text, sizeof(text.text), "%s %" PRIu32,
			 kind == EV_GO_NAMES_STATUS ? "status" : "reason", number);
	return text;
}

struct gotext gogroups_status(const struct gogroups *g, uint32_t process, uint32_t status)
{
	return name_of(g, process, EV_GO_NAMES_STATUS, status);
}

struct gotext gogroups_reason(const struct gogroups *g, uint32_t process, uint32_t reason)
{
	return name_of(g, process, EV_GO_NAMES_WAIT, reason);
}

uint64_t gogroups_since(const struct goroutine *at)
{
	return at->wait_since_ns && at->wait_since_ns < at->since_ns ? at->wait_since_ns
								     : at->since_ns;
}

int64_t gogroups_copy_frame(const struct gogroups *g, struct profile *to, int64_t frame)
{
	const struct profile_frame *f;

	if (frame < 0)
		return frame;
	f = profile_get_frame(g->profile, (uint32_t)frame);
	return profile_frame(to, profile_module(to, profile_get_module(g->profile, f->module)),
			     f->offset);
}

uint32_t gogroups_copy_stack(const struct gogroups *g, struct profile *to, uint32_t stack)
{
	VEC(uint32_t) frames = { 0 };
	uint32_t copy = PROFILE_ROOT;

	while (stack != PROFILE_ROOT) {
		const struct profile_stack *s = profile_get_stack(g->profile, stack);

		*vec_push(&frames) = s->frame;
		stack = s->parent;
	}
	while (frames.n)
		copy = profile_stack(
			to, copy, (uint32_t)gogroups_copy_frame(g, to, frames.items[--frames.n]));
	vec_done(&frames);
	return copy;
}

/* --- how far it may be trusted --- */

static void note_process(const struct goroutines_process *p, struct result *ret)
{
	const struct goroutines_health *h = &p->health;
	char text[400];

	if (p->flags & EV_GO_OFF) {
		snprintf(text, sizeof(text),
			 "the Go runtime of process %" PRIu32 " was not read: %s", p->tgid,
			 p->text);
		result_add_note(ret, text);
	}
	if (h->gaps) {
		snprintf(text, sizeof(text),
			 "goroutines of process %" PRIu32 " are not known for %" PRIu64
			 " of %" PRIu64 " snapshots: parts of them are missing",
			 p->tgid, h->unknown, h->snapshots);
		result_add_note(ret, text);
	}
	if (h->beyond) {
		snprintf(text, sizeof(text),
			 "more goroutines than can be followed at a time: %" PRIu64
			 " records of process %" PRIu32 " not looked at",
			 h->beyond, p->tgid);
		result_add_note(ret, text);
	}
}

/* Why there is nothing. */
static void note_nothing(const struct gogroups *g, struct result *ret)
{
	uint64_t start = world_start_ns(g->in->world), snapshots = 0;
	char text[200];

	vec_for_each (p, &g->goroutines.processes)
		snapshots += (*p)->health.snapshots;
	if (g->later_ns && !snapshots) {
		snprintf(
			text, sizeof(text),
			"no snapshot of goroutines is that early: the first was taken %s after the "
			"tape's start",
			words_duration(g->later_ns - start).text);
		result_add_note(ret, text);
	} else if (!g->goroutines.processes.n) {
		result_add_note(ret, "no Go program was read; record one with --probes go");
	} else if (g->in->options.goid && !g->met) {
		snprintf(text, sizeof(text), "goroutine %" PRIu64 " is in no snapshot",
			 g->in->options.goid);
		result_add_note(ret, text);
	}
}

void gogroups_notes(const struct gogroups *g, struct result *ret)
{
	size_t noted = 0;

	vec_for_each (p, &g->goroutines.processes) {
		if (noted++ < 10)
			note_process(*p, ret);
	}
	note_nothing(g, ret);
	result_coverage(ret)->unknown_stacks += g->frames.unknown_stacks;
}

struct table *gogroups_health(const struct gogroups *g)
{
	static const struct table_column columns[] = {
		{ "pid", "", TABLE_INTEGER },
		{ "process", "", TABLE_TEXT },
		{ "version", "", TABLE_TEXT },
		{ "goroutines", "count", TABLE_INTEGER },
		{ "snapshots", "count", TABLE_INTEGER },
		{ "unknown", "count", TABLE_INTEGER },
		{ "torn", "count", TABLE_INTEGER },
		{ "unread", "count", TABLE_INTEGER },
		{ "changed", "count", TABLE_INTEGER },
		{ "took", "ns", TABLE_INTEGER },
		{ "longest", "ns", TABLE_INTEGER },
	};
	struct table *t = table_new("programs", "Go programs and how they were read", columns,
				    sizeof(columns) / sizeof(*columns));

	vec_for_each (at, &g->goroutines.processes) {
		const struct goroutines_process *p = *at;
		const struct goroutines_health *h = &p->health;
		const union table_cell row[] = {
			{ .integer = p->tgid },
			{ .text = tasks_name(&g->in->world->tasks, p->name) },
			{ .text = p->flags & EV_GO_OFF ? "not read" : p->text },
			{ .integer = (int64_t)p->list.n },
			{ .integer = (int64_t)h->snapshots },
			{ .integer = (int64_t)h->unknown },
			{ .integer = (int64_t)h->torn },
			{ .integer = (int64_t)h->unread },
			{ .integer = (int64_t)h->changed },
			{ .integer = (int64_t)(h->snapshots ? h->took_ns / h->snapshots : 0) },
			{ .integer = (int64_t)h->longest_ns },
		};

		table_add(t, row);
	}
	return t;
}
