// SPDX-License-Identifier: BSD-2-Clause
/* See coverage_line.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analyze/outputs/coverage_line.h"
#include "analyze/outputs/units.h"

/* All parts together: ten parts of less than 100 bytes each. */
#define LINE_SIZE 1024

struct line {
	char text[LINE_SIZE];
	size_t size;
	unsigned int problems;
};

static void put(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct line *l, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(l->text + l->size, sizeof(l->text) - l->size, format, args);
	va_end(args);
	l->size += (size_t)n < sizeof(l->text) - l->size ? (size_t)n : 0;
}

/* "12 events" after "; ", or after the first word. */
static void put_count(struct line *l, uint64_t n, const char *one, const char *many)
{
	put(l, "%s%" PRIu64 " %s", l->problems++ ? "; " : "", n, n == 1 ? one : many);
}

static void put_losses(struct line *l, const struct coverage *c)
{
	if (c->lost_events || c->lost_ns) {
		put_count(l, c->lost_events, "event lost", "events lost");
		put(l, " within %s", units_ns((int64_t)c->lost_ns).text);
	}
	if (c->damaged_places || c->lost_blocks || c->lost_bytes) {
		put_count(l, c->damaged_places, "damaged place", "damaged places");
		put(l, " (%" PRIu64 " %s, %s lost)", c->lost_blocks,
		    c->lost_blocks == 1 ? "block" : "blocks",
		    units_bytes((int64_t)c->lost_bytes).text);
	}
	if (!c->complete)
		put(l, "%sthe recorder did not finish the tape", l->problems++ ? "; " : "");
}

static void put_unknowns(struct line *l, const struct coverage *c)
{
	if (c->unknown_records)
		put_count(l, c->unknown_records, "record could not be read",
			  "records could not be read");
	if (c->unknown_stacks)
		put_count(l, c->unknown_stacks, "event without its stack",
			  "events without their stacks");
	if (c->unknown_names)
		put_count(l, c->unknown_names, "event of a process without a name",
			  "events of processes without names");
}

const char *coverage_line(struct arena *a, const struct coverage *c)
{
	struct line l = { .text = "incomplete: " };

	l.size = strlen(l.text);
	put_losses(&l, c);
	put_unknowns(&l, c);
	if (!l.problems) {
		l.size = 0;
		put(&l, "complete: no event lost, no damage, every stack known");
	}
	put(&l, "; %" PRIu64 " %s read", c->records, c->records == 1 ? "record" : "records");
	if (c->paused_ns)
		put(&l, "; paused for %s", units_ns((int64_t)c->paused_ns).text);
	if (c->filtered)
		put(&l, "; filtered: not all of the tape is shown");
	return arena_copy_text(a, l.text);
}
