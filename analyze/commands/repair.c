// SPDX-License-Identifier: BSD-2-Clause
/* Command "repair": a new tape of all that can still be read of another. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include <tape/repair.h>

#include "analyze/commands/command.h"

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int repair_run(const struct command_job *job, struct tape_error *err)
{
	struct tape_repair_result result;
	int rc;

	if (!job->path)
		return tape_fail(err, -EINVAL, "repair: say with -o where the new tape shall be");
	if (same_file(job->tape, job->path))
		return tape_fail(err, -EEXIST, "%s: is the tape itself; give -o another name",
				 job->path);
	rc = tape_repair(job->tape, job->path, &result, err);
	if (rc < 0)
		return rc;
	fprintf(job->out,
		"%s: %" PRIu64 " blocks kept, %" PRIu64 " lost, %" PRIu64 " bytes dropped\n",
		job->path, result.blocks_kept, result.blocks_lost, result.bytes_dropped);
	return 0;
}

extern const struct command command_repair;

const struct command command_repair = {
	.name = "repair",
	.help = "write all that can be read of a damaged tape to a new one (-o)",
	.formats = "",
	.writes_path = true,
	.run = repair_run,
};
