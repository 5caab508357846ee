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

static int put_runtime(const struct at *at, const struct go_process *p)
{
	struct ev_go_runtime *ev = begin(at, EV_GO_RUNTIME);

	ev->version = p->live.offsets->version;
	ev->heap_rate = p->now.heap_rate;
	ev->flags = p->live.at.buckets && p->now.heap_rate ? 0 : EV_GO_NO_HEAP;
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

static int put_figures(const struct at *at, const struct go_gathered *g)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->n_figures; i++) {
		struct ev_go_figure *ev = begin(at, EV_GO_FIGURE);

		ev->value = g->figures[i].value;
		records_end_text(at->w->records, g->figures[i].key);
		rc = put(at);
	}
	return rc;
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
	for (size_t i = 0; rc == 0 && i < g->n_heap; i++)
		rc = put_copy(at, EV_GO_HEAP, &g->heap[i], sizeof(g->heap[i]));
	return rc < 0 ? rc : put_figures(at, g);
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
