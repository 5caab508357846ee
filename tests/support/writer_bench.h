/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of the writer: one that writes to a file, and what it has written so far. */
#ifndef TESTS_SUPPORT_WRITER_BENCH_H
#define TESTS_SUPPORT_WRITER_BENCH_H

#include <stdlib.h>
#include <unistd.h>

#include "tests/support/tape_maker.h"
#include "tests/support/test.h"

struct bench {
	char *path;
	struct tape_writer *w;
	struct made_tape tape; /* what was written, after load() */
};

static inline int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct tape_writer_options options = { .wall_ns = 5, .mono_ns = 6 };

	b->path = made_tape_name();
	*state = b;
	return tape_writer_open(b->path, &options, &b->w, NULL);
}

static inline int teardown(void **state)
{
	struct bench *b = *state;

	tape_writer_close(b->w);
	made_tape_free(&b->tape);
	unlink(b->path);
	free(b->path);
	free(b);
	return 0;
}

static inline void begin(struct bench *b, uint32_t epoch)
{
	assert_int_equal(tape_writer_begin_epoch(b->w, epoch, epoch * 1000000, 7, NULL), 0);
}

static inline void put(struct bench *b, uint32_t ring, uint32_t epoch, uint64_t number)
{
	struct ev_cpu_sample sample = made_sample(number);

	assert_int_equal(tape_writer_put(b->w, ring, epoch, &sample.h, NULL), 0);
}

static inline void load(struct bench *b)
{
	made_tape_free(&b->tape);
	b->tape = made_tape_load(b->path);
}

#endif
