// SPDX-License-Identifier: BSD-2-Clause
/* See goroutines.h. What a snapshot changed is applied as it comes; its end says what it is worth. */
#include <stdlib.h>
#include <string.h>

#include "analyze/replay/goroutines.h"

#define MOST_TEXT  256
#define MOST_TEXTS ((size_t)16 << 20) /* bytes of all */
#define MOST_NAMES 512		      /* of a process */
#define WAITING	   4 /* runtime._Gwaiting, in all versions; for tapes that do not name it */

static void process_free(struct goroutines_process *p)
{
	map_done(&p->names);
	vec_done(&p->list);
	map_done(&p->by_goid);
	map_done(&p->channels);
	vec_done(&p->channel_list);
	map_done(&p->locks);
	vec_done(&p->lock_list);
	free(p);
}

void goroutines_done(struct goroutines *g)
{
	vec_for_each (p, &g->processes) {
		process_free(*p);
	}
	vec_done(&g->processes);
	map_done(&g->by_number);
	intern_done(&g->texts);
}

static struct goroutines_process *find_process(struct goroutines *g, uint64_t number, uint32_t tgid,
					       uint32_t name)
{
	uint64_t *slot = map_find(&g->by_number, number);
	struct goroutines_process *p;

	if (slot && *slot)
		return g->processes.items[*slot - 1];
	if (g->processes.n >= GOROUTINES_MOST_PROCESSES) {
		g->beyond_processes++;
		return NULL;
	}
	p = memory_alloc(sizeof(*p));
	*p = (struct goroutines_process){ .number = number,
					  .index = (uint32_t)g->processes.n,
					  .tgid = tgid,
					  .name = name,
					  .text = "" };
	*vec_push(&g->processes) = p;
	*map_add(&g->by_number, number, NULL) = g->processes.n;
	return p;
}

/* --- goroutines --- */

static void tell(struct goroutines *g, struct goroutines_process *p, const struct goroutine *before,
		 struct goroutine *now)
{
	if (g->watcher.on_change)
		g->watcher.on_change(g->watcher.arg, p, before, now);
}

static void remove_at(struct goroutines *g, struct goroutines_process *p, size_t index)
{
	struct goroutine gone = p->list.items[index];
	struct goroutine *last = &p->list.items[p->list.n - 1];

	map_remove(&p->by_goid, gone.goid);
	if (last->goid != gone.goid) {
		p->list.items[index] = *last;
		*map_add(&p->by_goid, last->goid, NULL) = index;
	}
	p->list.n--;
	g->n--;
	tell(g, p, &gone, NULL);
}

/*
 * Whether a goroutine has stood where it was. One that ran in between and waits
 * again for the same thing looks alike, until a collection gives it a new time.
 */
static bool stood_still(const struct goroutine *before, const struct ev_go_goroutine *ev)
{
	if ((ev->flags | before->flags) & EV_GO_TORN)
		return false;
	return ev->status == before->status && ev->wait_reason == before->wait_reason &&
	       ev->ustack == before->ustack && ev->wait_object == before->wait_object &&
	       (!before->wait_since_ns || ev->wait_since_ns == before->wait_since_ns);
}

static void fill(struct goroutine *to, const struct ev_go_goroutine *ev, uint32_t snapshot)
{
	to->ustack = ev->ustack;
	to->created_at = ev->created_at;
	to->start = ev->start;
	to->creator = ev->creator;
	to->wait_object = ev->wait_object;
	to->wait_since_ns = ev->wait_since_ns;
	to->stack_bytes = ev->stack_bytes;
	to->status = ev->status;
	to->wait_reason = ev->wait_reason;
	to->thread = ev->thread;
	to->flags = ev->flags;
	to->snapshot = snapshot;
}

static void on_goroutine(struct goroutines *g, struct goroutines_process *p,
			 const struct ev_go_goroutine *ev)
{
	const uint64_t now = ev->h.time_ns;
	struct goroutine before, *at;
	uint64_t *slot;

	p->received++;
	if (!ev->goid)
		return;
	slot = map_find(&p->by_goid, ev->goid);
	if (!slot && g->n >= GOROUTINES_MOST) {
		p->health.beyond++;
		return;
	}
	if (!slot) {
		*map_add(&p->by_goid, ev->goid, NULL) = p->list.n;
		g->n++;
		at = vec_push(&p->list);
		*at = (struct goroutine){
			.goid = ev->goid, .first_ns = now, .since_ns = now, .born = p->known
		};
		fill(at, ev, p->current);
		tell(g, p, NULL, at);
		return;
	}
	at = &p->list.items[*slot];
	before = *at;
	if (!stood_still(&before, ev)) {
		at->since_ns = now;
		at->longer = false;
	}
	fill(at, ev, p->current);
	tell(g, p, &before, at);
}

