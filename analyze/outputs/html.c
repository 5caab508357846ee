// SPDX-License-Identifier: BSD-2-Clause
/*
 * Output "html": a timeline as one page that needs nothing from outside, to zoom,
 * to move and to search. The drawing is timeline_draw.c's, finer than svg's.
 */
#include "analyze/outputs/clean.h"
#include "analyze/outputs/html_script.h"
#include "analyze/outputs/markup.h"
#include "analyze/outputs/output.h"
#include "analyze/outputs/timeline_draw.h"

static int write_html(const struct output_job *job, struct tape_error *err)
{
	struct sink out = { .file = job->out };
	struct arena arena = { 0 };

	/* A page shows one timeline: the view's answer comes first. */
	if (result_first(job->result, RESULT_TIMELINE)) {
		sink_text(&out, html_before_title);
		markup_text(&out, clean_text(&arena, job->tape), SIZE_MAX);
		sink_text(&out, html_before_drawing);
		timeline_draw(&out, job, &timeline_draw_html);
		sink_text(&out, html_after_drawing);
	}
	arena_done(&arena);
	return sink_finish(&out, err);
}

extern const struct output output_html;

const struct output output_html = {
	.name = "html",
	.help = "a timeline as a page to zoom and to search",
	.suffixes = ".html .htm",
	.shapes = RESULT_TIMELINE,
	.write = write_html,
};
