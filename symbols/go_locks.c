// SPDX-License-Identifier: BSD-2-Clause
/* See go_locks.h. A sudog that was used before may still lie in the frame: it names no semaphore, or another. */
#include <string.h>

#include "symbols/go_locks.h"

#define FRAMES	   2 /* goparkunlock() may stand between gopark() and semacquire1() */
#define MOST_WORDS 64
#define LOWEST	   4096
#define HIGHEST	   ((uint64_t)1 << 47)
#define CHUNK	   256

bool go_locks_waits(const struct go_offsets *o, uint32_t reason)
{
	const char *name = reason < o->n_wait_reasons ? o->wait_reasons[reason] : "";

	return strcmp(name, "semacquire") == 0 || strncmp(name, "sync.", 5) == 0;
}

static bool reads(const struct go_parked *p, uint64_t at)
{
	return at >= p->start && at - p->start + 8 <= p->size;
}

static uint64_t word(const struct go_parked *p, uint64_t at)
{
	return go_u64(p->bytes + (at - p->start));
}

/* The words of the frames above gopark()'s: from the address behind its return address. */
static size_t find_words(const struct go_parked *p, uint64_t words[MOST_WORDS])
{
	uint64_t bp = p->bp;
	size_t n = 0;

	for (unsigned int i = 0; i < FRAMES; i++) {
		uint64_t next = bp % 8 == 0 && reads(p, bp) ? word(p, bp) : 0;

		if (next <= bp || next >= p->hi || next % 8)
			break;
		for (uint64_t at = bp + 16; at < next && n < MOST_WORDS && reads(p, at); at += 8)
			words[n++] = word(p, at);
		bp = next;
	}
	return n;
}

static bool may_be_sudog(const struct go_live *live, const struct go_parked *p, uint64_t at)
{
	return at >= LOWEST && at < HIGHEST && at % 8 == 0 && at != p->g &&
	       at - p->lo >= p->hi - p->lo &&
	       at - live->text.start >= live->text.end - live->text.start;
}

size_t go_locks_places(const struct go_live *live, const struct go_parked *p,
		       uint64_t places[GO_LOCKS_PLACES])
{
	uint64_t words[MOST_WORDS];
	size_t n_words = find_words(p, words), n = 0;

	for (size_t i = 0; i < n_words && n < GO_LOCKS_PLACES; i++) {
		bool known = !may_be_sudog(live, p, words[i]);

		for (size_t k = 0; k < n && !known; k++)
			known = places[k] == words[i];
		if (!known)
			places[n++] = words[i];
	}
	return n;
}

uint64_t go_locks_object(const struct go_offsets *o, const struct go_parked *p,
			 const uint8_t sudog[GO_LOCKS_SUDOG])
{
	uint64_t words[MOST_WORDS], object;
	size_t n = find_words(p, words);

	if (!o->sudog_elem || o->sudog_elem > GO_LOCKS_SUDOG - 8 || go_u64(sudog) != p->g)
		return 0;
	object = go_u64(sudog + o->sudog_elem);
	for (size_t i = 0; i < n; i++) {
		if (object && words[i] == object && object % 4 == 0)
			return object;
	}
	return 0;
}

static int read_some(const struct go_live *live, const uint64_t *addresses, size_t n,
		     int (*fn)(void *context, const struct go_lock *l), void *context)
{
	uint8_t room[CHUNK][8 * GO_LOCK_WORDS];
	struct go_piece pieces[CHUNK];
	int rc;

	for (size_t i = 0; i < n; i++)
		pieces[i] = (struct go_piece){ addresses[i] - 16, room[i], sizeof(room[i]), false };
	rc = live->memory->read(live->memory->context, pieces, n);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct go_lock lock = { .address = addresses[i] };

		if (!pieces[i].there)
			continue;
		for (size_t k = 0; k < GO_LOCK_WORDS; k++)
			lock.words[k] = go_u64(room[i] + 8 * k);
		rc = fn(context, &lock);
	}
	return rc;
}

int go_locks_read(const struct go_live *live, const uint64_t *addresses, size_t n,
		  int (*fn)(void *context, const struct go_lock *l), void *context)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i += CHUNK)
		rc = read_some(live, addresses + i, n - i < CHUNK ? n - i : CHUNK, fn, context);
	return rc;
}
