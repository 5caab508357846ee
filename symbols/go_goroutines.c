// SPDX-License-Identifier: BSD-2-Clause
/*
 * Facts: runtime/runtime2.go, runtime/proc.go. A goroutine that does not run keeps its
 * registers in g.sched; in a system call in g.syscall*, of which versions to 1.22 lack
 * the frame pointer. The table
 * of depths helps there. Frame pointers point upwards only, so that a walk ends.
 *
 * Whether one has run since: a collection writes when it began into g.waitsince of those
 * that it finds waiting, unless there is a time already (markroot()), once in a cycle, and
 * whoever is let run again loses it (execute()). So one that waits by the same time as
 * before has not run. Two ways lead from waiting to running past execute(): switches of
 * coroutines, and what a thread that works for the collector calls waiting, which
 * still has its m.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/go_goroutines.h"
#include "symbols/go_locks.h"

#define CHUNK	   256	/* goroutines that are read together */
#define STACK_ROOM 8192 /* of each stack, at first */
#define MORE_ROOM  (256u << 10)
#define MOST_DEEP  (256u << 20) /* bytes of stacks beyond that, in one snapshot; then they are cut */
#define MOST_STACK ((uint64_t)1 << 30) /* runtime.maxstacksize, at most */

/* What of a g says whether it has moved. */
struct state {
	uint64_t goid, lo, hi, sp, pc, bp;
	uint32_t status;
	bool has_stack;
};

struct one {
	uint8_t g[GO_G_MAX];
	uint8_t again[GO_G_MAX];
	uint8_t sudog[GO_SUDOG_MAX];
	uint8_t procid[8];
	uint8_t stack[STACK_ROOM];
	struct state state;
	uint64_t mark;
	uint64_t places[GO_LOCKS_PLACES]; /* where the sudog of a lock may be */
	uint8_t sudogs[GO_LOCKS_PLACES][GO_LOCKS_SUDOG];
	bool sudogs_read[GO_LOCKS_PLACES];
	size_t n_places;
	uint32_t stack_size;
	bool known;
	bool read, again_read, stack_read, sudog_read, procid_read;
};

struct go_goroutines {
	const struct go_live *live;
	uint64_t *list;
	size_t n, next, room;
	uint64_t unread;
	uint32_t coroutine; /* the reason of those that wait as coroutines */
	bool (*is_known)(void *context, uint64_t goid, uint64_t mark);
	void *known_context;
	struct one *ones; /* CHUNK of them */
	uint8_t *more;	  /* MORE_ROOM */
	uint64_t deep_left;
	struct go_piece pieces[GO_LOCKS_PLACES * CHUNK];
	bool *flags[GO_LOCKS_PLACES * CHUNK]; /* where it goes whether a piece is there */
	size_t n_pieces;
	uint64_t ips[GO_DEPTH];
};

int go_goroutines_new(struct go_goroutines **ret)
{
	CLEANUP(go_goroutines_freep) struct go_goroutines *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->ones = calloc(CHUNK, sizeof(*r->ones));
	r->more = malloc(MORE_ROOM);
	if (!r->ones || !r->more)
		return -ENOMEM;
	*ret = TAKE(r);
	return 0;
}

void go_goroutines_free(struct go_goroutines *r)
{
	if (!r)
		return;
	free(r->list);
	free(r->ones);
	free(r->more);
	free(r);
}

uint64_t go_goroutines_unread(const struct go_goroutines *r)
{
	return r->unread;
}

/* --- pieces --- */

static void want(struct go_goroutines *r, uint64_t address, void *to, uint32_t size, bool *there)
{
	*there = false;
	r->flags[r->n_pieces] = there;
	r->pieces[r->n_pieces++] = (struct go_piece){ address, to, size, false };
}

static int fetch(struct go_goroutines *r)
{
	const struct go_memory *m = r->live->memory;
	int rc = r->n_pieces ? m->read(m->context, r->pieces, r->n_pieces) : 0;

	for (size_t i = 0; rc == 0 && i < r->n_pieces; i++)
		*r->flags[i] = r->pieces[i].there;
	r->n_pieces = 0;
	return rc;
}

