/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies of stacks, and call frame information, for tapes of world_maker.h. */
#ifndef TESTS_SUPPORT_STACK_MAKER_H
#define TESTS_SUPPORT_STACK_MAKER_H

#include <stddef.h>
#include <stdint.h>

#include "tests/support/world_maker.h"

#define MADE_COPY_REGISTERS 33 /* as many as aarch64 has; of x86-64 the first 17 count */

/* A stack as it stood from its pointer on. Registers by DWARF's numbers. */
struct made_copy {
	uint32_t pid;
	uint64_t id;
	uint32_t n_registers; /* 0: those of x86-64 */
	uint64_t registers[MADE_COPY_REGISTERS];
	uint64_t sp; /* of x86-64 it is put into register 7, else into 31 */
	uint64_t in_use;
	const uint64_t *words;
	size_t n_words;
	uint64_t lost_part; /* the number of one that was not readable, from 1 on; 0: none */
};

/* The copy and its parts. */
void made_world_copy(struct made_world *w, uint64_t time_ns, const struct made_copy *copy);
void made_world_top(struct made_world *w, uint64_t time_ns, uint32_t pid, uint64_t id,
		    const uint64_t word[2]);

/* The n addresses of a walk along frame pointers. */
void made_world_walk(struct made_world *w, uint32_t pid, uint64_t id, const uint64_t *ip, size_t n);

/* Frames of a goroutine: as EV_STACK_GO. */
struct made_go {
	uint32_t pid;
	uint64_t id;
	uint64_t switch_sp;
	uint32_t n_walked;
	uint32_t flags;
	const uint64_t *words;
	size_t n_words;
};

void made_world_go(struct made_world *w, uint64_t time_ns, const struct made_go *go);

struct made_cfi {
	uint32_t module;
	uint64_t start, size;
	uint32_t flags;
	const void *fde;
	size_t fde_bytes;
};

/* A record of x86-64, whose CIE says that the CFA is rsp + 8, and rip at -8. To be freed. */
struct ev_cfi *made_cfi(const struct made_cfi *cfi);
void made_world_cfi(struct made_world *w, const struct made_cfi *cfi);

#endif
