/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of views: the usual world, and a view run over a tape made of it. */
#ifndef TESTS_ANALYZE_VIEW_RUNNER_H
#define TESTS_ANALYZE_VIEW_RUNNER_H

#include "analyze/pipeline.h"
#include "tests/support/test.h"
#include "tests/support/world_maker.h"

#define START 1000

static inline struct made_world begin(void)
{
	struct made_world w = made_world_begin(START);

	made_world_usual_epoch(&w, 1, START);
	return w;
}

static inline struct pipeline_report run_view(struct made_world *w, const char *view,
					      const struct filter *filter)
{
	struct pipeline_options options = { .analysis = analysis_by_name(view), .filter = filter };
	struct pipeline_report report = { 0 };
	struct tape_reader *reader;

	assert_int_equal(tape_reader_open_memory(w->tape.data, w->tape.size, 0, &reader, NULL), 0);
	assert_int_equal(pipeline_run(reader, &options, &report, NULL), 0);
	tape_reader_close(reader);
	made_world_free(w);
	return report;
}

static inline struct pipeline_report run(struct made_world *w)
{
	static const struct filter everything;

	made_world_end(w);
	return run_view(w, "cpu", &everything);
}

static inline const struct profile *profile_of(const struct pipeline_report *report)
{
	return result_first(report->result, RESULT_PROFILE)->profile;
}

#endif
