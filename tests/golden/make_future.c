// SPDX-License-Identifier: BSD-2-Clause
/*
 * make_future TAPE OUT: the tape as a later version might have written it. Its
 * minor version is greater, each CPU_SAMPLE has one more field, there are
 * records of a type and a block of a kind that nobody knows yet. What this
 * version knows of it must come out as of the tape itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/tape_maker.h"

enum { FUTURE_EVENT = 4000, FUTURE_BLOCK = 77, ROOM = 2 << 20 };

struct page {
	size_t size;
	_Alignas(8) char bytes[ROOM];
};

static void append(struct page *p, const struct ev_header *h, const void *more, size_t more_size)
{
	struct ev_header *to = (struct ev_header *)(p->bytes + p->size);

	memcpy(to, h, ev_size(h));
	memcpy((char *)to + ev_size(h), more, more_size);
	to->units = (uint16_t)(h->units + more_size / EV_UNIT);
	p->size += ev_size(to);
}

static void append_future_event(struct page *p, const struct ev_header *at)
{
	const uint64_t value = 42;
	struct ev_header h = *at;

	h.type = FUTURE_EVENT;
	h.units = sizeof(h) / EV_UNIT;
	append(p, &h, &value, sizeof(value));
}

/* The layout of CPU_SAMPLE, with a field more. */
static void append_longer_layout(struct page *p, const struct ev_layout *from)
{
	static const char more[] = "future_cost u64 48 8 ns\n";
	char text[1024] = { 0 };
	struct ev_layout *to = (struct ev_layout *)(p->bytes + p->size);
	size_t size;

	snprintf(text, sizeof(text), "%s%s", from->text, more);
	size = (strlen(text) + EV_UNIT) & ~(size_t)(EV_UNIT - 1);
	*to = *from;
	to->fixed_size += 8;
	to->h.units = (uint16_t)((sizeof(*to) + size) / EV_UNIT);
	memcpy(to->text, text, size);
	p->size += ev_size(&to->h);
}

static void append_future_layout(struct page *p)
{
	static const char text[40] = "future_event\nvalue u64 24 8 count\n";
	struct ev_layout *to = (struct ev_layout *)(p->bytes + p->size);

	*to = (struct ev_layout){ .of_type = FUTURE_EVENT, .fixed_size = 32 };
	to->h.type = EV_LAYOUT;
	to->h.units = (sizeof(*to) + sizeof(text)) / EV_UNIT;
	memcpy(to->text, text, sizeof(text));
	p->size += ev_size(&to->h);
}

static void turn_record(struct page *p, const struct ev_header *h, uint64_t *samples)
{
	const struct ev_layout *layout = (const struct ev_layout *)h;
	const uint64_t cost = 7;

	if (h->type == EV_LAYOUT && layout->of_type == EV_CPU_SAMPLE) {
		append_longer_layout(p, layout);
		append_future_layout(p);
	} else if (h->type == EV_CPU_SAMPLE) {
		append(p, h, &cost, sizeof(cost));
		if (++*samples % 10 == 0)
			append_future_event(p, h);
	} else {
		append(p, h, NULL, 0);
	}
}

static void turn(struct tape_reader *r, struct made_tape *out)
{
	static struct page page;
	struct tape_block_header unknown = { .kind = FUTURE_BLOCK, .epoch = 1 };
	struct tape_block *b;
	uint64_t samples = 0;

	while (tape_reader_next(r, &b, NULL) == 1) {
		struct tape_block_header h = { .kind = b->header.kind,
					       .epoch = b->header.epoch,
					       .ring = b->header.ring,
					       .first_ns = b->header.first_ns,
					       .last_ns = b->header.last_ns };

		page.size = 0;
		tape_block_for_each (b, record)
			turn_record(&page, record, &samples);
		/* The index would tell the offsets of another file; nobody needs it. */
		if (b->header.kind != TAPE_BLOCK_INDEX)
			made_tape_put(out, h, page.bytes, page.size);
		if (b->header.kind == TAPE_BLOCK_EPOCH)
			made_tape_add(out, unknown, "what this means is not known yet", 32);
		tape_block_free(b);
	}
}

int main(int argc, char **argv)
{
	struct made_tape out = made_tape_begin(TAPE_MAJOR, TAPE_MINOR + 9);
	struct tape_reader *r;
	struct tape_error err;
	FILE *f;

	if (argc != 3 || tape_reader_open(argv[1], TAPE_READER_RAW, &r, &err) < 0) {
		fprintf(stderr, "usage: make_future TAPE OUT\n");
		return 2;
	}
	turn(r, &out);
	f = fopen(argv[2], "we");
	if (!f || fwrite(out.data, 1, out.size, f) != out.size || fclose(f))
		return 1;
	tape_reader_close(r);
	made_tape_free(&out);
	return 0;
}