void go_goroutines_spare(struct go_goroutines *r,
			 bool (*is_known)(void *context, uint64_t goid, uint64_t mark),
			 void *context)
{
	r->is_known = is_known;
	r->known_context = context;
}

/* UINT32_MAX: this version has none. */
static uint32_t find_reason(const struct go_offsets *o, const char *reason)
{
	for (uint32_t i = 0; i < o->n_wait_reasons; i++) {
		if (strcmp(o->wait_reasons[i], reason) == 0)
			return i;
	}
	return UINT32_MAX;
}

int go_goroutines_begin(struct go_goroutines *r, const struct go_live *live)
{
	struct go_list list;
	int rc = go_live_list(live, &list);
	bool there = false;

	r->live = live;
	r->n = r->next = 0;
	r->unread = 0;
	r->deep_left = MOST_DEEP;
	r->is_known = NULL;
	r->coroutine = find_reason(live->offsets, "coroutine");
	if (rc < 0)
		return rc;
	if (list.n > GO_MOST) {
		r->unread = list.n - GO_MOST;
		list.n = GO_MOST;
	}
	if (list.n > r->room) {
		free(r->list);
		r->list = calloc(list.n + list.n / 4, 8);
		r->room = r->list ? list.n + list.n / 4 : 0;
		if (!r->list)
			return -ENOMEM;
	}
	rc = go_memory_read(live->memory, list.array, r->list, (uint32_t)(list.n * 8), &there);
	if (rc == 0 && !there)
		return -EAGAIN;
	r->n = list.n;
	return rc;
}

/* --- one goroutine --- */

static uint64_t field(const uint8_t *g, uint16_t offset)
{
	return offset == GO_NONE ? 0 : go_u64(g + offset);
}

static struct state state_of(const struct go_offsets *o, const uint8_t *g)
{
	struct state s = {
		.goid = field(g, o->g_goid),
		.lo = go_u64(g),
		.hi = go_u64(g + 8),
		.status = go_u32(g + o->g_status) & ~GO_STATUS_SCAN,
	};

	switch (s.status) {
	case GO_RUNNABLE:
	case GO_WAITING:
	case GO_PREEMPTED:
	case GO_LEAKED:
		s.sp = field(g, o->g_sp);
		s.pc = field(g, o->g_pc);
		s.bp = field(g, o->g_bp);
		break;
	case GO_SYSCALL:
		s.sp = field(g, o->g_syscallsp);
		s.pc = field(g, o->g_syscallpc);
		s.bp = field(g, o->g_syscallbp);
		break;
	default:
		return s;
	}
	s.has_stack = s.lo < s.hi && s.hi - s.lo <= MOST_STACK && s.sp >= s.lo && s.sp < s.hi &&
		      s.sp % 8 == 0;
	return s;
}

static bool is_alive(const struct state *s)
{
	return s->goid && s->status != GO_IDLE && s->status != GO_DEAD &&
	       s->status != GO_DEAD_EXTRA;
}

static bool is_same(const struct state *a, const struct state *b)
{
	return a->goid == b->goid && a->lo == b->lo && a->hi == b->hi && a->sp == b->sp &&
	       a->pc == b->pc && a->bp == b->bp && a->status == b->status;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 29;
}

static uint64_t mark_of(const struct go_goroutines *r, const uint8_t *g, const struct state *s)
{
	const struct go_offsets *o = r->live->offsets;
	const uint64_t words[] = { s->lo, s->hi, s->sp, s->pc, s->bp, field(g, o->g_waiting) };
	uint64_t since = field(g, o->g_waitsince), hash = mix(g[o->g_waitreason], since);

	if (s->status != GO_WAITING || !s->has_stack || !since || field(g, o->g_m) ||
	    g[o->g_waitreason] == r->coroutine)
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		hash = mix(hash, words[i]);
	return hash;
}

