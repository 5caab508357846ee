// SPDX-License-Identifier: BSD-2-Clause
/* See go_image.h. */
#include <stdio.h>
#include <string.h>

#include "tests/support/go_image.h"

#define LIST_AT	   0x100
#define ARRAY_AT   0x200
#define CHANNEL_AT 0x400
#define SUDOG_AT   0x500
#define BUCKETS_AT 0x600
#define GS_AT	   0x1000
#define G_ROOM	   0x400
#define STACKS_AT  0x4000
#define STACK_ROOM 0x1000

uint64_t go_image_list(void)
{
	return GO_IMAGE_BASE + LIST_AT;
}

uint64_t go_image_channel(void)
{
	return GO_IMAGE_BASE + CHANNEL_AT;
}

uint64_t go_image_buckets(void)
{
	return GO_IMAGE_BASE + BUCKETS_AT;
}

uint64_t go_image_g(uint32_t i)
{
	return GO_IMAGE_BASE + GS_AT + (uint64_t)(i - 1) * G_ROOM;
}

uint64_t go_image_stack_end(uint32_t i)
{
	return GO_IMAGE_BASE + STACKS_AT + (uint64_t)i * STACK_ROOM;
}

void go_image_put(struct go_image *im, uint64_t address, uint64_t word)
{
	for (int i = 0; i < 8; i++)
		im->bytes[address - GO_IMAGE_BASE + (uint64_t)i] = (uint8_t)(word >> 8 * i);
}

void go_image_put32(struct go_image *im, uint64_t address, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		im->bytes[address - GO_IMAGE_BASE + (uint64_t)i] = (uint8_t)(word >> 8 * i);
}

static int read_image(void *context, struct go_piece *pieces, size_t n)
{
	struct go_image *im = context;

	im->reads++;
	if (im->before)
		im->before(im, im->reads);
	for (size_t i = 0; i < n; i++) {
		uint64_t at = pieces[i].address - GO_IMAGE_BASE;

		pieces[i].there = at <= im->size && pieces[i].size <= im->size - at;
		if (pieces[i].there)
			memcpy(pieces[i].to, im->bytes + at, pieces[i].size);
	}
	return 0;
}

void go_image_fill(struct go_image *im, uint32_t version, const void *bytes, size_t size)
{
	memset(im, 0, sizeof(*im));
	im->size = size < GO_IMAGE_SIZE ? (uint32_t)size : GO_IMAGE_SIZE;
	memcpy(im->bytes, bytes, im->size);
	im->memory = (struct go_memory){ read_image, im };
	im->offsets = go_offsets_of(version);
	snprintf(im->program.version, sizeof(im->program.version), "go1.%u.1", version - 100);
	im->program.text = (struct go_range){ GO_IMAGE_TEXT, GO_IMAGE_TEXT + 0x100000 };
	im->program.data[0] = (struct go_range){ GO_IMAGE_BASE, GO_IMAGE_BASE + im->size };
	im->program.n_data = 1;
	im->program.at.allgs = go_image_list();
	im->program.at.buckets = go_image_buckets();
	im->program.at.rate = go_image_buckets() + 8;
}

void go_image_make(struct go_image *im, uint32_t version)
{
	static const uint8_t nothing[GO_IMAGE_SIZE];
	const struct go_offsets *o;

	go_image_fill(im, version, nothing, sizeof(nothing));
	o = im->offsets;
	go_image_put(im, go_image_list(), GO_IMAGE_BASE + ARRAY_AT);
	go_image_put(im, go_image_list() + 8, GO_IMAGE_GS);
	go_image_put(im, go_image_list() + 16, GO_IMAGE_GS);
	for (uint32_t i = 1; i <= GO_IMAGE_GS; i++) {
		uint64_t g = go_image_g(i);

		go_image_put(im, GO_IMAGE_BASE + ARRAY_AT + (i - 1) * 8, g);
		go_image_put(im, g, go_image_stack_end(i) - STACK_ROOM);
		go_image_put(im, g + 8, go_image_stack_end(i));
		go_image_put(im, g + o->g_goid, i);
		go_image_put(im, g + o->g_startpc, GO_IMAGE_TEXT + 0x100 * i);
		go_image_put(im, g + o->g_gopc, GO_IMAGE_TEXT + 0x50);
		go_image_put32(im, g + o->g_status, GO_DEAD);
	}
	go_image_put(im, go_image_channel() + o->hchan_count, 2);
	go_image_put(im, go_image_channel() + o->hchan_room, 3);
	go_image_put32(im, go_image_channel() + o->hchan_elemsize, 16);
	go_image_put(im, GO_IMAGE_BASE + SUDOG_AT + o->sudog_c, go_image_channel());
}

void go_image_park(struct go_image *im, uint32_t i, uint32_t depth)
{
	const struct go_offsets *o = im->offsets;
	uint64_t g = go_image_g(i), frame = go_image_stack_end(i) - 16ull * depth;

	go_image_put(im, g + o->g_sp, frame - 16);
	go_image_put(im, g + o->g_pc, GO_IMAGE_TEXT + 0x10);
	go_image_put(im, g + o->g_bp, frame);
	go_image_put(im, g + o->g_waiting, GO_IMAGE_BASE + SUDOG_AT);
	go_image_put32(im, g + o->g_status, GO_WAITING);
	im->bytes[g + o->g_waitreason - GO_IMAGE_BASE] = 14;
	for (uint32_t k = 0; k < depth; k++, frame += 16) {
		go_image_put(im, frame, k + 1 < depth ? frame + 16 : 0);
		go_image_put(im, frame + 8, GO_IMAGE_TEXT + 0x1000 + k);
	}
}
