// SPDX-License-Identifier: BSD-2-Clause
/*
 * An id is the inode number of the group's folder (64-bit kernels; kernfs, and
 * bpf_get_current_cgroup_id()). Paths are found by walking the tree, anew for
 * an unknown id, but not more than once a second.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tape/cleanup.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "record/cgroups.h"
#include "record/proc.h"
#include "record/seen.h"

#define MAX_DEPTH 64

struct group {
	uint64_t id;
	char *path;
	struct seen defined;
	UT_hash_handle hh;
};

struct cgroups {
	char mount[256];
	struct group *by_id;
	uint64_t walked_ns;
};

static void find_mount(struct cgroups *c)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	struct mntent *m;

	while (f && (m = getmntent(f))) {
		if (strcmp(m->mnt_type, "cgroup2") != 0)
			continue;
		snprintf(c->mount, sizeof(c->mount), "%s", m->mnt_dir);
		break;
	}
	if (f)
		endmntent(f);
}

int cgroups_new(struct cgroups **ret)
{
	struct cgroups *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	find_mount(c);
	*ret = c;
	return 0;
}

void cgroups_free(struct cgroups *c)
{
	struct group *g, *next;

	if (!c)
		return;
	HASH_ITER(hh, c->by_id, g, next)
	{
		HASH_DEL(c->by_id, g);
		free(g->path);
		free(g);
	}
	free(c);
}

const char *cgroups_mount(const struct cgroups *c)
{
	return c->mount[0] ? c->mount : NULL;
}

int cgroups_open(const struct cgroups *c, const char *path, struct tape_error *err)
{
	char full[4096];
	size_t length = strlen(c->mount);
	int fd;

	if (!c->mount[0])
		return tape_fail(
			err, -ENOENT,
			"--cgroup: no cgroup2 file system is mounted; mount one, or use -p");
	if (strncmp(path, c->mount, length) == 0 && (path[length] == '/' || !path[length]))
		snprintf(full, sizeof(full), "%s", path);
	else
		snprintf(full, sizeof(full), "%s/%s", c->mount, path);
	fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return tape_fail(err, -errno, "--cgroup %s: %s", full, strerror(errno));
	return fd;
}

static const char *without_slashes(const char *path)
{
	return path + strspn(path, "/");
}

bool cgroups_holds(const struct cgroups *c, const char *path, pid_t pid)
{
	size_t length = strlen(c->mount);
	char where[4096];
	const char *here = where;

	if (proc_cgroup(pid, where, sizeof(where)) < 0)
		return false;
	if (length && strncmp(path, c->mount, length) == 0 &&
	    (path[length] == '/' || !path[length]))
		path += length;
	path = without_slashes(path);
	here = without_slashes(here);
	length = strlen(path);
	while (length && path[length - 1] == '/')
		length--;
	return strncmp(here, path, length) == 0 &&
	       (!length || !here[length] || here[length] == '/');
}

uint64_t cgroups_id(const struct cgroups *c, const char *path)
{
	char full[4096];
	struct stat st;

	if (!c->mount[0])
		return 0;
	snprintf(full, sizeof(full), "%s%s", c->mount, path);
	return stat(full, &st) == 0 ? st.st_ino : 0;
}

static void add(struct cgroups *c, uint64_t id, const char *path)
{
	struct group *g;

	HASH_FIND(hh, c->by_id, &id, sizeof(id), g);
	if (g)
		return;
	g = calloc(1, sizeof(*g));
	if (!g)
		return;
	g->id = id;
	g->path = strdup(path);
	if (g->path)
		HASH_ADD(hh, c->by_id, id, sizeof(id), g);
	if (!g->path || !g->hh.tbl) {
		free(g->path);
		free(g);
	}
}

/* path has room for 4096 bytes and is put back before returning. */
static void walk(struct cgroups *c, char *path, size_t length, int depth)
{
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(path);

	if (!d)
		return;
	if (fstat(dirfd(d), &st) == 0)
		add(c, st.st_ino, length > strlen(c->mount) ? path + strlen(c->mount) : "/");
	while (depth < MAX_DEPTH && (e = readdir(d))) {
		size_t n = strlen(e->d_name);

		if (e->d_type != DT_DIR || e->d_name[0] == '.' || length + n + 2 > 4096)
			continue;
		path[length] = '/';
		memcpy(path + length + 1, e->d_name, n + 1);
		walk(c, path, length + 1 + n, depth + 1);
		path[length] = 0;
	}
	closedir(d);
}

static struct group *find(struct cgroups *c, uint64_t id)
{
	char path[4096];
	uint64_t now = records_now();
	struct group *g;

	HASH_FIND(hh, c->by_id, &id, sizeof(id), g);
	if (g || !c->mount[0] || now - c->walked_ns < 1000000000)
		return g;
	c->walked_ns = now;
	snprintf(path, sizeof(path), "%s", c->mount);
	walk(c, path, strlen(path), 0);
	HASH_FIND(hh, c->by_id, &id, sizeof(id), g);
	return g;
}

int cgroups_define(struct cgroups *c, uint64_t id, struct records *records, uint32_t epoch,
		   struct tape_error *err)
{
	struct group *g = id ? find(c, id) : NULL;
	struct ev_cgroup *ev;

	if (!g || seen_in(&g->defined, epoch))
		return 0;
	seen_set(&g->defined, epoch);
	ev = records_begin(records, EV_CGROUP, 0);
	ev->cgroup = id;
	records_end_text(records, g->path);
	return records_put(records, epoch, err);
}
