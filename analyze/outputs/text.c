// SPDX-License-Identifier: BSD-2-Clause
/*
 * Output "text": the report that an engineer reads. Title, then each item of the
 * result, then remarks, and last how far all of it may be trusted.
 */
#include "analyze/outputs/clean.h"
#include "analyze/outputs/coverage_line.h"
#include "analyze/outputs/text.h"

static void write_item(const struct text_page *page, const struct result_item *item)
{
	sink_text(page->out, "\n");
	switch (item->shape) {
	case RESULT_PROFILE:
		text_profile(page, item->profile);
		break;
	case RESULT_TABLE:
		text_table(page, item->table);
		break;
	case RESULT_TIMELINE:
		text_timeline(page, item->timeline);
		break;
	}
}

static int write_text(const struct output_job *job, struct tape_error *err)
{
	struct sink out = { .file = job->out };
	struct arena arena = { 0 };
	struct text_page page = {
		.out = &out,
		.job = job,
		.top = job->options.top ? job->options.top : TEXT_DEFAULT_TOP,
	};

	sink_printf(&out, "%s: %s\n", clean_text(&arena, result_title(job->result)),
		    clean_text(&arena, job->tape));
	for (size_t i = 0; i < result_n_items(job->result); i++)
		write_item(&page, result_item(job->result, i));
	sink_text(&out, "\n");
	for (size_t i = 0; i < result_n_notes(job->result); i++)
		sink_printf(&out, "Note: %s\n", clean_text(&arena, result_note(job->result, i)));
	sink_printf(&out, "Coverage: %s\n",
		    coverage_line(&arena, result_get_coverage(job->result)));
	arena_done(&arena);
	return sink_finish(&out, err);
}

extern const struct output output_text;

const struct output output_text = {
	.name = "text",
	.help = "a report to read",
	.suffixes = ".txt",
	.shapes = RESULT_PROFILE | RESULT_TABLE | RESULT_TIMELINE,
	.write = write_text,
};
