// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the call costs is finding the pages of each place that is read from, so places
 * that stand close together are read as one, in order of their addresses, and what lies
 * between is thrown away: less than a page, so that no page is touched for it alone. It
 * stops at the first place that is not there and tells how many bytes it has read; what
 * comes behind is asked for again, each piece by itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "record/go_memory.h"

#define MOST_PIECES 500 /* of one call: with what lies between, less than IOV_MAX (1024) */
#define MOST_GAP    2048

struct call {
	struct iovec to[2 * MOST_PIECES], from[MOST_PIECES];
	size_t n_to, n_from;
	uint64_t ends[MOST_PIECES]; /* bytes read when a piece is there */
	size_t n;		    /* pieces */
	char gap[MOST_GAP];
};

static void add(struct call *c, struct go_piece *p, bool join)
{
	struct iovec *last = c->n_from ? &c->from[c->n_from - 1] : NULL;
	uint64_t end = last ? (uintptr_t)last->iov_base + last->iov_len : 0, so_far = 0;
	uint64_t gap = p->address - end;

	if (c->n)
		so_far = c->ends[c->n - 1];
	if (join && last && p->address >= end && gap <= MOST_GAP) {
		c->to[c->n_to++] = (struct iovec){ c->gap, gap };
		last->iov_len += gap + p->size;
	} else {
		gap = 0;
		c->from[c->n_from++] = (struct iovec){ (void *)(uintptr_t)p->address, p->size };
	}
	c->to[c->n_to++] = (struct iovec){ p->to, p->size };
	c->ends[c->n++] = so_far + gap + p->size;
	p->there = false;
}

/* Makes one call. Returns how many pieces are there, from the first on, or -errno. */
static ssize_t read_some(pid_t pid, struct call *c)
{
	ssize_t bytes = process_vm_readv(pid, c->to, c->n_to, c->from, c->n_from, 0);
	size_t there = 0;

	if (bytes < 0 && errno != EFAULT)
		return -errno;
	while (bytes > 0 && there < c->n && c->ends[there] <= (uint64_t)bytes)
		there++;
	return (ssize_t)there;
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = (*(struct go_piece *const *)a)->address;
	uint64_t y = (*(struct go_piece *const *)b)->address;

	return (x > y) - (x < y);
}

static void put_in_order(struct go_piece **order, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (order[i]->address < order[i - 1]->address) {
			qsort(order, n, sizeof(*order), by_address);
			return;
		}
	}
}

static int read_in_order(pid_t pid, struct go_piece **order, size_t n)
{
	bool join = true;
	struct call c;
	size_t done = 0;

	while (done < n) {
		ssize_t there;

		c.n = c.n_to = c.n_from = 0;
		for (size_t i = done; i < n; i++)
			add(&c, order[i], join);
		there = read_some(pid, &c);
		if (there < 0)
			return (int)there;
		for (size_t i = 0; i < (size_t)there; i++)
			order[done + i]->there = true;
		done += (size_t)there;
		/* Not joined, it is the first one that is missing. */
		done += !join && (size_t)there < c.n;
		join = join && (size_t)there == c.n;
	}
	return 0;
}

static int read_pieces(void *context, struct go_piece *pieces, size_t n)
{
	const pid_t *pid = context;
	struct go_piece *order[MOST_PIECES];
	int rc = 0;

	for (size_t done = 0; rc == 0 && done < n; done += MOST_PIECES) {
		size_t k = n - done < MOST_PIECES ? n - done : MOST_PIECES;

		for (size_t i = 0; i < k; i++)
			order[i] = &pieces[done + i];
		put_in_order(order, k);
		rc = read_in_order(*pid, order, k);
	}
	return rc;
}

struct go_memory go_memory_of(const pid_t *pid)
{
	return (struct go_memory){ .read = read_pieces, .context = (void *)pid };
}
