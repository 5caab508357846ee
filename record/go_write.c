// SPDX-License-Identifier: BSD-2-Clause
/*
 * Records go through the drain, as those of BPF programs do: it makes sure that the
 * process is stated and that the addresses of stacks are named.
 */
#include <string.h>

#include "record/go_write.h"

/* Where a record goes. */
struct at {
	const struct go_writer *w;
	uint64_t time_ns;
	uint32_t tgid;
	uint32_t epoch;
	struct tape_error *err;
};

static void *begin(const struct at *at, uint16_t type)
{
	struct ev_header *h = records_begin(at->w->records, type, at->time_ns);

	h->tgid = h->tid = at->tgid;
	return h;
}

static int put(const struct at *at)
{
	return drain_put(at->w->drain, at->epoch, at->err);
}

static int put_whole(const struct at *at)
{
	records_end(at->w->records);
	return put(at);
}

/* A record that stands ready but for its header. */
static int put_copy(const struct at *at, uint16_t type, const void *record, size_t size)
{
	char *room = begin(at, type);

	memcpy(room + sizeof(struct ev_header), (const char *)record + sizeof(struct ev_header),
	       size - sizeof(struct ev_header));
	return put_whole(at);
}

static int put_name(const struct at *at, uint32_t kind, uint32_t number, const char *name)
{
	struct ev_go_name *ev = begin(at, EV_GO_NAME);

	ev->kind = kind;
	ev->number = number;
	records_end_text(at->w->records, name);
	return put(at);
}

static int put_names(const struct at *at, const struct go_offsets *o)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < o->n_statuses; i++) {
		if (o->statuses[i][0])
			rc = put_name(at, EV_GO_NAMES_STATUS, i, o->statuses[i]);
	}
	for (uint32_t i = 0; rc == 0 && i < o->n_wait_reasons; i++) {
		if (o->wait_reasons[i][0])
			rc = put_name(at, EV_GO_NAMES_WAIT, i, o->wait_reasons[i]);
	}
	return rc;
}

static uint32_t why_no_heap(const struct go_counts *c)
{
	static const uint32_t why[] = {
		[GO_HEAP_ON] = 0,
		[GO_HEAP_NOT_LINKED] = EV_GO_NO_HEAP | EV_GO_HEAP_NOT_LINKED,
		[GO_HEAP_OFF] = EV_GO_NO_HEAP | EV_GO_HEAP_RATE_0,
		[GO_HEAP_NOT_FOUND] = EV_GO_NO_HEAP,
	};

	return why[c->state];
}

static int put_runtime(const struct at *at, const struct go_process *p)
{
	struct ev_go_runtime *ev = begin(at, EV_GO_RUNTIME);

	ev->version = go_version_number(p->live.version);
	ev->heap_rate = p->counts.rate;
	ev->flags = why_no_heap(&p->counts) | (p->live.by_dwarf ? EV_GO_BY_DWARF : 0u) |
		    (p->live.at.stats ? 0u : EV_GO_NO_COLLECTOR);
	records_end_text(at->w->records, p->live.version);
	return put(at);
}

static int put_stacks(const struct at *at, const struct go_gathered *g)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->n_stacks; i++) {
		const struct go_stack *s = &g->stacks[i];
		struct ev_stack *ev = begin(at, EV_STACK);

		ev->id = s->id;
		ev->kind = EV_STACK_USER;
		ev->flags = s->cut ? EV_STACK_CUT : 0;
		memcpy((char *)ev + sizeof(*ev), g->pool + s->ips, s->n * sizeof(uint64_t));
		records_end_bytes(at->w->records, s->n * sizeof(uint64_t));
		rc = put(at);
	}
	return rc;
}

/* A pair is as the ends of a stack: the beginning of a function, and a return address. */
static int tell_code(const struct at *at, const struct go_gathered *g)
{
	const struct ev_header h = {
		.type = EV_STACK, .time_ns = at->time_ns, .tid = at->tgid, .tgid = at->tgid
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->n_code; i += 2)
		rc = drain_hit(at->w->drain, &h, g->code + i, 2, at->err);
	return rc;
}

