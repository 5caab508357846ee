// SPDX-License-Identifier: BSD-2-Clause
/*
 * See jit.h. The folder of a process is opened before any file is there: it leads
 * into a container's /tmp even when the process has ended. Nobody is trusted who
 * may write there, so links are not followed and nothing waits for a FIFO.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <tape/cleanup.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "record/jit.h"
#include "record/modules.h"
#include "record/proc.h"
#include "symbols/jitdump.h"
#include "symbols/perf_map.h"

#define RETRY_NS   1000000000ull
#define SLACK_NS   1000000000ull  /* times of files and of processes come from different clocks */
#define UNSEEN_NS  10000000000ull /* how old a process can be that was gone when we first looked */
#define FDS_MAX	   512
#define UID_UNSEEN ((uid_t)-1)

struct entry {
	uint32_t module;
	uint32_t tgid;
	uint32_t ns_pid; /* as the process sees it */
	uid_t uid;
	uint64_t start_wall_ns;
	bool seen; /* it was still there when we looked */
	bool ended;
	int folder_fd; /* its /tmp; -1 */
	int map_fd;    /* -1: not there yet */
	int dump_fd;   /* borrowed; -1: none */
	uint64_t tried_ns;
	struct jit_hits hits;
	UT_hash_handle hh;
};

struct jit {
	struct entry *by_module;
	size_t n_fds;
};

int jit_new(struct jit **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

static void close_fd(struct jit *j, int *fd)
{
	if (*fd < 0)
		return;
	close(*fd);
	*fd = -1;
	j->n_fds--;
}

static void forget(struct jit *j, struct entry *e)
{
	HASH_DEL(j->by_module, e);
	close_fd(j, &e->folder_fd);
	close_fd(j, &e->map_fd);
	jit_hits_done(&e->hits);
	free(e);
}

static struct entry *find(const struct jit *j, uint32_t module)
{
	struct entry *e = NULL;

	if (j)
		HASH_FIND(hh, j->by_module, &module, sizeof(module), e);
	return e;
}

/* The difference of two clocks, now. */
static uint64_t between(clockid_t later, clockid_t earlier)
{
	struct timespec a, b;

	clock_gettime(later, &a);
	clock_gettime(earlier, &b);
	return (uint64_t)(a.tv_sec - b.tv_sec) * 1000000000 + (uint64_t)a.tv_nsec -
	       (uint64_t)b.tv_nsec;
}

/* What the process is, if it is still there. */
static void look(struct entry *e)
{
	struct proc_info info;
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u", e->tgid);
	if (stat(path, &st) < 0 || proc_read((pid_t)e->tgid, &info) < 0)
		return;
	e->seen = true;
	e->uid = st.st_uid;
	e->ns_pid = info.ns_pid ? info.ns_pid : e->tgid;
	e->start_wall_ns = info.start_ns + between(CLOCK_REALTIME, CLOCK_BOOTTIME);
}

/* As the process sees it; the process gone, as we do. */
static int open_folder(const struct entry *e)
{
	char path[64] = "/tmp";

	if (e->seen)
		snprintf(path, sizeof(path), "/proc/%u/root/tmp", e->tgid);
	return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_its_own(const struct entry *e, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (!st.st_uid || st.st_uid == e->uid);
}

static bool is_recent(const struct entry *e, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	       (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec + SLACK_NS >=
		       e->start_wall_ns;
}

/* Its map, or -1. */
static int open_map(const struct entry *e)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "perf-%u.map", e->ns_pid);
	fd = openat(e->folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || (is_its_own(e, fd) && is_recent(e, fd)))
		return fd;
	close(fd);
	return -1;
}

static void try(struct jit *j, struct entry *e)
{
	if (e->map_fd >= 0 || j->n_fds + 2 > FDS_MAX)
		return;
	e->tried_ns = records_now();
	if (!e->seen && !e->ended)
		look(e);
	if (e->folder_fd < 0) {
		e->folder_fd = open_folder(e);
		j->n_fds += e->folder_fd >= 0;
	}
	e->map_fd = open_map(e);
	j->n_fds += e->map_fd >= 0;
}

void jit_add(struct jit *j, uint32_t module, uint32_t tgid)
{
	struct entry *e = j && module && !find(j, module) ? calloc(1, sizeof(*e)) : NULL;

	if (!e)
		return;
	e->module = module;
	e->tgid = e->ns_pid = tgid;
	e->uid = UID_UNSEEN;
	e->start_wall_ns = records_wall_now() - UNSEEN_NS;
	e->folder_fd = e->map_fd = e->dump_fd = -1;
	HASH_ADD(hh, j->by_module, module, sizeof(e->module), e);
	if (!e->hh.tbl)
		free(e);
	else
		try(j, e);
}

bool jit_is_dump(const char *path)
{
	const char *name = strrchr(path, '/');
	int end = 0;

	return name && sscanf(name, "/jit-%*u.dump%n", &end) == 0 && end && !name[end];
}

void jit_add_dump(struct jit *j, uint32_t module, int fd)
{
	struct entry *e = find(j, module);

	if (e)
		e->dump_fd = fd;
}

void jit_hit(struct jit *j, uint32_t module, uint64_t address, uint64_t time_ns)
{
	struct entry *e = find(j, module);

	if (!e)
		return;
	jit_hits_add(&e->hits, address, time_ns);
	if (e->map_fd < 0 && !e->ended && records_now() - e->tried_ns >= RETRY_NS)
		try(j, e);
}

void jit_end(struct jit *j, uint32_t module)
{
	struct entry *e = find(j, module);

	if (!e)
		return;
	if (!e->hits.n) {
		close_fd(j, &e->folder_fd);
		close_fd(j, &e->map_fd);
	} else {
		try(j, e);
	}
	e->ended = true;
}

static bool is_same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* Names what it can. The file that is there now may be another than the one that was opened. */
static void read_files(struct entry *e)
{
	CLEANUP(closep) int now = open_map(e);

	jit_hits_settle(&e->hits);
	if (e->map_fd >= 0)
		perf_map_read(e->map_fd, &e->hits);
	if (now >= 0 && (e->map_fd < 0 || !is_same_file(now, e->map_fd)))
		perf_map_read(now, &e->hits);
	if (e->dump_fd >= 0 && is_its_own(e, e->dump_fd))
		jitdump_read(e->dump_fd, &e->hits);
}

/* A range to be written; ranges must not overlap, though the code did, at different times. */
struct range {
	uint64_t start, end;
	uint64_t last_hit;
	const struct jit_hit *hit; /* NULL: none yet */
};

static int put_range(const struct entry *e, const struct range *r, struct records *records,
		     struct tape_error *err)
{
	struct ev_symbol *ev = records_begin(records, EV_SYMBOL, 0);

	ev->module = e->module;
	ev->start = r->start;
	ev->size = r->end - r->start;
	ev->origin = r->hit->origin;
	return tape_writer_put_symbol(
		records->writer, records_end_text(records, jit_hits_text(&e->hits, r->hit->name)),
		err);
}

static bool is_same_code(const struct jit_hit *a, const struct jit_hit *b)
{
	return a->start == b->start && a->size == b->size && a->name == b->name;
}

/* Ends the range before where the next code begins, or was hit. */
static void cut(struct range *before, const struct jit_hit *next)
{
	uint64_t limit = before->last_hit < next->start ? next->start : next->address;

	if (before->end > limit)
		before->end = limit;
}

static int write_symbols(const struct entry *e, struct records *records, struct tape_error *err)
{
	struct range r = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < e->hits.n; i++) {
		const struct jit_hit *hit = &e->hits.at[i];
		uint64_t start = hit->start;

		if (!hit->size)
			continue;
		if (r.hit && is_same_code(r.hit, hit)) {
			r.last_hit = hit->address;
			continue;
		}
		if (r.hit) {
			cut(&r, hit);
			start = start > r.end ? start : r.end;
			rc = put_range(e, &r, records, err);
		}
		r = (struct range){ start, hit->start + hit->size, hit->address, hit };
	}
	return rc == 0 && r.hit ? put_range(e, &r, records, err) : rc;
}