/* What there is to read of one besides itself. */
static void want_rest(struct go_goroutines *r, struct one *one)
{
	const struct go_offsets *o = r->live->offsets;
	uint64_t m = field(one->g, o->g_m), sudog = field(one->g, o->g_waiting);

	one->state = state_of(o, one->g);
	one->n_places = 0;
	one->stack_read = one->sudog_read = one->procid_read = one->again_read = false;
	one->mark = mark_of(r, one->g, &one->state);
	one->known = one->mark && r->is_known &&
		     r->is_known(r->known_context, one->state.goid, one->mark);
	if (one->known || !is_alive(&one->state))
		return;
	if (one->state.has_stack) {
		uint64_t size = one->state.hi - one->state.sp;

		one->stack_size = size < STACK_ROOM ? (uint32_t)size : STACK_ROOM;
		want(r, one->state.sp, one->stack, one->stack_size, &one->stack_read);
	}
	if (one->state.status == GO_WAITING && sudog)
		want(r, sudog, one->sudog, GO_SUDOG_MAX, &one->sudog_read);
	else if (m)
		want(r, m + o->m_procid, one->procid, 8, &one->procid_read);
}

/* --- locks --- */

static bool waits_for_lock(const struct go_goroutines *r, const struct one *one)
{
	const struct go_offsets *o = r->live->offsets;

	return one->read && !one->known && one->state.status == GO_WAITING &&
	       go_locks_waits(o, one->g[o->g_waitreason]);
}

static struct go_parked parked(const struct one *one, uint64_t g)
{
	return (struct go_parked){
		.g = g,
		.lo = one->state.lo,
		.hi = one->state.hi,
		.bp = one->state.bp,
		.bytes = one->stack,
		.start = one->state.sp,
		.size = one->stack_read ? one->stack_size : 0,
	};
}

/* Where no sudog says what it waits for. */
static void want_places(struct go_goroutines *r, struct one *one, uint64_t g)
{
	const struct go_parked p = parked(one, g);

	if (!waits_for_lock(r, one) || one->sudog_read)
		return;
	one->n_places = go_locks_places(r->live, &p, one->places);
	for (size_t i = 0; i < one->n_places; i++)
		want(r, one->places[i], one->sudogs[i], GO_LOCKS_SUDOG, &one->sudogs_read[i]);
}

static uint64_t lock_of(const struct go_goroutines *r, const struct one *one, uint64_t g)
{
	const struct go_offsets *o = r->live->offsets;
	const struct go_parked p = parked(one, g);
	uint64_t object = 0;

	if (one->sudog_read && go_u64(one->sudog) == g)
		return o->sudog_elem <= GO_SUDOG_MAX - 8 ? go_u64(one->sudog + o->sudog_elem) : 0;
	for (size_t i = 0; i < one->n_places && !object; i++) {
		if (one->sudogs_read[i])
			object = go_locks_object(o, &p, one->sudogs[i]);
	}
	return object;
}

/* --- stacks --- */

struct walk {
	uint64_t *ips;
	uint32_t n;
	uint64_t bp; /* of the frame that comes next */
	uint64_t hi;
	struct go_range text;
	bool done; /* it reached its root, or what cannot be a frame */
};

/* Goes on as far as these bytes of the stack reach. */
static void walk_on(struct walk *w, const uint8_t *bytes, uint64_t start, uint64_t size)
{
	while (!w->done && w->n < GO_DEPTH) {
		uint64_t pc, next;

		if (w->bp < start || w->bp % 8 || w->hi - w->bp < 16 || w->bp >= w->hi) {
			w->done = true;
			return;
		}
		if (w->bp - start + 16 > size)
			return;
		next = go_u64(bytes + (w->bp - start));
		pc = go_u64(bytes + (w->bp - start) + 8);
		if (pc - w->text.start >= w->text.end - w->text.start) {
			w->done = true;
			return;
		}
		w->ips[w->n++] = pc;
		w->done = next <= w->bp;
		w->bp = next;
	}
}

