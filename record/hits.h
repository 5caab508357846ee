/* SPDX-License-Identifier: BSD-2-Clause */
/* A set of offsets that is only added to, and read once at the end. All zero is an empty one. */
#ifndef RECORD_HITS_H
#define RECORD_HITS_H

#include <stddef.h>
#include <stdint.h>

struct hits {
	uint64_t *offsets;
	size_t n;
	size_t room;
	uint64_t dropped; /* could not be kept: no memory */
};

void hits_add(struct hits *h, uint64_t offset);

/* Sorts, and drops what is there twice. */
void hits_settle(struct hits *h);

void hits_done(struct hits *h);

#endif
