// SPDX-License-Identifier: BSD-2-Clause
/*
 * Output "perfetto": a timeline for Perfetto's viewer and trace_processor.
 *
 * Order in the file: clocks, tracks, where links come from, then track by track
 * all that is on it. Perfetto sorts by time and keeps the order of equals: so on
 * a track an end stands before what begins then, and a link's start before its
 * end. Nothing is held in memory but which texts were said, and the links in the
 * order in which they arrive.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "analyze/base/memory.h"
#include "analyze/outputs/clean.h"
#include "analyze/outputs/coverage_line.h"
#include "analyze/outputs/output.h"
#include "analyze/outputs/perfetto_lanes.h"
#include "analyze/outputs/perfetto_writer.h"

/* Where a link arrives, in the order of tracks and times. */
struct arrival {
	uint64_t ns;
	uint64_t link; /* its number */
	uint32_t track;
};

struct perfetto {
	const struct output_job *job;
	const struct timeline *timeline;
	struct perfetto_writer writer;
	struct perfetto_lanes lanes;
	struct arrival *arrivals;
	size_t n_arrivals;
	size_t next_arrival;
};

static int compare_arrivals(const void *left, const void *right)
{
	const struct arrival *a = left, *b = right;

	if (a->track != b->track)
		return a->track < b->track ? -1 : 1;
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	return (a->link > b->link) - (a->link < b->link);
}

/*
 * Counters show no events, so a link needs two tracks of another kind. Perfetto
 * takes what is earlier for the cause.
 */
static bool is_shown(const struct perfetto *w, const struct timeline_link *link)
{
	return link->from_ns <= link->to_ns &&
	       timeline_track(w->timeline, link->from_track)->kind != TIMELINE_TRACK_COUNTER &&
	       timeline_track(w->timeline, link->to_track)->kind != TIMELINE_TRACK_COUNTER;
}

static void sort_arrivals(struct perfetto *w)
{
	size_t n = timeline_n_links(w->timeline);

	w->arrivals = memory_resize(NULL, n + 1, sizeof(*w->arrivals));
	for (size_t i = 0; i < n; i++) {
		struct timeline_link link = timeline_link(w->timeline, i);

		if (is_shown(w, &link))
			w->arrivals[w->n_arrivals++] =
				(struct arrival){ link.to_ns, i, link.to_track };
	}
	qsort(w->arrivals, w->n_arrivals, sizeof(*w->arrivals), compare_arrivals);
}

/* A link starts with an instant of its own: the slice there began before, for another reason. */
static void write_departures(struct perfetto *w)
{
	for (size_t i = 0; i < timeline_n_links(w->timeline); i++) {
		struct timeline_link link = timeline_link(w->timeline, i);
		struct perfetto_event event = {
			.type = PERFETTO_INSTANT,
			.ns = link.from_ns,
			.track = link.from_track,
			.name = link.name,
			.flow_from = i + 1,
		};

		if (is_shown(w, &link))
			perfetto_writer_event(&w->writer, &event);
	}
}

/* The arrivals that no slice begins with get an instant. before_ns UINT64_MAX: all. */
static void write_arrivals(struct perfetto *w, uint32_t track, uint64_t before_ns)
{
	for (; w->next_arrival < w->n_arrivals; w->next_arrival++) {
		const struct arrival *a = &w->arrivals[w->next_arrival];
		struct perfetto_event event = {
			.type = PERFETTO_INSTANT,
			.ns = a->ns,
			.track = track,
			.name = timeline_link(w->timeline, (size_t)a->link).name,
			.flow_to = a->link + 1,
		};

		if (a->track != track || (a->ns >= before_ns && before_ns != UINT64_MAX))
			break;
		perfetto_writer_event(&w->writer, &event);
	}
}

static void write_ends(struct perfetto *w, uint32_t track, uint64_t until_ns)
{
	struct perfetto_event event = { .type = PERFETTO_END, .track = track };

	while ((event.lane = perfetto_lanes_close(&w->lanes, until_ns, &event.ns)) >= 0)
		perfetto_writer_event(&w->writer, &event);
}

static void write_span(struct perfetto *w, uint32_t track, const struct timeline_span *s)
{
	struct perfetto_event event = {
		.type = s->end_ns > s->start_ns ? PERFETTO_BEGIN : PERFETTO_INSTANT,
		.ns = s->start_ns,
		.track = track,
		.name = timeline_text(w->timeline, s->name),
		.text = s->name + 1,
		.detail = s->detail,
		.category = s->category,
	};

	if (w->next_arrival < w->n_arrivals && w->arrivals[w->next_arrival].track == track &&
	    w->arrivals[w->next_arrival].ns == s->start_ns)
		event.flow_to = w->arrivals[w->next_arrival++].link + 1;
	if (event.type == PERFETTO_BEGIN)
		event.lane = perfetto_lanes_open(&w->lanes, s->end_ns);
	if (event.lane < 0) {
		event.type = PERFETTO_INSTANT;
		event.lane = 0;
		event.lasts_ns = s->end_ns - s->start_ns;
	}
	perfetto_writer_event(&w->writer, &event);
}

