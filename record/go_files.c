// SPDX-License-Identifier: BSD-2-Clause
/* By /proc/PID/exe, which is right for deleted files and for those of containers too. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "record/go_files.h"
#include "record/proc.h"

struct file_key {
	uint64_t device, inode, changed_s, changed_ns;
};

struct file {
	struct file_key key;
	struct go_program *program;
	UT_hash_handle hh;
};

struct go_files {
	struct file *by_key;
};

int go_files_new(struct go_files **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void go_files_free(struct go_files *f)
{
	struct file *file, *next;

	if (!f)
		return;
	HASH_ITER(hh, f->by_key, file, next)
	{
		HASH_DEL(f->by_key, file);
		go_program_free(file->program);
		free(file);
	}
	free(f);
}

static struct file *find(struct go_files *f, int fd)
{
	struct file_key key = { 0 };
	struct file *file = NULL;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return NULL;
	key = (struct file_key){ st.st_dev, st.st_ino, (uint64_t)st.st_ctim.tv_sec,
				 (uint64_t)st.st_ctim.tv_nsec };
	HASH_FIND(hh, f->by_key, &key, sizeof(key), file);
	if (file)
		return file;
	file = calloc(1, sizeof(*file));
	if (!file)
		return NULL;
	file->key = key;
	HASH_ADD(hh, f->by_key, key, sizeof(key), file);
	if (!file->hh.tbl) {
		free(file);
		return NULL;
	}
	if (go_program_open(fd, &file->program) < 0)
		file->program = NULL;
	return file;
}

struct search {
	const struct file *file;
	uint64_t start; /* of its code less the offset in the file */
};

static int is_code(void *context, const struct proc_mapping *m)
{
	struct search *s = context;

	if (m->inode != s->file->key.inode)
		return 0;
	s->start = m->start - m->file_offset;
	return 1;
}

int go_files_find(struct go_files *f, pid_t pid, struct go_file_found *ret)
{
	CLEANUP(closep) int fd = -1;
	struct search s = { 0 };
	char path[64];
	int rc;

	*ret = (struct go_file_found){ 0 };
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == EPERM ? -EACCES : -errno;
	s.file = find(f, fd);
	if (!s.file)
		return -ENOMEM;
	if (!s.file->program)
		return 0;
	rc = proc_mappings(pid, is_code, &s);
	if (rc <= 0)
		return rc < 0 ? rc : -EAGAIN; /* it executes another program just now */
	ret->program = s.file->program;
	ret->bias = s.start + ret->program->code_offset - ret->program->code_address;
	return 0;
}
