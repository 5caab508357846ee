/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of the last snapshot: for each number (a goroutine's, an address, an
 * id; never 0) a value, and in which round it was last seen.
 */
#ifndef RECORD_GO_KNOWN_H
#define RECORD_GO_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct go_known_entry {
	uint64_t key;
	uint64_t value;
	uint64_t round;
	uint64_t mark, object; /* these are the caller's; 0 after each put */
	uint32_t kind;
};

/* All zero is an empty one. */
struct go_known {
	struct go_known_entry *entries;
	size_t n;
	size_t room; /* 0, or a power of two */
};

/* Sees a key. *changed: it is new, or its value is another. 0 or -ENOMEM. */
int go_known_put(struct go_known *k, uint64_t key, uint64_t value, uint64_t round, bool *changed);

/* NULL: not known. Good until the next put or sweep. */
struct go_known_entry *go_known_get(const struct go_known *k, uint64_t key);

/*
 * Forgets what was not seen in this round. The keys go to *gone, the caller's to
 * free (NULL: not wanted). 0 or -ENOMEM: then all are forgotten.
 */
int go_known_sweep(struct go_known *k, uint64_t round, uint64_t **gone, size_t *n_gone);

void go_known_clear(struct go_known *k);

#endif