static void write_points(struct perfetto *w, uint32_t track)
{
	size_t n;
	const struct timeline_point *points = timeline_points(w->timeline, track, &n);

	for (size_t i = 0; i < n; i++) {
		struct perfetto_event event = {
			.type = PERFETTO_COUNTER,
			.ns = points[i].ns,
			.track = track,
			.value = points[i].value,
		};

		perfetto_writer_event(&w->writer, &event);
	}
}

static void write_spans(struct perfetto *w, uint32_t track)
{
	size_t n;
	const struct timeline_span *spans = timeline_spans(w->timeline, track, &n);

	perfetto_lanes_init(&w->lanes);
	for (size_t i = 0; i < n; i++) {
		write_arrivals(w, track, spans[i].start_ns);
		write_ends(w, track, spans[i].start_ns);
		write_span(w, track, &spans[i]);
	}
	write_arrivals(w, track, UINT64_MAX);
	write_ends(w, track, UINT64_MAX);
}

static void write_track(struct perfetto *w, uint32_t track)
{
	if (timeline_track(w->timeline, track)->kind == TIMELINE_TRACK_COUNTER)
		write_points(w, track);
	else
		write_spans(w, track);
}

/* The lanes that a track needs are known when its slices were placed. */
static size_t count_lanes(struct perfetto *w, uint32_t track)
{
	size_t n;
	const struct timeline_span *spans = timeline_spans(w->timeline, track, &n);
	uint64_t end_ns;

	perfetto_lanes_init(&w->lanes);
	for (size_t i = 0; i < n; i++) {
		while (perfetto_lanes_close(&w->lanes, spans[i].start_ns, &end_ns) >= 0)
			;
		if (spans[i].end_ns > spans[i].start_ns)
			perfetto_lanes_open(&w->lanes, spans[i].end_ns);
	}
	return w->lanes.n;
}

static void write_tracks(struct perfetto *w)
{
	for (uint32_t i = 0; i < timeline_n_tracks(w->timeline); i++) {
		size_t lanes;

		perfetto_writer_track(&w->writer, i, 0);
		lanes = count_lanes(w, i);
		for (size_t lane = 1; lane < lanes; lane++)
			perfetto_writer_track(&w->writer, i, lane);
	}
}

/* The text that every report ends with: what the tape is, remarks, how far to trust it. */
static const char *describe(struct perfetto *w, struct arena *a)
{
	const struct result *r = w->job->result;
	const char *coverage = coverage_line(a, result_get_coverage(r));
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return "";
	fprintf(out, "%s: %s\n", clean_text(a, result_title(r)), clean_text(a, w->job->tape));
	for (size_t i = 0; i < result_n_notes(r); i++)
		fprintf(out, "Note: %s\n", clean_text(a, result_note(r, i)));
	fprintf(out, "Coverage: %s", coverage);
	fclose(out);
	coverage = arena_copy_text(a, text);
	free(text);
	return coverage;
}

static void write_timeline(struct perfetto *w)
{
	struct arena arena = { 0 };
	uint64_t first_ns, last_ns;

	timeline_bounds(w->timeline, &first_ns, &last_ns);
	perfetto_writer_init(&w->writer, w->job->out, w->timeline);
	perfetto_writer_head(&w->writer, first_ns);
	write_tracks(w);
	perfetto_writer_report(&w->writer, first_ns,
			       coverage_line(&arena, result_get_coverage(w->job->result)),
			       describe(w, &arena));
	sort_arrivals(w);
	write_departures(w);
	for (uint32_t i = 0; i < timeline_n_tracks(w->timeline); i++)
		write_track(w, i);
	free(w->arrivals);
	arena_done(&arena);
}

static int write_perfetto(const struct output_job *job, struct tape_error *err)
{
	const struct result_item *item = result_first(job->result, RESULT_TIMELINE);
	struct perfetto *w = memory_alloc(sizeof(*w));
	int rc;

	w->job = job;
	w->writer.out.file = job->out;
	/* A trace has one timeline: the view's answer comes first. */
	if (item) {
		w->timeline = item->timeline;
		write_timeline(w);
	}
	rc = sink_finish(&w->writer.out, err);
	perfetto_writer_done(&w->writer);
	free(w);
	return rc;
}

extern const struct output output_perfetto;

const struct output output_perfetto = {
	.name = "perfetto",
	.help = "a timeline for Perfetto's viewer and trace_processor",
	.suffixes = ".pftrace .perfetto-trace",
	.shapes = RESULT_TIMELINE,
	.write = write_perfetto,
};
