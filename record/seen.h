/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In which epochs something was written already. Two epochs may be open at the
 * same time, the current one and the one before. All zero: in none (epochs
 * count from 1).
 */
#ifndef RECORD_SEEN_H
#define RECORD_SEEN_H

#include <stdbool.h>
#include <stdint.h>

struct seen {
	uint32_t in[2];
};

static inline bool seen_in(const struct seen *s, uint32_t epoch)
{
	return s->in[epoch & 1] == epoch;
}

static inline void seen_set(struct seen *s, uint32_t epoch)
{
	s->in[epoch & 1] = epoch;
}

#endif
