/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much time goroutines spent in a group, from how many of them each snapshot of
 * their process found there: a snapshot stands for half the time to the one before and
 * half the time to the next. So a group's time costs nothing as long as its number
 * stays, and who lives for less than an interval is stood for by those that were met.
 *
 * The error is that of a systematic sample, estimated by successive differences
 * (Wolter, Introduction to Variance Estimation, ch. 8): two snapshots in a row that find
 * different numbers are off by as much. At the least it is that of one goroutine that
 * was met, or missed, once: what snapshots saw always may not have been so in between.
 *
 * Integers alone, so that figures are the same on every machine; they stop at the end
 * of their range.
 */
#ifndef ANALYZE_ANALYSES_TALLY_H
#define ANALYZE_ANALYSES_TALLY_H

#include <stdbool.h>
#include <stdint.h>

/* Of a process. All zero: no snapshot yet. */
struct tally_clock {
	uint64_t last_ns;	   /* of the last snapshot; 0: none yet */
	uint64_t known_ns;	   /* in all, between snapshots that follow each other, */
	uint64_t unknown_ns;	   /* and between those where some are missing */
	uint64_t step_ns;	   /* between the last two; */
	bool step_known;	   /* whether they follow each other */
	uint64_t steps;		   /* known ones */
	unsigned __int128 squares; /* of their lengths, in us */
};

/* All zero is an empty one. */
struct tally {
	uint64_t now;	   /* goroutines, as far as the next snapshot is told; */
	uint64_t before;   /* what the last one found */
	uint64_t known_ns; /* the clock's, up to which time is summed up */
	uint64_t unknown_ns;
	int64_t time2;		   /* twice the time of them all; */
	int64_t unknown2;	   /* the same for where snapshots are missing */
	unsigned __int128 squares; /* of how much time it went up or down by at once, in us, */
	__int128 products;	   /* and that by the same of all goroutines of the process */
};

/* The next snapshot. What is before from_ns is not looked at. */
void tally_clock_step(struct tally_clock *c, uint64_t ns, bool follows, uint64_t from_ns);

/* At each snapshot that changes tally->now, behind the clock's step. all: how many more there are now. */
void tally_settle(struct tally *t, const struct tally_clock *c, int64_t all);

/* Sums up to the last snapshot. */
void tally_finish(struct tally *t, const struct tally_clock *c);

int64_t tally_ns(const struct tally *t);
int64_t tally_unknown_ns(const struct tally *t);

/* The standard error of its time. */
int64_t tally_error_ns(const struct tally *t, const struct tally_clock *c);

/* The standard error of its share in the time of all, in thousandths of a percent. */
int64_t tally_share_error(const struct tally *t, const struct tally *all,
			  const struct tally_clock *c);

/* Of a time that n samples tell, each of which stands for period_ns. */
int64_t tally_samples_error_ns(uint64_t n, int64_t period_ns);

/* part of whole, and errors, in thousandths of a percent; 0 of nothing. */
int64_t tally_share(int64_t part, int64_t whole);

/* The root of the sum of two squares. */
int64_t tally_both(int64_t a, int64_t b);

#endif
