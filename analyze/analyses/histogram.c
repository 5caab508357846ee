// SPDX-License-Identifier: BSD-2-Clause
/*
 * See histogram.h. Numbers below 64 have a part of their own, so those are exact too.
 * The latest numbers wait in few, also once there are parts: what is put away at once
 * finds its parts in the cache.
 */
#include <stdlib.h>
#include <string.h>

#include <tape/cleanup.h>

#include "analyze/analyses/histogram.h"

#define PARTS	  64
#define PART_BITS 6
/* The first holds 0 to 63, the others one power of two each, from 2^6 on. */
#define OCTAVES	  (1 + 64 - PART_BITS)

static unsigned int log2_of(uint64_t value)
{
	return value ? 63 - (unsigned int)__builtin_clzll(value) : 0;
}

void histogram_done(struct histogram *h)
{
	for (size_t i = 0; h->parts && i < OCTAVES; i++)
		free(h->parts[i]);
	free(h->parts);
	vec_done(&h->few);
	*h = (struct histogram){ 0 };
}

static unsigned int octave_of(uint64_t value)
{
	return value < PARTS ? 0 : log2_of(value) - PART_BITS + 1;
}

static unsigned int part_of(uint64_t value, unsigned int octave)
{
	return (unsigned int)(octave ? value >> (octave - 1) & (PARTS - 1) : value);
}

/* The number in the middle of a part. */
static uint64_t middle_of(unsigned int octave, unsigned int part)
{
	uint64_t first = octave ? (uint64_t)(PARTS + part) << (octave - 1) : part;

	return octave > 1 ? first + ((1ull << (octave - 1)) - 1) / 2 : first;
}

static void put(struct histogram *h, unsigned int octave, unsigned int part, uint32_t times)
{
	uint32_t **counts = &h->parts[octave];

	if (!*counts)
		*counts = memory_alloc(PARTS * sizeof(**counts));
	if (__builtin_add_overflow((*counts)[part], times, &(*counts)[part]))
		(*counts)[part] = UINT32_MAX;
}

static void put_value(struct histogram *h, uint64_t value)
{
	unsigned int octave = octave_of(value);

	put(h, octave, part_of(value, octave), 1);
}

/* What is in few goes to its parts. */
static void divide(struct histogram *h)
{
	if (!h->parts)
		h->parts = memory_alloc(OCTAVES * sizeof(*h->parts));
	vec_for_each (value, &h->few) {
		put_value(h, *value);
	}
	h->few.n = 0;
}

static void count(struct histogram *h, uint64_t times, uint64_t sum, uint64_t max)
{
	h->count += times;
	if (__builtin_add_overflow(h->sum, sum, &h->sum))
		h->sum = UINT64_MAX;
	if (max > h->max)
		h->max = max;
}

static void keep(struct histogram *h, uint64_t value)
{
	if (h->few.n == HISTOGRAM_EXACT)
		divide(h);
	*vec_push(&h->few) = value;
}

void histogram_add(struct histogram *h, uint64_t value)
{
	count(h, 1, value, value);
	keep(h, value);
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	count(to, from->count, from->sum, from->max);
	vec_for_each (value, &from->few) {
		keep(to, *value);
	}
	if (!from->parts)
		return;
	divide(to);
	for (unsigned int octave = 0; octave < OCTAVES; octave++) {
		for (unsigned int part = 0; from->parts[octave] && part < PARTS; part++) {
			if (from->parts[octave][part])
				put(to, octave, part, from->parts[octave][part]);
		}
	}
}

uint64_t histogram_mean(const struct histogram *h)
{
	return h->count ? h->sum / h->count : 0;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint64_t few_at(const struct histogram *h, uint64_t rank)
{
	uint64_t sorted[HISTOGRAM_EXACT];

	memcpy(sorted, h->few.items, h->few.n * sizeof(*sorted));
	qsort(sorted, h->few.n, sizeof(*sorted), by_value);
	return sorted[rank - 1];
}

static uint64_t part_at(const struct histogram *h, uint64_t rank)
{
	CLEANUP(histogram_done) struct histogram whole = { 0 };

	if (h->few.n) {
		histogram_merge(&whole, h);
		divide(&whole);
		h = &whole;
	}
	for (unsigned int octave = 0; octave < OCTAVES; octave++) {
		for (unsigned int part = 0; h->parts[octave] && part < PARTS; part++) {
			uint64_t n = h->parts[octave][part], middle = middle_of(octave, part);

			if (n >= rank)
				return middle < h->max ? middle : h->max;
			rank -= n;
		}
	}
	return h->max;
}

uint64_t histogram_percentile(const struct histogram *h, unsigned int of_10000)
{
	uint64_t rank = (uint64_t)(((__uint128_t)h->count * of_10000 + 9999) / 10000);

	if (!h->count)
		return 0;
	/* What is greatest is known exactly. */
	if (rank >= h->count)
		return h->max;
	rank = rank ? rank : 1;
	return h->parts ? part_at(h, rank) : few_at(h, rank);
}

uint64_t histogram_power(const struct histogram *h, unsigned int bit)
{
	uint64_t n = 0;

	vec_for_each (value, &h->few) {
		n += log2_of(*value) == bit;
	}
	if (!h->parts)
		return n;
	if (bit >= PART_BITS) {
		for (unsigned int part = 0; h->parts[bit - PART_BITS + 1] && part < PARTS; part++)
			n += h->parts[bit - PART_BITS + 1][part];
		return n;
	}
	for (unsigned int value = 0; h->parts[0] && value < PARTS; value++)
		n += log2_of(value) == bit ? h->parts[0][value] : 0;
	return n;
}
