/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All goroutines of a process, a few hundred at a time, while it runs on: each is
 * read, then its stack, then the goroutine again, so that what changed in between is
 * known for torn. Stacks are walked along frame pointers, which Go keeps.
 */
#ifndef SYMBOLS_GO_GOROUTINES_H
#define SYMBOLS_GO_GOROUTINES_H

#include "symbols/go_live.h"

#define GO_DEPTH 1000 /* addresses of a stack */

struct go_goroutine {
	uint64_t goid;
	uint64_t created_at; /* behind the go statement */
	uint64_t start;
	uint64_t creator;     /* 0: not known */
	uint64_t wait_object; /* the channel or lock; 0: not known, or several */
	uint64_t wait_since;  /* CLOCK_MONOTONIC, ns; 0: not known */
	uint64_t stack_bytes;
	uint32_t status; /* without the scan bit */
	uint32_t wait_reason;
	uint32_t thread; /* in the process' own pid namespace; 0: none */
	bool is_lock;	 /* wait_object is as in go_locks.h */
	bool torn;
	bool fresh;
	bool cut; /* the stack is deeper */
	/* A later one with the same goid and mark has not run since; 0: that cannot be told. */
	uint64_t mark;
	uint32_t n_ips;
	const uint64_t
		*ips; /* leaf first; all but the leaf are return addresses. Lent during the call */
};

struct go_goroutines;

int go_goroutines_new(struct go_goroutines **ret); /* 0 or -ENOMEM */
void go_goroutines_free(struct go_goroutines *r);  /* accepts NULL */

DEFINE_CLEANUP(go_goroutines_free, struct go_goroutines);

/* Begins anew: reads where they are. live: borrowed until the last step. 0 or as go_live_list(). */
int go_goroutines_begin(struct go_goroutines *r, const struct go_live *live);

/*
 * Until the next beginning those of which is_known says true are not told: nothing but
 * themselves is read of them. mark: as in struct go_goroutine, not 0.
 */
void go_goroutines_spare(struct go_goroutines *r,
			 bool (*is_known)(void *context, uint64_t goid, uint64_t mark),
			 void *context);

/* Reads some more. Returns 1: there are more; 0: these were the last; -errno, fn's too. */
int go_goroutines_step(struct go_goroutines *r,
		       int (*fn)(void *context, const struct go_goroutine *g), void *context);

/* How many could not be read, or were more than GO_MOST, since the beginning. */
uint64_t go_goroutines_unread(const struct go_goroutines *r);

struct go_channel {
	uint64_t address;
	uint64_t count;
	uint64_t room;
	uint32_t element_bytes;
	uint32_t closed;
	uint32_t timed; /* a timer feeds it; since 1.23 */
};

/* Channels at these addresses: fn gets those that can be read. 0 or -errno. */
int go_channels_read(const struct go_live *live, const uint64_t *addresses, size_t n,
		     int (*fn)(void *context, const struct go_channel *c), void *context);

#endif
