// SPDX-License-Identifier: BSD-2-Clause
/*
 * The bytes that a tape is read from. Files are read with pread and never
 * mapped: one that shrinks meanwhile must not kill the reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#include "format/input.h"

#define PAGE 4096u

static int fail_errno(struct tape_error *err, const char *name)
{
	return tape_fail(err, -errno, "%s: %s", name, strerror(errno));
}

/* A file without a name, in $TMPDIR or /tmp. Returns its fd, or -errno. */
static int open_nameless(struct tape_error *err)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	int fd;

	if (!folder || !*folder)
		folder = "/tmp";
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "%s/tape-XXXXXX", folder);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return fail_errno(err, folder);
	unlink(path);
	return fd;
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

/* Copies a pipe into a nameless file, whose fd it returns. */
static int spool(int from, const char *name, struct tape_error *err)
{
	CLEANUP(freep) char *buffer = malloc(1 << 16);
	CLEANUP(closep) int fd = -1;
	int taken, rc;

	if (!buffer)
		return tape_fail(err, -ENOMEM, "%s: out of memory", name);
	fd = open_nameless(err);
	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n = read(from, buffer, 1 << 16);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno(err, name);
		rc = write_all(fd, buffer, (size_t)n);
		if (rc < 0)
			return tape_fail(err, rc, "%s: cannot keep it in a temporary file: %s",
					 name, strerror(-rc));
	}
	taken = fd;
	fd = -1;
	return taken;
}

/* The fd of a file that can be read at any offset, and its size. */
static int open_file(const char *path, const char *name, uint64_t *size, struct tape_error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	CLEANUP(closep) int fd = -1;
	struct stat st;
	off_t end;
	int taken;

	fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
		      : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_errno(err, name);
	if (S_ISDIR(st.st_mode))
		return tape_fail(err, -EISDIR, "%s: %s", name, strerror(EISDIR));
	if (is_stdin || !(S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))) {
		int spooled = spool(fd, name, err);

		if (spooled < 0)
			return spooled;
		close(fd);
		fd = spooled;
	}
	end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return fail_errno(err, name);
	*size = (uint64_t)end;
	taken = fd;
	fd = -1;
	return taken;
}

int tape_input_open(struct tape_input *ret, const char *path, struct tape_error *err)
{
	CLEANUP(freep)
	char *name = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
	uint64_t size = 0;
	int fd;

	if (!name)
		return tape_fail(err, -ENOMEM, "%s: out of memory", path);
	fd = open_file(path, name, &size, err);
	if (fd < 0)
		return fd;
	*ret = (struct tape_input){ .name = TAKE(name), .fd = fd, .size = size };
	return 0;
}

int tape_input_open_memory(struct tape_input *ret, const void *data, size_t size,
			   struct tape_error *err)
{
	char *name = strdup("memory");

	if (!name)
		return tape_fail(err, -ENOMEM, "memory: out of memory");
	*ret = (struct tape_input){ .name = name, .fd = -1, .data = data, .size = size };
	return 0;
}

void tape_input_close(struct tape_input *in)
{
	closep(&in->fd);
	free(in->name);
	*in = (struct tape_input){ .fd = -1 };
}

static ssize_t read_memory(const struct tape_input *in, uint64_t offset, void *buffer, size_t size)
{
	if (offset >= in->size)
		return 0;
	if (size > in->size - offset)
		size = in->size - offset;
	if (size)
		memcpy(buffer, in->data + offset, size);
	return (ssize_t)size;
}

/*
 * What a dying disk does not give back counts as zeroed: the blocks there are
 * lost, the others are not. Returns how far the next page is, at most size.
 */
static size_t zero_page(char *buffer, uint64_t offset, size_t size)
{
	size_t left = PAGE - (size_t)(offset % PAGE);

	if (left > size)
		left = size;
	memset(buffer, 0, left);
	return left;
}

ssize_t tape_input_read(const struct tape_input *in, uint64_t offset, void *buffer, size_t size,
			struct tape_error *err)
{
	size_t done = 0;

	if (in->fd < 0)
		return read_memory(in, offset, buffer, size);
	while (done < size) {
		ssize_t n =
			pread(in->fd, (char *)buffer + done, size - done, (off_t)(offset + done));

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EIO)
			return fail_errno(err, in->name);
		if (n < 0)
			n = (ssize_t)zero_page((char *)buffer + done, offset + done, size - done);
		done += (size_t)n;
	}
	return (ssize_t)done;
}
