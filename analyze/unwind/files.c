// SPDX-License-Identifier: BSD-2-Clause
/*
 * See files.h. Paths come from the tape, which is not trusted: only regular files
 * are opened, and nothing is read of them before their build-id holds.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#include "analyze/base/memory.h"
#include "analyze/unwind/files.h"
#include "symbols/build_id.h"
#include "symbols/vdso.h"

struct file_cfi {
	struct cfi *cfi;
	int fd; /* -1: an image in memory */
};

static struct file_cfi *new_file(struct cfi *cfi, int fd)
{
	struct file_cfi *f = memory_alloc(sizeof(*f));

	f->cfi = cfi;
	f->fd = fd;
	return f;
}

/* A FIFO would block, and opening some devices does something. Returns the file or -1. */
static int open_regular(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static bool is_same(const struct tape_module *m, const struct build_id *id)
{
	return m->build_id_size && id->size == m->build_id_size &&
	       memcmp(id->bytes, m->build_id, id->size) == 0;
}

static struct file_cfi *open_file(const struct tape_module *m, const char *symfs)
{
	CLEANUP(freep) char *path = NULL;
	struct build_id id = { .size = 0 };
	struct cfi *cfi;
	int fd;

	/* What is not a path from the root is no file: "//anon", a name of the kernel's. */
	if (m->path[0] != '/' || m->path[1] == '/')
		return NULL;
	path = memory_alloc((symfs ? strlen(symfs) : 0) + strlen(m->path) + 1);
	stpcpy(stpcpy(path, symfs ? symfs : ""), m->path);
	fd = open_regular(path);
	if (fd < 0)
		return NULL;
	if (m->build_id_size)
		build_id_of_fd(fd, &id);
	if ((m->build_id_size ? is_same(m, &id) : symfs != NULL) &&
	    cfi_open(fd, path, &cfi, NULL) == 0)
		return new_file(cfi, fd);
	close(fd);
	return NULL;
}

static struct file_cfi *open_vdso(const struct tape_module *m)
{
	struct build_id id;
	struct vdso vdso;
	struct cfi *cfi;

	if (vdso_get(&vdso) < 0 || build_id_of_memory(vdso.image, vdso.size, &id) < 0 ||
	    !is_same(m, &id) || cfi_open_memory(vdso.image, vdso.size, "[vdso]", &cfi, NULL) < 0)
		return NULL;
	return new_file(cfi, -1);
}

struct file_cfi *file_cfi_open(const struct tape_module *m, const char *symfs)
{
	if (m->kind == EV_MODULE_FILE)
		return open_file(m, symfs);
	return m->kind == EV_MODULE_VDSO ? open_vdso(m) : NULL;
}

int file_cfi_find(struct file_cfi *f, uint64_t offset, struct cfi_entry *ret)
{
	return cfi_find(f->cfi, offset, ret);
}

void file_cfi_close(struct file_cfi *f)
{
	if (!f)
		return;
	cfi_free(f->cfi);
	if (f->fd >= 0)
		close(f->fd);
	free(f);
}