/* Those that are deeper than what is read of all. */
static int walk_deep(struct go_goroutines *r, struct walk *w)
{
	uint32_t n = 0;
	int rc = 0;

	while (rc == 0 && !w->done && w->n < GO_DEPTH && n++ < 8) {
		uint64_t start = w->bp, size = w->hi - start;
		bool there;

		size = size < MORE_ROOM ? size : MORE_ROOM;
		if (start >= w->hi || size > r->deep_left)
			break;
		r->deep_left -= size;
		rc = go_memory_read(r->live->memory, start, r->more, (uint32_t)size, &there);
		if (rc < 0 || !there)
			break;
		walk_on(w, r->more, start, size);
	}
	return rc;
}

/*
 * Where no frame pointer was kept, by the depth of each function's frame, until one has
 * it saved: below the return address.
 */
static void walk_by_depth(struct go_goroutines *r, const struct one *one, struct walk *w)
{
	uint64_t sp = 0, pc = one->state.pc;

	while (!w->bp && w->n < 16) {
		int32_t depth = go_program_depth(r->live->program, pc - 1 - r->live->bias);

		if (depth < 0 || depth % 8 || sp + (uint64_t)depth + 8 > one->stack_size)
			return;
		pc = go_u64(one->stack + sp + depth);
		if (pc - w->text.start >= w->text.end - w->text.start)
			return;
		w->ips[w->n++] = pc;
		if (depth)
			w->bp = go_u64(one->stack + sp + depth - 8);
		sp += (uint64_t)depth + 8;
	}
}

static int walk(struct go_goroutines *r, struct one *one, struct go_goroutine *g)
{
	struct walk w = {
		.ips = r->ips, .bp = one->state.bp, .hi = one->state.hi, .text = r->live->text
	};
	int rc = 0;

	if (one->state.pc - w.text.start >= w.text.end - w.text.start)
		return 0;
	/* Behind the call that parked it; but one that is fresh stands at its first instruction. */
	w.ips[w.n++] = one->state.pc - !g->fresh;
	if (!w.bp && one->state.status == GO_SYSCALL)
		walk_by_depth(r, one, &w);
	w.done = !w.bp;
	walk_on(&w, one->stack, one->state.sp, one->stack_size);
	if (!w.done && w.n < GO_DEPTH)
		rc = walk_deep(r, &w);
	g->cut = !w.done;
	g->n_ips = w.n;
	g->ips = r->ips;
	return rc;
}

/* --- all together --- */

/* The channel, if it is one and not several. */
static uint64_t wait_object(const struct go_offsets *o, const struct one *one)
{
	uint64_t c;

	if (!one->sudog_read || o->sudog_c > GO_SUDOG_MAX - 8 ||
	    o->sudog_waitlink > GO_SUDOG_MAX - 8)
		return 0;
	c = go_u64(one->sudog + o->sudog_c);
	return go_u64(one->sudog + o->sudog_waitlink) || c % 8 ? 0 : c;
}

/*
 * Whoever scans a stack may be moving it: copystack() lets g point to the new one before
 * the frame pointers in it are right.
 */
static bool is_scanned(const struct go_offsets *o, const uint8_t *g)
{
	return go_u32(g + o->g_status) & GO_STATUS_SCAN;
}

static void describe(const struct go_goroutines *r, const struct one *one, uint64_t address,
		     struct go_goroutine *g)
{
	const struct go_offsets *o = r->live->offsets;
	const uint8_t *b = one->again;
	struct state now = state_of(o, b);

	*g = (struct go_goroutine){
		.goid = now.goid,
		.created_at = field(b, o->g_gopc),
		.start = field(b, o->g_startpc),
		.creator = field(b, o->g_parent),
		.stack_bytes = now.hi - now.lo <= MOST_STACK ? now.hi - now.lo : 0,
		.status = now.status,
		.torn = !is_same(&now, &one->state) || is_scanned(o, one->g),
	};
	if (now.status == GO_WAITING) {
		g->wait_reason = b[o->g_waitreason];
		g->wait_since = field(b, o->g_waitsince);
	}
	if (g->torn)
		return;
	g->is_lock = waits_for_lock(r, one);
	g->wait_object = g->is_lock ? lock_of(r, one, address) : wait_object(o, one);
	g->fresh = now.status == GO_RUNNABLE && !now.bp && now.pc == g->start;
	if (one->procid_read && go_u64(one->procid) < (1u << 22))
		g->thread = (uint32_t)go_u64(one->procid);
}

