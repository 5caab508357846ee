/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the fields of Go's runtime stand and what it calls its numbers, by minor
 * version, for x86-64: data that scripts/go-offsets makes. Versions are not alike and
 * not in order, so one that is not here is not known.
 */
#ifndef SYMBOLS_GO_OFFSETS_H
#define SYMBOLS_GO_OFFSETS_H

#include <stddef.h>
#include <stdint.h>

#define GO_NONE 0xffff /* this version has no such field */

struct go_offsets {
	uint16_t version; /* 100 + N for Go 1.N */
	/* runtime.g */
	uint16_t g_size, g_m, g_sp, g_pc, g_bp, g_syscallsp, g_syscallpc, g_syscallbp;
	uint16_t g_status, g_goid, g_waitsince, g_waitreason, g_parent, g_gopc, g_startpc;
	uint16_t g_waiting;
	/* runtime.m, sudog, hchan */
	uint16_t m_procid, sudog_c, sudog_waitlink;
	uint16_t hchan_count, hchan_room, hchan_elemsize, hchan_closed;
	/* runtime.bucket of the heap profile */
	uint16_t bucket_size, bucket_next, bucket_object, bucket_depth;
	/* what follows its stack: runtime.memRecordCycle; bytes are not there since 1.27 */
	uint16_t record_allocs, record_frees, record_alloc_bytes, record_free_bytes;
	/* runtime.gcController, memstats, sched */
	uint16_t gc_live, gc_marked, gc_goal, stats_cycles, stats_pause;
	uint16_t sched_threads, sched_idle_threads, sched_idle_processors, sched_queue;

	uint16_t n_wait_reasons, n_statuses;
	const char *const *wait_reasons; /* by number; "" for those that are not in use */
	const char *const *statuses;
};

/* NULL: the table lacks it. Static. */
const struct go_offsets *go_offsets_of(uint32_t version);

#endif
