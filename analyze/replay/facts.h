/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys with values, in order of first sight: what HOST, CONFIG and COST records
 * say, and (as keys alone) NOTEs. Epochs repeat them; the last value counts.
 */
#ifndef ANALYZE_REPLAY_FACTS_H
#define ANALYZE_REPLAY_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/base/intern.h"
#include "analyze/base/vec.h"

struct fact {
	uint32_t key;
	uint32_t value;	 /* interned text */
	uint64_t number; /* of COST */
};

/* All zero is an empty one. */
struct facts {
	struct intern texts;
	struct intern keys;
	VEC(struct fact) list;
};

void facts_done(struct facts *f);

/* text is "key=value"; room bytes at most are looked at. */
void facts_put_text(struct facts *f, const char *text, size_t room);
void facts_put_number(struct facts *f, const char *key, size_t room, uint64_t number);

/* NULL if there is none. Lent until the next put. */
const char *facts_find(const struct facts *f, const char *key);

/* The value as a decimal number; 0 if there is none. */
uint64_t facts_find_number(const struct facts *f, const char *key);

static inline size_t facts_count(const struct facts *f)
{
	return f->list.n;
}

const char *facts_key(const struct facts *f, size_t index);
const char *facts_value(const struct facts *f, size_t index); /* "" of a number */
uint64_t facts_number(const struct facts *f, size_t index);   /* 0 of a text */

#endif