static int put_ended(const struct at *at, const struct go_gathered *g)
{
	const size_t most = RECORDS_TAIL_MAX / sizeof(uint64_t);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->n_ended; i += most) {
		size_t n = g->n_ended - i < most ? g->n_ended - i : most;
		struct ev_go_ended *ev = begin(at, EV_GO_ENDED);

		memcpy((char *)ev + sizeof(*ev), g->ended + i, n * sizeof(uint64_t));
		records_end_bytes(at->w->records, n * sizeof(uint64_t));
		rc = put(at);
	}
	return rc;
}

static int put_figures(const struct at *at, const struct go_counts *c)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->n_list; i++) {
		struct ev_go_figure *ev = begin(at, EV_GO_FIGURE);

		ev->value = c->list[i].value;
		records_end_text(at->w->records, c->list[i].key);
		rc = put(at);
	}
	return rc;
}

static int put_counts(const struct at *at, const struct go_counts *c)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->n_heap; i++)
		rc = put_copy(at, EV_GO_HEAP, &c->heap[i], sizeof(c->heap[i]));
	for (size_t i = 0; rc == 0 && i < c->n_cycles; i++) {
		const struct ev_go_cycle ev = {
			.number = c->cycles[i].number,
			.end_wall_ns = c->cycles[i].end_wall_ns,
			.pause_ns = c->cycles[i].pause_ns,
			.before_bytes = c->cycles[i].before_bytes,
			.after_bytes = c->cycles[i].after_bytes,
			.goal_bytes = c->cycles[i].goal_bytes,
		};

		rc = put_copy(at, EV_GO_CYCLE, &ev, sizeof(ev));
	}
	return rc < 0 ? rc : put_figures(at, c);
}

static int put_gathered(const struct at *at, const struct go_gathered *g)
{
	int rc = put_stacks(at, g);

	if (rc == 0)
		rc = tell_code(at, g);

	for (size_t i = 0; rc == 0 && i < g->n_goroutines; i++)
		rc = put_copy(at, EV_GO_GOROUTINE, &g->goroutines[i], sizeof(g->goroutines[i]));
	if (rc == 0)
		rc = put_ended(at, g);
	for (size_t i = 0; rc == 0 && i < g->n_channels; i++)
		rc = put_copy(at, EV_GO_CHANNEL, &g->channels[i], sizeof(g->channels[i]));
	for (size_t i = 0; rc == 0 && i < g->n_locks; i++)
		rc = put_copy(at, EV_GO_LOCK, &g->locks[i], sizeof(g->locks[i]));
	return rc;
}

int go_write_snapshot(const struct go_writer *w, const struct go_process *p, struct tape_error *err)
{
	const struct at at = { w, records_now(), (uint32_t)p->tgid, p->epoch, err };
	const struct go_gathered *g = &p->now;
	const struct ev_go_snapshot end = {
		.number = p->number,
		.took_ns = at.time_ns - p->began_ns,
		.alive = g->alive,
		.changed = g->n_goroutines,
		.torn = g->torn,
		.whole = g->whole,
		.unread = g->unread < UINT32_MAX ? (uint32_t)g->unread : UINT32_MAX,
	};
	int rc = 0;

	if (g->whole)
		rc = put_runtime(&at, p);
	if (rc == 0 && g->whole)
		rc = put_names(&at, p->live.offsets);
	if (rc == 0)
		rc = put_gathered(&at, g);
	if (rc == 0)
		rc = put_counts(&at, &p->counts);
	return rc < 0 ? rc : put_copy(&at, EV_GO_SNAPSHOT, &end, sizeof(end));
}

int go_write_off(const struct go_writer *w, pid_t tgid, uint32_t epoch, const char *why,
		 struct tape_error *err)
{
	const struct at at = { w, records_now(), (uint32_t)tgid, epoch, err };
	struct ev_go_runtime *ev = begin(&at, EV_GO_RUNTIME);

	ev->flags = EV_GO_OFF;
	records_end_text(w->records, why);
	return put(&at);
}
