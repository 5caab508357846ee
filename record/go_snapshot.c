// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is kept from one snapshot to the next is a hash of each goroutine. Which
 * goroutines are the runtime's own: isSystemGoroutine() in runtime/traceback.go.
 */
#include <errno.h>
#include <string.h>

#include "record/go_snapshot.h"
#include "record/grow.h"
#include "record/records.h"

#define SEED 0x60f0a7c5b3d1e927ull /* other than what the BPF side begins its hashes with */

struct gathering {
	struct go_process *p;
	struct go_stacks *stacks;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 29;
}

static uint64_t finish(uint64_t hash)
{
	hash ^= hash >> 32;
	return hash ? hash : 1;
}

static void gathered_done(struct go_gathered *g)
{
	free(g->goroutines);
	free(g->stacks);
	free(g->pool);
	free(g->waited);
	free(g->code);
	free(g->channels);
	free(g->heap);
	free(g->ended);
	*g = (struct go_gathered){ 0 };
}

void go_process_done(struct go_process *p)
{
	gathered_done(&p->now);
	go_known_clear(&p->goroutines);
	go_known_clear(&p->channels);
	go_known_clear(&p->buckets);
	go_known_clear(&p->figures);
	go_known_clear(&p->starts);
	go_known_clear(&p->makers);
}

/* --- stacks --- */

