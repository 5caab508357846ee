// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as the memory of a Go program: the first says which version, the second
 * whether there are symbols, the others stand where its data is. If the second has bit 1 set
 * they say what to change in a runtime that is right: two bytes where, then one.
 */
#include <stdint.h>
#include <stdlib.h>

#include "symbols/go_figures.h"
#include "symbols/go_goroutines.h"
#include "symbols/go_heap.h"
#include "symbols/go_shapes.h"
#include "tests/support/go_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static int on_goroutine(void *context, const struct go_goroutine *g)
{
	const struct go_live *live = context;

	require(g->goid != 0 && g->n_ips <= GO_DEPTH);
	for (uint32_t i = 0; i < g->n_ips; i++)
		require(g->ips[i] + 1 - live->text.start <= live->text.end - live->text.start);
	return 0;
}

static int on_channel(void *context, const struct go_channel *c)
{
	require(c->address == *(const uint64_t *)context);
	return 0;
}

static int on_bucket(void *context, const struct go_bucket *b)
{
	(void)context;
	require(b->n_ips <= GO_HEAP_DEPTH);
	return 0;
}

static void read_counts(const struct go_live *live)
{
	static struct go_cycle cycles[GO_CYCLES_MAX];
	struct go_figure figures[GO_FIGURES_MAX];
	struct go_heap heap = { 0 };
	enum go_heap_state state;
	uint64_t rate, unread, last;
	size_t n;

	go_heap_look(live, &state, &rate);
	go_heap_read(&heap, live, on_bucket, NULL, &unread);
	go_heap_read(&heap, live, on_bucket, NULL, &unread);
	go_heap_done(&heap);
	go_figures_read(live, figures, &n);
	go_cycles_read(live, 0, cycles, &n, &last);
	require(n <= GO_CYCLES_MAX);
}

static void read_all(struct go_live *live)
{
	struct go_goroutines *r = NULL;
	uint64_t channel = go_image_channel();

	require(go_goroutines_new(&r) == 0);
	if (go_goroutines_begin(r, live) == 0) {
		while (go_goroutines_step(r, on_goroutine, live) > 0)
			;
	}
	go_goroutines_free(r);
	go_channels_read(live, &channel, 1, on_channel, &channel);
	go_shapes_find(live);
	read_counts(live);
}

static void change(struct go_image *im, const uint8_t *data, size_t size)
{
	for (uint32_t i = 1; i <= GO_IMAGE_GS; i++)
		go_image_park(im, i, i);
	for (size_t i = 0; i + 3 <= size; i += 3)
		im->bytes[data[i] | data[i + 1] << 8] = data[i + 2];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t versions[] = {
		119, 121, 122, 123, 124, 125, 126, 127, 117, 118, 120
	};
	static struct go_image im;
	struct go_live live;
	const char *why;
	uint32_t version;

	if (size < 2)
		return 0;
	version = versions[data[0] % (sizeof(versions) / sizeof(*versions))];
	if (data[1] & 2) {
		go_image_make(&im, version);
		change(&im, data + 2, size - 2);
	} else {
		go_image_fill(&im, version, data + 2, size - 2);
	}
	if (data[1] & 1)
		im.program.at = (struct go_variables){ 0 };
	if (data[1] & 4)
		im.program.version[0] = 0;
	im.program.at.stats = im.program.at.gc = im.program.at.sched = GO_IMAGE_BASE + 16;
	if (go_live_open(&im.program, 0, &im.memory, &live, &why) == 0)
		read_all(&live);
	return 0;
}
