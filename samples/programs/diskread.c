// SPDX-License-Identifier: BSD-2-Clause
/*
 * diskread [--fadvise] FILE COUNT SIZE: makes FILE, which must not exist, of
 * COUNT pieces of SIZE bytes (a multiple of 4096), reads it piece by piece in
 * read_from_disk, past the page cache, and removes it. It reads with O_DIRECT;
 * with --fadvise, or where the file system has no O_DIRECT, after the file's
 * pages were dropped, without read-ahead. Prints which it was, how long the
 * reads took, and how many bytes the kernel says came from the disk.
 */
#include <fcntl.h>

#include "life.h"

struct disk {
	const char *path;
	char *buffer;
	size_t size;
	int count;
	bool direct;
	uint64_t read_ns;
	uint64_t longest_ns;
};

static uint64_t read_from_disk(int fd, char *to, size_t size)
{
	const uint64_t start = wall_ns();

	direct_read(fd, to, size);
	return wall_ns() - start;
}

static void read_all(struct disk *d, int fd)
{
	for (int i = 0; i < d->count; i++) {
		const uint64_t ns = read_from_disk(fd, d->buffer, d->size);

		d->read_ns += ns;
		if (ns > d->longest_ns)
			d->longest_ns = ns;
	}
}

static void make_file(const struct disk *d)
{
	const int fd = open(d->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		die(d->path, -errno);
	for (int i = 0; i < d->count; i++) {
		memset(d->buffer, i, d->size);
		direct_write(fd, d->buffer, d->size);
	}
	if (fsync(fd) < 0)
		die(d->path, -errno);
	close(fd);
}

static int open_past_cache(struct disk *d)
{
	int fd = d->direct ? open(d->path, O_RDONLY | O_DIRECT | O_CLOEXEC) : -1;

	if (fd >= 0)
		return fd;
	d->direct = false;
	fd = open(d->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(d->path, -errno);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	return fd;
}

/* What this thread has had from disks, in bytes; 0 if the kernel does not count it. */
static uint64_t disk_bytes(void)
{
	unsigned long long bytes = 0;
	char line[128];
	FILE *f = fopen("/proc/thread-self/io", "re");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "read_bytes: %llu", &bytes);
	if (f)
		fclose(f);
	return bytes;
}

int main(int argc, char **argv)
{
	const bool fadvise = argc > 1 && strcmp(argv[1], "--fadvise") == 0;
	char **args = argv + 1 + fadvise;
	const bool complete = argc == 4 + fadvise;
	struct disk d = { .direct = !fadvise,
			  .path = args[0],
			  .count = complete ? count_argument(args[1], 1000000) : 0,
			  .size = complete ? (size_t)count_argument(args[2], 1 << 24) : 0 };
	struct life life = { 0 };

	if (d.count == 0 || d.size == 0 || d.size % 4096 != 0) {
		fprintf(stderr, "usage: diskread [--fadvise] FILE COUNT SIZE\n");
		return 2;
	}
	d.buffer = aligned_alloc(4096, d.size);
	if (!d.buffer)
		die("aligned_alloc", -ENOMEM);
	make_file(&d);

	const int fd = open_past_cache(&d);
	const uint64_t before = disk_bytes();

	life_begin(&life, "diskread", -1);
	read_all(&d, fd);
	life_end(&life);
	const uint64_t from_disk = disk_bytes() - before;

	unlink(d.path);
	printf("{\"program\":\"diskread\",");
	print_life(&life);
	printf(",\"how\":\"%s\",\"reads\":%d,\"size\":%zu", d.direct ? "direct" : "fadvise",
	       d.count, d.size);
	print_ns("read_ns", d.read_ns);
	print_ns("longest_ns", d.longest_ns);
	print_ns("disk_bytes", from_disk);
	printf("}\n");
	return 0;
}
