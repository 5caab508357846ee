/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of the symbols of a file name its code, and how far. Functions are wanted
 * first. A symbol without a type counts only where nothing else covers: in
 * hand-written assembly it is a function, elsewhere a label. Of several tables the
 * better one counts where both speak.
 */
#ifndef SYMBOLS_CANDIDATES_H
#define SYMBOLS_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CANDIDATES_TABLES 4

struct candidate {
	uint64_t start;
	uint64_t size;
	uint64_t limit; /* where its section ends, as a file offset */
	const char *name;
	uint32_t name_size; /* without the NUL */
	uint8_t table;	    /* below CANDIDATES_TABLES; the better ones first */
	bool typed;	    /* a function by its type */
	bool local;
};

/*
 * Puts them in order of place, the best first at one place, drops those that name
 * nothing and gives those of size 0 their reach. Returns how many are left.
 */
size_t candidates_settle(struct candidate *list, size_t n);

#endif
