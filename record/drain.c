// SPDX-License-Identifier: BSD-2-Clause
/* See drain.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <tape/cleanup.h>

#include "record/drain.h"
#include "record/grow.h"

#define SEEN_SLOTS 8192 /* a power of two */

/* Something that processes.c is to hear of, at its time. */
struct pending {
	struct ev_header at;
	uint32_t epoch;
	uint32_t n_ips; /* 0: a use of a thread */
	size_t ips;	/* where they stand in the pool */
};

/* The first use in an epoch of the last thread that fell on a slot: spares most uses a look-up. */
struct seen_thread {
	uint32_t tid;
	uint32_t tgid;
	uint32_t epoch;
	uint64_t time_ns;
};

struct ring {
	struct drain *drain;
	uint32_t number; /* in the tape: from 1 on */
};

struct drain {
	struct drain_tools tools;
	struct ring_buffer *buffers;
	struct ring *rings;
	uint32_t epoch;
	struct pending *pending;
	size_t n_pending, pending_room;
	uint64_t *pool;
	size_t n_pool, pool_room;
	struct seen_thread seen[SEEN_SLOTS];
	uint64_t cgroup;
	uint32_t cgroup_epoch;
	struct drain_counts counts;
	struct tape_error *err; /* of the pass that runs */
};

DEFINE_CLEANUP(drain_free, struct drain);

/* The full number of an event's epoch: the current one, or the one before. */
static uint32_t epoch_of(const struct drain *d, const struct ev_header *h)
{
	bool before = (uint16_t)d->epoch != h->epoch && d->epoch > 1;

	return d->epoch - before;
}

static int add_pending(struct drain *d, const struct ev_header *h, uint32_t epoch, size_t n_ips)
{
	struct pending *p = grow(d->pending, d->n_pending + 1, &d->pending_room, sizeof(*p));

	if (!p)
		return tape_fail(d->err, -ENOMEM, "out of memory");
	d->pending = p;
	p[d->n_pending++] = (struct pending){
		.at = *h, .epoch = epoch, .n_ips = (uint32_t)n_ips, .ips = d->n_pool
	};
	return 0;
}

/* Words that may be addresses of code: a stack, or memory of one. */
static int add_words(struct drain *d, const struct ev_header *h, const void *words, size_t n,
		     uint32_t epoch)
{
	uint64_t *pool;
	int rc;

	if (!d->tools.keep_hits || !n)
		return 0;
	pool = grow(d->pool, d->n_pool + n, &d->pool_room, sizeof(*pool));
	if (!pool)
		return tape_fail(d->err, -ENOMEM, "out of memory");
	d->pool = pool;
	rc = add_pending(d, h, epoch, n);
	if (rc < 0)
		return rc;
	memcpy(pool + d->n_pool, words, n * sizeof(uint64_t));
	d->n_pool += n;
	return 0;
}

static int note_words(struct drain *d, const struct ev_header *h, size_t fixed, uint32_t epoch)
{
	return add_words(d, h, (const char *)h + fixed, ev_tail_size(h, fixed) / sizeof(uint64_t),
			 epoch);
}

static int note_thread(struct drain *d, const struct ev_header *h, uint32_t epoch)
{
	struct seen_thread *slot = &d->seen[h->tid & (SEEN_SLOTS - 1)];

	/* Rings are read one after the other: an earlier use may come after a later one. */
	if (slot->tid == h->tid && slot->tgid == h->tgid && slot->epoch == epoch &&
	    slot->time_ns <= h->time_ns)
		return 0;
	*slot = (struct seen_thread){ h->tid, h->tgid, epoch, h->time_ns };
	return add_pending(d, h, epoch, 0);
}

static int note_cgroup(struct drain *d, uint64_t cgroup, uint32_t epoch)
{
	if (d->cgroup == cgroup && d->cgroup_epoch == epoch)
		return 0;
	d->cgroup = cgroup;
	d->cgroup_epoch = epoch;
	return cgroups_define(d->tools.cgroups, cgroup, d->tools.records, epoch, d->err);
}

/* The other thread that a record names: identity is stated for it too. */
static int note_other(struct drain *d, const struct ev_header *h, uint32_t epoch)
{
	struct ev_header other = *h;

	switch (h->type) {
	case EV_SCHED_SWITCH:
		other.tid = ((const struct ev_sched_switch *)h)->next_tid;
		other.tgid = ((const struct ev_sched_switch *)h)->next_tgid;
		break;
	case EV_SCHED_WAKEUP:
		other.tid = ((const struct ev_sched_wakeup *)h)->waker_tid;
		other.tgid = ((const struct ev_sched_wakeup *)h)->waker_tgid;
		break;
	default:
		return 0;
	}
	return other.tgid ? note_thread(d, &other, epoch) : 0;
}

