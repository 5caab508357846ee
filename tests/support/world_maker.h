/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tapes for tests of what analyze makes of them: records are put one by one,
 * with the times that the test is about, and gathered into blocks.
 */
#ifndef TESTS_SUPPORT_WORLD_MAKER_H
#define TESTS_SUPPORT_WORLD_MAKER_H

#include <stddef.h>
#include <stdint.h>

#include "tests/support/tape_maker.h"

struct made_world {
	struct made_tape tape;
	uint64_t mono_ns;		 /* when it began */
	struct tape_block_header header; /* of the open block */
	uint8_t *records;
	size_t size, room;
};

/* The clocks of made_world_begin(): times of records count from 0. */
#define MADE_WORLD_WALL_NS 1767225600000000000ull /* 2026-01-01T00:00:00Z */

/* A tape whose header says that it began at mono_ns. */
struct made_world made_world_begin(uint64_t mono_ns);
void made_world_free(struct made_world *w);

/* Ends the open block, if it has records, and begins one of this epoch and ring. */
void made_world_block(struct made_world *w, uint32_t epoch, uint32_t ring);

/* The same for a block of another kind: EPOCH, SYMBOLS. */
void made_world_block_of(struct made_world *w, enum tape_block_kind kind, uint32_t epoch);

/* Ends the open block, if it has records. */
void made_world_close(struct made_world *w);

/* The same, and adds an end mark. */
void made_world_end(struct made_world *w);

/* Any record, with a tail behind its fixed part (may be NULL). */
void made_world_put(struct made_world *w, struct ev_header *record, size_t fixed_size,
		    const void *tail, size_t tail_size);

void made_world_text(struct made_world *w, uint16_t type, const char *text); /* HOST and the like */
void made_world_epoch(struct made_world *w, uint32_t number, uint64_t mono_ns, uint64_t wall_ns);

void made_world_process(struct made_world *w, uint64_t time_ns, uint32_t pid, const char *comm);
void made_world_task(struct made_world *w, uint64_t time_ns, uint32_t pid, uint32_t tid,
		     const char *comm);
void made_world_fork(struct made_world *w, uint64_t time_ns, uint32_t parent, uint32_t child);
void made_world_clone(struct made_world *w, uint64_t time_ns, uint32_t pid, uint32_t tid);
void made_world_exec(struct made_world *w, uint64_t time_ns, uint32_t pid, const char *comm);
void made_world_comm(struct made_world *w, uint64_t time_ns, uint32_t pid, const char *comm);
void made_world_exit(struct made_world *w, uint64_t time_ns, uint32_t pid, uint32_t tid);

/* A file without a build-id. */
void made_world_module(struct made_world *w, uint32_t number, const char *path);

struct made_mapping {
	uint32_t pid;
	uint32_t module;
	uint64_t start, end, file_offset;
};

void made_world_map(struct made_world *w, uint64_t time_ns, struct made_mapping m);

/* A user stack of pid, or a kernel stack if pid is 0; leaf first. */
void made_world_stack(struct made_world *w, uint64_t time_ns, uint32_t pid, uint64_t id,
		      const uint64_t ip[2]);
void made_world_cgroup(struct made_world *w, uint64_t id, const char *path);
void made_world_symbol(struct made_world *w, uint32_t module, uint64_t start, const char *name);

/* A sample of the first thread of pid, or of another one. */
void made_world_sample(struct made_world *w, uint64_t time_ns, uint32_t pid, uint64_t ustack);
void made_world_put_sample(struct made_world *w, struct ev_cpu_sample sample);
void made_world_loss(struct made_world *w, uint64_t from_ns, uint64_t to_ns, uint64_t count);
void made_world_pause(struct made_world *w, uint64_t time_ns, uint32_t paused);

/*
 * Process 7 "seven" runs /bin/one at 0x1000 to 0x2000, process 8 "eight" /bin/two,
 * whose offset there is 0x500; stacks 70 and 80 are theirs, with the leaves
 * 0x1010 and 0x1020 and the return addresses 0x1101 and 0x1201.
 */
void made_world_usual(struct made_world *w, uint64_t time_ns);

/* The same as an epoch of its own, which says that a sample stands for 100 ns. */
void made_world_usual_epoch(struct made_world *w, uint32_t epoch, uint64_t time_ns);

#endif