static void on_ended(struct goroutines *g, struct goroutines_process *p,
		     const struct ev_go_ended *ev)
{
	size_t n = ev_tail_size(&ev->h, sizeof(*ev)) / sizeof(uint64_t);

	for (size_t i = 0; i < n; i++) {
		const uint64_t *slot = ev->goids[i] ? map_find(&p->by_goid, ev->goids[i]) : NULL;

		if (slot)
			remove_at(g, p, (size_t)*slot);
	}
}

/* --- snapshots --- */

/* Who is not in a snapshot of all is gone. */
static void remove_unstated(struct goroutines *g, struct goroutines_process *p)
{
	for (size_t i = p->list.n; i-- > 0;) {
		if (p->list.items[i].snapshot != p->current)
			remove_at(g, p, i);
	}
}

/* Nobody saw what they did in a gap. */
static void begin_anew(struct goroutines_process *p, uint64_t now)
{
	vec_for_each (at, &p->list) {
		at->since_ns = now;
		at->longer = true;
	}
}

static void count_health(struct goroutines_health *h, const struct ev_go_snapshot *ev)
{
	h->snapshots++;
	h->whole += ev->whole != 0;
	h->torn += ev->torn;
	h->unread += ev->unread;
	h->changed += ev->changed;
	h->took_ns += ev->took_ns;
	if (ev->took_ns > h->longest_ns)
		h->longest_ns = ev->took_ns;
}

/* Whether the snapshot's own counts are what came of it, as far as they can be compared. */
static bool adds_up(const struct goroutines_process *p, const struct ev_go_snapshot *ev)
{
	if (p->received < ev->changed)
		return false;
	return ev->unread || p->health.beyond || p->list.n == ev->alive;
}

static void on_snapshot(struct goroutines *g, struct goroutines_process *p,
			const struct ev_go_snapshot *ev)
{
	bool follows = p->known && ev->number == p->last_number + 1;
	bool complete = p->received >= ev->changed;

	count_health(&p->health, ev);
	/* Of those that could not be read, this time or before, nobody says that they ended. */
	if (ev->whole && complete && (!ev->unread || !follows))
		remove_unstated(g, p);
	if (ev->whole && !follows)
		begin_anew(p, ev->h.time_ns);
	if (p->last_number && (ev->number != p->last_number + 1 || !adds_up(p, ev)))
		p->health.gaps++;
	p->known = (follows || ev->whole) && adds_up(p, ev);
	p->health.unknown += !p->known;
	p->last_number = ev->number;
	p->received = 0;
	p->current++;
	if (!p->known)
		return;
	if (!p->first_ns)
		p->first_ns = ev->h.time_ns;
	p->last_ns = ev->h.time_ns;
	if (g->watcher.on_snapshot)
		g->watcher.on_snapshot(g->watcher.arg, p, ev->h.time_ns);
}

/* --- what describes them --- */

static void on_runtime(struct goroutines *g, struct goroutines_process *p,
		       const struct ev_go_runtime *ev)
{
	size_t room = ev_tail_size(&ev->h, sizeof(*ev));
	size_t length = strnlen(ev->text, room < MOST_TEXT ? room : MOST_TEXT);

	p->version = ev->version;
	p->flags = ev->flags;
	if (g->texts.arena.total >= MOST_TEXTS)
		return;
	p->text = intern_get_text(&g->texts, intern_bytes(&g->texts, ev->text, (uint32_t)length));
}

static uint64_t name_key(uint32_t kind, uint32_t number)
{
	return (uint64_t)kind << 32 | number;
}

static void on_name(struct goroutines *g, struct goroutines_process *p, const struct ev_go_name *ev)
{
	size_t room = ev_tail_size(&ev->h, sizeof(*ev));
	size_t length = strnlen(ev->name, room < MOST_TEXT ? room : MOST_TEXT);

	if (p->names.n >= MOST_NAMES || g->texts.arena.total >= MOST_TEXTS)
		return;
	*map_add(&p->names, name_key(ev->kind, ev->number), NULL) =
		(uint64_t)intern_bytes(&g->texts, ev->name, (uint32_t)length) + 1;
}

