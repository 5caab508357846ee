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

/* What no honest program comes to: then stacks are left out, and what is known is forgotten. */
#define MOST_POOL (8u << 20) /* addresses in the new stacks of one snapshot */
#define MOST_CODE 65536	     /* functions, and pairs with go statements */

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
	for (size_t i = 0; i < GO_WAITED_KINDS; i++)
		free(g->waited[i].list);
	free(g->locks);
	free(g->code);
	free(g->channels);
	free(g->ended);
	*g = (struct go_gathered){ 0 };
}

void go_process_done(struct go_process *p)
{
	gathered_done(&p->now);
	go_known_clear(&p->goroutines);
	go_known_clear(&p->channels);
	go_counts_done(&p->counts);
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

	*id = at->p->now.n_pool + n <= MOST_POOL ? stack_id(at->p, ips, n) : 0;
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
	if (p->starts.n >= MOST_CODE)
		go_known_clear(&p->starts);
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

static int keep_waited(struct go_waited *w, uint64_t object)
{
	uint64_t *list = grow(w->list, w->n + 1, &w->room, sizeof(*list));

	if (!list)
		return -ENOMEM;
	w->list = list;
	list[w->n++] = object;
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
	int rc;

	if (p->makers.n >= MOST_CODE)
		go_known_clear(&p->makers);
	rc = go_known_put(&p->makers, finish(mix(mix(SEED, start), made_at)), 1, 0, &is_new);

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

static enum go_waited_kind kind_of(const struct go_goroutine *from)
{
	return from->is_lock ? GO_LOCKS : GO_CHANNELS;
}

/* What is to be known of it when it is seen again. */
static void keep_mark(struct go_process *p, const struct go_goroutine *from)
{
	struct go_known_entry *e = go_known_get(&p->goroutines, from->goid);

	if (!e || !from->mark)
		return;
	e->mark = from->mark;
	e->object = from->wait_object;
	e->kind = kind_of(from);
}

/*
 * Of one that has not run. Nor has its channel changed then, or one that waits for it
 * would have been woken; others may come to a lock.
 */
static int keep_object(struct go_process *p, const struct go_known_entry *e)
{
	struct go_known_entry *channel;

	if (!e->object)
		return 0;
	if (e->kind != GO_CHANNELS)
		return keep_waited(&p->now.waited[e->kind], e->object);
	channel = go_known_get(&p->channels, e->object);
	if (channel)
		channel->round = p->number;
	return 0;
}

static bool is_known(void *context, uint64_t goid, uint64_t mark)
{
	struct go_process *p = context;
	struct go_known_entry *e = go_known_get(&p->goroutines, goid);

	if (!e || e->mark != mark || keep_object(p, e) < 0)
		return false;
	e->round = p->number;
	p->now.alive++;
	return true;
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
	if (from->n_ips && !ev.ustack)
		ev.flags |= EV_GO_TORN;
	if (rc == 0)
		rc = go_known_put(&p->goroutines, ev.goid, hash_of(&ev), p->number, &changed);
	if (rc == 0)
		rc = keep_code(p, ev.start, ev.created_at);
	if (rc == 0 && ev.wait_object)
		rc = keep_waited(&p->now.waited[kind_of(from)], ev.wait_object);
	if (rc < 0)
		return rc;
	keep_mark(p, from);
	p->now.alive++;
	p->now.torn += ev.flags & EV_GO_TORN;
	return changed || p->now.whole ? keep_goroutine(&p->now, &ev) : 0;
}

/* --- what goes with them --- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void settle(struct go_waited *w)
{
	size_t kept = 0;

	if (!w->n)
		return;
	qsort(w->list, w->n, sizeof(*w->list), by_value);
	for (size_t i = 1; i < w->n; i++) {
		if (w->list[i] != w->list[kept])
			w->list[++kept] = w->list[i];
	}
	w->n = kept + 1;
}

static int on_channel(void *context, const struct go_channel *c)
{
	struct gathering *at = context;
	struct go_gathered *g = &at->p->now;
	uint64_t hash = mix(mix(mix(mix(SEED, c->count), c->room), c->element_bytes),
			    c->closed | c->timed << 1);
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
		.timed = c->timed,
	};
	return 0;
}

static int on_lock(void *context, const struct go_lock *l)
{
	struct gathering *at = context;
	struct go_gathered *g = &at->p->now;
	struct ev_go_lock *all, ev = { .address = l->address };
	uint64_t hash = SEED;
	bool changed;
	int rc;

	for (size_t i = 0; i < GO_LOCK_WORDS; i++) {
		hash = mix(hash, l->words[i]);
		ev.words[i] = l->words[i];
	}
	rc = go_known_put(&at->p->channels, l->address, hash, at->p->number, &changed);
	if (rc < 0 || (!changed && !g->whole))
		return rc;
	all = grow(g->locks, g->n_locks + 1, &g->locks_room, sizeof(*all));
	if (!all)
		return -ENOMEM;
	g->locks = all;
	all[g->n_locks++] = ev;
	return 0;
}

static int read_waited(struct gathering *at)
{
	const struct go_waited *w = at->p->now.waited;
	const struct go_live *live = &at->p->live;
	int rc;

	settle(&at->p->now.waited[GO_CHANNELS]);
	settle(&at->p->now.waited[GO_LOCKS]);
	rc = go_channels_read(live, w[GO_CHANNELS].list, w[GO_CHANNELS].n, on_channel, at);
	if (rc == 0)
		rc = go_locks_read(live, w[GO_LOCKS].list, w[GO_LOCKS].n, on_lock, at);
	return rc < 0 ? rc : go_known_sweep(&at->p->channels, at->p->number, NULL, NULL);
}

static int intern_whole(void *context, const uint64_t *ips, uint32_t n, uint64_t *id)
{
	return intern(context, ips, n, false, id);
}

static int read_rest(struct gathering *at)
{
	struct go_process *p = at->p;
	const struct go_counts_asked asked = {
		.live = &p->live,
		.whole = p->now.whole,
		.heap = p->now.whole || p->last,
		.intern = intern_whole,
		.context = at,
	};
	int rc;

	rc = read_waited(at);
	if (rc == 0)
		rc = go_counts_read(&p->counts, &asked);
	/* One that could not be read may live on; but not more of them than can be read. */
	if (rc == 0 && !p->now.unread)
		return go_known_sweep(&p->goroutines, p->number, &p->now.ended, &p->now.n_ended);
	if (p->goroutines.n > 2 * GO_MOST)
		go_known_clear(&p->goroutines);
	return rc;
}

/* --- all together --- */

/* Empties it, and keeps its room. */
static void clear(struct go_gathered *g)
{
	g->n_goroutines = g->n_stacks = g->n_pool = g->n_channels = g->n_locks = 0;
	g->waited[GO_CHANNELS].n = g->waited[GO_LOCKS].n = 0;
	g->n_ended = g->n_code = 0;
	g->alive = g->torn = g->unread = 0;
	free(g->ended);
	g->ended = NULL;
}

int go_snapshot_begin(struct go_process *p, struct go_goroutines *reader, uint32_t epoch)
{
	int rc;

	clear(&p->now);
	p->now.whole = p->epoch != epoch || !p->goroutines.n;
	p->epoch = epoch;
	p->number++;
	p->began_ns = records_now();
	rc = go_goroutines_begin(reader, &p->live);
	if (rc == 0 && !p->now.whole)
		go_goroutines_spare(reader, is_known, p);
	return rc;
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