/* Records of stacks: 1 with *rc if it is one. */
static int note_stack(struct drain *d, const struct ev_header *h, uint32_t epoch, int *rc)
{
	switch (h->type) {
	case EV_STACK:
		d->counts.stacks++;
		*rc = note_words(d, h, sizeof(struct ev_stack), epoch);
		return 1;
	case EV_STACK_TOP:
		*rc = note_words(d, h, offsetof(struct ev_stack_top, word), epoch);
		return 1;
	case EV_STACK_PART:
		*rc = note_words(d, h, sizeof(struct ev_stack_part), epoch);
		return 1;
	case EV_STACK_GO:
		*rc = note_words(d, h, sizeof(struct ev_stack_go), epoch);
		return 1;
	case EV_STACK_COPY:
	case EV_SCRIPT_CODE:
	case EV_SCRIPT_STACK:
		return 1;
	default:
		return 0;
	}
}

/* What a record that comes from a ring means besides itself. */
static int note(struct drain *d, const struct ev_header *h, uint32_t epoch)
{
	int rc = 0;

	if (note_stack(d, h, epoch, &rc))
		return rc;
	if (h->type == EV_LOSS) {
		d->counts.lost += ((const struct ev_loss *)h)->count;
		return 0;
	}
	d->counts.events++;
	if (h->type == EV_CPU_SAMPLE)
		rc = note_cgroup(d, ((const struct ev_cpu_sample *)h)->cgroup, epoch);
	if (rc < 0)
		return rc;
	rc = h->tgid ? note_thread(d, h, epoch) : 0;
	return rc < 0 ? rc : note_other(d, h, epoch);
}

static int on_record(void *context, void *data, size_t size)
{
	const struct ring *ring = context;
	struct drain *d = ring->drain;
	const struct ev_header *h = data;
	uint32_t epoch;
	int rc;

	/* libbpf gives the reserved size; our own count says where the record ends. */
	if (size < sizeof(*h) || ev_size(h) > size)
		return tape_fail(d->err, -EPROTO, "a BPF program wrote a record of a wrong size");
	epoch = epoch_of(d, h);
	rc = tape_writer_put(d->tools.records->writer, ring->number, epoch, h, d->err);
	return rc < 0 ? rc : note(d, h, epoch);
}

static int add_rings(struct drain *d, struct tape_error *err)
{
	unsigned int n = core_n_rings(d->tools.core);

	d->rings = calloc(n, sizeof(*d->rings));
	if (!d->rings)
		return tape_fail(err, -ENOMEM, "out of memory");
	for (unsigned int i = 0; i < n; i++) {
		int fd = core_ring_fd(d->tools.core, i), rc = 0;

		d->rings[i] = (struct ring){ d, i + 1 };
		if (i == 0)
			d->buffers = ring_buffer__new(fd, on_record, &d->rings[i], NULL);
		else
			rc = ring_buffer__add(d->buffers, fd, on_record, &d->rings[i]);
		if (!d->buffers || rc < 0)
			return tape_fail(err, rc ? rc : -errno, "cannot read a ring buffer: %s",
					 strerror(rc ? -rc : errno));
	}
	return 0;
}

int drain_new(const struct drain_tools *tools, struct drain **ret, struct tape_error *err)
{
	CLEANUP(drain_freep) struct drain *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return tape_fail(err, -ENOMEM, "out of memory");
	d->tools = *tools;
	rc = add_rings(d, err);
	if (rc < 0)
		return rc;
	*ret = TAKE(d);
	return 0;
}

void drain_free(struct drain *d)
{
	if (!d)
		return;
	ring_buffer__free(d->buffers);
	free(d->rings);
	free(d->pending);
	free(d->pool);
	free(d);
}

int drain_fd(const struct drain *d)
{
	return ring_buffer__epoll_fd(d->buffers);
}

void drain_set_epoch(struct drain *d, uint32_t epoch)
{
	d->epoch = epoch;
}

static int by_time(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	return (x->at.time_ns > y->at.time_ns) - (x->at.time_ns < y->at.time_ns);
}

