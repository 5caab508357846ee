// SPDX-License-Identifier: BSD-2-Clause
/*
 * View "summary", the default one: what was recorded where and when, who used
 * the CPU and for which functions, and what is missing. One screen.
 */
#include "analyze/analyses/cpu.h"
#include "analyze/analyses/recording.h"
#include "analyze/analyses/shares.h"

#define ROWS 5

static void summary_finish(void *state, const struct analysis_input *in, struct result *ret)
{
	struct profile *p = cpu_take_profile(state, in, ret);
	size_t rows = in->options.top ? in->options.top : ROWS;
	struct table *processes = shares_table(p, SHARES_BY_PROCESS, rows);
	struct table *threads = shares_table(p, SHARES_BY_THREAD, rows);
	struct table *losses = recording_losses(in);

	result_take_table(ret, recording_table(in));
	result_take_table(ret, processes);
	result_take_table(ret, threads);
	result_take_profile(ret, p);
	if (losses)
		result_take_table(ret, losses);
}

extern const struct analysis analysis_summary;

const struct analysis analysis_summary = {
	.name = "summary",
	.help = "what was recorded, and where the CPU time goes, on one screen",
	.title = "Summary",
	.top = 12,
	.brief = true,
	.wants = cpu_wants,
	.shapes = RESULT_PROFILE | RESULT_TABLE,
	.state_size = sizeof(struct cpu),
	.begin = cpu_begin,
	.soon = cpu_soon,
	.on_event = cpu_on_event,
	.finish = summary_finish,
	.done = cpu_done,
};