static int keep_stack(struct go_gathered *g, uint64_t id, const uint64_t *ips, uint32_t n, bool cut)
{
	struct go_stack *stacks =
		grow(g->stacks, g->n_stacks + 1, &g->stacks_room, sizeof(*stacks));
	uint64_t *pool;

	if (!stacks)
		return -ENOMEM;
	g->stacks = stacks;
	pool = grow(g->pool, g->n_pool + n, &g->pool_room, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	g->pool = pool;
	memcpy(pool + g->n_pool, ips, n * sizeof(*ips));
	stacks[g->n_stacks++] = (struct go_stack){ id, g->n_pool, n, cut };
	g->n_pool += n;
	return 0;
}

/* The id of a stack; 0: there is none. */
static uint64_t stack_id(const struct go_process *p, const uint64_t *ips, uint32_t n)
{
	uint64_t hash = mix(SEED, (uint64_t)p->tgid | (uint64_t)p->execs << 32);

	for (uint32_t i = 0; i < n; i++)
		hash = mix(hash, ips[i]);
	return n ? finish(hash) : 0;
}

static int intern(struct gathering *at, const uint64_t *ips, uint32_t n, bool cut, uint64_t *id)
{
	bool is_new;
	int rc;

	*id = stack_id(at->p, ips, n);
	if (!*id)
		return 0;
	rc = go_known_put(&at->stacks->ids, *id, 1, 0, &is_new);
	return rc < 0 || !is_new ? rc : keep_stack(&at->p->now, *id, ips, n, cut);
}

/* --- goroutines --- */

static bool is_system_name(const char *name)
{
	static const char *const users[] = { "runtime.main", "runtime.corostart",
					     "runtime.handleAsyncEvent" };

	if (!name || strncmp(name, "runtime.", 8) != 0)
		return false;
	for (size_t i = 0; i < sizeof(users) / sizeof(*users); i++) {
		if (strcmp(name, users[i]) == 0)
			return false;
	}
	return true;
}

static bool is_system(struct go_process *p, uint64_t start)
{
	const struct go_known_entry *e = start ? go_known_get(&p->starts, start) : NULL;
	bool unused, system;

	if (e || !start)
		return e && e->value == 2;
	system = is_system_name(go_program_name(p->program, start - p->live.bias));
	go_known_put(&p->starts, start, system ? 2 : 1, 0, &unused);
	return system;
}

static uint64_t hash_of(const struct ev_go_goroutine *ev)
{
	const char *bytes = (const char *)ev;
	uint64_t hash = SEED, word;

	for (size_t i = sizeof(ev->h); i + 8 <= sizeof(*ev); i += 8) {
		memcpy(&word, bytes + i, 8);
		hash = mix(hash, word);
	}
	return hash;
}

static int keep_waited(struct go_gathered *g, uint64_t object)
{
	uint64_t *waited = grow(g->waited, g->n_waited + 1, &g->waited_room, sizeof(*waited));

	if (!waited)
		return -ENOMEM;
	g->waited = waited;
	waited[g->n_waited++] = object;
	return 0;
}

static int keep_goroutine(struct go_gathered *g, const struct ev_go_goroutine *ev)
{
	struct ev_go_goroutine *all =
		grow(g->goroutines, g->n_goroutines + 1, &g->goroutines_room, sizeof(*all));

	if (!all)
		return -ENOMEM;
	g->goroutines = all;
	all[g->n_goroutines++] = *ev;
	return 0;
}

/* Names are wanted of them, each once. */
static int keep_code(struct go_process *p, uint64_t start, uint64_t made_at)
{
	struct go_gathered *g = &p->now;
	bool is_new = false;
	uint64_t *code;
	int rc = go_known_put(&p->makers, finish(mix(start, made_at)), 1, 0, &is_new);

	if (rc < 0 || !is_new)
		return rc;
	code = grow(g->code, g->n_code + 2, &g->code_room, sizeof(*code));
	if (!code)
		return -ENOMEM;
	g->code = code;
	code[g->n_code++] = start;
	code[g->n_code++] = made_at;
	return 0;
}

static int on_goroutine(void *context, const struct go_goroutine *from)
{
	struct gathering *at = context;
	struct go_process *p = at->p;
	struct ev_go_goroutine ev = {
		.goid = from->goid,
		.created_at = from->created_at,
		.start = from->start,
		.creator = from->creator,
		.wait_object = from->wait_object,
		.wait_since_ns = from->wait_since,
		.stack_bytes = from->stack_bytes,
		.status = from->status,
		.wait_reason = from->wait_reason,
		.thread = p->other_threads ? 0 : from->thread,
		.flags = (from->torn ? EV_GO_TORN : 0u) | (from->fresh ? EV_GO_FRESH : 0u) |
			 (is_system(p, from->start) ? EV_GO_SYSTEM : 0u),
	};
	bool changed;
	int rc;

	/* Equal stacks have equal ids, so unchanged goroutines intern nothing new. */
	rc = intern(at, from->ips, from->n_ips, from->cut, &ev.ustack);
	if (rc == 0)
		rc = go_known_put(&p->goroutines, ev.goid, hash_of(&ev), p->number, &changed);
	if (rc == 0)
		rc = keep_code(p, ev.start, ev.created_at);
	if (rc == 0 && ev.wait_object)
		rc = keep_waited(&p->now, ev.wait_object);
	if (rc < 0)
		return rc;
	p->now.alive++;
	p->now.torn += from->torn;
	return changed || p->now.whole ? keep_goroutine(&p->now, &ev) : 0;
}

/* --- what goes with them --- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void settle_waited(struct go_gathered *g)
{
	size_t kept = 0;

	if (!g->n_waited)
		return;
	qsort(g->waited, g->n_waited, sizeof(*g->waited), by_value);
	for (size_t i = 1; i < g->n_waited; i++) {
		if (g->waited[i] != g->waited[kept])
			g->waited[++kept] = g->waited[i];
	}
	g->n_waited = kept + 1;
}

static int on_channel(void *context, const struct go_channel *c)
{
	struct gathering *at = context;
	struct go_gathered *g = &at->p->now;
	uint64_t hash = mix(mix(mix(mix(SEED, c->count), c->room), c->element_bytes), c->closed);
	struct ev_go_channel *all;
	bool changed;
	int rc = go_known_put(&at->p->channels, c->address, hash, at->p->number, &changed);

	if (rc < 0 || (!changed && !g->whole))
		return rc;
	all = grow(g->channels, g->n_channels + 1, &g->channels_room, sizeof(*all));
	if (!all)
		return -ENOMEM;
	g->channels = all;
	all[g->n_channels++] = (struct ev_go_channel){
		.address = c->address,
		.count = c->count,
		.room = c->room,
		.element_bytes = c->element_bytes,
		.closed = c->closed,
	};
	return 0;
}

static int on_bucket(void *context, const struct go_bucket *b)
{
	struct gathering *at = context;
	struct go_gathered *g = &at->p->now;
	uint64_t hash =
		mix(mix(mix(mix(SEED, b->allocs), b->frees), b->alloc_bytes), b->free_bytes);
	struct ev_go_heap *all, ev = {
		.allocs = b->allocs,
		.alloc_bytes = b->alloc_bytes,
		.frees = b->frees,
		.free_bytes = b->free_bytes,
		.object_bytes = b->object_bytes,
	};
	bool changed;
	int rc = go_known_put(&at->p->buckets, b->address, hash, 0, &changed);

	/* What no collection has published yet. */
	if (rc < 0 || !b->allocs || (!changed && !g->whole))
		return rc;
	rc = intern(at, b->ips, b->n_ips, false, &ev.ustack);
	if (rc < 0)
		return rc;
	all = grow(g->heap, g->n_heap + 1, &g->heap_room, sizeof(*all));
	if (!all)
		return -ENOMEM;
	g->heap = all;
	all[g->n_heap++] = ev;
	return 0;
}