static int tell(struct go_goroutines *r, struct one *one, uint64_t address,
		int (*fn)(void *context, const struct go_goroutine *g), void *context)
{
	struct state now;
	struct go_goroutine g;
	int rc = 0;

	if (one->known)
		return 0;
	if (!one->read || !one->again_read) {
		r->unread += !one->read || is_alive(&one->state);
		return 0;
	}
	now = state_of(r->live->offsets, one->again);
	if (!is_alive(&now))
		return 0;
	describe(r, one, address, &g);
	/* It must not have run between the two reads either. */
	if (!g.torn && one->stack_read && mark_of(r, one->again, &now) == one->mark)
		g.mark = one->mark;
	if (!g.torn && one->stack_read)
		rc = walk(r, one, &g);
	return rc < 0 ? rc : fn(context, &g);
}

int go_goroutines_step(struct go_goroutines *r,
		       int (*fn)(void *context, const struct go_goroutine *g), void *context)
{
	size_t n = r->n - r->next < CHUNK ? r->n - r->next : CHUNK;
	const uint64_t *list = r->list + r->next;
	uint32_t size = r->live->offsets->g_size;
	int rc;

	for (size_t i = 0; i < n; i++) {
		r->ones[i].known = false;
		want(r, go_u64(&list[i]), r->ones[i].g, size, &r->ones[i].read);
	}
	rc = fetch(r);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (r->ones[i].read)
			want_rest(r, &r->ones[i]);
	}
	if (rc == 0)
		rc = fetch(r);
	for (size_t i = 0; rc == 0 && i < n; i++)
		want_places(r, &r->ones[i], go_u64(&list[i]));
	if (rc == 0)
		rc = fetch(r);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct one *one = &r->ones[i];

		if (one->read && !one->known && is_alive(&one->state))
			want(r, go_u64(&list[i]), one->again, size, &one->again_read);
	}
	if (rc == 0)
		rc = fetch(r);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = tell(r, &r->ones[i], go_u64(&list[i]), fn, context);
	r->next += n;
	return rc < 0 ? rc : r->next < r->n;
}

/* --- channels --- */

static int read_channels(const struct go_live *live, const uint64_t *addresses, size_t n,
			 int (*fn)(void *context, const struct go_channel *c), void *context)
{
	const struct go_offsets *o = live->offsets;
	uint8_t room[CHUNK][GO_CHANNEL_MAX];
	struct go_piece pieces[CHUNK];
	int rc;

	for (size_t i = 0; i < n; i++)
		pieces[i] = (struct go_piece){ addresses[i], room[i], GO_CHANNEL_MAX, false };
	rc = live->memory->read(live->memory->context, pieces, n);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct go_channel c = {
			.address = addresses[i],
			.count = go_u64(room[i] + o->hchan_count),
			.room = go_u64(room[i] + o->hchan_room),
			.element_bytes = go_u32(room[i] + o->hchan_elemsize) & 0xffff,
			.closed = go_u32(room[i] + o->hchan_closed) != 0,
			.timed = o->hchan_timer && o->hchan_timer <= GO_CHANNEL_MAX - 8 &&
				 go_u64(room[i] + o->hchan_timer),
		};

		if (pieces[i].there)
			rc = fn(context, &c);
	}
	return rc;
}

int go_channels_read(const struct go_live *live, const uint64_t *addresses, size_t n,
		     int (*fn)(void *context, const struct go_channel *c), void *context)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i += CHUNK)
		rc = read_channels(live, addresses + i, n - i < CHUNK ? n - i : CHUNK, fn, context);
	return rc;
}
