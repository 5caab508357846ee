/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The way of a record into a ring: reserve, submit, and the account of what did
 * not fit. A submit wakes nobody until the ring is as full as the recorder
 * wants to be woken for; it polls otherwise.
 *
 * An object whose programs may run while a ring's own lock is held defines
 * EMIT_APART: its records go through a ring that nobody else writes to, which
 * its recorder's side asks for by core_add_ring().
 */
#ifndef BPF_EMIT_BPF_H
#define BPF_EMIT_BPF_H

#include "maps.bpf.h"
#include <tape/events.h>

#define EMIT_ASK_MASK 7

static __always_inline void *emit_ring(const struct control *c)
{
#ifdef EMIT_APART
	uint32_t index = CONTROL_RING_APART;
#else
	uint32_t index = bpf_get_smp_processor_id() >> c->ring_shift;
#endif

	return bpf_map_lookup_elem(&rings, &index);
}

static __always_inline uint64_t emit_flags(const struct control *c, void *ring)
{
	return bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) > c->wake_bytes ? BPF_RB_FORCE_WAKEUP
									  : BPF_RB_NO_WAKEUP;
}

static __always_inline void emit_head(struct ev_header *h, const struct control *c, uint16_t type,
				      uint32_t size, uint64_t now)
{
	uint64_t id = bpf_get_current_pid_tgid();

	h->type = type;
	h->units = size / EV_UNIT;
	h->cpu = bpf_get_smp_processor_id();
	h->epoch = c->epoch;
	h->time_ns = now;
	h->tid = id;
	h->tgid = id >> 32;
}

static __always_inline void emit_lost(uint16_t type)
{
	uint32_t zero = 0;
	struct control_loss *loss = bpf_map_lookup_elem(&losses, &zero);
	uint64_t now = bpf_ktime_get_ns();

	if (!loss)
		return;
	if (!loss->count) {
		loss->from_ns = now;
		loss->type = type;
	} else if (loss->type != type) {
		loss->type = 0;
	}
	loss->to_ns = now;
	loss->count++;
}

/* Tells of earlier losses, now that there is room again. */
static __noinline int emit_losses(void)
{
	uint32_t zero = 0;
	struct control_loss *loss = bpf_map_lookup_elem(&losses, &zero);
	struct control c;
	struct ev_loss *ev;
	void *ring;

	if (!loss || !loss->count || !control_read(&c))
		return 0;
	ring = emit_ring(&c);
	if (!ring)
		return 0;
	ev = bpf_ringbuf_reserve(ring, sizeof(*ev), 0);
	if (!ev)
		return 0;
	emit_head(&ev->h, &c, EV_LOSS, sizeof(*ev), bpf_ktime_get_ns());
	ev->h.tid = 0;
	ev->h.tgid = 0;
	ev->count = loss->count;
	ev->from_ns = loss->from_ns;
	ev->to_ns = loss->to_ns;
	ev->of_type = loss->type;
	ev->source = EV_LOSS_RING;
	loss->count = 0;
	bpf_ringbuf_submit(ev, emit_flags(&c, ring));
	return 0;
}

/*
 * Room for one record of a constant size, its header filled for the current
 * thread; NULL when the ring is full, which is then counted.
 */
static __always_inline void *emit_reserve_at(const struct control *c, uint16_t type, uint32_t size,
					     uint64_t now)
{
	void *ring = emit_ring(c);
	struct ev_header *h;

	if (!ring)
		return NULL;
	h = bpf_ringbuf_reserve(ring, size, 0);
	if (!h) {
		emit_lost(type);
		return NULL;
	}
	emit_head(h, c, type, size, now);
	return h;
}

static __always_inline void *emit_reserve(const struct control *c, uint16_t type, uint32_t size)
{
	return emit_reserve_at(c, type, size, bpf_ktime_get_ns());
}

/*
 * The same of a record that stands in memory, with its tail: copies it, about the
 * current process or the kernel, and no thread. Returns whether there was room.
 */
static __always_inline bool emit_copy(const struct control *c, void *record, uint32_t size,
				      uint16_t type, bool user)
{
	struct ev_header *h = record;
	void *ring = emit_ring(c);

	if (!ring)
		return false;
	emit_head(h, c, type, size, bpf_ktime_get_ns());
	h->tid = 0;
	if (!user)
		h->tgid = 0;
	if (bpf_ringbuf_output(ring, record, size, emit_flags(c, ring)) == 0)
		return true;
	emit_lost(type);
	return false;
}

/*
 * Whether the ring fills up and whether something was lost is asked at one
 * record in eight or so, by the low bits of its time: asking costs as much as writing.
 */
static __always_inline void emit_submit(const struct control *c, void *record)
{
	bool ask = !(((struct ev_header *)record)->time_ns & EMIT_ASK_MASK);
	void *ring = ask ? emit_ring(c) : NULL;

	bpf_ringbuf_submit(record, ring ? emit_flags(c, ring) : BPF_RB_NO_WAKEUP);
	if (ask)
		emit_losses();
}

#endif
