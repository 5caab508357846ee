// SPDX-License-Identifier: BSD-2-Clause
/*
 * The file that a tape is written to. Apart from the writer because a full disk
 * and a closed pipe want care of their own: what was whole must stay whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#include "format/output.h"

int tape_output_open(struct tape_output *out, const char *path, struct tape_error *err)
{
	bool is_stdout = strcmp(path, "-") == 0;
	CLEANUP(freep) char *name = strdup(is_stdout ? "standard output" : path);
	struct stat st;
	int fd;

	if (!name)
		return tape_fail(err, -ENOMEM, "%s: out of memory", path);
	if (is_stdout)
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		return tape_fail(err, -errno, "%s: %s", name, strerror(errno));
	/* A file that is replaced keeps its mode otherwise; some file systems have no modes. */
	if (!is_stdout && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		(void)!fchmod(fd, 0600);

	*out = (struct tape_output){ .fd = fd, .path = TAKE(name) };
	return 0;
}

void tape_output_close(struct tape_output *out)
{
	closep(&out->fd);
	free(out->path);
	*out = (struct tape_output){ .fd = -1 };
}

int tape_output_failed(const struct tape_output *out, struct tape_error *err)
{
	if (!out->failure.code)
		return 0;
	return tape_fail(err, out->failure.code, "%s", out->failure.text);
}

/* Returns how many bytes were written, less than size only with *code set to -errno. */
static size_t write_all(int fd, const char *data, size_t size, int *code)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(fd, data + done, size - done);

		if (n > 0) {
			done += (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		} else if (n == 0 || errno != EINTR) {
			*code = n == 0 ? -EIO : -errno;
			break;
		}
	}
	return done;
}

/* Asks where the file stands rather than counting: standard output may begin anywhere. */
static void cut_back(int fd, size_t partial)
{
	off_t end = lseek(fd, 0, SEEK_CUR);

	if (partial > 0 && end >= (off_t)partial)
		(void)!ftruncate(fd, end - (off_t)partial);
}

int tape_output_write(struct tape_output *out, const void *data, size_t size,
		      struct tape_error *err)
{
	int code = 0;
	size_t done;

	if (out->failure.code)
		return tape_output_failed(out, err);
	done = write_all(out->fd, data, size, &code);
	if (done < size) {
		cut_back(out->fd, done);
		tape_fail(&out->failure, code, "%s: %s", out->path, strerror(-code));
		return tape_output_failed(out, err);
	}
	out->bytes += size;
	return 0;
}

int tape_output_sync(struct tape_output *out, struct tape_error *err)
{
	if (out->failure.code)
		return tape_output_failed(out, err);
	if (fsync(out->fd) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP)
		return 0;
	tape_fail(&out->failure, -errno, "%s: %s", out->path, strerror(errno));
	return tape_output_failed(out, err);
}
