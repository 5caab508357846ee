/* SPDX-License-Identifier: BSD-2-Clause */
/* What recording cost, by the kernel's own account: COST records at the end of the tape. */
#ifndef RECORD_COST_H
#define RECORD_COST_H

#include <stdint.h>

#include <bpf/libbpf.h>

#include "record/records.h"

/*
 * The kernel can time BPF programs (5.8), but that costs more than a small
 * program does. So it is asked to in one short turn every few seconds, the first
 * one at once, and the whole is estimated from those.
 */
struct cost_meter {
	int fd; /* timing goes on while it is open; -1: it does not */
	uint64_t begun_ns;
	uint64_t turned_ns; /* when the last turn began */
	uint64_t timed_ns;  /* of all turns that are over */
};

#define COST_METER_OFF                                                                             \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* Begins, and later ends and begins turns; call it often. */
void cost_meter_look(struct cost_meter *m, uint64_t now_ns);

/* Ends the last turn. The figures of programs are there until they are closed. */
void cost_meter_stop(struct cost_meter *m, uint64_t now_ns);

/* One figure; its key ends with its unit. */
int cost_put(struct records *records, uint32_t epoch, const char *key, uint64_t value,
	     struct tape_error *err);

/* How long the meter looked, by which the figures of programs were estimated. */
int cost_put_meter(struct records *records, uint32_t epoch, const struct cost_meter *m,
		   struct tape_error *err);

/* Run time and run count of each program of an object, estimated for the whole time. */
int cost_put_programs(struct records *records, uint32_t epoch, const struct bpf_object *object,
		      const struct cost_meter *m, struct tape_error *err);

/* CPU time and memory of this process. */
int cost_put_self(struct records *records, uint32_t epoch, struct tape_error *err);

/* CPU time of this process so far, ns. */
uint64_t cost_cpu_ns(void);

#endif
