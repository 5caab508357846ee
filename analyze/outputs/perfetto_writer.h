/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packets of a Perfetto trace, one by one: perfetto.c says what is on the
 * tracks, this how it is spelled. All packets are of one sequence; its texts are
 * told at their first use. A track's uuid is its number + 1, with the lane above
 * the 32nd bit.
 */
#ifndef ANALYZE_OUTPUTS_PERFETTO_WRITER_H
#define ANALYZE_OUTPUTS_PERFETTO_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/base/intern.h"
#include "analyze/base/vec.h"
#include "analyze/outputs/sink.h"
#include "analyze/result/timeline.h"

/* Perfetto's numbers. */
enum perfetto_event_type {
	PERFETTO_BEGIN = 1,
	PERFETTO_END = 2,
	PERFETTO_INSTANT = 3,
	PERFETTO_COUNTER = 4,
};

struct perfetto_event {
	enum perfetto_event_type type;
	uint64_t ns;
	uint32_t track;
	int lane;
	const char *name; /* NULL: has none */
	uint32_t text;	  /* the name's number in the timeline + 1; 0: it has none */
	uint32_t detail;  /* a text, or TIMELINE_NO_TEXT */
	enum timeline_category category;
	uint64_t flow_from; /* a link's number from 1 on: it starts here; 0: none */
	uint64_t flow_to;   /* it ends here */
	uint64_t lasts_ns;  /* of an instant that should be a slice; 0: of all others */
	int64_t value;	    /* of a counter */
};

struct perfetto_writer {
	struct sink out;
	const struct timeline *timeline;
	struct intern texts; /* clean; a text's iid is its number + 1 */
	uint32_t *iids;	     /* by number in the timeline; 0: not asked for yet */
	VEC(uint8_t) said;   /* by iid: for what it was told */
	uint8_t said_kinds;  /* categories, by bit */
	bool said_keys;	     /* of annotations */
	VEC(uint8_t) packed;
};

void perfetto_writer_init(struct perfetto_writer *w, FILE *out, const struct timeline *t);
void perfetto_writer_done(struct perfetto_writer *w);

/* Clocks, and how tracks are ordered. */
void perfetto_writer_head(struct perfetto_writer *w, uint64_t first_ns);

/* A track, or one more lane of it. */
void perfetto_writer_track(struct perfetto_writer *w, uint32_t track, size_t lane);

/* A track that says how far all of it may be trusted. Clean texts. */
void perfetto_writer_report(struct perfetto_writer *w, uint64_t ns, const char *line,
			    const char *description);

void perfetto_writer_event(struct perfetto_writer *w, const struct perfetto_event *event);

#endif