static int settle_one(struct drain *d, const struct pending *p)
{
	/* A virtual CPU may stand still between an event's epoch and its time. */
	uint32_t epoch = p->epoch + 1 < d->epoch ? d->epoch - 1 : p->epoch;

	if (!p->n_ips)
		return processes_use(d->tools.processes, &p->at, epoch, d->err);
	processes_hit(d->tools.processes, &p->at, d->pool + p->ips, p->n_ips);
	return 0;
}

/* Drops the first n pending ones, and moves the addresses of the others up. */
static void drop_settled(struct drain *d, size_t n)
{
	size_t used = 0, low = d->n_pool;

	d->n_pending -= n;
	if (!d->n_pending) {
		d->n_pool = 0;
		return;
	}
	memmove(d->pending, d->pending + n, d->n_pending * sizeof(*d->pending));
	for (size_t i = 0; i < d->n_pending; i++) {
		if (d->pending[i].n_ips && d->pending[i].ips < low)
			low = d->pending[i].ips;
	}
	used = d->n_pool - low;
	memmove(d->pool, d->pool + low, used * sizeof(*d->pool));
	for (size_t i = 0; i < d->n_pending; i++)
		d->pending[i].ips -= d->pending[i].n_ips ? low : 0;
	d->n_pool = used;
}

/* Gives processes.c the changes and the uses before a time, as they happened. */
static int settle(struct drain *d, uint64_t until_ns)
{
	const struct sideband_event *changes;
	size_t n_changes, c = 0, i = 0;
	int rc = sideband_drain(d->tools.sideband, until_ns, &changes, &n_changes, d->err);

	if (d->n_pending)
		qsort(d->pending, d->n_pending, sizeof(*d->pending), by_time);
	while (rc == 0 && i < d->n_pending && d->pending[i].at.time_ns < until_ns) {
		if (c < n_changes && changes[c].time_ns <= d->pending[i].at.time_ns)
			rc = processes_apply(d->tools.processes, &changes[c++], d->err);
		else
			rc = settle_one(d, &d->pending[i++]);
	}
	while (rc == 0 && c < n_changes)
		rc = processes_apply(d->tools.processes, &changes[c++], d->err);
	if (rc == 0)
		drop_settled(d, i);
	return rc;
}

int drain_pass(struct drain *d, bool all, struct tape_error *err)
{
	uint64_t until = all ? UINT64_MAX : records_now();
	struct tape_error unused;
	int rc;

	d->err = err ? err : &unused;
	rc = ring_buffer__consume(d->buffers);
	if (rc >= 0)
		rc = settle(d, until);
	d->err = NULL;
	return rc < 0 ? rc : 0;
}

int drain_put(struct drain *d, uint32_t epoch, struct tape_error *err)
{
	struct tape_error unused;
	int rc = records_put(d->tools.records, epoch, err);

	d->err = err ? err : &unused;
	if (rc == 0)
		rc = note(d, (const struct ev_header *)d->tools.records->room, epoch);
	d->err = NULL;
	return rc;
}

int drain_hit(struct drain *d, const struct ev_header *at, const uint64_t *ips, size_t n,
	      struct tape_error *err)
{
	struct tape_error unused;
	int rc;

	d->err = err ? err : &unused;
	rc = add_words(d, at, ips, n, d->epoch);
	d->err = NULL;
	return rc;
}

void drain_counts(const struct drain *d, struct drain_counts *ret)
{
	*ret = d->counts;
}

int drain_put_losses(struct drain *d, struct tape_error *err)
{
	CLEANUP(freep) struct control_loss *losses = NULL;
	size_t n = 0;
	int rc = core_losses(d->tools.core, &losses, &n);

	if (rc < 0)
		return tape_fail(err, rc, "cannot read the account of losses: %s", strerror(-rc));
	for (size_t cpu = 0; rc == 0 && cpu < n; cpu++) {
		struct ev_loss *ev;

		if (!losses[cpu].count)
			continue;
		ev = records_begin(d->tools.records, EV_LOSS, losses[cpu].to_ns);
		ev->h.cpu = (uint16_t)cpu;
		ev->count = losses[cpu].count;
		ev->from_ns = losses[cpu].from_ns;
		ev->to_ns = losses[cpu].to_ns;
		ev->of_type = losses[cpu].type;
		ev->source = EV_LOSS_RING;
		records_end(d->tools.records);
		d->counts.lost += losses[cpu].count;
		rc = records_put(d->tools.records, d->epoch, err);
	}
	return rc;
}
