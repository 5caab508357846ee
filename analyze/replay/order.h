/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time order. A tape holds the streams of several rings, block after block; this
 * gives its records batch by batch, each an epoch, sorted by time.
 *
 * Three rules make a batch safe to replay from front to back:
 * - What only defines a number (MODULE, CGROUP, and the records of stacks, names
 *   and scripts) comes first, whatever its time: one CPU may use a stack whose
 *   definition another is still writing.
 * - At equal times identity comes before events; otherwise the order of the
 *   file is kept.
 * - Records that are later than the first of the next epoch wait for it, so that
 *   times also rise across epochs.
 * Memory is bounded: a batch that outgrows its limit is given as it is.
 */
#ifndef ANALYZE_REPLAY_ORDER_H
#define ANALYZE_REPLAY_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include <tape/reader.h>

/* Bytes of unpacked blocks that are held at a time; an epoch is at most 64 MiB. */
#define ORDER_LIMIT ((size_t)96 << 20)

struct order;

struct order_record {
	uint64_t key; /* by which it is sorted */
	const struct ev_header *record;
};

/* Lent until the next call. */
struct order_batch {
	uint32_t epoch;
	const struct ev_header *const *definitions;
	size_t n_definitions;
	const struct order_record *records;
	size_t n_records;
};

/* The reader is borrowed, and stands where reading is to begin. Never NULL. */
struct order *order_new(struct tape_reader *reader, size_t limit_bytes);
void order_free(struct order *o); /* accepts NULL */

/* Returns 1 with a batch, 0 at the end, -errno if the file cannot be read. */
int order_next(struct order *o, struct order_batch *ret, struct tape_error *err);

#endif
