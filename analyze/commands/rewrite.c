// SPDX-License-Identifier: BSD-2-Clause
/* See rewrite.h. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tape/cleanup.h>

#include "analyze/commands/rewrite.h"

/* A file that is removed unless it was moved away. */
static void unlink_temporary(char **path)
{
	if (*path)
		unlink(*path);
	free(*path);
}

int rewrite_check(const struct command_job *job, const char *name, struct tape_error *err)
{
	struct stat st;

	if (strcmp(job->tape, "-") == 0)
		return tape_fail(err, -EINVAL, "%s: needs a file, not standard input", name);
	if (job->to_stdout)
		return tape_fail(err, -EINVAL, "%s: -o needs a file's name", name);
	if (job->path && stat(job->path, &st) == 0 && !S_ISREG(st.st_mode))
		return tape_fail(err, -EINVAL, "%s: is no regular file", job->path);
	return 0;
}

static int make_temporary(const char *target, char **ret, struct tape_error *err)
{
	int fd;

	if (asprintf(ret, "%s.XXXXXX", target) < 0) {
		*ret = NULL;
		return tape_fail(err, -ENOMEM, "%s: out of memory", target);
	}
	fd = mkstemp(*ret);
	if (fd < 0) {
		int error = errno;

		free(*ret);
		*ret = NULL;
		return tape_fail(err, -error, "%s: cannot write beside it: %s", target,
				 strerror(error));
	}
	close(fd);
	return 0;
}

/* As far as we may: the tape is whole without. */
static void keep_mode(const char *from, const char *to)
{
	struct stat st;

	if (stat(from, &st) < 0)
		return;
	(void)!chown(to, st.st_uid, st.st_gid);
	(void)!chmod(to, st.st_mode & 07777);
}

int rewrite_tape(const struct command_job *job, const char *name, const struct tape_edit *edit,
		 struct tape_error *err)
{
	CLEANUP(unlink_temporary) char *temporary = NULL;
	CLEANUP(freep) char *target = NULL;
	int rc = rewrite_check(job, name, err);

	if (rc < 0)
		return rc;
	/* Behind a link, the tape itself. */
	target = realpath(job->path ? job->path : job->tape, NULL);
	if (!target && job->path)
		target = strdup(job->path);
	if (!target)
		return tape_fail(err, -errno, "%s: %s", job->tape, strerror(errno));
	rc = make_temporary(target, &temporary, err);
	if (rc == 0)
		rc = tape_edit(job->tape, temporary, edit, err);
	if (rc < 0)
		return rc;
	if (!job->path)
		keep_mode(target, temporary);
	if (rename(temporary, target) < 0)
		return tape_fail(err, -errno, "%s: %s", target, strerror(errno));
	free(TAKE(temporary));
	return 0;
}
