/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The perf side band: what the kernel tells of mappings, names, forks and exits,
 * at the time when it happens (perf_event_open(2); one PERF_COUNT_SW_DUMMY event
 * a CPU, for all processes). Decoded into one plain struct; what is done with
 * it is decided in processes.c.
 */
#ifndef RECORD_SIDEBAND_H
#define RECORD_SIDEBAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tape/error.h>
#include <tape/events/process.h>

#include "symbols/build_id.h"

enum sideband_kind {
	SIDEBAND_MMAP,
	SIDEBAND_COMM,
	SIDEBAND_EXEC,
	SIDEBAND_FORK,
	SIDEBAND_EXIT,
	SIDEBAND_KSYMBOL,
	SIDEBAND_LOST,
};

struct sideband_event {
	uint64_t time_ns;
	enum sideband_kind kind;
	uint32_t cpu;
	uint32_t tid;
	uint32_t tgid;
	uint32_t parent_tid; /* FORK */
	uint32_t parent_tgid;
	uint64_t start; /* MMAP, KSYMBOL */
	uint64_t end;
	uint64_t file_offset;
	bool gone; /* KSYMBOL: the code was removed */
	uint64_t lost;
	uint64_t lost_since_ns;
	struct build_id build_id; /* MMAP; size 0: not told, the next three are then */
	uint64_t device;
	uint64_t inode;
	uint32_t inode_generation;
	const char *text; /* path, comm or symbol; lent until the next drain */
	bool has_text;	  /* this and what follows is sideband.c's own */
	size_t text_at;
	size_t order;
};

struct sideband;

/*
 * Opens and starts it. *build_ids says whether the kernel tells build-ids with
 * mappings (5.12, 88a16a130933). The caller owns *ret.
 */
int sideband_open(struct sideband **ret, bool *build_ids, struct tape_error *err);

/*
 * What happened before until_ns and was not given yet, of all CPUs, in order of
 * time. Later events are held back for the next call. *ret is lent until then.
 */
int sideband_drain(struct sideband *s, uint64_t until_ns, const struct sideband_event **ret,
		   size_t *n, struct tape_error *err);

/* Whether a drain would give something, or would have if it had come earlier. Costs next to nothing. */
bool sideband_has_news(const struct sideband *s);

/* File descriptors that become readable when a buffer is half full. */
size_t sideband_n_fds(const struct sideband *s);
int sideband_fd(const struct sideband *s, size_t index);

void sideband_close(struct sideband *s); /* accepts NULL */

#endif