/* "name TAB file TAB line TAB 0": what would be taken for the form of the text becomes a blank. */
static void make_line(const struct entry *e, const struct jit_hit *hit, char *ret, size_t size)
{
	int n = snprintf(ret, size, "%s", jit_hits_text(&e->hits, hit->name)), m;

	m = snprintf(ret + n + 1, size - (size_t)n - 1, "%s", jit_hits_text(&e->hits, hit->file));
	for (int i = 0; i < n + 1 + m; i++) {
		if (ret[i] == '\t' || ret[i] == '\n')
			ret[i] = ' ';
	}
	ret[n] = '\t';
	n += 1 + m;
	snprintf(ret + n, size - (size_t)n, "\t%u\t0\n", hit->line);
}

static int write_lines(const struct entry *e, struct records *records, struct tape_error *err)
{
	char text[2 * JIT_NAME_MAX + 64];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < e->hits.n; i++) {
		const struct jit_hit *hit = &e->hits.at[i];
		struct ev_line *ev;

		if (!hit->line)
			continue;
		make_line(e, hit, text, sizeof(text));
		ev = records_begin(records, EV_LINE, 0);
		ev->module = e->module;
		ev->start = hit->address;
		ev->size = 1;
		ev->origin = hit->origin;
		rc = tape_writer_put_symbol(records->writer, records_end_text(records, text), err);
	}
	return rc;
}

int jit_write(struct jit *j, struct modules *modules, struct records *records, bool lines,
	      struct tape_error *err)
{
	struct entry *e, *next;
	int rc = 0;

	if (!j)
		return 0;
	HASH_ITER(hh, j->by_module, e, next)
	{
		const struct module *m = e->hits.n ? modules_get(modules, e->module) : NULL;

		if (rc < 0 || !m)
			continue;
		read_files(e);
		rc = tape_writer_put_symbol(records->writer, modules_record(m, records, 0), err);
		if (rc == 0)
			rc = write_symbols(e, records, err);
		if (rc == 0 && lines)
			rc = write_lines(e, records, err);
	}
	return rc;
}

void jit_free(struct jit *j)
{
	struct entry *e, *next;

	if (!j)
		return;
	HASH_ITER(hh, j->by_module, e, next)
	forget(j, e);
	free(j);
}
