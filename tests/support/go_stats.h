/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector's and the scheduler's accounts in a program that never ran: go_stats_put(). */
#ifndef TESTS_SUPPORT_GO_STATS_H
#define TESTS_SUPPORT_GO_STATS_H

#include "tests/support/go_image.h"

/* Where they stand in the image. */
#define GO_STATS_AT	  (GO_IMAGE_BASE + 0xd000)
#define GO_STATS_GC_AT	  (GO_IMAGE_BASE + 0xf000)
#define GO_STATS_SCHED_AT (GO_IMAGE_BASE + 0xf400)
#define GO_STATS_WORK_AT  (GO_IMAGE_BASE + 0xf900)
#define GO_STATS_WALL	  1700000000000000000ull
#define GO_STATS_MONO	  5000000000ull

/* What a version has not got is left out. */
static inline void go_stats_word(struct go_image *im, uint64_t at, uint16_t offset, uint64_t word)
{
	if (offset != GO_NONE)
		go_image_put(im, at + offset, word);
}

static inline void go_stats_half(struct go_image *im, uint64_t at, uint16_t offset, uint32_t word)
{
	if (offset != GO_NONE)
		go_image_put32(im, at + offset, word);
}

/*
 * So many collections, a second apart, the first with a pause of 1000 ns and each with 10 more
 * than the one before; the last found 3 MB of 9.
 */
static inline void go_stats_put(struct go_image *im, uint32_t cycles)
{
	const struct go_offsets *o = im->offsets;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < cycles; i++) {
		sum += 1000 + 10 * i;
		go_image_put(im, GO_STATS_AT + o->stats_pauses + i % 256 * 8, 1000 + 10 * i);
		go_image_put(im, GO_STATS_AT + o->stats_ends + i % 256 * 8,
			     GO_STATS_WALL + i * 1000000000ull);
		go_stats_word(im, GO_STATS_AT, o->stats_last_unix,
			      GO_STATS_WALL + i * 1000000000ull);
	}
	go_stats_word(im, GO_STATS_AT, o->stats_pause, sum);
	go_stats_word(im, GO_STATS_AT, o->stats_last, GO_STATS_MONO);
	go_stats_half(im, GO_STATS_AT, o->stats_cycles, cycles);
	go_stats_word(im, GO_STATS_AT, o->stats_cpu_share, 0x3fd0000000000000); /* 0.25 */
	go_stats_half(im, GO_STATS_GC_AT, o->gc_percent, 200);
	go_stats_word(im, GO_STATS_GC_AT, o->gc_minimum, 8 << 20);
	go_stats_word(im, GO_STATS_GC_AT, o->gc_live, 4000000);
	go_stats_word(im, GO_STATS_GC_AT, o->gc_last_goal, 9500000);
	go_stats_half(im, GO_STATS_WORK_AT, o->work_cycles, cycles);
	go_stats_word(im, GO_STATS_WORK_AT, o->work_end, GO_STATS_MONO);
	go_stats_word(im, GO_STATS_WORK_AT, o->work_before, 9000000);
	go_stats_word(im, GO_STATS_WORK_AT, o->work_after, 3000000);
	go_stats_half(im, GO_STATS_SCHED_AT, o->sched_most_threads, 10000);
	go_stats_word(im, GO_STATS_SCHED_AT, o->sched_threads, 5);
	go_stats_word(im, GO_STATS_SCHED_AT, o->sched_goids, 32);
	go_stats_word(im, GO_STATS_SCHED_AT, o->sched_resized, GO_STATS_MONO);
}

#endif
