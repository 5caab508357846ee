/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of views of goroutines: a Go program of which a test says who begins,
 * waits and ends; snapshots are written as the recorder does, one a second, as
 * differences, and in full at the beginning of each epoch.
 */
#ifndef TESTS_ANALYZE_GO_TAPE_H
#define TESTS_ANALYZE_GO_TAPE_H

#include <stdlib.h>
#include <string.h>

#include "tests/analyze/table_cells.h"
#include "tests/analyze/view_runner.h"

#define GO_SECOND  1000000000ull
#define GO_MOST	   8192
#define GO_RUNNING 2
#define GO_SYSCALL 3
#define GO_WAITING 4
#define GO_LEAKED  10
#define GO_SITE	   0x1200 /* of go statements: this, and what a test adds */
#define GO_EPOCH   10	  /* snapshots */
#define GO_PID	   7
#define GO_STACK   70 /* 0x1010, called by 0x1101 */

/* Numbers of reasons in these tapes. */
enum { GO_NONE, GO_IO, GO_RECEIVE, GO_SEND, GO_SELECT, GO_SLEEP, GO_MUTEX, GO_FINALIZER, GO_GROUP };

struct go_one {
	struct ev_go_goroutine ev;
	bool changed;
	bool gone;
};

struct go_tape {
	struct made_world w;
	struct go_one list[GO_MOST];
	size_t n;
	struct ev_go_channel channels[16];
	size_t n_channels;
	struct ev_go_lock locks[16];
	size_t n_locks;
	uint64_t number;
	uint64_t now_ns;
	uint64_t next_goid;
	uint32_t epoch;
	uint32_t per_epoch;
	uint32_t unread;
	bool lost; /* the next snapshot's records do not reach the tape */
};

static inline void go_put(struct go_tape *t, struct ev_header *h, size_t size, const void *tail,
			  size_t tail_size)
{
	h->time_ns = t->now_ns;
	h->tgid = h->tid = GO_PID;
	if (!t->lost)
		made_world_put(&t->w, h, size, tail, tail_size);
}

static inline void go_name(struct go_tape *t, uint32_t kind, uint32_t number, const char *name)
{
	struct ev_go_name ev = { .h = { .type = EV_GO_NAME }, .kind = kind, .number = number };

	go_put(t, &ev.h, sizeof(ev), name, strlen(name) + 1);
}

static inline void go_head(struct go_tape *t)
{
	struct ev_go_runtime ev = { .h = { .type = EV_GO_RUNTIME }, .version = 124 };

	go_put(t, &ev.h, sizeof(ev), "go1.24", sizeof("go1.24"));
	go_name(t, EV_GO_NAMES_STATUS, GO_RUNNING, "running");
	go_name(t, EV_GO_NAMES_STATUS, GO_SYSCALL, "syscall");
	go_name(t, EV_GO_NAMES_STATUS, GO_WAITING, "waiting");
	go_name(t, EV_GO_NAMES_STATUS, GO_LEAKED, "leaked");
	go_name(t, EV_GO_NAMES_WAIT, GO_IO, "IO wait");
	go_name(t, EV_GO_NAMES_WAIT, GO_RECEIVE, "chan receive");
	go_name(t, EV_GO_NAMES_WAIT, GO_SEND, "chan send");
	go_name(t, EV_GO_NAMES_WAIT, GO_SELECT, "select");
	go_name(t, EV_GO_NAMES_WAIT, GO_SLEEP, "sleep");
	go_name(t, EV_GO_NAMES_WAIT, GO_MUTEX, "sync.Mutex.Lock");
	go_name(t, EV_GO_NAMES_WAIT, GO_FINALIZER, "finalizer wait");
	go_name(t, EV_GO_NAMES_WAIT, GO_GROUP, "sync.WaitGroup.Wait");
}

/* To be freed by go_run(). */
static inline struct go_tape *go_begin(void)
{
	struct go_tape *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->w = made_world_begin(START);
	t->now_ns = START;
	t->per_epoch = GO_EPOCH;
	t->next_goid = 100;
	return t;
}

static inline struct go_one *go_find(struct go_tape *t, uint64_t goid)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->list[i].ev.goid == goid && !t->list[i].gone)
			return &t->list[i];
	}
	fail_msg("no goroutine %llu", (unsigned long long)goid);
	return NULL;
}

