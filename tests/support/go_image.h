/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of a Go program that never ran: bytes at one address, and a runtime in them. */
#ifndef TESTS_SUPPORT_GO_IMAGE_H
#define TESTS_SUPPORT_GO_IMAGE_H

#include "symbols/go_live.h"

#define GO_IMAGE_BASE 0xc000000000
#define GO_IMAGE_SIZE 65536u
#define GO_IMAGE_TEXT 0x400000
#define GO_IMAGE_GS   8

struct go_image {
	uint8_t bytes[GO_IMAGE_SIZE];
	uint32_t size;
	struct go_program program;
	struct go_memory memory;
	const struct go_offsets *offsets;
	/* Called before each read, if it is not NULL; n counts them from 1. */
	void (*before)(struct go_image *im, uint32_t n);
	uint32_t reads;
};

/*
 * A runtime of this version (124: Go 1.24): GO_IMAGE_GS goroutines, numbers from 1 on, all
 * dead but those that are parked by go_image_park(). Its list is where symbols say.
 */
void go_image_make(struct go_image *im, uint32_t version);

/* Any bytes instead of those. Copied. */
void go_image_fill(struct go_image *im, uint32_t version, const void *bytes, size_t size);

/* Goroutine number i waits on a channel, in a stack of depth functions. */
void go_image_park(struct go_image *im, uint32_t i, uint32_t depth);

/* Addresses: of goroutine number i, the end of its stack, the slice of all, a channel, the buckets' head. */
uint64_t go_image_g(uint32_t i);
uint64_t go_image_stack_end(uint32_t i);
uint64_t go_image_list(void);
uint64_t go_image_channel(void);
uint64_t go_image_buckets(void);

void go_image_put(struct go_image *im, uint64_t address, uint64_t word);
void go_image_put32(struct go_image *im, uint64_t address, uint32_t word);

#endif