static void on_channel(struct goroutines *g, struct goroutines_process *p,
		       const struct ev_go_channel *ev)
{
	const struct goroutine_channel channel = { .count = ev->count,
						   .room = ev->room,
						   .element_bytes = ev->element_bytes,
						   .closed = ev->closed,
						   .timed = ev->timed != 0 };
	const uint64_t *known = map_find(&p->channels, ev->address);

	if (known) {
		p->channel_list.items[*known] = channel;
		return;
	}
	if (g->n_channels >= GOROUTINES_MOST_CHANNELS)
		return;
	g->n_channels++;
	*map_add(&p->channels, ev->address, NULL) = p->channel_list.n;
	*vec_push(&p->channel_list) = channel;
}

static void on_lock(struct goroutines *g, struct goroutines_process *p, const struct ev_go_lock *ev)
{
	const uint64_t *known = map_find(&p->locks, ev->address);
	struct goroutine_lock lock;

	memcpy(lock.words, ev->words, sizeof(lock.words));
	if (known) {
		p->lock_list.items[*known] = lock;
		return;
	}
	if (g->n_channels >= GOROUTINES_MOST_CHANNELS)
		return;
	g->n_channels++;
	*map_add(&p->locks, ev->address, NULL) = p->lock_list.n;
	*vec_push(&p->lock_list) = lock;
}

/* Another program begins: what it has is another struct goroutines_process. */
static void on_exec(struct goroutines *g, uint64_t process)
{
	uint64_t *slot = map_find(&g->by_number, process);

	if (slot)
		*slot = 0;
}

void goroutines_event(struct goroutines *g, uint64_t process, uint32_t name,
		      const struct ev_header *event)
{
	struct goroutines_process *p;

	if (event->type == EV_EXEC) {
		on_exec(g, process);
		return;
	}
	p = find_process(g, process, event->tgid, name);
	if (!p)
		return;
	switch (event->type) {
	case EV_GO_RUNTIME:
		on_runtime(g, p, (const struct ev_go_runtime *)event);
		break;
	case EV_GO_NAME:
		on_name(g, p, (const struct ev_go_name *)event);
		break;
	case EV_GO_GOROUTINE:
		on_goroutine(g, p, (const struct ev_go_goroutine *)event);
		break;
	case EV_GO_ENDED:
		on_ended(g, p, (const struct ev_go_ended *)event);
		break;
	case EV_GO_CHANNEL:
		on_channel(g, p, (const struct ev_go_channel *)event);
		break;
	case EV_GO_LOCK:
		on_lock(g, p, (const struct ev_go_lock *)event);
		break;
	case EV_GO_SNAPSHOT:
		on_snapshot(g, p, (const struct ev_go_snapshot *)event);
		break;
	}
}

/* --- questions --- */

const char *goroutines_name(const struct goroutines *g, const struct goroutines_process *p,
			    enum ev_go_names kind, uint32_t number)
{
	const uint64_t *slot = map_find(&p->names, name_key(kind, number));

	return slot ? intern_get_text(&g->texts, (uint32_t)(*slot - 1)) : NULL;
}

const struct goroutine *goroutines_find(const struct goroutines_process *p, uint64_t goid)
{
	const uint64_t *slot = map_find(&p->by_goid, goid);

	return slot ? &p->list.items[*slot] : NULL;
}

const struct goroutine_channel *goroutines_channel(const struct goroutines_process *p,
						   uint64_t address)
{
	const uint64_t *slot = address ? map_find(&p->channels, address) : NULL;

	return slot ? &p->channel_list.items[*slot] : NULL;
}

const struct goroutine_lock *goroutines_lock(const struct goroutines_process *p, uint64_t address)
{
	const uint64_t *slot = address ? map_find(&p->locks, address) : NULL;

	return slot ? &p->lock_list.items[*slot] : NULL;
}

bool goroutines_waits(const struct goroutines *g, const struct goroutines_process *p,
		      const struct goroutine *goroutine)
{
	const char *name = goroutines_name(g, p, EV_GO_NAMES_STATUS, goroutine->status);

	return name ? strcmp(name, "waiting") == 0 : goroutine->status == WAITING;
}
