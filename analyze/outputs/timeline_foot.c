// SPDX-License-Identifier: BSD-2-Clause
/* See timeline_foot.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/outputs/clean.h"
#include "analyze/outputs/coverage_line.h"
#include "analyze/outputs/timeline_foot.h"
#include "analyze/outputs/units.h"

#define LETTERS 205 /* of a line */

/* How many bytes of text go into one line: up to the last space that fits. */
static size_t line_bytes(const char *text)
{
	size_t columns = 0, fits = 0, space = 0;

	for (size_t i = 0; text[i]; i++) {
		columns += ((unsigned char)text[i] >> 6) != 2;
		if (columns > LETTERS)
			return space ? space : fits;
		if (((unsigned char)text[i + 1] >> 6) != 2)
			fits = i + 1;
		if (text[i] == ' ')
			space = i;
	}
	return strlen(text);
}

static void add(struct timeline_foot *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct timeline_foot *f, const char *format, ...)
{
	const char *rest;
	char *text = NULL;
	va_list args;
	int rc;

	va_start(args, format);
	rc = vasprintf(&text, format, args);
	va_end(args);
	if (rc < 0)
		return;
	for (rest = clean_text(&f->arena, text); *rest;) {
		size_t size = line_bytes(rest);
		char *line = arena_alloc(&f->arena, size + 1);

		memcpy(line, rest, size);
		*vec_push(&f->lines) = line;
		rest += size;
		rest += *rest == ' ';
	}
	free(text);
}

void timeline_foot_init(struct timeline_foot *f, const struct output_job *job,
			const struct timeline_layout *l, size_t most_links)
{
	const struct result *r = job->result;
	size_t links = timeline_n_links(l->timeline);

	*f = (struct timeline_foot){ 0 };
	add(f, "%s: %zu slices, %zu links, %zu values on %zu tracks", timeline_title(l->timeline),
	    timeline_n_slices(l->timeline), links, timeline_n_points(l->timeline),
	    timeline_n_tracks(l->timeline));
	if (!timeline_n_slices(l->timeline) && !timeline_n_points(l->timeline))
		add(f, "There is nothing to draw.");
	if (l->slices_merged)
		add(f, "Drawn together: %" PRIu64 " slices and instants that lie closer than %s.",
		    l->slices_merged, units_ns((int64_t)l->cell_ns).text);
	if (l->rows_left_out)
		add(f, "Not drawn: %zu tracks, on which less was done; --pid and --comm choose.",
		    l->rows_left_out);
	if (links > most_links)
		add(f, "Not drawn: %zu links; a shorter time (--from, --to) has fewer.", links);
	for (size_t i = 0; i < result_n_notes(r); i++)
		add(f, "Note: %s", result_note(r, i));
	add(f, "Coverage: %s", coverage_line(&f->arena, result_get_coverage(r)));
}

void timeline_foot_done(struct timeline_foot *f)
{
	vec_done(&f->lines);
	arena_done(&f->arena);
}
