/* SPDX-License-Identifier: BSD-2-Clause */
/* What recording cost, by the kernel's own account: COST records at the end of the tape. */
#ifndef RECORD_COST_H
#define RECORD_COST_H

#include <stdint.h>

#include <bpf/libbpf.h>

#include "record/records.h"

/* Asks the kernel to time BPF programs until the returned descriptor is closed; -errno if it cannot (5.8). */
int cost_begin(void);

/* One figure; its key ends with its unit. */
int cost_put(struct records *records, uint32_t epoch, const char *key, uint64_t value,
	     struct tape_error *err);

/* Run time and run count of each program of an object. */
int cost_put_programs(struct records *records, uint32_t epoch, const struct bpf_object *object,
		      struct tape_error *err);

/* CPU time and memory of this process. */
int cost_put_self(struct records *records, uint32_t epoch, struct tape_error *err);

/* CPU time of this process so far, ns. */
uint64_t cost_cpu_ns(void);

#endif
