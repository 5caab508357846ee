// SPDX-License-Identifier: BSD-2-Clause
/* See save.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/save.h"

static int cannot_write(const char *path, int error, struct tape_error *err)
{
	return tape_fail(err, -error, "%s: cannot write: %s", path, strerror(error));
}

static int open_temporary(struct save *s)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	if (asprintf(&s->temporary, "%s.XXXXXX", s->path) < 0) {
		s->temporary = NULL;
		return -ENOMEM;
	}
	fd = mkstemp(s->temporary);
	if (fd < 0) {
		int error = errno;

		free(s->temporary);
		s->temporary = NULL;
		return -error;
	}
	fchmod(fd, 0666 & ~mask);
	s->file = fdopen(fd, "w");
	return s->file ? 0 : -errno;
}

int save_open(const char *path, const char *tape, struct save *ret, struct tape_error *err)
{
	struct save s = { .path = path };
	struct stat there, source;
	int rc = 0;

	if (stat(path, &there) == 0) {
		if (stat(tape, &source) == 0 && source.st_dev == there.st_dev &&
		    source.st_ino == there.st_ino)
			return tape_fail(err, -EEXIST,
					 "%s: is the tape itself; "
					 "give -o another name",
					 path);
		if (S_ISDIR(there.st_mode))
			return cannot_write(path, EISDIR, err);
		if (!S_ISREG(there.st_mode)) {
			s.file = fopen(path, "we");
			rc = s.file ? 0 : -errno;
		}
	}
	if (rc == 0 && !s.file)
		rc = open_temporary(&s);
	if (rc < 0) {
		save_done(&s);
		return cannot_write(path, -rc, err);
	}
	*ret = s;
	return 0;
}

int save_commit(struct save *s, struct tape_error *err)
{
	FILE *file = s->file;
	int failed = ferror(file);

	s->file = NULL;
	errno = EIO;
	if (fclose(file) != 0 || failed)
		return cannot_write(s->path, errno, err);
	if (s->temporary && rename(s->temporary, s->path) < 0)
		return cannot_write(s->path, errno, err);
	free(s->temporary);
	s->temporary = NULL;
	return 0;
}

void save_done(struct save *s)
{
	if (s->file)
		fclose(s->file);
	if (s->temporary)
		unlink(s->temporary);
	free(s->temporary);
	*s = (struct save){ 0 };
}
