// SPDX-License-Identifier: BSD-2-Clause
/* Command "symbols strip": takes all names out of a tape. What unwinds stacks stays. */
#include "analyze/commands/rewrite.h"

static bool keep(void *context, const struct ev_header *record)
{
	uint64_t *stripped = context;

	if (record->type != EV_SYMBOL && record->type != EV_LINE)
		return true;
	++*stripped;
	return false;
}

static int strip_run(const struct command_job *job, struct tape_error *err)
{
	uint64_t asked = 0;
	const struct tape_edit edit = { .keep = keep, .context = &asked };
	int rc = rewrite_tape(job, "symbols strip", &edit, err);

	if (rc < 0)
		return rc;
	fprintf(job->out, "%s: %s\n", job->path ? job->path : job->tape,
		asked ? "has no names any more" : "had no names");
	return 0;
}

extern const struct command command_symbols_strip;

const struct command command_symbols_strip = {
	.name = "symbols strip",
	.help = "take all names out of the tape",
	.formats = "",
	.writes_path = true,
	.run = strip_run,
};