/* A new one that waits; its number. */
static inline uint64_t go_start(struct go_tape *t, uint32_t site, uint32_t reason)
{
	uint64_t goid = t->next_goid++;

	assert_true(t->n < GO_MOST);
	t->list[t->n++] = (struct go_one){
		.changed = true,
		.ev = { .h = { .type = EV_GO_GOROUTINE },
			.goid = goid,
			.ustack = GO_STACK,
			.created_at = GO_SITE + site,
			.creator = 1,
			.wait_object = 0xc000000000 + goid * 16,
			.stack_bytes = 2048,
			.status = GO_WAITING,
			.wait_reason = reason },
	};
	return goid;
}

static inline void go_end(struct go_tape *t, uint64_t goid)
{
	go_find(t, goid)->gone = true;
}

/* It was somewhere else since the last snapshot, and is there again: a collection tells. */
static inline void go_stir(struct go_tape *t, uint64_t goid)
{
	struct go_one *one = go_find(t, goid);

	one->ev.wait_since_ns = t->now_ns;
	one->changed = true;
}

static inline struct ev_go_goroutine *go_change(struct go_tape *t, uint64_t goid)
{
	struct go_one *one = go_find(t, goid);

	one->changed = true;
	return &one->ev;
}

static inline void go_put_ended(struct go_tape *t)
{
	struct ev_go_ended ev = { .h = { .type = EV_GO_ENDED } };
	size_t kept = 0, n = 0;
	uint64_t gone[GO_MOST];

	for (size_t i = 0; i < t->n; i++) {
		if (t->list[i].gone)
			gone[n++] = t->list[i].ev.goid;
		else
			t->list[kept++] = t->list[i];
	}
	t->n = kept;
	if (n)
		go_put(t, &ev.h, sizeof(ev), gone, n * sizeof(*gone));
}

/* A second passes, and a snapshot is taken. */
static inline void go_tick(struct go_tape *t)
{
	bool whole = t->number % t->per_epoch == 0;
	struct ev_go_snapshot ev = { .h = { .type = EV_GO_SNAPSHOT },
				     .number = ++t->number,
				     .took_ns = 1000,
				     .whole = whole,
				     .unread = t->unread };

	t->now_ns += GO_SECOND;
	if (whole)
		made_world_usual_epoch(&t->w, ++t->epoch, t->now_ns);
	if (whole)
		go_head(t);
	go_put_ended(t);
	for (size_t i = 0; i < t->n; i++) {
		if (!whole && !t->list[i].changed)
			continue;
		t->list[i].changed = false;
		go_put(t, &t->list[i].ev.h, sizeof(t->list[i].ev), NULL, 0);
		ev.changed++;
		ev.torn += t->list[i].ev.flags & EV_GO_TORN;
	}
	for (size_t i = 0; i < t->n_channels; i++)
		go_put(t, &t->channels[i].h, sizeof(t->channels[i]), NULL, 0);
	for (size_t i = 0; i < t->n_locks; i++)
		go_put(t, &t->locks[i].h, sizeof(t->locks[i]), NULL, 0);
	ev.alive = t->n;
	go_put(t, &ev.h, sizeof(ev), NULL, 0);
}

static inline void go_ticks(struct go_tape *t, size_t n)
{
	while (n--)
		go_tick(t);
}

static inline void go_channel(struct go_tape *t, uint64_t address, uint64_t count, uint64_t room)
{
	t->channels[t->n_channels++] = (struct ev_go_channel){ .h = { .type = EV_GO_CHANNEL },
							       .address = address,
							       .count = count,
							       .room = room,
							       .element_bytes = 8 };
}

static inline void go_lock(struct go_tape *t, uint64_t address, uint64_t before)
{
	t->locks[t->n_locks++] = (struct ev_go_lock){ .h = { .type = EV_GO_LOCK },
						      .address = address,
						      .words = { 0, before } };
}

/* Ends the tape, frees it, and runs a view over it. */
static inline struct pipeline_report go_run(struct go_tape *t, const char *view,
					    struct analysis_options asked)
{
	static const struct filter everything;
	struct pipeline_report r = sched_run(&t->w, view, &everything, asked);

	free(t);
	return r;
}

#endif