static int read_figures(struct go_process *p)
{
	struct go_gathered *g = &p->now;
	size_t n, kept = 0;
	int rc = go_figures_read(&p->live, g->figures, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		bool changed = false;

		rc = go_known_put(&p->figures, (uintptr_t)g->figures[i].key, g->figures[i].value, 0,
				  &changed);
		if (changed || g->whole)
			g->figures[kept++] = g->figures[i];
	}
	g->n_figures = kept;
	return rc;
}

static int read_rest(struct gathering *at)
{
	struct go_process *p = at->p;
	uint64_t unread;
	int rc;

	settle_waited(&p->now);
	rc = go_channels_read(&p->live, p->now.waited, p->now.n_waited, on_channel, at);
	if (rc == 0)
		rc = go_known_sweep(&p->channels, p->number, NULL, NULL);
	if (rc == 0)
		rc = read_figures(p);
	if (rc == 0)
		rc = go_heap_rate(&p->live, &p->now.heap_rate);
	if (rc == 0 && (p->now.whole || p->last) && p->now.heap_rate)
		rc = go_heap_read(&p->live, on_bucket, at, &unread);
	/* One that could not be read may live on. */
	if (rc == 0 && !p->now.unread)
		rc = go_known_sweep(&p->goroutines, p->number, &p->now.ended, &p->now.n_ended);
	return rc;
}

/* --- all together --- */

/* Empties it, and keeps its room. */
static void clear(struct go_gathered *g)
{
	g->n_goroutines = g->n_stacks = g->n_pool = g->n_waited = g->n_channels = g->n_heap = 0;
	g->n_figures = g->n_ended = g->n_code = 0;
	g->alive = g->torn = g->unread = 0;
	free(g->ended);
	g->ended = NULL;
}

int go_snapshot_begin(struct go_process *p, struct go_goroutines *reader, uint32_t epoch)
{
	clear(&p->now);
	p->now.whole = p->epoch != epoch;
	p->epoch = epoch;
	p->number++;
	p->began_ns = records_now();
	return go_goroutines_begin(reader, &p->live);
}

int go_snapshot_step(struct go_process *p, struct go_goroutines *reader, struct go_stacks *stacks)
{
	struct gathering at = { p, stacks };
	int rc;

	if (stacks->epoch != p->epoch) {
		go_known_clear(&stacks->ids);
		stacks->epoch = p->epoch;
	}
	rc = go_goroutines_step(reader, on_goroutine, &at);
	if (rc != 0)
		return rc;
	p->now.unread = go_goroutines_unread(reader);
	return read_rest(&at);
}
