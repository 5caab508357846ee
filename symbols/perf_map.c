// SPDX-License-Identifier: BSD-2-Clause
/* See perf_map.h. Read in pieces: whole lines of each, the rest moves to the next one's front. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "symbols/perf_map.h"

#define PIECE (64 * 1024) /* no line may be longer */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* A number and the blank behind it. Returns where the rest begins, or NULL. */
static const char *number(const char *p, const char *end, uint64_t *ret)
{
	const char *first;
	uint64_t n = 0;

	if (end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	for (first = p; p < end && hex_digit(*p) >= 0; p++) {
		if (n >> 60)
			return NULL;
		n = n << 4 | (uint64_t)hex_digit(*p);
	}
	if (p == first || p == end || *p != ' ')
		return NULL;
	*ret = n;
	return p + 1;
}

static int read_line(const char *p, const char *end, struct jit_hits *hits)
{
	struct jit_code code = { .origin = EV_SYMBOL_PERF_MAP };

	if (end > p && end[-1] == '\r')
		end--;
	p = number(p, end, &code.start);
	p = p ? number(p, end, &code.size) : NULL;
	if (!p || p == end || !*p || !code.size || code.size - 1 > UINT64_MAX - code.start)
		return 0;
	code.name = p;
	code.name_size = (size_t)(end - p);
	return jit_hits_name(hits, &code);
}

/*
 * Takes the whole lines of a piece. *skip: it begins within a line that was too
 * long. Returns how many bytes are done with, or -ENOMEM.
 */
static ssize_t take_lines(const char *piece, size_t size, bool *skip, struct jit_hits *hits)
{
	const char *p = piece, *end = piece + size, *newline;

	while (p < end && (newline = memchr(p, '\n', (size_t)(end - p)))) {
		int rc = *skip ? 0 : read_line(p, newline, hits);

		if (rc < 0)
			return rc;
		*skip = false;
		p = newline + 1;
	}
	if (p == piece && size == PIECE) {
		*skip = true;
		return PIECE;
	}
	return p - piece;
}

int perf_map_read(int fd, struct jit_hits *hits)
{
	char piece[PIECE];
	size_t used = 0;
	off_t at = 0;
	bool skip = false;

	while (hits->n && at < (off_t)PERF_MAP_MAX_BYTES) {
		ssize_t n = pread(fd, piece + used, sizeof(piece) - used, at), done;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n ==
		    0) /* a last line without a newline is being written just now, or is whole */
			return skip || !used ? 0 : read_line(piece, piece + used, hits);
		at += n;
		used += (size_t)n;
		done = take_lines(piece, used, &skip, hits);
		if (done < 0)
			return (int)done;
		used -= (size_t)done;
		memmove(piece, piece + done, used);
	}
	return 0;
}
