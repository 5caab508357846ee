/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime of a Go program in the memory of a process: found by symbols, else by
 * its shape (a list of goroutines whose first is number 1), and checked against how a
 * live runtime behaves before anything is believed.
 */
#ifndef SYMBOLS_GO_LIVE_H
#define SYMBOLS_GO_LIVE_H

#include "symbols/go_memory.h"
#include "symbols/go_offsets.h"
#include "symbols/go_program.h"

#define GO_LISTS_MAX   4
#define GO_G_MAX       1024	  /* bytes of a g */
#define GO_SUDOG_MAX   104	  /* the size of a sudog since 1.26; it is on the heap */
#define GO_CHANNEL_MAX 64	  /* bytes of an hchan that are read */
#define GO_MOST	       (1u << 20) /* goroutines that are read */

/* Numbers of runtime.g.atomicstatus that mean the same in all versions. */
enum go_status {
	GO_IDLE = 0,
	GO_RUNNABLE = 1,
	GO_RUNNING = 2,
	GO_SYSCALL = 3,
	GO_WAITING = 4,
	GO_DEAD = 6,
	GO_COPYSTACK = 8,
	GO_PREEMPTED = 9,
	GO_LEAKED = 10,
	GO_DEAD_EXTRA = 11,
};
#define GO_STATUS_SCAN 0x1000u

struct go_live {
	struct go_program *program; /* both borrowed */
	const struct go_memory *memory;
	const struct go_offsets *offsets; /* of the table, or the program's own */
	bool by_dwarf;			  /* the program's own */
	char version[GO_TEXT_MAX];	  /* "": not known */
	uint64_t bias;			  /* addresses of the process less those of the file */
	struct go_range text;
	struct go_variables at;	      /* of the process; 0: not known */
	uint64_t lists[GO_LISTS_MAX]; /* where allgs may be: the longest is it */
	size_t n_lists;
};

struct go_list {
	uint64_t array; /* of pointers to g */
	uint64_t n;
};

/*
 * p, memory: borrowed. Returns 0; -EAGAIN: it may be too early; -ENOTSUP: it is not to
 * be read; -ESRCH, -EPERM as the memory says. In all but the first *why is the reason, static or
 * ret->version.
 */
int go_live_open(struct go_program *p, uint64_t bias, const struct go_memory *memory,
		 struct go_live *ret, const char **why);

/* Where the goroutines are now, if that still looks like it: 0, -EAGAIN, or as the memory says. */
int go_live_list(const struct go_live *live, struct go_list *ret);

#endif
